"""The look in memory: no statement for a page, other nodes follow, and help leads to the portal from the admin centre."""

from dataclasses import replace

import pytest

from keyback.core.policy import Customization
from keyback.core.ports.listing import Branding
from keyback.store.engine import SqliteEngine
from keyback.wiring.branding import MISSED_SECONDS, KeptLooks
from tests.admin.desk import Desk
from tests.counting import Counter
from tests.living import BASE, OPEN_POLICY, Living

HTML = {"accept": "text/html"}


def change(living: Living, accent: str, version: int) -> None:
    with living.store.writing() as unit:
        assert unit.branding.put(Branding(accent, b"", version), unit.now)


def test_a_page_asks_the_store_nothing_about_its_look() -> None:
    """Issue 5: the same statements with and without a look; the same bytes but for the links to its files."""
    counter, pages, statements = Counter(), [], []
    living = Living(SqliteEngine(None), between=counter.between)
    browser = living.browser()
    for version in (0, 1):
        if version:
            change(living, "#0b5cad", version)
            living.house.looks.refresh()
        browser.http.get("/sign-in", headers=HTML)
        counter.take()
        pages.append(browser.http.get("/sign-in", headers=HTML).text)
        statements.append(counter.take().statements)
    accent = living.house.looks.current().accent
    assert accent is not None
    assert statements[0] == statements[1]
    assert "/brand/" not in pages[0]
    assert pages[1].replace(f'<link rel="stylesheet" href="{accent.path}">\n', "") == pages[0]
    living.close()


def test_another_node_follows_and_serves_what_newer_pages_name(living: Living) -> None:
    """Issue 5: within half a minute, and at once where a browser asks for a file that this node has not seen."""
    steady = [0.0]
    other = KeptLooks(living.store, "Contoso", lambda: steady[0])
    other.refresh()
    change(living, "#0b5cad", 1)
    living.house.looks.refresh()
    first = living.house.looks.current().accent
    assert first is not None
    assert other.piece(first.path) is None
    steady[0] += MISSED_SECONDS + 1
    assert other.piece(first.path) == first
    change(living, "#136c3a", 2)
    other.refresh()
    assert other.current().accent != first
    assert other.piece(first.path) == first, "pages that were shown before still find it"
    assert other.piece("/brand/accent.000000000000.css") is None


def test_files_that_do_not_exist_do_not_make_the_store_work() -> None:
    """DOS-1: guessing names costs a look at the store once in two seconds at most."""
    counter = Counter()
    living = Living(SqliteEngine(None), between=counter.between)
    looks = KeptLooks(living.store, "Contoso", lambda: 0.0)
    looks.refresh()
    counter.take()
    for number in range(50):
        assert looks.piece(f"/brand/accent.{number:012x}.css") is None
    assert counter.take().statements == []
    living.close()


@pytest.mark.parametrize("link", ["", "https://help.contoso.example/it"])
def test_ways_out_of_the_admin_centre_s_door_lead_to_the_portal(quick: Living, link: str) -> None:
    """entra-sspr 5: no dead link at the second factor or on error pages there."""
    quick.set_policy(replace(OPEN_POLICY, customization=Customization(link)))
    quick.house.looks.refresh()
    desk = Desk(quick)
    page = desk.get("/no/such/page")
    hrefs = {one["rel"]: one["href"] for one in page["links"]}
    assert hrefs["help"] == (link or f"{BASE}/contact")
    assert hrefs["restart"] == f"{BASE}/reset"
