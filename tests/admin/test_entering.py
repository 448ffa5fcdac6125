"""Signing in at the admin centre: two factors, one of them strong, and a role (ADM-3, decisions 3, 35)."""

from dataclasses import replace

import pytest

from keyback.app.people.roles import revoke
from keyback.app.people.status import set_enabled
from keyback.core.policy import MethodPolicy, Mfa, SignIn
from keyback.core.ports import Credential
from keyback.core.rules.roles import Permission
from keyback.core.types import HOUR, MINUTE, SECOND, ContactKind
from keyback.store.engine import Sql
from keyback.web.admin.call import Reply
from keyback.web.admin.declare import ANY_ROLE, Route, one_of
from keyback.web.admin.parts import Screen
from keyback.web.call import SESSION, cookie_name
from tests.admin.acting import work_as
from tests.admin.desk import Desk
from tests.living import MAIL, MOBILE, OLD_PASSWORD, OPEN_POLICY, Living
from tests.sign_in.walking import CODE, give_pass, quiet

FORM = {"accept": "text/html"}


class Arriving(Desk):
    """Somebody at the door of the admin centre, with a browser's forms."""

    def knock(self, name: str, password: str = OLD_PASSWORD) -> str:
        """User ID and password; where it goes from there."""
        page = self.get("/sign-in")
        self.token = next(field["value"] for field in page["fields"] if field["name"] == "token")
        sent = {"user_id": f"{name}@contoso.example", "password": password, "token": self.token}
        return self._sent("/sign-in", sent)

    def answer(self, code: str) -> str:
        """The second factor that the page asks for; where it goes from there."""
        challenge = next(
            field["value"] for field in self.get("/sign-in/factor")["fields"] if field["name"] == "challenge"
        )
        return self._sent("/sign-in/answer", {"answer": code, "challenge": challenge, "token": self.token})

    def choose(self, method: str) -> None:
        """One of the ways that the page offers."""
        values = [choice["value"] for choice in self.page["choices"]]
        value = next(one for one in values if one.partition(":")[0] == method)
        self._sent("/sign-in/method", {"method": value, "token": self.token})

    def by_app(self) -> str:
        """By what the authenticator shows next."""
        self.living.clock.move(30 * SECOND)
        return self.answer(self.living.code_of_app())

    def ends_up(self) -> str:
        """The page that the front door leads to, in the end."""
        path = "/"
        for _ in range(4):
            self.get(path)
            if self.status != 303:
                return str(self.page["state"])
            path = self.went_to
        return f"round and round at {path}"

    def told_away(self) -> list[str]:
        """Ids of the messages of a page of the door."""
        return [message["id"] for message in self.page["messages"]]

    def _sent(self, path: str, fields: dict[str, str]) -> str:
        return str(self.http.post(path, data=fields, headers=FORM).headers.get("location", ""))


def test_who_holds_a_role_signs_in_with_two_factors(living: Living) -> None:
    """Password, then the authenticator; then the Overview is there."""
    gwen = living.operator("global_administrator", "gwen")
    living.contact(gwen, ContactKind.EMAIL, MAIL)
    desk = Arriving(living)
    assert desk.ends_up() == "sign_in"
    assert desk.knock("gwen") == "/sign-in/factor"
    assert desk.ends_up() == "answer"
    assert desk.by_app() == "/signed-in"
    assert desk.ends_up() == "overview"


def test_a_recovery_code_is_strong_enough(living: Living) -> None:
    """Decisions 3, 35: for who lost the telephone."""
    person = living.person("ruth")
    codes = living.recovery_codes(person)
    living.grant(person, "helpdesk_administrator")
    living.set_policy(replace(quiet(), sign_in=SignIn(Mfa.ALWAYS)))
    desk = Arriving(living)
    desk.knock("ruth")
    desk.answer(codes[0])
    assert desk.ends_up() == "overview"


