"""Everything a verb may use, handed in by the wiring."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from keyback.app.branding.look import Looks
from keyback.core.ports import Breached, Clock, Directory, Hasher, Method, Random, Sealer, Store
from keyback.core.rules.password import Lists
from keyback.core.types import DirectoryKind


@dataclass(frozen=True, slots=True)
class House:
    """One tenant's ports and plug-ins."""

    store: Store
    clock: Clock
    random: Random
    hasher: Hasher
    sealer: Sealer
    methods: Mapping[str, Method]
    """The shelf, by name, strongest first."""
    directories: Mapping[DirectoryKind, Directory]
    lists: Lists
    """Those that ship with Keyback."""
    breached: Breached
    kick: Callable[[str], None]
    """Wake the courier of a channel; called after a commit that wrote to the outbox."""
    base_url: str
    """The one configured address from which every link is made (WEB-1)."""
    looks: Looks
    """Name, logo and accent of the organisation, in memory."""
    admin_url: str = ""
    """The admin centre's own address, for links in messages to administrators; empty: there is none."""
    region: str = ""
    """ISO country in which local numbers are read, or empty."""

    @property
    def tenant_name(self) -> str:
        """The organisation's name as it is now."""
        return self.looks.current().name
