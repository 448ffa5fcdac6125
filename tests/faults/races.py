"""64 at once, released together, and exactly as many win as may. Each race takes somebody new, on another day, so that
it can be run round after round in one house; and the same races are run against houses with planted mistakes."""

import base64
from collections.abc import Callable, Mapping

from keyback.app.incidents.report import report
from keyback.app.policy.apply import Order, apply
from keyback.app.policy.diff import diff
from keyback.app.reset import answer as answer_verb
from keyback.app.reset import choose as choose_verb
from keyback.app.reset import start as start_verb
from keyback.app.setup import use as setup_verb
from keyback.app.setup.issue import rescue
from keyback.core.errors import Refused
from keyback.core.ports import Charge
from keyback.core.ports.incidents import Objection
from keyback.core.types import DAY, HOUR
from keyback.methods.totp import code_at, step_at
from keyback.store.engine import Sql
from tests.faults.acting import Somebody, Walk, somebody
from tests.faults.desk_races import DESK_RACES
from tests.faults.invariants import number, rows
from tests.faults.operations import POLICY
from tests.faults.together import MANY, released_together
from tests.living import BASE, NEW_PASSWORD, TENANT, Browser, Living

Race = Callable[[Living, int], None]

_PROVEN = Sql(
    """SELECT count(*) FROM evidence e JOIN journey j ON j.tenant = e.tenant AND j.id = e.journey
    WHERE j.person = :person"""
)
_VERSION = Sql("SELECT version FROM credential WHERE person = :person")
_NO_ADMINISTRATOR = Sql("UPDATE tenant SET had_administrator = 0")
_INCIDENTS = Sql("SELECT count(*) FROM incident WHERE person = :person")
_REPORTS = Sql("SELECT count(*) FROM objection_link WHERE person = :person AND used_at IS NOT NULL")
_DUE_AGAIN = Sql("UPDATE outbox SET not_after = :later WHERE state = 'waiting'")
_NEWEST = Sql("SELECT version FROM policy_document WHERE tenant = :tenant ORDER BY version")


def token_of(browser: Browser) -> str:
    """The journey cookie."""
    return str(browser.http.cookies["keyback-journey"])


def version_of(browser: Browser) -> int:
    """The present form's version."""
    return int(next(field["value"] for field in browser.page["fields"] if field["name"] == "version"))


def source(number: int) -> str:
    """An address of its own."""
    return f"203.0.{number}.7"


def reply_of(browser: Browser, answer: str, number: int) -> answer_verb.Reply:
    """What this browser sends."""
    return answer_verb.Reply(token_of(browser), answer, version_of(browser), source(number))


def in_several_journeys(living: Living, who: Somebody, method: str, answer: Callable[[int], str]) -> list[object]:
    """Eight journeys of one person at the same method; each thread answers in one of them."""
    browsers = [Walk(living, who).start().choose(method).browser for _ in range(8)]
    replies = [reply_of(browsers[number % 8], answer(number), number) for number in range(MANY)]
    return released_together(living, lambda number: answer_verb.answer(living.house, replies[number]))


