"""What is kept about people, who sees it, and who else hears of it (PRV)."""

import re
from pathlib import Path

import pytest

import keyback
from keyback.app.people import contacts
from keyback.app.retention import TABLE
from keyback.core.rules import masking
from keyback.core.types import ContactKind
from keyback.store.engine import PostgresqlEngine, Sql
from keyback.wiring.console import work_of
from tests.living import MOBILE, Living

SHOWN = [
    path
    for folder in ("templates", "static")
    for path in sorted((Path(keyback.__file__).parent / "web" / folder).rglob("*"))
    if path.suffix in {".html", ".css", ".js", ".svg"}
]


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.name)
def test_no_page_loads_anything_from_elsewhere(path: Path) -> None:
    """PRV-4: no address of another host stands in what browsers get, but the name of SVG itself."""
    text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"(?:https?:)?//[\w-]+\.[\w.-]+", text) == []


def test_every_table_of_the_database_has_a_line_that_says_how_long_it_is_kept(living: Living) -> None:
    """PRV-2: one table in the code tells it all."""
    listed = {name for kept in TABLE for name in kept.tables.split()}
    query = (
        "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        if isinstance(living.store.engine, PostgresqlEngine)
        else "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    with living.store.reading() as unit:
        there = {row[0] for row in unit.link.all(Sql(query), {})}
    assert there - listed == {"alembic_version"}


@pytest.mark.parametrize("other", ["a-very-long-name-indeed@example.org"])
def test_a_mask_does_not_tell_how_long_an_address_is(other: str) -> None:
    """PRV-1."""
    assert masking.mail("ab@example.org") == masking.mail(other)


def test_two_people_may_have_the_same_telephone(living: Living) -> None:
    """PRV-6: neither is refused, and nobody is told."""
    for name in ("ada", "bob"):
        person = living.person(name)
        contacts.add_contact(
            work_of(living.running), f"{name}@contoso.example", ContactKind.MOBILE, MOBILE, vouched_by="desk"
        )
        with living.store.reading() as unit:
            assert [one.value for one in unit.people.contacts(person)] == [MOBILE]
    told = "\n".join(str(one["text"]) for one in living.delivered())
    assert "ada" not in "\n".join(line for line in told.splitlines() if "bob" in line)


def test_nobody_needs_a_telephone(living: Living) -> None:
    """PRV-6: a mailbox and an authenticator are enough for a reset."""
    person = living.person("ada")
    living.contact(person, ContactKind.EMAIL, "private@mailbox.example")
    living.authenticator(person)
    browser = living.browser()
    browser.both_gates()
    assert browser.set_password()["state"] == "done"