def test_a_text_message_is_not_strong_enough(living: Living) -> None:
    """Decisions 3: at most the weaker of two; the page says what would do."""
    person = living.person("sam")
    living.contact(person, ContactKind.MOBILE, MOBILE)
    living.grant(person, "global_administrator")
    methods = {**OPEN_POLICY.methods, "sms_code": MethodPolicy(sign_in=True)}
    administrators = replace(OPEN_POLICY.administrators, sms=True)
    rules = SignIn(Mfa.ALWAYS)
    living.set_policy(replace(quiet(), methods=methods, sign_in=rules, administrators=administrators))
    desk = Arriving(living)
    desk.knock("sam")
    assert desk.ends_up() == "choose_method"
    desk.choose("sms_code")
    desk.answer(living.newest_code(MOBILE))
    assert desk.ends_up() == "away"
    assert (desk.status, desk.told_away()) == (403, ["entering.why"])


def test_a_password_alone_never_opens_it(living: Living) -> None:
    """ADM-3: not even where the organisation asks nobody else for a second factor."""
    person = living.person("pam")
    living.grant(person, "global_administrator")
    living.set_policy(replace(quiet(), sign_in=SignIn(Mfa.WHEN_REGISTERED)))
    desk = Arriving(living)
    desk.knock("pam")
    assert (desk.ends_up(), desk.status) == ("away", 403)


def test_who_holds_no_role_is_told_where_else_to_go(living: Living) -> None:
    """And can sign out there."""
    living.authenticator(living.person("nora"))
    living.set_policy(quiet())
    desk = Arriving(living)
    desk.knock("nora")
    desk.by_app()
    assert desk.ends_up() == "away"
    assert [link["rel"] for link in desk.page["links"]] == ["portal", "out"]
    assert desk.http.post("/sign-out", data={"token": desk.token}, headers=FORM).headers["location"] == "/sign-in"
    assert desk.ends_up() == "sign_in"


def test_an_access_pass_never_opens_it(living: Living) -> None:
    """ADM-3: who issues passes would be let in as whoever they like."""
    gwen = living.operator("global_administrator", "gwen")
    living.set_policy(quiet())
    give_pass(living, gwen)
    desk = Arriving(living)
    desk.knock("gwen", CODE)
    assert desk.ends_up() == "away"


def test_a_password_that_must_be_changed_comes_first(living: Living) -> None:
    """The portal's matter; the door says so and does not open."""
    gwen = living.operator("global_administrator", "gwen")
    living.set_policy(quiet())
    before = living.password_of(gwen)
    with living.store.writing() as unit:
        new = Credential(
            before.encoded, (), unit.now, must_change=True, not_after=unit.now + HOUR, version=before.version
        )
        assert unit.people.set_credential(gwen, new, unit.now)
    desk = Arriving(living)
    desk.knock("gwen")
    desk.by_app()
    assert desk.ends_up() == "away"


def test_who_is_disabled_between_the_proofs_stays_outside(living: Living) -> None:
    """RAC-2."""
    living.operator("global_administrator", "gwen")
    living.set_policy(quiet())
    desk = Arriving(living)
    desk.knock("gwen")
    desk.get("/sign-in/factor")
    set_enabled(work_as(living, "host:test"), "gwen@contoso.example", enabled=False)
    assert desk.ends_up() == "sign_in"


HELPS = Route("GET", "/helps", lambda ask: Reply(Screen("helps", ask.actor)), one_of(Permission.HELP_PEOPLE))
PAGES = (Route("GET", "/", lambda _: Reply(Screen("overview", "home")), ANY_ROLE), HELPS)


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(living: Living) -> None:
    """COD-6, ADM-1: the session ends with it."""
    living.operator("global_administrator", "gwen")
    desk = Desk(living, living.operator("helpdesk_administrator", "hal"), pages=PAGES)
    assert desk.get("/helps")["state"] == "helps"
    revoke(work_as(living, "host:test"), "hal@contoso.example", "helpdesk_administrator")
    desk.get("/helps")
    assert (desk.status, desk.went_to) == (303, "/sign-in")


