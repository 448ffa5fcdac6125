"""Whatever an administrator's page calls judges the operator in its own unit: who holds nothing does nothing, who holds the
right does it to whom they reach, and what is refused leaves no trace (ADM-1)."""

import csv
import io
from collections.abc import Callable, Mapping

import pytest

from keyback.app import breached
from keyback.app.incidents import care
from keyback.app.passes import issuing
from keyback.app.people import (
    adding,
    contacts,
    demanding,
    enrolling,
    groups,
    importing,
    passwords,
    pauses,
    roles,
    status,
)
from keyback.app.people.demanding import Whom
from keyback.app.people.ports import Work
from keyback.app.sign_in.sessions import Ending, end_for
from keyback.app.watch import brake
from keyback.core.errors import Forbidden, Refused
from keyback.core.ports import Incident
from keyback.core.rules.people_file import Mistake
from keyback.core.rules.roles import GLOBAL, ROLES, Permission
from keyback.core.types import ContactKind
from tests.admin.acting import found, group, hold_role, work_as
from tests.living import NEW_PASSWORD, Living

TARGET, OTHER = "target@contoso.example", "private@mailbox.example"
MAY = Permission


class List:
    """Of breached passwords, as it was imported."""

    kind, count, source_at, imported_at = "sha1", 1, 0, 0

    def __contains__(self, password: object) -> bool:
        return False


VERBS: Mapping[str, tuple[Callable[[Work], object], set[Permission]]] = {
    "add": (lambda work: adding.add(work, adding.Newcomer("new@contoso.example")), {MAY.CHANGE_PEOPLE}),
    "disable": (lambda work: status.set_enabled(work, TARGET, enabled=False), {MAY.CHANGE_PEOPLE}),
    "add a contact": (
        lambda work: contacts.add_contact(work, TARGET, ContactKind.EMAIL, OTHER), {MAY.CHANGE_METHODS},
    ),
    "remove a method": (lambda work: enrolling.remove(work, TARGET, "totp"), {MAY.CHANGE_METHODS}),
    "demand registration": (
        lambda work: demanding.demand(work, Whom(TARGET), "why", lambda _: None), {MAY.CHANGE_METHODS, MAY.CHANGE_PEOPLE},
    ),
    "demand it of everybody": (
        lambda work: demanding.demand(work, Whom(), "why", lambda _: None), {MAY.CHANGE_METHODS},
    ),
    "set a password": (
        lambda work: passwords.set_password(work, TARGET, NEW_PASSWORD, life=None), {MAY.RESET_PASSWORDS},
    ),
    "clear a pause": (lambda work: pauses.clear_pause(work, TARGET, "why"), {MAY.HELP_PEOPLE}),
    "end sessions": (
        lambda work: end_for(work.house, Ending(work.actor, "id-target", "", "why")), {MAY.CHANGE_METHODS, MAY.CHANGE_PEOPLE},
    ),
    "issue a pass": (
        lambda work: issuing.issue(work, TARGET, issuing.Wish("why")), {MAY.RESET_PASSWORDS, MAY.CHANGE_METHODS},
    ),
    "make a group": (lambda work: groups.add_group(work, "New"), {MAY.CHANGE_GROUPS}),
    "make a group for roles": (lambda work: groups.add_group(work, "N", role_assignable=True), {MAY.CHANGE_ROLES}),
    "join": (lambda work: groups.change_member(work, "Paris", TARGET, adds=True), {MAY.CHANGE_GROUPS}),
    "rename": (lambda work: groups.rename(work, "Paris", "Rome"), {MAY.CHANGE_GROUPS}),
    "delete a group": (lambda work: groups.delete(work, "Paris"), {MAY.CHANGE_GROUPS}),
    "give a role": (lambda work: roles.grant(work, TARGET, "global_reader"), {MAY.CHANGE_ROLES}),
    "import a list": (
        lambda work: breached.imported(work.house, work.actor, List()), {MAY.CHANGE_POLICY},
    ),
    "release the brake": (lambda work: brake.release(work.house, work.actor, "why"), {MAY.CHANGE_POLICY}),
}  # fmt: skip


def prepared(living: Living) -> None:
    living.authenticator(living.person("target"))
    group(living, "Paris")


