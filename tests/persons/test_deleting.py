"""Deleting, restoring and erasing people (issue 5 item 2, PRV-3, decisions 20), on both engines."""

import pytest

from keyback.app.people import adding, deleting, groups, importing, roles, status
from keyback.app.people.adding import Newcomer
from keyback.app.policy.standing import rebuild
from keyback.app.setup.issue import rescue
from keyback.core.errors import Conflict, Forbidden, NotFound
from keyback.core.ports import AccessPass, Approval, Case, HelpRequest, SessionChallenge, Upload
from keyback.core.types import DAY, HOUR, Person
from keyback.store.people_changes import ERASED
from keyback.wiring.janitor import Janitor
from tests.app.import_help import Heard, table, work_of
from tests.living import NEW_PASSWORD, Living, solve
from tests.persons.asking import as_operator, count_rows, places_with, tables_about_people
from tests.signing import seated

ADA = "ada@contoso.example"


def person_of(living: Living, id_: str = "id-ada") -> Person:
    with living.store.reading() as unit:
        person = unit.people.by_id(id_, unit.now)
    assert person is not None
    return person


def told(living: Living, to: str) -> list[str]:
    return [str(one["subject"]) for one in living.delivered() if one["to"] == to]


def test_who_is_deleted_is_disabled_loses_roles_for_good_and_is_told(living: Living) -> None:
    """decisions 20: generation raised, sessions and attempts over; issue 5 item 2."""
    living.ada()
    work = work_of(living)
    roles.grant(work, ADA, "helpdesk_administrator")
    groups.add_group(work, "Owners", role_assignable=True)
    groups.add_group(work, "Staff")
    groups.change_member(work, "Owners", ADA, adds=True)
    groups.change_member(work, "Staff", ADA, adds=True)
    before = person_of(living)
    deleting.delete(work, ADA)
    after = person_of(living)
    assert (after.deleted_at, after.enabled) == (living.clock.now(), False)
    assert after.generation > before.generation
    assert (after.roles, len(after.groups)) == ((), 1)
    assert "Your account was deleted" in told(living, "private@mailbox.example")
    assert living.story()[-1]["activity"] == "Delete user"


def test_memberships_that_give_roles_only_from_afar_go_too(living: Living) -> None:
    """A group within a group that holds a role."""
    living.ada()
    work = work_of(living)
    outer, inner = groups.add_group(work, "Outer"), groups.add_group(work, "Inner")
    groups.change_member(work, "Outer", "Inner", adds=True)
    groups.change_member(work, "Inner", ADA, adds=True)
    living.grant(outer, "user_administrator")
    assert person_of(living).roles == ("user_administrator",)
    deleting.delete(work, ADA)
    deleting.restore(work, ADA)
    assert person_of(living).roles == ()
    assert inner not in person_of(living).groups


def test_in_the_middle_of_an_attempt_it_is_over(living: Living) -> None:
    """Nothing that was proven before opens anything after (decisions 20)."""
    living.ada()
    browser = living.browser()
    browser.both_gates()
    deleting.delete(work_of(living), ADA)
    browser.set_password()
    assert browser.page["state"] != "done"
    assert not living.has_password("id-ada", NEW_PASSWORD)


def test_a_deleted_person_looks_like_nobody(living: Living) -> None:
    """ENU-2: the same pages, and no message goes out."""
    living.ada()
    deleting.delete(work_of(living), ADA)
    living.delivered()
    before = len(living.inbox.messages())
    pages = []
    for user_id in (ADA, "nobody@contoso.example"):
        browser = living.browser()
        browser.start(user_id)
        shown = browser.choose("email_code")
        pages.append((browser.status, shown["state"], [field["name"] for field in shown["fields"]]))
    assert pages[0] == pages[1]
    assert len(living.delivered()) == before


def test_a_deleted_person_who_asks_for_help_is_nobody(living: Living) -> None:
    """ENU-2: the same page, and no request about them in the queue."""
    living.ada()
    deleting.delete(work_of(living), ADA)
    browser = living.browser()
    browser.get("/contact")
    browser.post(user_id=ADA, work=solve(browser.page["work"]))
    with living.store.reading() as unit:
        assert unit.help_requests.open_of("id-ada") is None
    [asked] = [line for line in living.story() if line["activity"] == "User contacted an administrator"]
    assert asked["target"].startswith("decoy:")


def test_no_verb_touches_a_deleted_person(living: Living) -> None:
    """Fail closed: enabling, roles and groups say that the account is deleted."""
    living.ada()
    work = work_of(living)
    groups.add_group(work, "Staff")
    deleting.delete(work, ADA)
    for touch in (
        lambda: status.set_enabled(work, ADA, enabled=True),
        lambda: roles.grant(work, ADA, "global_reader"),
        lambda: groups.change_member(work, "Staff", ADA, adds=True),
        lambda: deleting.delete(work, ADA),
    ):
        with pytest.raises(NotFound) as refused:
            touch()
        assert refused.value.text.id == "people.is_deleted"


def test_the_user_id_stays_reserved(living: Living) -> None:
    """Adding says so, and a file changes nothing of it."""
    living.ada()
    work = work_of(living)
    deleting.delete(work, ADA)
    with pytest.raises(Conflict) as refused:
        adding.add(work, Newcomer(ADA))
    assert refused.value.text.id == "people.reserved"
    file = table([(ADA, "Eve", "Yes")], ("upn", "name", "enabled"))
    heard = Heard()
    report = importing.import_people(work, file, importing.Options(), heard)
    assert [one.text.id for one in heard.warnings] == ["import.deleted"]
    assert (report.conflicts, report.changed, report.written) == (1, 0, False)
    assert not person_of(living).enabled


