"""How tests report: find the link in a notice, open it, press its button."""

import re
from typing import Any

from keyback.app.people.ports import Work
from keyback.app.perform import perform
from keyback.core.effects import TellPerson
from keyback.core.policy import Notifications
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from tests.living import BASE, NEW_PASSWORD, Browser, Living

ADA = "ada@contoso.example"
BOSS = "boss@mailbox.example"
LINK = re.compile(rf"{re.escape(BASE)}(/not-me/[\w-]{{43}})(?![\w-])")


def path_of(mail: dict[str, Any]) -> str:
    """The path of the one link in a notice."""
    found = LINK.findall(str(mail["text"]))
    assert len(found) == 1, mail["text"]
    return str(found[0])


def paths(living: Living) -> list[str]:
    """Of all notices that were delivered, oldest first."""
    return [path for mail in living.delivered() for path in LINK.findall(str(mail["text"]))]


def press(living: Living, path: str) -> Browser:
    """Open the page in a new browser and press its button, if it has one."""
    browser = living.browser()
    if browser.get(path)["state"] == "not_me":
        browser.post()
    return browser


def reset_by_ada(living: Living, new: str = NEW_PASSWORD) -> Browser:
    """A whole reset with Ada's mailbox and authenticator."""
    living.clock.move(60_000)
    living.delivered()  # older notices, so that the newest message is the code
    browser = living.browser()
    browser.both_gates()
    browser.set_password(new)
    return browser


def objected(living: Living, person: str) -> bool:
    """Tell the person of a change, and report it; whether that closed recovery."""
    with living.store.writing() as unit:
        told = TellPerson(person, "notice.method_changed", {"when_at": unit.now, "what": ""})
        perform(unit, [told], Notifications())
    closed: bool = press(living, paths(living)[-1]).page["state"] == "not_me_done"
    living.delivered()  # what is told about it, so that the newest message is a code again
    return closed


def work_of(living: Living) -> Work:
    """For the verbs about people."""
    return Work(living.house, SqlPeopleChanges, SqlGroupChanges, "host:test")  # type: ignore[arg-type]  # units of this store


def frozen_at(living: Living, person: str) -> int | None:
    """Since when recovery is closed."""
    with living.store.reading() as unit:
        found = unit.people.by_id(person, unit.now)
    assert found is not None
    return found.frozen_at