def allowed(act: Callable[[Work], object], work: Work) -> bool:
    """Whether the operator's rights are enough; what else is in the way does not matter here."""
    try:
        act(work)
    except Forbidden:
        return False
    except Refused:
        return True
    return True


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_each_role_may_what_its_permissions_say(quick: Living, verb: str) -> None:
    """On somebody who holds nothing, whom every role with a column reaches."""
    act, needs = VERBS[verb]
    prepared(quick)
    assert not allowed(act, work_as(quick, quick.person("mallory")))
    before = len(quick.story())
    for role in ROLES:
        work = work_as(quick, quick.operator(role, f"op-{role.replace('_', '-')}"))
        if needs.isdisjoint(ROLES[role].permissions):
            assert not allowed(act, work), role
    assert len(quick.story()) == before
    for role in ROLES:
        if not needs.isdisjoint(ROLES[role].permissions):
            assert allowed(act, work_as(quick, f"id-op-{role.replace('_', '-')}")), role


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_no_verb_reaches_over_the_edge_of_a_scope(quick: Living, verb: str) -> None:
    """What touches nobody in it, or the whole organisation, needs the right everywhere."""
    act, _ = VERBS[verb]
    prepared(quick)
    hold_role(quick, quick.person("op"), GLOBAL, scope=group(quick, "Berlin"))
    before = len(quick.story())
    assert not allowed(act, work_as(quick, "id-op"))
    assert len(quick.story()) == before


class Quiet:
    """Follows an import."""

    def __init__(self) -> None:
        self.warned: list[str] = []

    def mistake(self, mistake: Mistake) -> None:
        raise AssertionError(mistake)

    def warning(self, warning: Mistake) -> None:
        self.warned.append(warning.text.id)

    def looked(self, people: int) -> None: ...
    def wrote(self, people: int, *, wrote: bool) -> None: ...


def source(rows: list[tuple[str, str]]) -> Callable[[], io.BytesIO]:
    text = io.StringIO()
    csv.writer(text).writerows([("user_id", "email"), *rows])
    return lambda: io.BytesIO(text.getvalue().encode())


def test_an_import_leaves_alone_whom_the_operator_does_not_reach(living: Living) -> None:
    """ADM-1: a file is no way to give a Global Administrator another mailbox."""
    living.operator(GLOBAL, "gwen")
    prepared(living)
    work = work_as(living, living.operator("user_administrator", "uma"))
    hold_role(living, "id-uma", "authentication_administrator")
    quiet = Quiet()
    rows = [("gwen@contoso.example", "evil@mailbox.example"), (TARGET, "good@mailbox.example"),
            ("uma@contoso.example", "mine@mailbox.example"), ("new@contoso.example", "new@mailbox.example")]  # fmt: skip
    report = importing.import_people(work, source(rows), importing.Options(trust=True), quiet)
    assert (report.added, report.changed, report.beyond, report.unchanged) == (1, 1, 2, 0)
    assert quiet.warned == ["import.beyond"] * 2
    with living.store.reading() as unit:
        assert [one.value for one in unit.people.contacts("id-target")] == ["good@mailbox.example"]
        assert not unit.people.contacts("id-gwen")
        assert not unit.people.contacts("id-uma")


def test_an_import_without_the_right_writes_nothing(living: Living) -> None:
    prepared(living)
    for role in ("helpdesk_administrator", "global_reader"):
        work = work_as(living, living.operator(role, role.partition("_")[0]))
        with pytest.raises(Forbidden):
            importing.import_people(work, source([("n@contoso.example", "")]), importing.Options(), Quiet())
    with living.store.reading() as unit:
        assert unit.people.by_canonical("n@contoso.example", unit.now) is None


def test_of_many_only_those_are_asked_to_register_whom_the_operator_reaches(living: Living) -> None:
    living.operator(GLOBAL, "gwen")
    prepared(living)
    work = work_as(living, living.operator("authentication_administrator", "al"))
    assert demanding.demand(work, Whom(), "why", lambda _: None) == 1
    assert found(living, "id-target").upkeep.again_at is not None
    assert found(living, "id-gwen").upkeep.again_at is None
    assert found(living, "id-al").upkeep.again_at is None


def test_an_incident_is_closed_by_who_reaches_the_person(living: Living) -> None:
    """Issue 5.5: incidents are the helpdesk's, but not those of somebody who holds more."""
    prepared(living)
    living.operator(GLOBAL, "gwen")
    helper = living.operator("helpdesk_administrator", "hal")
    for person, incident in (("id-target", "aaaa"), ("id-gwen", "bbbb")):
        with living.store.writing() as unit:
            unit.people.freeze(person, unit.now)
            unit.incidents.insert(Incident(incident * 8, person, "", False, "", "", unit.now))
    with pytest.raises(Forbidden):
        care.close(living.house, "bbbb", helper, "why", keep_frozen=False)
    assert found(living, "id-gwen").frozen_at is not None
    care.close(living.house, "aaaa", helper, "why", keep_frozen=False)
    assert found(living, "id-target").frozen_at is None
