"""Contact your administrator (decisions 28, entra-sspr 5)."""

from dataclasses import replace
from typing import Any

import pytest

from keyback.core.policy import Customization
from keyback.core.types import HOUR, MINUTE, ContactKind
from tests.living import ADMIN_BASE, MAIL, OLD_PASSWORD, OPEN_POLICY, Living, solve, with_self_service


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
    lines = quick.story()[-2:]
    assert [line["activity"] for line in lines] == ["User contacted an administrator", "User asked for help"]
    assert all(line["target"].startswith("decoy:") for line in lines)


def waiting(living: Living) -> list[tuple[str, str]]:
    """The helpdesk's queue: whom it is about, and the kind."""
    with living.store.reading() as unit:
        return [(one.person, one.kind) for one in unit.help_requests.waiting(10)]


def test_a_request_waits_in_the_helpdesk_s_queue_until_somebody_closes_it(living: Living) -> None:
    """Decisions 28: one for each person; nothing for an unknown ID; what is worse takes its place."""
    person = living.person("ada")
    ask(living, "nobody@contoso.example")
    assert waiting(living) == []
    ask(living)
    living.clock.move(HOUR + MINUTE)
    ask(living)
    assert waiting(living) == [(person, "contact")]
    living.clock.move(HOUR + MINUTE)
    browser = living.browser()
    browser.get("/contact/none")
    browser.post(user_id="ada@contoso.example", work=solve(browser.page["work"]))
    assert browser.told() == ["contact.none_sent"]
    assert waiting(living) == [(person, "none_usable")]


def test_the_mail_leads_to_the_person_in_the_admin_centre(quick: Living) -> None:
    """Decisions 28: by the person's id, at the admin centre's own address."""
    person = quick.person("ada")
    helper(quick, "cy", "global_administrator")
    ask(quick)
    text, html = (str(quick.delivered()[0][part]) for part in ("text", "html"))
    assert f"{ADMIN_BASE}/helpdesk/{person}" in text
    assert f'href="{ADMIN_BASE}/helpdesk/{person}"' in html


def test_every_list_of_ways_says_what_to_do_who_can_use_none(quick: Living) -> None:
    """Decisions 28: reset, unlock and the second factor."""
    ada = quick.ada()
    quick.set_policy(with_self_service(allow_unlock=True))
    for meant in ("reset", "unlock"):
        browser = quick.browser()
        browser.start()
        browser.post(trouble=meant)
        assert browser.page["state"] == "choose_method"
        assert ("none", "/contact/none") in [(link["rel"], link["href"]) for link in browser.page["links"]]
    browser = quick.browser()
    browser.get("/sign-in")
    browser.post(user_id="ada@contoso.example", password=OLD_PASSWORD)
    browser.get("/sign-in/ways")
    assert ("none", "/contact/none") in [(link["rel"], link["href"]) for link in browser.page["links"]]
    assert ada


@pytest.mark.parametrize(
    ("link", "href"),
    [("https://help.contoso.example/it", "https://help.contoso.example/it"),
     ("help@contoso.example", "mailto:help@contoso.example"),
     ("mailto:help@contoso.example?subject=Reset", "mailto:help@contoso.example?subject=Reset")],
)  # fmt: skip
def test_the_tenant_s_own_link_stands_on_every_page_of_the_portal(quick: Living, link: str, href: str) -> None:
    """Source document, step 6, entra-sspr 5: error pages, waits, registration, ends, sign-in; a web address in a tab of its
    own."""
    quick.ada()
    quick.set_policy(replace(OPEN_POLICY, customization=Customization(helpdesk_link=link)))
    quick.house.looks.refresh()
    browser = quick.browser()
    pages = [browser.get("/reset"), browser.get("/sign-in"), browser.get("/no/such/page"), browser.start(),
             browser.choose("email_code"), browser.post(answer="00000000")]  # fmt: skip
    pages += [browser.post(answer=quick.newest_code(MAIL)), browser.choose("totp")]
    pages += [browser.post(answer=quick.code_of_app()), browser.set_password()]
    assert pages[-1]["state"] == "done"
    for page in pages:
        assert [way["href"] for way in page["links"] if way["rel"] == "help"] == [href], page["state"]
    html = browser.http.get("/reset", headers={"accept": "text/html"}).text
    assert ('target="_blank" rel="noopener"' in html) is href.startswith("https:")


def test_nothing_changes_on_pages_where_no_link_is_set(quick: Living) -> None:
    """entra-sspr 5: the request by mail, at an address of our own."""
    html = quick.browser().http.get("/reset", headers={"accept": "text/html"}).text
    assert 'href="/contact"' in html
    assert "_blank" not in html
