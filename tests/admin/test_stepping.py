"""Before something dangerous one more strong proof is asked for on the spot, and nothing that was typed is lost (ADM-3)."""

import json
from typing import Any

import pytest

from keyback.core.errors import Refused
from keyback.core.events import Activity
from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.core.types import MINUTE, SECOND
from keyback.store.engine import Sql
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import ANY_ROLE, Route, one_of
from keyback.web.admin.parts import Screen
from tests.admin.desk import Desk
from tests.living import Living


def did(ask: Ask) -> Reply:
    """Says with what it was done."""
    return Reply(Screen("did", json.dumps({**ask.fields, **ask.lists})))


def refuses(ask: Ask) -> Reply:
    """A verb that says no, whatever was proven."""
    assert ask.operator.is_fresh(ask.now)
    raise Refused(say("rights.none"))


NEEDS = one_of(Permission.CHANGE_POLICY)
PAGES = (
    Route("GET", "/", lambda _: Reply(Screen("home", "home")), ANY_ROLE),
    Route("GET", "/things/{thing}", lambda ask: Reply(Screen("thing", ask.args["thing"])), NEEDS),
    Route("POST", "/things/{thing}/burn", did, NEEDS, ("why",), ("groups",), dangerous=True),
    Route("POST", "/refuses", refuses, NEEDS, dangerous=True),
    Route("POST", "/harmless", did, NEEDS, ("why",)),
)
BURN = "/things/7/burn"


@pytest.fixture
def gwen(living: Living) -> str:
    return living.operator("global_administrator", "gwen")


def stale(living: Living, person: str) -> Desk:
    """Signed in, proven a while ago."""
    desk = Desk(living, person, fresh=False, pages=PAGES)
    desk.get("/")
    return desk


def asked(desk: Desk) -> dict[str, str]:
    """The fields that the question carries along; lists by their last value."""
    return {one["name"]: one["value"] for one in desk.parts("Hidden")}


def proof(desk: Desk) -> dict[str, Any]:
    """The field for the code."""
    return next(one for one in desk.parts("Line") if one["name"] == "proof")


def cookie(desk: Desk) -> str:
    return next(one.value or "" for one in desk.http.cookies.jar if "session" in one.name)


def activities(living: Living) -> list[tuple[str, str]]:
    return [(str(line["activity"]), str(line["result"])) for line in living.story()]


def test_it_is_asked_for_and_what_was_typed_goes_on(living: Living, gwen: str) -> None:
    """Fields and lists are carried along, the right code goes on at once, and the cookie is another one (SES-1)."""
    desk = stale(living, gwen)
    page = desk.post(BURN, why="<b>fire</b> & smoke", groups=["g1", "g2"])
    assert (desk.status, page["state"]) == (401, "prove")
    assert [one["value"] for one in desk.parts("Hidden") if one["name"] == "groups"] == ["g1", "g2"]
    assert asked(desk)["why"] == "<b>fire</b> & smoke"
    assert desk.parts("Form")[0]["action"] == BURN
    before = cookie(desk)
    page = desk.post(
        BURN, why=asked(desk)["why"], groups=["g1", "g2"], proof=living.code_of_app(), proof_challenge=asked(desk)["proof_challenge"],
    )  # fmt: skip
    assert (desk.status, page["state"]) == (200, "did")
    assert json.loads(page["title"]) == {"why": "<b>fire</b> & smoke", "groups": ["g1", "g2"]}
    assert cookie(desk) not in {before, ""}
    assert (Activity.REAUTHENTICATED, "success") in activities(living)


def test_the_old_cookie_is_nobodys_any_more(living: Living, gwen: str) -> None:
    """SES-1."""
    desk = stale(living, gwen)
    old = Desk(living, pages=PAGES)
    old.http.cookies.update(dict(desk.http.cookies))
    assert old.get("/")["state"] == "home"
    desk.post(BURN, why="a")
    desk.post(BURN, why="a", proof=living.code_of_app(), proof_challenge=asked(desk)["proof_challenge"])
    old.get("/")
    assert (old.status, old.went_to) == (303, "/sign-in")


def test_it_is_good_for_five_minutes_and_for_nothing_else(living: Living, gwen: str) -> None:
    desk = stale(living, gwen)
    desk.post(BURN, why="a")
    desk.post(BURN, why="a", proof=living.code_of_app(), proof_challenge=asked(desk)["proof_challenge"])
    living.clock.move(5 * MINUTE - SECOND)
    assert desk.post(BURN, why="b")["state"] == "did"
    living.clock.move(2 * SECOND)
    assert desk.post(BURN, why="c")["state"] == "prove"
    assert desk.post("/harmless", why="d")["state"] == "did"


