"""Ctrl-K: pages, their settings, and people by the first letters of any word; only what may be opened (ADM-9)."""

from typing import Any

import pytest

from tests.admin.acting import group, hold_role
from tests.admin.desk import Desk
from tests.living import Living


def found(desk: Desk, typed: str) -> list[tuple[str, str]]:
    """Where each row leads, and what it says."""
    desk.get(f"/find?q={typed}")
    return [(row["cells"][0]["href"], said(row["cells"][0]["label"])) for row in desk.parts("Table")[0]["rows"]]


def said(words: Any) -> str:
    return str(words["text"] if isinstance(words, dict) else words)


def paths(desk: Desk, typed: str) -> list[str]:
    return [href for href, _ in found(desk, typed)]


def test_pages_are_found_by_title_and_heading(living: Living) -> None:
    desk = Desk(living, living.operator("global_administrator", "gwen"))
    assert paths(desk, "prop")[0] == "/password-reset/properties"
    assert "/password-reset/registration" in paths(desk, "password+reset+regi")
    assert paths(desk, "overv") == ["/"]


def test_settings_lead_to_their_page(living: Living) -> None:
    """By any word of their label: the page's own, and the document's in every language."""
    desk = Desk(living, living.operator("global_administrator", "gwen"))
    labels = [
        label for path, label in found(desk, "require+register+signing") if path == "/password-reset/registration"
    ]
    assert labels == ["Require users to register when signing in"]
    desk.http.get("/find?mkt=de")
    assert "/password-reset/registration" in paths(desk, "require+register+signing")


def test_people_are_found_by_the_first_letters_of_any_word(living: Living) -> None:
    """Accents folded; several words all count; of many only a few."""
    zoe = living.person("zoë")
    for number in range(12):
        living.person(f"zora{number}")
    desk = Desk(living, living.operator("global_administrator", "gwen"))
    assert (f"/users/{zoe}", "Zoë Test") in found(desk, "zoe")
    assert paths(desk, "test+zoe") == [f"/users/{zoe}"]
    assert len(paths(desk, "zor")) == 8
    assert paths(desk, "oë") == []


def test_who_may_not_see_people_finds_none(living: Living) -> None:
    living.ada()
    desk = Desk(living, living.operator("authentication_policy_administrator", "polly"))
    assert [path for path in paths(desk, "ada") if path.startswith("/users")] == []
    assert "/users" not in paths(desk, "")


def test_whose_role_has_a_scope_finds_the_people_in_it(living: Living) -> None:
    """ADM-9: nobody is named who is out of reach."""
    inside, _ = living.person("ada"), living.person("adam")
    scope = group(living, "finance", inside)
    operator = living.person("hal")
    living.authenticator(operator)
    hold_role(living, operator, "helpdesk_administrator", scope=scope)
    assert [path for path in paths(Desk(living, operator), "ada") if path.startswith("/users/")] == [f"/users/{inside}"]


@pytest.mark.parametrize(
    "role", ["global_administrator", "reports_reader", "groups_administrator", "helpdesk_administrator"]
)
def test_everything_that_is_found_opens(quick: Living, role: str) -> None:
    """No dead end: pages and settings, before anything is typed and for each letter."""
    desk = Desk(quick, quick.operator(role))
    everything = {path for letter in ["", *"abcdefghijklmnopqrstuvwxyz"] for path in paths(desk, letter)}
    assert everything
    for path in everything:
        desk.get(path)
        assert desk.status == 200, path


def test_nothing_found_says_what_to_do(quick: Living) -> None:
    desk = Desk(quick, quick.operator("global_administrator", "gwen"))
    assert found(desk, "xyzzy") == []
    assert desk.parts("Table")[0]["empty"]["id"] == "find.none"
    assert 'value="xyzzy"' in desk.html("/find?q=xyzzy")
