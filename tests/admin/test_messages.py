"""Every message that Keyback sends can be looked at, and sent to oneself."""

import re

import pytest

from keyback.app.outbox.templates import TEMPLATES
from keyback.core.types import HOUR, ContactKind
from tests.admin.desk import Desk
from tests.living import Living

PATH = "/password-reset/notifications/messages"
MAILS = sorted(name for name, template in TEMPLATES.items() if template.body)
BOSS = "boss@mail.contoso.example"


def boss(living: Living, role: str = "authentication_policy_administrator") -> Desk:
    person = living.operator(role, "boss")
    living.contact(person, ContactKind.EMAIL, "private@mailbox.example")
    living.contact(person, ContactKind.PRIMARY, BOSS, how="")
    return Desk(living, person)


def test_every_message_is_listed_with_whom_and_when(quick: Living) -> None:
    """Issue 5, step 5 of the source document: nothing is sent that cannot be looked at."""
    desk = boss(quick)
    desk.get(PATH)
    [table] = desk.parts("Table")
    assert sorted(row["id"] for row in table["rows"]) == MAILS
    assert all(row["cells"][1]["text"].startswith("To ") for row in table["rows"])
    assert desk.html(PATH).count("<tr>") == len(MAILS) + 1


@pytest.mark.parametrize("name", MAILS)
def test_a_message_is_shown_in_every_language_with_made_up_values(quick: Living, name: str) -> None:
    """Issue 5: subject and text as they are sent, without a link that works."""
    desk = boss(quick)
    desk.get(f"{PATH}/{name.replace('.', '-')}")
    assert desk.status == 200
    texts = [one["text"] for one in desk.parts("Verbatim")]
    assert [panel["id"] for panel in desk.parts("Panel")][:2] == ["en", "de"]
    assert len(texts) in {2, 4}
    assert all("://" not in text and "{" not in text for text in texts)
    assert any("sam" in text or "12345678" in text or re.search(r"20\d\d|\d+", text) for text in texts)


def test_a_preview_names_the_organisation(quick: Living) -> None:
    """Issue 5: the tenant's own name."""
    desk = boss(quick)
    desk.get(f"{PATH}/mail-code")
    assert any("Contoso" in one["text"] for one in desk.parts("Verbatim"))


def test_a_test_goes_to_oneself_alone_and_says_that_it_is_one(living: Living) -> None:
    """Issue 5: through the outbox, to the primary address, marked, without a working link, audited."""
    desk = boss(living)
    desk.get(f"{PATH}/notice-password_reset")
    desk.post(f"{PATH}/notice-password_reset/test")
    assert desk.status == 200
    [mail] = living.delivered()
    assert mail["to"] == BOSS
    assert str(mail["subject"]).startswith("Test: ")
    assert "This is a test" in str(mail["text"])
    assert "://" not in str(mail["text"])
    assert "href" not in str(mail["html"])
    [line] = [line for line in living.story() if line["activity"] == "Send test message"]
    assert (line["target"], line["reason"]) == ("id-boss", "notice.password_reset")


def test_tests_are_limited(quick: Living) -> None:
    """DOS-1: ten in an hour."""
    desk = boss(quick)
    for status in (*[200] * 10, 429):
        desk.get(PATH)
        desk.post(f"{PATH}/notice-storm/test")
        assert desk.status == status
    quick.clock.move(HOUR)
    again = Desk(quick, "id-boss")
    again.get(PATH)
    again.post(f"{PATH}/notice-storm/test")
    assert len(quick.delivered()) == 11


def test_who_may_only_read_sends_nothing(quick: Living) -> None:
    """ADM-1."""
    desk = boss(quick, "global_reader")
    desk.get(f"{PATH}/notice-storm")
    assert desk.status == 200
    assert desk.parts("Form") == []
    desk.post(f"{PATH}/notice-storm/test")
    assert desk.status == 403
    assert quick.delivered() == []


@pytest.mark.parametrize("name", ["notice-none", "sms-code", "notice-password_reset-x", "x"])
def test_what_is_no_message_is_not_found(quick: Living, name: str) -> None:
    """WEB-13."""
    desk = boss(quick)
    desk.get(f"{PATH}/{name}")
    assert desk.status == 404
    desk.get(PATH)
    desk.post(f"{PATH}/{name}/test")
    assert desk.status == 404
