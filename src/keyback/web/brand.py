"""How the organisation looks on pages, and its own way to help in place of Keyback's page."""

from dataclasses import replace

from keyback.app.branding.look import Look
from keyback.core.types import Instant
from keyback.web.page import Link, Page
from keyback.web.render import Chrome

HELP = "/contact"
"""Where a page's link to help leads, unless the organisation has a place of its own (entra-sspr 5)."""


def chrome(look: Look, path: str, now: Instant, judge: str = "") -> Chrome:
    """What surrounds a page of this organisation."""
    logo, accent = (one.path if one else "" for one in (look.logo, look.accent))
    return Chrome(look.name, path, now, judge, logo, accent)


def helped(page: Page, look: Look) -> Page:
    """The page with its links to help leading where the organisation wants them: a web address opens beside it."""
    if not look.help:
        return page
    return replace(page, links=tuple(_own(link, look.help) for link in page.links))


def _own(link: Link, help_: str) -> Link:
    if link.rel != "help" or link.href != HELP:
        return link
    return replace(link, href=help_, abroad=not help_.startswith("mailto:"))
