"""Contact your administrator (decisions 28, entra-sspr 5)."""

from dataclasses import replace
from typing import Any

from keyback.core.policy import Customization
from keyback.core.types import HOUR, MINUTE, ContactKind
from tests.living import OPEN_POLICY, Living, solve


def helper(living: Living, name: str, role: str) -> str:
    """An administrator who can be reached."""
    person = living.person(name)
    living.grant(person, role)
    living.contact(person, ContactKind.PRIMARY, f"{name}@mail.contoso.example", how="")
    return f"{name}@mail.contoso.example"


def ask(living: Living, user_id: str = "ada@contoso.example") -> dict[str, Any]:
    """From the page, with its work done."""
    browser = living.browser()
    browser.get("/contact")
    return browser.post(user_id=user_id, work=solve(browser.page["work"]))


def told(living: Living) -> list[str]:
    """Who got a mail."""
    return sorted(str(message["to"]) for message in living.delivered())


def test_helpdesk_and_password_administrators_are_asked_first(living: Living) -> None:
    """Decisions 28: the first tier that has anybody; the mail says that nobody was verified."""
    living.person("ada")
    first = [helper(living, "bo", "helpdesk_administrator"), helper(living, "pat", "password_administrator")]
    helper(living, "cy", "global_administrator")
    assert ask(living)["title"]["id"] == "contact.sent_title"
    assert told(living) == first
    assert "Not verified" in str(living.delivered()[0]["text"])
    assert "ada@contoso.example" in str(living.delivered()[0]["text"])


def test_without_a_helpdesk_the_global_administrators_are_asked(quick: Living) -> None:
    """Entra's tiers."""
    quick.person("ada")
    only = helper(quick, "cy", "global_administrator")
    ask(quick)
    assert told(quick) == [only]


def test_an_unknown_id_gets_the_same_page_and_nobody_a_mail(living: Living) -> None:
    """ENU-1: the same rows, to nowhere."""
    helper(living, "cy", "global_administrator")
    living.person("ada")
    unknown, known = ask(living, "nobody@contoso.example"), ask(living)
    assert unknown == known
    assert told(living) == ["cy@mail.contoso.example"]


def test_one_mail_an_hour_and_three_a_day_for_one_id(quick: Living) -> None:
    """Decisions 28: and nobody can tell that no more were sent (SND-5)."""
    quick.person("ada")
    helper(quick, "cy", "global_administrator")
    pages = []
    for _ in range(5):
        pages += [ask(quick), ask(quick)]
        quick.clock.move(HOUR + MINUTE)
    assert len(told(quick)) == 3
    assert all(page == pages[0] for page in pages)


def test_without_work_one_request_for_each_source(quick: Living) -> None:
    """Decisions 10: the stricter limit; the page is the same."""
    helper(quick, "cy", "global_administrator")
    for name in ("ada", "eve"):
        quick.person(name)
        browser = quick.browser()
        browser.get("/contact")
        browser.post(user_id=f"{name}@contoso.example")
        assert browser.page["title"]["id"] == "contact.sent_title"
    assert len(told(quick)) == 1


def test_the_tenant_s_own_link_stands_on_the_page(quick: Living) -> None:
    """Source document, step 6: a web address or a mail address; then no form mail is offered."""
    for link, href in (("https://help.contoso.example/it", "https://help.contoso.example/it"),
                       ("help@contoso.example", "mailto:help@contoso.example")):  # fmt: skip
        quick.set_policy(replace(OPEN_POLICY, customization=Customization(helpdesk_link=link)))
        page = quick.browser().get("/contact")
        assert next(way["href"] for way in page["links"] if way["rel"] == "help") == href
        assert page["action"] == ""


def test_the_request_stands_in_the_log(quick: Living) -> None:
    """AUD-1, AUD-5."""
    ask(quick, "nobody@contoso.example")
    line = quick.story()[-1]
    assert line["activity"] == "User contacted an administrator"
    assert line["target"].startswith("decoy:")
