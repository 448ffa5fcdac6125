"""`guided` is friendly, and only where the tenant says so; elsewhere it is `private` to the byte (decisions 1)."""

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from starlette.testclient import TestClient

from keyback.core.types import ContactKind, DirectoryKind, Disclosure, PersonKind
from keyback.web.server import application
from tests.living import BASE, Browser, Living, solve, with_self_service

INSIDE, OUTSIDE, PROXY = "203.0.113.7", "198.51.100.9", "192.0.2.1"
GUIDED = with_self_service(disclosure=Disclosure.GUIDED, excluded_groups=("outside",))
HERE_ONLY = with_self_service(disclosure=Disclosure.GUIDED, guided_networks=("203.0.113.0/24", "2001:db8::/32"))


def browser_at(living: Living, source: str, **headers: str) -> Browser:
    """A program at this network address."""
    browser = living.browser()
    browser.http = TestClient(
        application(living.running.site), base_url=BASE, headers={"accept": "application/json", **headers},
        follow_redirects=False, client=(source, 40_000),
    )  # fmt: skip
    return browser


def options(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [(choice["value"].partition(":")[0], choice["about"]) for choice in page["choices"]]


def test_it_shows_what_one_has_in_part_at_once(quick: Living) -> None:
    """Decisions 1: masked contacts straight after the user ID, and nothing that one does not have."""
    quick.set_policy(GUIDED)
    quick.ada()
    shown = dict(options(quick.browser().start()))
    assert list(shown) == ["totp", "email_code", "sms_code"]
    assert shown["email_code"] == "To p***@mailbox.example"
    assert shown["sms_code"] == "To +49 ••• ••09"


def test_masks_tell_no_more_than_the_mask(quick: Living) -> None:
    """Decisions 1: people whose addresses and numbers have one mask see the same; no answer holds the whole."""
    quick.set_policy(GUIDED)
    whole = (
        ("ada", "p@mailbox.example", "+4915112345609"),
        ("bob", "private.long.name@mailbox.example", "+4915201234509"),
    )
    pages = []
    for name, mail, number in whole:
        person = quick.person(name)
        quick.contact(person, ContactKind.EMAIL, mail)
        quick.contact(person, ContactKind.MOBILE, number)
        quick.authenticator(person)
        browser = quick.browser()
        page = browser.start(f"{name}@contoso.example")
        browser.choose("email_code")
        text = str(page) + str(browser.page)
        assert [part for part in (mail, mail.partition("@")[0] + "@", number, number[3:-2]) if part in text] == []
        pages.append((options(page), browser.page["lead"]))
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("one method", "SSPR_0014"), ("no methods", "SSPR_0014"), ("directory", "SSPR_0010"), ("frozen", "KEYBACK_0001")],
)
def test_it_tells_the_reason_at_once(quick: Living, kind: str, code: str) -> None:
    """Decisions 1: in plain words, with its code and a way on."""
    quick.set_policy(GUIDED)
    person = quick.person("ada", directory=DirectoryKind.LDAP if kind == "directory" else DirectoryKind.CLOUD)
    if kind != "no methods":
        quick.contact(person, ContactKind.EMAIL, "private@mailbox.example")
    if kind == "frozen":
        with quick.store.writing() as unit:
            unit.people.freeze(person, unit.now)
    page = quick.browser().start()
    assert (page["state"], page["code"]) == ("refused", code)
    assert {link["rel"] for link in page["links"]} >= {"help", "restart"}


@pytest.mark.parametrize("kind", ["unknown", "disabled", "service"])
def test_whom_it_cannot_help_it_tells_what_to_check(quick: Living, kind: str) -> None:
    """Decisions 1: an ID that nobody has, or nobody who helps themselves: "check the user ID first"."""
    quick.set_policy(GUIDED)
    if kind != "unknown":
        quick.person(
            "ada", enabled=kind != "disabled", kind=PersonKind.SERVICE if kind == "service" else PersonKind.PERSON
        )
    page = quick.browser().start()
    assert (page["state"], page["title"]["id"]) == ("ended", "ended.unverified_title")
    assert "check the user ID first" in page["lead"][0]["text"]


@pytest.mark.parametrize("source", [INSIDE, f"::ffff:{INSIDE}", "2001:db8::7"])
def test_it_guides_in_the_named_networks(quick: Living, source: str) -> None:
    """Decisions 1: IPv4, IPv4 within IPv6, and IPv6."""
    quick.set_policy(HERE_ONLY)
    quick.ada()
    assert dict(options(browser_at(quick, source).start()))["email_code"] == "To p***@mailbox.example"


FORGED: tuple[dict[str, str], ...] = (
    {},
    {"x-forwarded-for": INSIDE},
    {"forwarded": f"for={INSIDE}"},
    {"x-real-ip": INSIDE},
    {"x-forwarded-for": f"{INSIDE}, x"},
)


@pytest.mark.parametrize("source", [OUTSIDE, "2001:db9::1", "no address", ""])
@pytest.mark.parametrize("headers", FORGED, ids=str)
def test_elsewhere_it_is_private(source: str, headers: dict[str, str], quick: Living) -> None:
    """Decisions 1, THR-6: whatever the request claims, and where its address cannot be read."""
    quick.set_policy(HERE_ONLY)
    quick.ada()
    pages = [private_page(browser_at(quick, source, **headers), name) for name in ("ada", "eve")]
    assert pages[0] == pages[1]
    assert "***" not in str(pages[0])


@pytest.mark.parametrize(
    ("forwarded", "guided"),
    [
        (INSIDE, True),
        (OUTSIDE, False),
        (f"{INSIDE}, {OUTSIDE}", False),
        (f"{OUTSIDE}, {INSIDE}", True),
        ("junk", False),
        ("", False),
    ],
)
def test_behind_a_proxy_the_address_is_the_proxy_s_word(quick: Living, forwarded: str, *, guided: bool) -> None:
    """Decisions 1, THR-6: what the proxy wrote last counts, and not what the client wrote before it."""
    site = replace(quick.running.site, proxies=(ip_network(f"{PROXY}/32"),))
    quick.running = replace(quick.running, site=site)
    quick.set_policy(HERE_ONLY)
    quick.ada()
    page = browser_at(quick, PROXY, **{"x-forwarded-for": forwarded}).start()
    assert ("***" in str(page)) is guided


def private_page(browser: Browser, name: str) -> dict[str, Any]:
    """Without what is random."""
    browser.get("/reset")
    page = browser.post(user_id=f"{name}@contoso.example", work=solve(browser.page["work"]))
    return {**page, "fields": [field["name"] for field in page["fields"]]}
