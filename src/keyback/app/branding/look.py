"""What pages and messages show of the organisation, kept in memory: its name, logo and accent, and where help is."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from keyback.core.ports.listing import Branding
from keyback.core.rules import colour


@dataclass(frozen=True, slots=True)
class Piece:
    """A file under a name made from its content."""

    path: str
    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Look:
    """As it is in force."""

    name: str
    logo: Piece | None = None
    accent: Piece | None = None
    help: str = ""
    """The organisation's own address for help (https or mailto); empty: Keyback's page asks for it."""
    version: int = 0


class Looks(Protocol):
    """The look that is in force."""

    def current(self) -> Look:
        """From memory."""

    def refresh(self) -> None:
        """Read it again, after a commit that changed it."""

    def piece(self, path: str) -> Piece | None:
        """A file of the look that is in force, or was a moment ago."""


def worn(name: str, branding: Branding, help_: str) -> Look:
    """The look that follows from what is stored."""
    return Look(name, _logo(branding.logo), _accent(branding.accent), help_href(help_), branding.version)


def help_href(link: str) -> str:
    """What was typed as the helpdesk link, as something that can be followed."""
    return f"mailto:{link}" if link and not link.startswith(("https://", "mailto:")) else link


def _logo(body: bytes) -> Piece | None:
    return Piece(f"/brand/logo.{_digest(body)}.png", body, "image/png") if body else None


def _accent(chosen: str) -> Piece | None:
    if not chosen:
        return None
    made = colour.accent(chosen)
    body = (
        f":root{{--accent:{made.light};--on-accent:{made.on_light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{made.dark};--on-accent:{made.on_dark}}}}}\n"
    ).encode()
    return Piece(f"/brand/accent.{_digest(body)}.css", body, "text/css; charset=utf-8")


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()[:12]
