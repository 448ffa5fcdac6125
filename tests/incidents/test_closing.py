"""Closing an incident opens recovery again, and nothing from before closes it a second time."""

import pytest

from keyback.app.incidents.care import close, list_incidents
from keyback.app.people.contacts import add_contact
from keyback.app.perform import perform
from keyback.core.effects import TellPerson
from keyback.core.errors import Conflict, Invalid, NotFound
from keyback.core.policy import Notifications
from keyback.core.types import ContactKind
from tests.incidents.reporting import ADA, frozen_at, objected, paths, press, reset_by_ada, work_of
from tests.living import MAIL, Living


def test_links_from_before_a_closing_die_with_it(living: Living) -> None:
    """NOT-4: nobody locks the owner out again with an older mail."""
    person = living.ada()
    add_contact(work_of(living), ADA, ContactKind.EMAIL, "second@mailbox.example")
    reset_by_ada(living)
    *_, first, second = dict.fromkeys(paths(living))
    press(living, first)
    [one] = list_incidents(living.house, only_open=True)
    close(living.house, one.incident.id, "host:test", "spoke with Ada", keep_frozen=False)
    assert press(living, second).page["state"] == "not_me_dead"
    assert press(living, first).page["state"] == "not_me_dead"
    assert frozen_at(living, person) is None
    assert not any("/not-me/" in mail["text"] for mail in living.delivered() if "open again" in mail["subject"])


def test_closing_opens_recovery_tells_the_person_and_is_audited(living: Living) -> None:
    """AUD-1, NOT-1: who, why, and at every address."""
    person = living.ada()
    assert objected(living, person)
    [one] = list_incidents(living.house, only_open=True)
    sent = len(living.delivered())
    close(living.house, one.incident.id[:8], "host:root", "spoke with Ada", keep_frozen=False)
    assert {(mail["to"], mail["subject"]) for mail in living.delivered()[sent:]} == {
        (MAIL, "Password reset is open again for your account")
    }
    line = living.story()[-1]
    assert (line["activity"], line["actor"], line["target"]) == ("Close incident", "host:root", person)
    assert "spoke with Ada" in line["details"]
    assert list_incidents(living.house, only_open=True) == []
    with pytest.raises(Conflict):
        close(living.house, one.incident.id, "host:root", "again", keep_frozen=False)
    assert reset_by_ada(living).page["state"] == "done"


def test_recovery_can_stay_closed_and_be_opened_later(quick: Living) -> None:
    """NOT-4: --keep-frozen, then once more without it."""
    person = quick.ada()
    assert objected(quick, person)
    [one] = list_incidents(quick.house, only_open=True)
    close(quick.house, one.incident.id, "host:root", "laptop stolen", keep_frozen=True)
    assert frozen_at(quick, person) is not None
    with pytest.raises(Conflict):
        close(quick.house, one.incident.id, "host:root", "still", keep_frozen=True)
    close(quick.house, one.incident.id, "host:root", "new laptop", keep_frozen=False)
    assert frozen_at(quick, person) is None


def test_an_older_incident_does_not_open_what_a_newer_one_closed(quick: Living) -> None:
    """NOT-4: recovery stays closed while anything is open."""
    person = quick.ada()
    assert objected(quick, person)
    [old] = list_incidents(quick.house, only_open=True)
    close(quick.house, old.incident.id, "host:root", "laptop stolen", keep_frozen=True)
    assert objected(quick, person)
    with pytest.raises(Conflict):
        close(quick.house, old.incident.id, "host:root", "new laptop", keep_frozen=False)
    assert frozen_at(quick, person) is not None


def test_recovery_cannot_be_closed_without_end(quick: Living) -> None:
    """NOT-4: five times a week; the sixth link says whom to call, and keeps."""
    person = quick.ada()
    for _ in range(5):
        assert objected(quick, person)
        [one] = list_incidents(quick.house, only_open=True)
        close(quick.house, one.incident.id, "host:root", "nothing", keep_frozen=False)
    notify(quick, person)
    path = paths(quick)[-1]
    browser = press(quick, path)
    assert (browser.status, browser.told()) == (429, ["not_me.too_many"])
    assert frozen_at(quick, person) is None
    assert quick.browser().get(path)["state"] == "not_me"


def notify(living: Living, person: str) -> None:
    with living.store.writing() as unit:
        told = TellPerson(person, "notice.method_changed", {"when_at": unit.now, "what": ""})
        perform(unit, [told], Notifications())


@pytest.mark.parametrize("why", ["", "   ", "x" * 201, "a\x1b[31mb"])
def test_closing_needs_a_reason(quick: Living, why: str) -> None:
    """AUD-1, INJ-6."""
    person = quick.ada()
    assert objected(quick, person)
    [one] = list_incidents(quick.house, only_open=True)
    with pytest.raises(Invalid):
        close(quick.house, one.incident.id, "host:root", why, keep_frozen=False)
    with pytest.raises(NotFound):
        close(quick.house, "%", "host:root", "fine", keep_frozen=False)
