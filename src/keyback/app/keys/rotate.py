"""New master keys without a stop: add, take into use, seal everything again, and retire the old one (CRY-4).

Each step may be killed and run again. `add` only writes the file, so that it can be copied to every server first;
`rotate` takes it into use and seals row by row; `retire` refuses while one value lies under the old version.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from keyback.app.keys.ports import Ring, Vault
from keyback.core.errors import Refused
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.types import MINUTE, Span

MESSAGES: Mapping[str, str] = {
    "keys.waits": "Version {version} is in the key file already and waits to be taken into use. Copy the file to every "
    "server, then run `keyback keys rotate --distributed`. Nothing was changed.",
    "keys.distribute": "This database can be used by several servers, and each needs the new key before it is used. Run "
    "`keyback keys add`, copy the key file to every server, then run `keyback keys rotate --distributed`. Nothing was "
    "changed.",
    "keys.unknown": "Version {version} is not in the key file. Nothing was changed.",
    "keys.in_use": "Version {version} is the one in use. Run `keyback keys rotate` first. Nothing was changed.",
    "keys.too_early": "Version {version} came into use a moment ago, and a server may not have noticed yet. Try again at "
    "{again_at}. Nothing was changed.",
    "keys.still_needed": "{count} values still lie under version {version} ({where}). Run `keyback keys rotate` again. "
    "Nothing was changed.",
}

SETTLING: Final[Span] = 5 * MINUTE
"""A server asks once a minute which version is in use."""
PASSES: Final = 5
_Told = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Rotated:
    """What `rotate` did."""

    version: int
    moved: Mapping[str, int]
    """Values sealed again, by purpose."""
    left: int
    """Values that still lie under other versions."""
    unreadable: tuple[str, ...]


def add(ring: Ring, vault: Vault, who: str) -> int:
    """Write a new version into the key file. Raises `Refused` while another one waits."""
    waiting = _waiting(ring, vault)
    if waiting:
        raise Refused(say("keys.waits", version=waiting))
    version = ring.add(vault.now())
    vault.tell(Event(Activity.KEY_ADDED, who, "", "success", details={"version": version}))
    return version


def rotate(ring: Ring, vault: Vault, who: str, *, distributed: bool, told: _Told) -> Rotated:
    """Take the newest version into use and seal everything again; what an earlier run left comes first.

    `told` hears after each batch, by purpose, how many values it has moved.
    """
    if vault.shared and not distributed:
        raise Refused(say("keys.distribute"))
    version = _waiting(ring, vault)
    if not version and all(one.version in {0, vault.active} for one in vault.counts()):
        if vault.shared:
            raise Refused(say("keys.distribute"))
        version = add(ring, vault, who)
    if version:
        details = {"from": vault.active, "to": version}
        vault.activate(version, Event(Activity.KEYS_ROTATED, who, "", "success", "begun", details=details))
    moved, unreadable = _seal_again(vault, told)
    left = sum(one.count for one in vault.counts() if one.version != vault.active)
    result = "success" if not left else "failure"
    details = {"to": vault.active, "moved": sum(moved.values()), "left": left}
    vault.tell(Event(Activity.KEYS_ROTATED, who, "", result, "ended", details=details))
    return Rotated(vault.active, moved, left, unreadable)


def retire(ring: Ring, vault: Vault, who: str, version: int, *, distributed: bool) -> None:
    """Take a version out of the file, if nothing lies under it any more: counted again at this moment."""
    if version not in ring.versions:
        raise Refused(say("keys.unknown", version=version))
    if version >= vault.active:
        raise Refused(say("keys.in_use", version=version))
    if vault.shared and not distributed:
        raise Refused(say("keys.distribute"))
    settled = vault.since() + SETTLING
    if vault.now() < settled:
        raise Refused(say("keys.too_early", version=vault.active, again_at=settled))
    left = vault.retire(version, Event(Activity.KEY_RETIRED, who, "", "success", details={"version": version}))
    if left:
        where = ", ".join(sorted({one.purpose for one in left}))
        raise Refused(say("keys.still_needed", version=version, count=sum(one.count for one in left), where=where))
    ring.drop(version)


def _waiting(ring: Ring, vault: Vault) -> int:
    newest = max(ring.versions)
    return newest if newest > vault.active else 0


def _seal_again(vault: Vault, told: _Told) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """Every purpose, until a whole pass finds nothing more; rows that changed meanwhile are found by the next one."""
    moved = dict.fromkeys(vault.purposes, 0)
    unreadable: set[str] = set()
    for _ in range(PASSES):
        found = 0
        for purpose in vault.purposes:
            batch = vault.batch(purpose, None)
            while batch.last is not None:
                found += batch.moved
                moved[purpose] += batch.moved
                unreadable.update(batch.unreadable)
                told(purpose, moved[purpose])
                batch = vault.batch(purpose, batch.last)
        if not found:
            break
    return moved, tuple(sorted(unreadable))