def test_a_session_alone_opens_nothing(living: Living) -> None:
    """WEB-7, ADM-1: rights are read anew at each request, whatever the session once was."""
    desk = Desk(living, living.operator("helpdesk_administrator", "hal"), pages=PAGES)
    with living.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM role_assignment WHERE holder = :holder"), {"holder": "id-hal"})
    for path in ("/", "/helps"):
        assert (desk.get(path)["state"], desk.status, desk.told()) == ("error", 403, ["rights.none"])


def test_neither_face_opens_with_the_others_cookie(living: Living) -> None:
    """ADM-3: sessions of the admin centre are its own, and so are the portal's."""
    gwen = living.operator("global_administrator", "gwen")
    living.set_policy(quiet())
    desk = Desk(living, gwen)
    own = next(one for one in desk.http.cookies.jar)
    assert own.name == cookie_name(SESSION, secure=False).replace("keyback-", "keyback-admin-")
    portal = living.browser()
    for name in (own.name, cookie_name(SESSION, secure=False)):
        portal.http.cookies.set(name, own.value or "", domain="localhost.local", path="/")
    assert portal.http.get("/", headers=FORM).headers["location"] == "/sign-in"
    inside = living.browser()
    inside.get("/sign-in")
    inside.post(user_id="gwen@contoso.example", password=OLD_PASSWORD)
    living.clock.move(30 * SECOND)
    inside.post(answer=living.code_of_app())
    assert inside.page["state"] == "signed_in"
    theirs = next(one.value or "" for one in inside.http.cookies.jar if one.name == cookie_name(SESSION, secure=False))
    stranger = Desk(living)
    for name in (own.name, cookie_name(SESSION, secure=False)):
        stranger.http.cookies.set(name, theirs, domain="localhost.local", path="/")
    stranger.get("/users")
    assert (stranger.status, stranger.went_to) == (303, "/sign-in")
    assert stranger.get("/signed-in")["state"] == "away"


def test_it_ends_when_nobody_uses_it_and_after_a_working_day(living: Living) -> None:
    """SES-5: 15 minutes without a request, 8 hours at most."""
    gwen = living.operator("global_administrator", "gwen")
    desk = Desk(living, gwen, pages=PAGES)
    for _ in range(3):
        living.clock.move(14 * MINUTE)
        assert desk.get("/")["state"] == "overview"
    living.clock.move(15 * MINUTE)
    desk.get("/")
    assert (desk.status, desk.went_to) == (303, "/sign-in")
    desk = Desk(living, gwen, pages=PAGES)
    for _ in range(8 * 60 // 14):
        living.clock.move(14 * MINUTE)
        desk.get("/")
    assert desk.status == 200
    living.clock.move(10 * MINUTE)
    desk.get("/")
    assert (desk.status, desk.went_to) == (303, "/sign-in")


def test_signing_out_ends_it(living: Living) -> None:
    """SES-7."""
    desk = Desk(living, living.operator("global_administrator", "gwen"), pages=PAGES)
    desk.get("/")
    session = dict(desk.http.cookies)
    desk.http.post("/sign-out", data={"token": desk.page["token"]}, headers=FORM)
    again = Desk(living, pages=PAGES)
    again.http.cookies.update(session)
    again.get("/")
    assert (again.status, again.went_to) == (303, "/sign-in")


def test_the_overview_is_a_page(living: Living) -> None:
    """As HTML too, with its navigation."""
    desk = Desk(living, living.operator("global_administrator", "gwen"))
    html = desk.html("/")
    assert "Overview" in html
    assert 'aria-current="page"' in html


@pytest.mark.parametrize("path", ["/admin", "/users", "/helpdesk", "/password-reset/properties"])
def test_the_portal_serves_no_admin_path(living: Living, path: str) -> None:
    """WEB-10 (amended), decisions 35."""
    browser = living.browser()
    browser.get(path)
    assert browser.status == 404
