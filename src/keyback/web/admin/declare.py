"""How a page of the admin centre declares itself, in its own file: its routes with the right that each needs, and its place
in the navigation. `pages` gathers them; no other file lists them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.web.admin import pages
from keyback.web.admin.call import Handler


class Heading(StrEnum):
    """Headings of the navigation, in order; each is a message `nav.<value>`."""

    TOP = "top"
    PASSWORD_RESET = "password_reset"
    METHODS = "methods"
    PEOPLE = "people"
    LOGS = "logs"
    ORGANISATION = "organisation"


ANY_ROLE: frozenset[Permission] = frozenset()
"""Whoever may enter at all."""


def one_of(*permissions: Permission) -> frozenset[Permission]:
    """Any of these is enough to ask."""
    return frozenset(permissions)


@dataclass(frozen=True, slots=True)
class Route:
    """One row. `needs`: rights of which one is needed. `dangerous`: a strong proof of the last five minutes is needed, and is
    asked for on the spot (ADM-3)."""

    method: str
    path: str
    """`{name}` stands for one part: an id of letters, digits, `-` and `_`."""
    handler: Handler
    needs: frozenset[Permission]
    fields: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    dangerous: bool = False
    largest: int = 64 * 1024
    """Bytes of a body; more is refused before it is read."""
    too_large: Text = say("stop.too_large")  # noqa: RUF009 - a value
    """What is said of more: what to do instead."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the navigation, found by Ctrl-K under its title and these further words."""

    path: str
    title: Text
    heading: Heading
    order: int
    needs: frozenset[Permission]
    words: tuple[Text, ...] = ()
    """Labels of settings on the page, so that they are found too."""


def _modules() -> list[str]:
    return sorted(f"{pages.__name__}.{one.name}" for one in iter_modules(pages.__path__) if one.name[0] != "_")


def routes() -> tuple[Route, ...]:
    """Of all pages."""
    return tuple(route for name in _modules() for route in import_module(name).ROUTES)


def page_above(path: str) -> str:
    """The page from which a form was sent there: the longest beginning of its path that is one."""
    parts = path.strip("/").split("/")
    shown = {route.path.strip("/") for route in routes() if route.method == "GET"}
    patterns = [[None if one[:1] == "{" else one for one in page.split("/")] for page in shown]
    for length in range(len(parts) - 1, 0, -1):
        for pattern in patterns:
            if len(pattern) == length and all(one in {None, part} for one, part in zip(pattern, parts, strict=False)):
                return "/" + "/".join(parts[:length])
    return "/"


def places() -> tuple[Place, ...]:
    """In the order of the navigation."""
    headings = list(Heading)
    found = [place for name in _modules() for place in getattr(import_module(name), "PLACES", ())]
    return tuple(sorted(found, key=lambda place: (headings.index(place.heading), place.order)))


def messages() -> Mapping[str, str]:
    """What all pages say."""
    found: dict[str, str] = {}
    for name in _modules():
        found.update(getattr(import_module(name), "MESSAGES", {}))
    return MappingProxyType(found)
