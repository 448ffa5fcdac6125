"""Every operation of Keyback as a test can do it again and again: for somebody new each time, interrupted, repeated."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace

from keyback.app.policy.apply import Order, apply
from keyback.app.policy.diff import diff
from keyback.app.reset.expire import expire
from keyback.app.reset.scene import account_of
from keyback.app.setup.issue import rescue
from keyback.core.policy import Document
from keyback.core.ports.incidents import Objection
from keyback.core.rules.limits import Client, charge
from keyback.core.types import DAY, HOUR, MINUTE
from keyback.methods.totp import code_at, step_at
from keyback.wiring.janitor import Janitor
from tests.app.import_help import bring_in, table
from tests.faults.acting import Act, Somebody, Walk, by_hand, somebody
from tests.faults.at_the_desk import AT_THE_DESK
from tests.faults.signed_in import SIGNED_IN
from tests.living import BASE, NEW_PASSWORD, OLD_PASSWORD, Browser, Living, solve
from tests.signing import seated

POLICY = """
self_service: {enabled_for: all}
methods: {totp: {}, email_code: {}, sms_code: {}, recovery_code: {}}
"""


def begin_reset(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number))
    walk.browser.get("/reset")
    work = solve(walk.browser.page["work"])
    do, _ = walk.form("choose_method", user_id=walk.who.upn, work=work)

    def again() -> None:
        walk.start()

    return Act(do, again, walk.who.id)


def _choosing(method: str) -> Callable[[Living, int], Act]:
    def prepare(living: Living, number: int) -> Act:
        walk = Walk(living, somebody(living, number)).start()
        if method == "recovery_code":
            living.recovery_codes(walk.who.id)
        return Act(*walk.form("answer", method=method), walk.who.id)

    return prepare


def send_again(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number)).start().choose("email_code")
    living.clock.move(2 * MINUTE)
    return Act(*walk.form("answer", "/reset/again", version=_version(walk.browser)), walk.who.id)


def _version(browser: Browser) -> str:
    return str(next(field["value"] for field in browser.page["fields"] if field["name"] == "version"))


def answer_mail(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number)).start().choose("email_code")
    return Act(*walk.form("choose_method", answer=living.newest_code(walk.who.mail)), walk.who.id)


def answer_app(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number)).start().choose("totp")
    return Act(*walk.form("choose_method", answer=walk.who.code()), walk.who.id)


def answer_wrong(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number)).start().choose("totp")
    return Act(*walk.form("answer", answer="000000"), walk.who.id)


def _paper(living: Living, number: int, *, right: bool) -> Act:
    who = somebody(living, number)
    code = living.recovery_codes(who.id)[3]
    walk = Walk(living, who).start().choose("recovery_code")
    wanted = "choose_method" if right else "answer"
    return Act(*walk.form(wanted, answer=code if right else code[0] + "0" * 16), who.id)


def answer_paper(living: Living, number: int) -> Act:
    return _paper(living, number, right=True)


def answer_wrong_paper(living: Living, number: int) -> Act:
    return _paper(living, number, right=False)


def second_answer(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number)).start().choose("email_code")
    walk.browser.post(answer=living.newest_code(walk.who.mail))
    walk.choose("totp")
    return Act(*walk.form("new_password", answer=walk.who.code()), walk.who.id)


def choose_password(living: Living, number: int) -> Act:
    """With a session, another journey and a one-time link that must all end."""
    who = somebody(living, number)
    seated(living, who.id)
    Walk(living, who).start()
    rescue(living.house, who.upn, "host:test")
    walk = Walk(living, who).both()
    return Act(*walk.form("done", new=NEW_PASSWORD, again=NEW_PASSWORD), who.id, NEW_PASSWORD)


def _unlocking(living: Living, number: int) -> Walk:
    """Somebody who is locked out, past the page that asks what for, in an organisation that lets people unlock."""
    who = somebody(living, number)
    with living.store.writing() as unit:
        in_force = unit.policies.in_force()
        assert in_force is not None
        own = replace(in_force.policy.self_service, allow_unlock=True)
        if own != in_force.policy.self_service:
            policy = replace(in_force.policy, self_service=own)
            assert unit.policies.append(Document(in_force.version + 1, policy, "test", unit.now, "test"))
        wrong = charge("sign_in.failures", in_force.policy.limits, account_of(living.house, who.upn), Client())
        unit.throttles.charge(wrong, unit.now)
    return Walk(living, who)


def mean_to_unlock(living: Living, number: int) -> Act:
    walk = _unlocking(living, number)
    walk.browser.start(walk.who.upn)
    assert walk.browser.page["state"] == "trouble", walk.browser.page
    return Act(*walk.form("choose_method", trouble="unlock"), walk.who.id)


def _unlock(living: Living, number: int, method: str) -> Act:
    walk = _unlocking(living, number)
    codes = living.recovery_codes(walk.who.id)
    walk.start("unlock").choose("email_code").browser.post(answer=living.newest_code(walk.who.mail))
    walk.choose(method)
    return Act(*walk.form("done", answer=walk.who.code() if method == "totp" else codes[2]), walk.who.id)


def unlock(living: Living, number: int) -> Act:
    return _unlock(living, number, "totp")


def unlock_by_paper(living: Living, number: int) -> Act:
    """Compared outside any transaction."""
    return _unlock(living, number, "recovery_code")


def refused_password(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number)).both()
    return Act(*walk.form("new_password", new="password", again="password"), walk.who.id)


def cancel(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number)).start()
    do, again = walk.form("ended", "/reset/cancel", version=_version(walk.browser))
    return Act(do, again, walk.who.id)


def run_out(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number)).start()
    living.clock.move(20 * MINUTE)

    def again() -> None:
        expire(living.house)
        assert walk.browser.get("/reset/journey")["state"] == "ended"

    return Act(by_hand(lambda: expire(living.house)), again, walk.who.id)


def _signed_in(living: Living, who: Somebody) -> Browser:
    browser = living.browser()
    browser.get("/sign-in")
    browser.post(user_id=who.upn, password=OLD_PASSWORD)
    living.clock.move(MINUTE)
    browser.post(answer=who.code())
    assert browser.page["state"] == "signed_in", browser.page
    return browser


def sign_in(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number))
    walk.browser.get("/sign-in")
    do, _ = walk.form("answer", user_id=walk.who.upn, password=OLD_PASSWORD)

    def again() -> None:
        _signed_in(living, walk.who)

    return Act(do, again, walk.who.id)


def sign_in_wrong(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number))
    walk.browser.get("/sign-in")
    do, _ = walk.form("sign_in", user_id=walk.who.upn, password="not the password")

    def again() -> None:
        _signed_in(living, walk.who)

    return Act(do, again, walk.who.id)


def sign_out(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number))
    walk.browser = seated(living, walk.who.id)
    walk.browser.get("/signed-in")
    kept = dict(walk.browser.page)
    do, _ = walk.form("sign_in", "/sign-out")

    def again() -> None:
        walk.browser.page = kept
        walk.browser.post("/sign-out")
        assert walk.browser.get("/signed-in")["state"] == "sign_in"

    return Act(do, again, walk.who.id)


def use_link(living: Living, number: int) -> Act:
    who = somebody(living, number)
    link = rescue(living.house, who.upn, "host:test")
    walk = Walk(living, who)
    walk.browser.get(link.link.removeprefix(BASE))
    key = base64.b32decode(walk.browser.page["facts"][0]["value"].replace(" ", ""))
    fields = {"new": NEW_PASSWORD, "again": NEW_PASSWORD, "code": code_at(key, step_at(living.clock.now()))}
    kept = dict(walk.browser.page)
    do, _ = walk.form("setup_done", **fields)

    def again() -> None:
        walk.browser.page = kept
        walk.browser.post(**fields)
        assert walk.browser.page["state"] in {"setup_done", "setup_dead"}
        assert living.has_password(who.id, NEW_PASSWORD)

    return Act(do, again, who.id, NEW_PASSWORD)


def ask_for_help(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number))
    walk.browser.get("/contact")
    do, _ = walk.form("contact", user_id=walk.who.upn, work=solve(walk.browser.page["work"]))

    def again() -> None:
        walk.browser.get("/contact")
        walk.browser.post(user_id=walk.who.upn, work=solve(walk.browser.page["work"]))
        assert walk.browser.page["title"]["id"] == "contact.sent_title"

    return Act(do, again, walk.who.id)


def report_not_me(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number))
    now = living.clock.now()
    with living.store.writing() as unit:
        about = Objection(walk.who.id, "notice.password_reset", True, f"fault {number}", now, now + DAY)
        token = unit.incidents.issue(about)
    walk.browser.get(f"/not-me/{token}")
    kept = dict(walk.browser.page)
    do, _ = walk.form("not_me_done")

    def again() -> None:
        walk.browser.page = kept
        walk.browser.post()
        assert walk.browser.status == 200, walk.browser.page
        with living.store.reading() as unit:
            assert unit.incidents.open_of(walk.who.id) is not None

    return Act(do, again, walk.who.id)


def bring_people(living: Living, number: int) -> Act:
    who = somebody(living, number)
    row = (
        f"new{number}@contoso.example",
        f"New {number}",
        "true",
        f"+4915113{number:06}",
        f"n{number}@mail.example",
        "",
    )
    source = table([row, (who.upn, "Another name", "true", "", "", "")])

    def again() -> None:
        bring_in(living, source)
        assert bring_in(living, source).unchanged == 2

    return Act(by_hand(lambda: bring_in(living, source)), again, who.id)


def apply_policy(living: Living, number: int) -> Act:
    who = somebody(living, number)
    minutes = 5 + number % 9
    document = f"{POLICY}lives: {{journey_minutes: {minutes}}}\n".encode()
    plan = diff(living.house, document)
    order = Order("host:test", "a test", frozenset(warned.name for warned in plan.warnings))

    def again() -> None:
        newest = diff(living.house, document)
        apply(living.house, newest, order)
        with living.store.reading() as unit:
            in_force = unit.policies.in_force()
        assert in_force is not None
        assert in_force.policy.lives.journey_minutes == minutes

    return Act(by_hand(lambda: apply(living.house, plan, order)), again, who.id)


def deliver(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number))
    living.delivered()
    walk.start().choose("email_code")

    def again() -> None:
        living.clock.move(MINUTE + 1)  # what was in hand is free again
        living.running.courier.run_once("email")
        assert len([one for one in living.inbox.messages() if one["to"] == walk.who.mail]) == 1

    return Act(by_hand(lambda: living.running.courier.run_once("email")), again, walk.who.id)


def sweep(living: Living, number: int) -> Act:
    walk = Walk(living, somebody(living, number)).start()
    living.clock.move(HOUR)
    janitor = Janitor(living.running)

    def again() -> None:
        janitor.sweep()
        assert walk.browser.get("/reset/journey")["state"] == "ended"

    return Act(by_hand(janitor.sweep), again, walk.who.id)


OPERATIONS: Mapping[str, Callable[[Living, int], Act]] = {
    "start": begin_reset,
    "choose email": _choosing("email_code"),
    "choose text message": _choosing("sms_code"),
    "choose authenticator": _choosing("totp"),
    "choose recovery code": _choosing("recovery_code"),
    "send again": send_again,
    "answer from the mailbox": answer_mail,
    "answer from the authenticator": answer_app,
    "answer from paper": answer_paper,
    "wrong answer": answer_wrong,
    "wrong answer from paper": answer_wrong_paper,
    "second answer": second_answer,
    "password": choose_password,
    "refused password": refused_password,
    "what for": mean_to_unlock,
    "unlock": unlock,
    "unlock by paper": unlock_by_paper,
    "cancel": cancel,
    "time runs out": run_out,
    "sign in": sign_in,
    "wrong password": sign_in_wrong,
    "sign out": sign_out,
    "one-time link": use_link,
    "ask for help": ask_for_help,
    "this was not me": report_not_me,
    "people from a file": bring_people,
    "policy": apply_policy,
    "delivery": deliver,
    "janitor": sweep,
    **SIGNED_IN,
    **AT_THE_DESK,
}
