"""Who gets a notice, exactly."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from keyback.app.people import contacts, enrolling, passwords
from keyback.app.people.roles import grant
from keyback.app.people.status import set_enabled
from keyback.core.policy import Notifications
from keyback.core.rules import roles
from keyback.core.types import ContactKind
from tests.incidents.reporting import ADA, objected, reset_by_ada, work_of
from tests.living import MAIL, NEW_PASSWORD, OPEN_POLICY, Living

SECOND, PRIMARY, HINT = "second@mailbox.example", "ada@office.example", "hint@mailbox.example"
ALL = {("email", MAIL), ("email", SECOND), ("email", PRIMARY)}
NUMBER = "+4915112345609"


def everything(living: Living) -> str:
    """Ada with two confirmed addresses, the directory's own, a hint, and a mobile."""
    person = living.ada()
    living.contact(person, ContactKind.EMAIL, SECOND)
    living.contact(person, ContactKind.PRIMARY, PRIMARY)
    living.contact(person, ContactKind.EMAIL, HINT, how="")
    return person


def told_by(living: Living, act: Callable[[], object]) -> list[tuple[str, str]]:
    """Channel and recipient of each message that an act makes, codes left out."""
    before = len(living.delivered())
    act()
    return sorted(
        (mail["channel"], mail["to"]) for mail in living.delivered()[before:] if "Your code" not in mail["subject"]
    )


def removed(living: Living, value: str) -> Callable[[], object]:
    with living.store.reading() as unit:
        contact = next(one.id for one in unit.people.contacts("id-ada") if one.value == value)
    return lambda: contacts.remove_contact(work_of(living), ADA, contact)


def test_a_reset_is_told_at_every_confirmed_address_and_the_directorys_own(living: Living) -> None:
    """NOT-1, NOT-6, decisions 15: two addresses or more; hints and numbers are not addresses."""
    everything(living)
    assert told_by(living, lambda: reset_by_ada(living)) == sorted(ALL)


def test_what_administrators_do_is_told_as_it_was_before(living: Living) -> None:
    """NOT-1: the address that is removed is told as well, the one that is added is not."""
    everything(living)
    work = work_of(living)
    assert told_by(living, lambda: contacts.add_contact(work, ADA, ContactKind.EMAIL, "new@x.example")) == sorted(ALL)
    assert told_by(living, removed(living, SECOND)) == sorted(ALL)
    left = ALL - {("email", SECOND)}
    assert told_by(living, removed(living, NUMBER)) == sorted({*left, ("sms", NUMBER)})
    assert told_by(living, removed(living, HINT)) == sorted({*left, ("email", HINT)})
    begun = enrolling.begin(work, ADA, "paper")
    assert told_by(living, lambda: enrolling.finish(work, begun, None)) == sorted(left)
    assert told_by(living, lambda: grant(work, ADA, "helpdesk_administrator")) == sorted(left)
    assert told_by(living, lambda: set_enabled(work, ADA, enabled=False)) == sorted(left)
    assert told_by(living, lambda: set_enabled(work, ADA, enabled=True)) == sorted(left)
    set_password = passwords.set_password
    assert told_by(living, lambda: set_password(work, ADA, NEW_PASSWORD, life=None)) == sorted(left)


def test_who_has_no_address_is_told_at_the_user_id(quick: Living) -> None:
    """Decisions 15: the UPN if there is nothing else."""
    person = quick.person("bo")
    quick.contact(person, ContactKind.MOBILE, NUMBER)
    quick.contact(person, ContactKind.EMAIL, HINT, how="")
    act = passwords.set_password
    told = told_by(quick, lambda: act(work_of(quick), "bo@contoso.example", NEW_PASSWORD, life=None))
    assert told == [("email", "bo@contoso.example")]


@pytest.mark.parametrize("administrator", [False, True])
def test_no_tenant_silences_administrators_about_themselves(quick: Living, *, administrator: bool) -> None:
    """NOT-5, decisions 15: "Notify users: No" counts for the others only."""
    person = everything(quick)
    if administrator:
        quick.grant(person, "helpdesk_administrator")
    quick.set_policy(replace(OPEN_POLICY, notifications=Notifications(notify_users=False, notify_admins=False)))
    act = passwords.set_password
    told = told_by(quick, lambda: act(work_of(quick), ADA, NEW_PASSWORD, life=None))
    assert told == (sorted(ALL) if administrator else [])


def test_a_report_is_told_whatever_the_tenant_switched_off(quick: Living) -> None:
    """Decisions 16, NOT-4: to the person and to all global administrators."""
    person = everything(quick)
    boss = quick.person("boss")
    quick.grant(boss, roles.GLOBAL)
    quick.set_policy(replace(OPEN_POLICY, notifications=Notifications(notify_users=False, notify_admins=False)))
    told = told_by(quick, lambda: objected(quick, person))
    assert told == sorted(
        [*ALL, *ALL, ("email", "boss@contoso.example")]
    )  # the notice that had the link, and what came of it