def test_who_proved_just_now_is_not_asked(living: Living, gwen: str) -> None:
    desk = Desk(living, gwen, pages=PAGES)
    assert desk.post(BURN, why="a")["state"] == "did"


def test_a_wrong_code_costs_a_try_and_nothing_is_done(living: Living, gwen: str) -> None:
    """THR-1, THR-5: each is charged, the fifth ends the question, and the right one no longer opens it."""
    desk = stale(living, gwen)
    desk.post(BURN, why="a", groups=["g1"])
    challenge = asked(desk)["proof_challenge"]
    for _ in range(4):
        page = desk.post(BURN, why="a", groups=["g1"], proof="000000", proof_challenge=challenge)
        assert (desk.status, page["state"]) == (422, "prove")
        assert proof(desk)["error"]["id"]
        assert asked(desk)["why"] == "a"
        assert asked(desk)["proof_challenge"] == challenge
    desk.post(BURN, why="a", groups=["g1"], proof="000000", proof_challenge=challenge)
    assert desk.page["state"] != "did"
    desk.post(BURN, why="a", proof=living.code_of_app(), proof_challenge=challenge)
    assert desk.page["state"] != "did"
    assert (Activity.REAUTHENTICATED, "success") not in activities(living)


def test_a_code_counts_once(living: Living, gwen: str) -> None:
    """COD-4: the one with which somebody signed in or proved something does not do for another."""
    desk = stale(living, gwen)
    desk.post(BURN, why="a")
    code = living.code_of_app()
    desk.post(BURN, why="a", proof=code, proof_challenge=asked(desk)["proof_challenge"])
    with living.store.writing() as unit:
        unit.link.run(Sql("UPDATE session SET proved_at = 1"), {})
    desk.post(BURN, why="b")
    page = desk.post(BURN, why="b", proof=code, proof_challenge=asked(desk)["proof_challenge"])
    assert (desk.status, page["state"]) == (422, "prove")


def test_the_answer_to_another_browsers_question_is_none(living: Living, gwen: str) -> None:
    """COD-5."""
    desk, other = stale(living, gwen), stale(living, gwen)
    desk.post(BURN, why="a")
    other.post(BURN, why="a")
    page = other.post(BURN, why="a", proof=living.code_of_app(), proof_challenge=asked(desk)["proof_challenge"])
    assert page["state"] != "did"


def test_a_recovery_code_does_as_well(living: Living) -> None:
    """Decisions 3: strong, for who lost the telephone."""
    person = living.person("ruth")
    codes = living.recovery_codes(person)
    living.grant(person, "global_administrator")
    desk = stale(living, person)
    desk.post(BURN, why="a")
    assert proof(desk)["kind"] == "recovery_code"
    page = desk.post(BURN, why="a", proof=codes[3], proof_challenge=asked(desk)["proof_challenge"])
    assert page["state"] == "did"


def test_who_has_nothing_strong_is_told_so(living: Living) -> None:
    """Fail closed: no way around, and a word about what to do."""
    person = living.person("wim")
    living.grant(person, "global_administrator")
    desk = stale(living, person)
    page = desk.post(BURN, why="a")
    assert (desk.status, page["state"]) == (422, "error")
    assert desk.told() == ["stepping.none"]


def test_who_may_not_is_not_even_asked(living: Living) -> None:
    desk = stale(living, living.operator("helpdesk_administrator", "hal"))
    page = desk.post(BURN, why="a")
    assert (desk.status, page["state"], desk.told()) == (403, "error", ["rights.none"])


def test_a_refusal_after_the_proof_keeps_the_new_cookie(living: Living, gwen: str) -> None:
    """What was proven stays proven; nobody is thrown out by a refusal."""
    desk = stale(living, gwen)
    desk.post("/refuses")
    page = desk.post("/refuses", proof=living.code_of_app(), proof_challenge=asked(desk)["proof_challenge"])
    assert (desk.status, page["state"], desk.told()) == (422, "error", ["rights.none"])
    assert desk.get("/")["state"] == "home"
    assert desk.post(BURN, why="a")["state"] == "did"


def test_the_question_in_html_keeps_its_fields_harmless(living: Living, gwen: str) -> None:
    """WEB-8."""
    desk = stale(living, gwen)
    sent = {"token": desk.page["token"], "why": '"><script>alert(1)</script>'}
    html = desk.http.post(BURN, data=sent, headers={"accept": "text/html"}).text
    assert "<script>alert" not in html
    assert 'name="why" value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in html