@pytest.mark.parametrize("enabled", [True, False])
def test_who_is_restored_is_as_before(living: Living, *, enabled: bool) -> None:
    """Enabled only if it was; the password and what is registered are there, roles are not."""
    living.ada()
    work = work_of(living)
    roles.grant(work, ADA, "global_reader")
    status.set_enabled(work, ADA, enabled=enabled)
    deleting.delete(work, ADA)
    living.clock.move(30 * DAY - 1)
    deleting.restore(work, ADA)
    person = person_of(living)
    assert (person.enabled, person.deleted_at, person.roles) == (enabled, None, ())
    with living.store.reading() as unit:
        assert len(unit.people.contacts("id-ada")) == 2
        assert unit.people.credential("id-ada", 1) is not None
    assert "Your account was restored" in told(living, "private@mailbox.example")


def test_after_thirty_days_nothing_is_restored(living: Living) -> None:
    """The janitor may be late; the rule is not."""
    living.ada()
    deleting.delete(work_of(living), ADA)
    living.clock.move(30 * DAY)
    with pytest.raises(Conflict) as refused:
        deleting.restore(work_of(living), ADA)
    assert refused.value.text.id == "people.too_late"


def test_only_who_is_deleted_is_restored_or_erased(living: Living) -> None:
    living.ada()
    for verb in (deleting.restore, deleting.erase):
        with pytest.raises(NotFound) as refused:
            verb(work_of(living), ADA)
        assert refused.value.text.id == "people.not_deleted"


def test_every_table_about_people_is_erased(living: Living) -> None:
    """PRV-3: the list of places is the schema's."""
    assert tables_about_people(living) <= set(ERASED)


def test_after_thirty_days_no_row_is_left_but_in_the_audit_log(living: Living) -> None:
    """PRV-3: the janitor erases; the chain of the log still holds ids only."""
    _fill(living)
    before = count_rows(living, "audit")
    deleting.delete(work_of(living), ADA)
    janitor = Janitor(living.running)
    living.clock.move(30 * DAY - 1)
    janitor.sweep()
    assert person_of(living).deleted_at
    living.clock.move(1)
    janitor.sweep()
    assert places_with(living, "id-ada") == {("audit", "target"), ("audit", "actor")} & places_with(living, "id-ada")
    assert places_with(living, ADA) == set()
    assert count_rows(living, "audit") > before
    purged = [line for line in living.story() if line["activity"] == "Hard delete user"]
    assert [(line["target"], line["actor"]) for line in purged] == [("id-ada", "")]
    assert adding.add(work_of(living), Newcomer(ADA))


def test_only_a_global_administrator_erases_by_hand(living: Living) -> None:
    """ADM-1: at the verb, whatever a page shows."""
    _fill(living)
    user = as_operator(living, "user_administrator", "uma")
    deleting.delete(work_of(living), ADA)
    with pytest.raises(Forbidden):
        deleting.erase(user, ADA)
    deleting.erase(as_operator(living, "global_administrator", "gwen"), ADA)
    assert places_with(living, "id-ada") <= {("audit", "target"), ("audit", "actor")}


@pytest.mark.parametrize("held", ["global_administrator", "authentication_administrator"])
def test_nobody_deletes_somebody_more_powerful(living: Living, held: str) -> None:
    """ADM-1, entra-sspr 10.2: a User Administrator reaches neither."""
    living.ada()
    living.grant("id-ada", held)
    with pytest.raises(Forbidden):
        deleting.delete(as_operator(living, "user_administrator", "uma"), ADA)
    assert person_of(living).deleted_at is None


def test_nobody_deletes_themselves(living: Living) -> None:
    """ADM-1"""
    work = as_operator(living, "global_administrator", "gwen")
    with pytest.raises(Forbidden):
        deleting.delete(work, "gwen@contoso.example")


def _fill(living: Living) -> None:
    """A row of Ada's in every table that can have one."""
    living.ada()
    living.recovery_codes("id-ada")
    work = work_of(living)
    groups.add_group(work, "Staff")
    groups.change_member(work, "Staff", ADA, adds=True)
    browser = living.browser()
    browser.both_gates()
    browser.set_password()
    rescue(living.house, ADA, "host:test")
    now = living.clock.now()
    with living.store.writing() as unit:
        unit.passes.issue(AccessPass("p1", "id-ada", b"m", 1, now, now + HOUR, True, False, 5, "host", now, "why"), now)
        assert unit.cases.open(Case("c1", "123456", "id-ada", "id-gwen", now, now + HOUR))
        assert unit.help_requests.open(HelpRequest("h1", "id-ada", "contact", "203.0.113.7", now))
        unit.uploads.put(Upload("u1", "id-ada", "people.csv", b"upn", now))
        unit.approvals.ask(Approval("a1", "access_pass", "id-ada", "id-gwen", "why", now, now + HOUR))
        unit.session_challenges.insert(
            SessionChallenge("q1", "s1", "id-ada", "add", "totp", "", "", b"", b"", b"", "KX", now, now + HOUR, 5)
        )
    seated(living, "id-ada")
    living.grant("id-ada", "global_reader")
    rebuild(living.house)
    filled = {place for place in ERASED if place in places_with(living, "id-ada")}
    assert set(ERASED) - filled == {("incident", "person")}