def one_code_passes_one_gate(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    walk = Walk(living, who).start().choose("email_code")
    code, before = living.newest_code(who.mail), token_of(walk.browser)
    reply = reply_of(walk.browser, code, 1)
    results = released_together(living, lambda _: answer_verb.answer(living.house, reply))
    after = {result for result in results if isinstance(result, str)} - {before}
    assert (len(after), number(living, _PROVEN, person=who.id)) == (1, 1)


def one_step_of_the_authenticator_counts_once(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    code = who.code()
    in_several_journeys(living, who, "totp", lambda _: code)
    assert number(living, _PROVEN, person=who.id) == 1


def one_recovery_code_is_spent_once(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    code = living.recovery_codes(who.id)[2]
    in_several_journeys(living, who, "recovery_code", lambda _: code)
    assert number(living, _PROVEN, person=who.id) == 1


def wrong_answers_get_exactly_the_budget(living: Living, round_: int) -> None:
    """Eight journeys with five tries each, and a budget of five for the account."""
    who = somebody(living, round_)
    right = who.code()
    wrong = [code for code in (f"{number:06}" for number in range(MANY + 1)) if code != right]
    results = in_several_journeys(living, who, "totp", lambda number: wrong[number])
    judged = [
        one for one in results if isinstance(one, Refused) and one.text.id in {"answer.wrong", "answer.wrong_last"}
    ]
    assert 1 <= len(judged) <= 5


def tries_of_one_challenge_are_its_five(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    browser = Walk(living, who).start().choose("totp").browser
    token, version = token_of(browser), version_of(browser)

    def guess(number: int) -> str:
        reply = answer_verb.Reply(token, f"{number:06}", version + number % 8, source(number))
        return answer_verb.answer(living.house, reply)

    results = released_together(living, guess)
    judged = [
        one for one in results if isinstance(one, Refused) and one.text.id in {"answer.wrong", "answer.wrong_last"}
    ]
    assert 1 <= len(judged) <= 5


def a_budget_lets_through_exactly_as_many(living: Living, round_: int) -> None:
    key = somebody(living, round_).id

    def charge(_: int) -> bool:
        with living.store.writing() as unit:
            return unit.throttles.charge(Charge("test", key, 10, HOUR, pause=HOUR), unit.now) is None

    assert released_together(living, charge).count(True) == 10


def starts_of_one_network_are_limited(living: Living, round_: int) -> None:
    upn = somebody(living, round_).upn

    def begin(number: int) -> bool:
        start_verb.start(living.house, start_verb.Begin(upn, f"work {round_} {number}", source(round_ % 200), "", ""))
        return True

    assert released_together(living, begin).count(True) == 20


def a_password_is_set_once(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    browser = Walk(living, who).both().browser
    token, version = token_of(browser), version_of(browser)
    before = number(living, _VERSION, person=who.id)

    def choose(number: int) -> bool:
        new = f"{NEW_PASSWORD} {number}"
        wanted = choose_verb.NewPassword(new, new, version, source(number))
        return choose_verb.choose(living.house, token, wanted) != ""

    results = released_together(living, choose)
    assert results.count(True) == 1
    assert number(living, _VERSION, person=who.id) == before + 1
    assert living.has_password(who.id, f"{NEW_PASSWORD} {results.index(True)}")


def a_link_is_used_once(living: Living, round_: int) -> None:
    """Eight of the 64: after ten tries a link is dead, whoever tries."""
    who = somebody(living, round_)
    path = rescue(living.house, who.upn, "host:test").link.removeprefix(BASE)
    browser = living.browser()
    browser.get(path)
    key = base64.b32decode(browser.page["facts"][0]["value"].replace(" ", ""))
    code, token = code_at(key, step_at(living.clock.now())), path.rsplit("/", 1)[1]
    before = number(living, _VERSION, person=who.id)

    def use(number: int) -> bool:
        if number % 8:
            return False
        new = f"{NEW_PASSWORD} {number}"
        setup_verb.use(living.house, token, setup_verb.Wanted(new, new, code, source(number)))
        return True

    assert released_together(living, use).count(True) == 1
    assert number(living, _VERSION, person=who.id) == before + 1


def the_first_administrator_is_claimed_once(living: Living, round_: int) -> None:
    del round_
    with living.store.writing() as unit:
        unit.link.run(_NO_ADMINISTRATOR, {})

    def claim(_: int) -> bool:
        with living.store.writing() as unit:
            return unit.tenants.claim_first_administrator()

    assert released_together(living, claim).count(True) == 1


def a_policy_follows_the_one_that_was_looked_at(living: Living, round_: int) -> None:
    plan = diff(living.house, f"{POLICY}lives: {{journey_minutes: {5 + round_ % 9}}}\n".encode())
    order = Order("host:test", "a race", frozenset(warned.name for warned in plan.warnings))
    before = rows(living, _NEWEST, tenant=TENANT.id)
    results = released_together(living, lambda _: apply(living.house, plan, order))
    assert sum(isinstance(result, int) for result in results) == 1
    assert len(rows(living, _NEWEST, tenant=TENANT.id)) == len(before) + 1


def a_message_is_sent_by_one_courier(living: Living, round_: int) -> None:
    """Five messages, 64 couriers: five are sent, whoever takes them."""
    living.delivered()
    five = [somebody(living, round_ * 5 + one + 500_000) for one in range(5)]
    for who in five:
        Walk(living, who).start().choose("email_code")
    with living.store.writing() as unit:  # one day passed between them
        unit.link.run(_DUE_AGAIN, {"later": living.clock.now() + HOUR})
    sent = released_together(living, lambda _: living.running.courier.run_once("email"))
    assert sum(one for one in sent if isinstance(one, int)) == 5
    assert living.running.courier.run_once("email") == 0


def a_report_opens_one_incident(living: Living, round_: int) -> None:
    who = somebody(living, round_)
    now = living.clock.now()
    with living.store.writing() as unit:
        token = unit.incidents.issue(Objection(who.id, "notice.password_reset", True, "race", now, now + 7 * DAY))
    released_together(living, lambda number: report(living.house, token, source(number)))
    assert (number(living, _INCIDENTS, person=who.id), number(living, _REPORTS, person=who.id)) == (1, 1)


RACES: Mapping[str, Race] = {race.__name__: race for race in (
    one_code_passes_one_gate, one_step_of_the_authenticator_counts_once, one_recovery_code_is_spent_once,
    wrong_answers_get_exactly_the_budget, tries_of_one_challenge_are_its_five, a_budget_lets_through_exactly_as_many,
    starts_of_one_network_are_limited, a_password_is_set_once, a_link_is_used_once,
    the_first_administrator_is_claimed_once, a_policy_follows_the_one_that_was_looked_at,
    a_message_is_sent_by_one_courier, a_report_opens_one_incident, *DESK_RACES,
)}  # fmt: skip
"""By name."""
