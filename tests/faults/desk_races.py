"""Operators who act at the same moment, on each other, on one person, or on somebody who acts too: one wins, the others are
told, and nobody waits for somebody who waits for them."""

from collections.abc import Callable
from itertools import chain

from keyback.app.branding import change as branding
from keyback.app.helpdesk import acting, approving, checking
from keyback.app.helpdesk.acting import Deed
from keyback.app.helpdesk.basis import Claim
from keyback.app.people import deleting, editing, groups, roles
from keyback.app.people.editing import Details
from keyback.app.people.ports import Work
from keyback.app.reset import answer as answer_verb
from keyback.app.reset import choose as choose_verb
from keyback.app.reset.contact import Kind, ask_for_help
from keyback.core.errors import Conflict, Forbidden, NotFound, Refused
from keyback.core.events import Activity
from keyback.core.rules.helpdesk import Action, Ground
from keyback.core.rules.roles import GLOBAL
from keyback.store.engine import Sql
from keyback.store.group_changes import SqlGroupChanges
from tests.admin.acting import group, work_as
from tests.call.calling import enter, work_of
from tests.faults.acting import Somebody, Walk, somebody
from tests.faults.invariants import number
from tests.faults.together import released_together
from tests.living import NEW_PASSWORD, Browser, Living
from tests.signing import seated

SEVERAL = 12
CASE, SEEN = Claim(Ground.CASE), Claim(Ground.IN_PERSON, "passport")

_LINES = Sql("SELECT count(*) FROM audit WHERE activity = :activity AND target = :person AND result = 'success'")
_AFTER = Sql(
    """SELECT count(*) FROM audit l WHERE l.target = :person AND l.result = 'success' AND l.seq >
    (SELECT max(d.seq) FROM audit d WHERE d.target = :person AND d.activity = :activity)"""
)
_BY_AFTER = Sql(
    """SELECT count(*) FROM audit l WHERE l.actor = :person AND l.result = 'success' AND l.seq >
    (SELECT max(d.seq) FROM audit d WHERE d.target = :person AND d.activity = :activity)"""
)
_PASSED = Sql("SELECT count(*) FROM caller_case WHERE person = :person AND state = 'passed'")
_OPEN = Sql("SELECT count(*) FROM caller_case WHERE person = :person AND state = 'open'")
_SEATS = Sql("SELECT count(*) FROM session WHERE person = :person")
_GONE = Sql("SELECT count(*) FROM person WHERE id = :person AND deleted_at IS NOT NULL")
_HELD = Sql("SELECT count(*) FROM role_assignment WHERE holder = :person")
_GLOBALS = Sql("SELECT count(*) FROM role_assignment WHERE role = 'global_administrator'")
_NO_GLOBALS = Sql("DELETE FROM role_assignment WHERE role = 'global_administrator'")
_ASKED = Sql("SELECT count(*) FROM help_request WHERE person = :person AND closed_at IS NULL")


