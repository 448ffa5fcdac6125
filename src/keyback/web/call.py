"""One request after its guards, and the answer to it, as values. Handlers know nothing else of HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from keyback.app.house import House
from keyback.app.known import LIFE
from keyback.app.people.ports import Work
from keyback.app.sign_in.seat import Visit
from keyback.core.ports import Door
from keyback.core.types import SECOND, Instant
from keyback.web.page import Page
from keyback.web.prompts import Catalog, Words
from keyback.web.render import Renderer
from keyback.web.work import MAX_NUMBER

VISIT, JOURNEY, SESSION, LANGUAGE = "keyback-visit", "keyback-journey", "keyback-session", "keyback-language"
KNOWN = "keyback-known"


@dataclass(frozen=True, slots=True)
class Site:
    """What all requests share."""

    house: House
    renderer: Renderer
    catalog: Catalog
    zone: str
    language: str
    origin: str
    """Scheme, host and port of the one base URL (WEB-1)."""
    hosts: frozenset[str]
    """Host headers that are answered."""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    work_number: int = MAX_NUMBER
    """Largest number of a proof of work."""
    door: Door = Door.PORTAL
    work: Callable[[str], Work] | None = None
    """What the verbs about people work with, for an actor; the admin centre's only."""

    @property
    def secure(self) -> bool:
        """Whether cookies are `__Host-` and Secure; not on loopback http only (decisions 34)."""
        return self.origin.startswith("https://")


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `fields` holds only what the route declares, each at most once, each a string (WEB-5, WEB-6)."""

    site: Site
    method: str
    path: str
    fields: Mapping[str, str]
    cookies: Mapping[str, str]
    source: str
    client: str
    wants_json: bool
    words: Words
    token: str
    """What a form of this browser must carry (WEB-2)."""
    now: Instant
    last: str = ""
    """The last part of the path, for one-time links."""

    @property
    def visit(self) -> Visit:
        """What a browser that is signed in, or on its way there, brings along."""
        session, known = self.cookies.get(SESSION, ""), self.cookies.get(KNOWN, "")
        return Visit(session, known, self.source, self.client, self.words.lang, self.site.door)

    @property
    def version(self) -> int:
        """Version of the state that the form was made for; what is no number is no version."""
        raw = self.fields.get("version", "")
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1  # noqa: PLR2004 - digits


@dataclass(frozen=True, slots=True)
class Answer:
    """A page, or a place to go to (which a program gets as the page there)."""

    page: Page | None = None
    status: int = 200
    go_to: str = ""
    cookies: Mapping[str, str] = field(default_factory=dict)
    """To set; an empty value removes."""
    retry_after: int = 0
    judge: str = ""
    body: bytes | None = None
    """Other JSON than a page."""
    forget: bool = False
    """Tell the browser to drop what it keeps of this site (SES-7)."""


LONGEST_COOKIES = 4096
"""Characters of a Cookie header that are looked at (RFC 6265 6.1)."""


def cookie_name(name: str, *, secure: bool, door: Door = Door.PORTAL) -> str:
    """`__Host-` where the site is https (SES-2). Cookies do not tell ports apart, so the admin centre's have names of
    their own."""
    own = name if door is Door.PORTAL else name.replace("keyback-", "keyback-admin-", 1)
    return f"__Host-{own}" if secure else own


_NAMES = {
    (secure, door): {
        cookie_name(name, secure=secure, door=door): name for name in (VISIT, JOURNEY, SESSION, LANGUAGE, KNOWN)
    }
    for secure in (True, False)
    for door in Door
}


def read_cookies(header: str, *, secure: bool, door: Door = Door.PORTAL) -> dict[str, str]:
    """Our cookies, by their plain names; what is not one of ours, or odd, is not there. Ours hold no quotes."""
    found = {}
    names = _NAMES[secure, door]
    for pair in header[:LONGEST_COOKIES].split(";"):
        name, _, value = pair.strip().partition("=")
        if name in names and value.isascii() and value.replace("-", "").isalnum():
            found[names[name]] = value
    return found


def set_cookie(name: str, value: str, *, secure: bool, door: Door = Door.PORTAL) -> str:
    """One Set-Cookie header: host only, HttpOnly, SameSite=Strict; without a value it removes the cookie. All but
    the one of known clients end with the browser."""
    parts = [f"{cookie_name(name, secure=secure, door=door)}={value}", "Path=/", "HttpOnly", "SameSite=Strict"]
    if secure:
        parts.append("Secure")
    if not value:
        parts.append("Max-Age=0")
    elif name == KNOWN:
        parts.append(f"Max-Age={LIFE // SECOND}")
    return "; ".join(parts)
