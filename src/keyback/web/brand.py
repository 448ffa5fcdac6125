"""How the organisation looks on pages, and its own way to help in place of Keyback's page."""

from dataclasses import replace

from keyback.app.branding.look import Look
from keyback.core.ports import Door
from keyback.core.types import Instant
from keyback.web.call import Site
from keyback.web.page import Link, Page
from keyback.web.render import Chrome

HELP = "/contact"
"""Where a page's link to help leads, unless the organisation has a place of its own (entra-sspr 5)."""


def chrome(look: Look, path: str, now: Instant, judge: str = "") -> Chrome:
    """What surrounds a page of this organisation."""
    logo, accent = (one.path if one else "" for one in (look.logo, look.accent))
    return Chrome(look.name, path, now, judge, logo, accent)


def helped(page: Page, look: Look, away: str = "") -> Page:
    """The page with its links to help leading where the organisation wants them: a web address opens beside it. `away`: the
    portal's address, for pages of the admin centre, which has neither help nor a reset of its own."""
    if not look.help and not away:
        return page
    return replace(page, links=tuple(_led(link, look.help, away) for link in page.links))


def _led(link: Link, help_: str, away: str) -> Link:
    if help_ and link.rel == "help" and link.href == HELP:
        return replace(link, href=help_, abroad=not help_.startswith("mailto:"))
    if away and link.rel in {"help", "none", "restart"} and link.href.startswith("/"):
        return replace(link, href=f"{away}{link.href}", abroad=True)
    return link


def away_from(site: Site) -> str:
    """The portal's address where the page is not the portal's."""
    return site.house.base_url if site.door is Door.ADMIN else ""
