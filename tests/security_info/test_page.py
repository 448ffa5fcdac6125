"""The page of what one has registered: each state in words, for people and for programs."""

import html
from dataclasses import replace
from typing import Any

from keyback.core.policy import MethodPolicy, Scope
from keyback.core.ports import NewContact, NewEnrolment, SessionKind
from keyback.core.rules.registration import Why
from keyback.core.types import DAY, HOUR, ContactKind
from keyback.web.portal.security_info import MESSAGES
from tests.living import ALL_METHODS, MAIL, MOBILE, OPEN_POLICY, Browser, Living, with_self_service
from tests.signing import seated

HOSTILE = "<script>alert(1)</script>\"'&"


def items(page: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for group in page["groups"] for item in group["items"]}


def said(page: dict[str, Any], item: str) -> set[str]:
    return {line["id"] for line in items(page)[item]["about"]}


def rels(page: dict[str, Any], item: str) -> list[str]:
    return [act["rel"] for act in items(page)[item]["acts"]]


def contacts(living: Living, person: str) -> dict[str, str]:
    with living.store.reading() as unit:
        return {one.value: one.id for one in unit.people.contacts(person)}


def opened(living: Living, person: str, **how: Any) -> dict[str, Any]:
    return seated(living, person, **how).get("/security-info")


def test_everything_is_there_with_when_and_how_it_counts(living: Living) -> None:
    """REG-1: for whom has just proven the strongest: what can be done, and until when."""
    person = living.ada()
    living.recovery_codes(person)
    page = opened(living, person, proved="totp")
    assert page["lead"][0]["id"] == "info.could"
    assert "2 different proofs" in page["lead"][0]["text"]
    assert [message["id"] for message in page["messages"]] == ["info.fresh"]
    assert [len(group["items"]) for group in page["groups"]] == [1, 2, 1]
    mailbox = contacts(living, person)[MAIL]
    assert said(page, mailbox) == {"thing.unused", "info.counts"}
    assert rels(page, mailbox) == ["change", "remove", "lost"]
    assert rels(page, contacts(living, person)[MOBILE]) == ["prefer", "change", "remove", "lost"]
    assert items(page)["recovery_code"]["label"] == "10 recovery codes left"
    assert page["links"][0]["href"] == "/register/ways"
    assert MAIL not in str(page)
    assert MOBILE not in str(page)


def test_each_reason_is_said_in_words(quick: Living) -> None:
    """Decisions 5, 17; REG-4: why something does not help, and from when it will."""
    person, now = quick.ada(), quick.clock.now()
    quick.contact(person, ContactKind.EMAIL, "ada@contoso.example")
    quick.contact(person, ContactKind.EMAIL, "hint@mailbox.example", how="")
    quick.contact(person, ContactKind.PRIMARY, "primary@contoso.example", how="")
    quick.contact(person, ContactKind.MOBILE, "+33612345678")
    with quick.store.writing() as unit:
        unit.info.add_contacts(
            [
                NewContact("new", person, ContactKind.EMAIL, "new@mailbox.example", "code", now + DAY),
                NewContact("newest", person, ContactKind.EMAIL, "newest@mailbox.example", "code", now),
            ]
        )
        unit.info.replace("newest", "new", now + HOUR)
    found = contacts(quick, person)
    page = opened(quick, person, proved="totp")
    for value, why in {
        "ada@contoso.example": "own_mailbox",
        "hint@mailbox.example": "unconfirmed",
        "primary@contoso.example": "notices_only",
        "+33612345678": "not_messaged",
        "new@mailbox.example": "waits",
        "newest@mailbox.example": "replaced",
    }.items():
        assert f"info.why_{why}" in said(page, found[value])
    assert "opens with the password you would be resetting" in str(items(page)[found["ada@contoso.example"]])
    assert (items(page)["new"]["mark"]["id"], items(page)["new"]["tone"]) == ("info.new", "warn")
    assert rels(page, found["primary@contoso.example"]) == []
    assert "change" not in rels(page, found["newest@mailbox.example"])


def test_what_the_organisation_decided_is_said(quick: Living) -> None:
    """GAT-7: switched off for all, or not for this account."""
    person = quick.ada()
    rules = {"email_code": MethodPolicy(enabled=False), "sms_code": MethodPolicy(include=("others",))}
    quick.set_policy(replace(OPEN_POLICY, methods={**ALL_METHODS, **rules}))
    found, page = contacts(quick, person), opened(quick, person, proved="totp")
    assert "info.why_switched_off" in said(page, found[MAIL])
    assert "info.why_not_for_you" in said(page, found[MOBILE])
    assert page["lead"][0]["id"] == "info.few"


def test_who_has_no_self_service_is_told_so(quick: Living) -> None:
    """Decisions 1: in the words of the refusal that would come."""
    person = quick.ada()
    quick.set_policy(with_self_service(enabled_for=Scope.NONE))
    assert [line["id"] for line in opened(quick, person)["lead"]] == ["info.cannot", "refused.SSPR_0009"]


def test_who_has_nothing_is_told_what_to_add(quick: Living) -> None:
    page = opened(quick, quick.person("ada"), proved="totp")
    assert [group["empty"] for group in page["groups"]] == [
        "You have no authenticator app yet.",
        "You have no address or number yet.",
        "You have no recovery codes yet. They help when everything else is lost.",
    ]


def test_names_that_people_give_are_shown_and_never_run(quick: Living) -> None:
    """WEB-3: a label with markup is text."""
    person = quick.ada()
    with quick.store.writing() as unit:
        unit.info.add_enrolments([NewEnrolment("odd", person, "totp", b"x" * 20, HOSTILE, 0, 0, unit.now)])
    browser = seated(quick, person, proved="totp")
    assert items(browser.get("/security-info"))["odd"]["about"][0]["text"] == HOSTILE
    markup = browser.http.get("/security-info", headers={"accept": "text/html"}).text
    assert HOSTILE not in markup
    assert html.escape(HOSTILE, quote=False).partition('"')[0] in markup


def test_who_is_not_signed_in_is_sent_away(quick: Living) -> None:
    """SES-3: nothing is shown to strangers, nor after the password alone."""
    person = quick.ada()
    browser = Browser(quick, {})
    assert browser.get("/security-info")["state"] != "security_info"
    half = seated(quick, person, SessionKind.FACTOR)
    answer = half.http.get("/security-info", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/factor")


def test_there_is_a_sentence_for_each_reason() -> None:
    """Whatever keeps something from counting can be told."""
    assert {f"info.why_{why}" for why in Why} == {name for name in MESSAGES if name.startswith("info.why_")}