def together(living: Living, *work: Callable[[], object]) -> list[list[object]]:
    """Each of these several times, all at once; what came of each. Nothing but a refusal may keep anybody from it."""
    results = released_together(living, lambda turn: work[turn % len(work)](), SEVERAL)
    troubles = [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert troubles == []
    return [results[first :: len(work)] for first in range(len(work))]


def won(results: list[object]) -> int:
    """How many were not refused, and did something."""
    return sum(not isinstance(one, Refused) and one is not False for one in results)


def refused(results: list[object], *kinds: type[Refused]) -> None:
    """The others were, and by these."""
    assert all(isinstance(one, kinds) for one in results if isinstance(one, Refused)), results


def _operator(living: Living, role: str, name: str, round_: int) -> Work:
    return work_of(living, living.operator(role, f"{name}{round_}"))


def _host(living: Living) -> Work:
    return work_as(living, "host:race")


def an_approval_is_decided_once_and_used_once(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    asker, first, second = (
        _operator(living, "helpdesk_administrator", name, round_) for name in ("asker", "one", "two")
    )
    asked = approving.ask(asker, Action.UNLOCK, who.id, "lost everything").id
    results = together(
        living,
        lambda: approving.decide(first, asked, granted=True),
        lambda: approving.decide(second, asked, granted=False),
    )
    assert won([*results[0], *results[1]]) == 1
    refused([*results[0], *results[1]], Conflict)
    deed = Deed(Action.UNLOCK, who.id, Claim(Ground.APPROVAL, approval=asked))
    (used,) = together(living, lambda: acting.act(asker, deed))
    assert won(used) == (1 if won(results[0]) else 0)
    assert number(living, _LINES, activity=Activity.ADMIN_UNLOCKED.value, person=who.id) == won(used)


def _at_the_answer(living: Living, who: Somebody, case: str, method: str) -> answer_verb.Reply:
    browser = living.browser()
    enter(browser, case, who.upn)
    browser.choose(method)
    code = who.code() if method == "totp" else living.newest_code(who.mail)
    version = int(next(field["value"] for field in browser.page["fields"] if field["name"] == "version"))
    return answer_verb.Reply(str(browser.http.cookies["keyback-journey"]), code, version, "203.0.113.7")


def a_case_is_decided_in_one_browser_of_two(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    case = checking.open_case(_operator(living, "helpdesk_administrator", "op", round_), who.id).number
    one, other = (_at_the_answer(living, who, case, method) for method in ("totp", "email_code"))
    together(living, lambda: answer_verb.answer(living.house, one), lambda: answer_verb.answer(living.house, other))
    assert number(living, _PASSED, person=who.id) == 1
    assert number(living, _LINES, activity=Activity.CASE_PASSED.value, person=who.id) == 1


def _nothing_is_left_of(living: Living, who: Somebody, deleted: list[object]) -> None:
    """Deleted once, and nothing happened to the account after it."""
    assert won(deleted) == 1
    refused(deleted, NotFound)
    found = [number(living, one, person=who.id) for one in (_GONE, _SEATS, _HELD)]
    assert found == [1, 0, 0]
    assert number(living, _AFTER, person=who.id, activity=Activity.PERSON_DELETED.value) == 0


def somebody_is_deleted_who_resets(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    browser = Walk(living, who).both().browser
    version = int(next(field["value"] for field in browser.page["fields"] if field["name"] == "version"))
    token, wanted = (
        str(browser.http.cookies["keyback-journey"]),
        choose_verb.NewPassword(NEW_PASSWORD, NEW_PASSWORD, version, ""),
    )
    admin = _operator(living, "user_administrator", "op", round_)
    _, deleted = together(living, lambda: choose_verb.choose(living.house, token, wanted), lambda: _deletes(admin, who))
    _nothing_is_left_of(living, who, deleted)


def _deletes(work: Work, who: Somebody) -> bool:
    deleting.delete(work, who.upn)
    return True


def somebody_is_deleted_who_registers(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    value = f"race{round_}@elsewhere.example"
    browser = seated(living, who.id, proved="totp")
    browser.get("/register/ways")
    browser.post("/register/start", method="email_code")
    browser.post(value=value)
    sent = {one["name"]: one["value"] for one in browser.page["fields"] if one["kind"] == "hidden"}
    action, answer = browser.page["action"], living.newest_code(value)
    admin = _operator(living, "user_administrator", "op", round_)

    def registers() -> int:
        status = int(_twin(living, browser).http.post(action, json={**sent, "answer": answer}).status_code)
        assert status < 500
        return status

    _, deleted = together(living, registers, lambda: _deletes(admin, who))
    _nothing_is_left_of(living, who, deleted)


def _twin(living: Living, browser: Browser) -> Browser:
    """With the same cookies."""
    twin = living.browser()
    twin.http.cookies.update(browser.http.cookies)
    return twin


def somebody_is_deleted_who_is_helped(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    helper, admin = (
        _operator(living, role, name, round_)
        for role, name in (("helpdesk_administrator", "a"), ("user_administrator", "z"))
    )
    deed = Deed(Action.TEMPORARY_PASSWORD, who.id, SEEN)
    helped, deleted = together(living, lambda: acting.act(helper, deed), lambda: _deletes(admin, who))
    refused(helped, NotFound, Conflict)
    _nothing_is_left_of(living, who, deleted)


def who_loses_a_role_acts_no_more(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    helper = _operator(living, "helpdesk_administrator", "helper", round_)
    grace = _operator(living, GLOBAL, "grace", round_)
    deed = Deed(Action.END_SESSIONS, who.id, SEEN)
    helped, revoked = together(
        living,
        lambda: acting.act(helper, deed),
        lambda: roles.revoke(grace, f"helper{round_}@contoso.example", "helpdesk_administrator"),
    )
    assert won(revoked) == 1
    refused(helped, Forbidden)
    assert number(living, _LINES, activity=Activity.SESSIONS_ENDED.value, person=who.id) == won(helped)
    assert number(living, _BY_AFTER, person=helper.actor, activity=Activity.ROLE_CHANGED.value) == 0


def two_save_the_branding(living: Living, round_: int) -> None:
    one, other = (_operator(living, GLOBAL, name, round_).actor for name in ("one", "other"))
    seen = branding.show(living.house).branding.version

    def saves(actor: str) -> bool:
        branding.set_words(living.house, branding.By(actor, seen), f"{actor} {round_}", "")
        return True

    results = [*chain(*together(living, lambda: saves(one), lambda: saves(other)))]
    assert won(results) == 1
    refused(results, Conflict)
    assert branding.show(living.house).branding.version == seen + 1


def two_save_one_person(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    one, other = (_operator(living, "user_administrator", name, round_) for name in ("one", "other"))
    seen = Details(who.upn, f"{who.name.title()} Test", who.name.title(), "Test", "", "")

    def saves(work: Work) -> object:
        return editing.edit(work, who.upn, Details(who.upn, f"By {work.actor}", "", "", "", ""), seen)

    results = [*chain(*together(living, lambda: saves(one), lambda: saves(other)))]
    assert won(results) == 1
    refused(results, editing.Changed)


def _two_globals(living: Living, round_: int) -> tuple[Work, Work]:
    """And nobody else."""
    with living.store.writing() as unit:
        unit.link.run(_NO_GLOBALS, {})
    one, other = (_operator(living, GLOBAL, name, round_) for name in ("ga", "gb"))
    return one, other


def the_last_two_global_administrators_revoke_each_other(living: Living, round_: int) -> None:
    one, other = _two_globals(living, round_)
    results = together(
        living,
        lambda: roles.revoke(one, f"gb{round_}@contoso.example", GLOBAL),
        lambda: roles.revoke(other, f"ga{round_}@contoso.example", GLOBAL),
    )
    everybody = [*chain(*results)]
    assert (won(everybody), number(living, _GLOBALS)) == (1, 1)
    refused(everybody, Forbidden)


def two_consoles_revoke_the_last_two_global_administrators(living: Living, round_: int) -> None:
    _two_globals(living, round_)
    host = _host(living)
    results = together(living, *(
        lambda name=name: roles.revoke(host, f"{name}{round_}@contoso.example", GLOBAL) for name in ("ga", "gb")
    ))  # fmt: skip
    everybody = [*chain(*results)]
    assert (won(everybody), number(living, _GLOBALS)) == (1, 1)
    refused(everybody, Conflict)


def two_global_administrators_delete_each_other(living: Living, round_: int) -> None:
    one, other = _two_globals(living, round_)
    results = together(
        living,
        lambda: _deletes(one, Somebody(living, f"gb{round_}")),
        lambda: _deletes(other, Somebody(living, f"ga{round_}")),
    )
    everybody = [*chain(*results)]
    assert (won(everybody), number(living, _GLOBALS)) == (1, 1)
    refused(everybody, Forbidden, NotFound)


def two_operators_open_a_case(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    one, other = (_operator(living, "helpdesk_administrator", name, round_) for name in ("one", "other"))
    results = together(living, lambda: checking.open_case(one, who.id), lambda: checking.open_case(other, who.id))
    assert won(results[0]) + won(results[1]) >= 1
    assert number(living, _OPEN, person=who.id) == 1


def _deleted_meanwhile(living: Living, number_: int, does: Callable[[Work, Somebody], object], *, host: bool) -> None:
    who = somebody(living, number_)
    admin = work_of(living, living.operator(GLOBAL, f"admin{number_}"))
    giver = _host(living) if host else admin
    given, deleted = together(living, lambda: does(giver, who), lambda: _deletes(admin, who))
    refused(given, NotFound)
    _nothing_is_left_of(living, who, deleted)


def _gives(work: Work, who: Somebody) -> bool:
    return roles.grant(work, who.upn, "user_administrator")


def _adds(work: Work, who: Somebody) -> bool:
    return groups.change_member(work, "group-race", who.upn, adds=True)


def somebody_is_deleted_who_gets_a_role(living: Living, round_: int) -> None:
    _deleted_meanwhile(living, round_, _gives, host=False)


def somebody_is_deleted_who_gets_a_role_from_a_console(living: Living, round_: int) -> None:
    _deleted_meanwhile(living, round_, _gives, host=True)


def somebody_is_deleted_who_joins_a_group(living: Living, round_: int) -> None:
    """By a page in every other round, else by a console."""
    with living.store.reading() as unit:
        there = SqlGroupChanges(unit).by_id("group-race")
    if there is None:
        group(living, "race")
    _deleted_meanwhile(living, round_, _adds, host=round_ % 2 == 0)


def groups_do_not_become_part_of_each_other(living: Living, round_: int) -> None:
    """Each through one in between."""
    admin = _operator(living, GLOBAL, "admin", round_)
    inner = [group(living, f"in{side}{round_}") for side in "ab"]
    a, b = (group(living, f"{side}{round_}", inside) for side, inside in zip("ab", inner, strict=True))
    results = together(
        living,
        lambda: groups.change_member(admin, inner[0], f"b{round_}", adds=True),
        lambda: groups.change_member(admin, inner[1], f"a{round_}", adds=True),
    )
    assert (won(results[0]), won(results[1])) in {(1, 0), (0, 1)}
    assert number(living, Sql("SELECT count(*) FROM membership WHERE member IN (:a, :b)"), a=a, b=b) == 1


def a_request_for_help_is_opened_once(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    sides = [(kind, f"203.0.{round_ % 200}.{place}") for place, kind in enumerate(Kind)]
    together(living, *(
        lambda kind=kind, source=source: ask_for_help(living.house, who.upn, source, "", kind) for kind, source in sides
    ))  # fmt: skip
    assert number(living, _ASKED, person=who.id) == 1


DESK_RACES = (
    an_approval_is_decided_once_and_used_once, a_case_is_decided_in_one_browser_of_two, somebody_is_deleted_who_resets,
    somebody_is_deleted_who_registers, somebody_is_deleted_who_is_helped, who_loses_a_role_acts_no_more,
    two_save_the_branding, two_save_one_person, the_last_two_global_administrators_revoke_each_other,
    two_consoles_revoke_the_last_two_global_administrators, two_global_administrators_delete_each_other,
    two_operators_open_a_case, somebody_is_deleted_who_gets_a_role, somebody_is_deleted_who_gets_a_role_from_a_console,
    somebody_is_deleted_who_joins_a_group,
    groups_do_not_become_part_of_each_other, a_request_for_help_is_opened_once,
)  # fmt: skip
