"""What an administrator sees of a person's methods: whether each counts, and why not."""

from dataclasses import replace

import pytest

from keyback.app.passes.issuing import Wish, issue
from keyback.app.people import contacts
from keyback.app.people.overview import overview
from keyback.core.policy import MethodPolicy, Registration
from keyback.core.ports import NewContact, SessionKind
from keyback.core.rules.registration import Why
from keyback.core.types import DAY, HOUR, ContactKind, Instant, Upkeep
from tests.app.import_help import work_of
from tests.living import MAIL, MOBILE, OPEN_POLICY, Living, with_self_service
from tests.signing import seated

ADA = "ada@contoso.example"


def states(living: Living) -> dict[str, tuple[Why | None, Instant, bool]]:
    """By kind or method: why it does not count, until when, and whether it signs in."""
    return {
        one.kind: (one.reason.why if one.reason else None, one.reason.at if one.reason else 0, one.signs_in)
        for one in overview(work_of(living), ADA).items
    }


def test_everything_that_counts_and_everything_that_does_not(living: Living) -> None:
    """Decisions 5, 17, 18, 25: each with its reason."""
    living.ada()
    living.recovery_codes("id-ada")
    living.contact("id-ada", ContactKind.PRIMARY, "ada@office.example", how="")
    assert states(living) == {
        "email": (None, 0, False),
        "mobile": (None, 0, True),
        "totp": (None, 0, True),
        "recovery_code": (None, 0, True),
        "primary": (Why.NOTICES_ONLY, 0, False),
    }
    (codes,) = [one for one in overview(work_of(living), ADA).items if one.kind == "recovery_code"]
    assert (codes.id, codes.count) == ("recovery_code", 10)
    methods = {
        **OPEN_POLICY.methods,
        "totp": MethodPolicy(enabled=False),
        "sms_code": MethodPolicy(include=("nobody",)),
    }
    living.set_policy(with_self_service(replace(OPEN_POLICY, methods=methods), own_mail_domains=("mailbox.example",)))
    now = states(living)
    assert (now["email"][0], now["mobile"][0], now["totp"][0]) == (Why.OWN_MAILBOX, Why.NOT_FOR_YOU, Why.SWITCHED_OFF)


def test_what_waits_says_until_when_and_what_is_a_hint_says_so(living: Living) -> None:
    living.person("ada")
    later = living.clock.now() + DAY
    with living.store.writing() as unit:
        unit.info.add_contacts([NewContact("c1", "id-ada", ContactKind.MOBILE, MOBILE, "code", later)])
    contacts.add_contact(work_of(living), ADA, ContactKind.EMAIL, MAIL)
    assert states(living) == {"mobile": (Why.WAITS, later, True), "email": (Why.UNCONFIRMED, 0, False)}


def test_when_it_came_when_it_was_used_and_who_vouched(quick: Living) -> None:
    quick.person("ada")
    contacts.add_contact(work_of(quick), ADA, ContactKind.EMAIL, MAIL, vouched_by="the works council")
    (item,) = overview(work_of(quick), ADA).items
    assert (item.added_at, item.last_used_at) == (quick.clock.now(), None)
    assert (item.confirmed_how, item.vouched_by, item.name) == ("admin", "the works council", "p***@mailbox.example")
    with quick.store.writing() as unit:
        unit.info.used_contact(item.id)
    assert overview(work_of(quick), ADA).items[0].last_used_at == quick.clock.now()


def test_what_registration_would_ask_next(quick: Living) -> None:
    """Decisions 24: what is missing and whether it can be put off; then, in its time, whether all is still right."""
    quick.person("ada")
    seen = overview(work_of(quick), ADA)
    assert (seen.duty.asked, seen.duty.skippable, seen.refusal, seen.gates) == (True, True, "SSPR_0014", 2)
    assert "totp" in seen.duty.offers
    quick.contact("id-ada", ContactKind.EMAIL, MAIL)
    quick.authenticator("id-ada")
    with quick.store.writing() as unit:
        unit.people.keep("id-ada", Upkeep(registered_at=unit.now, confirmed_at=unit.now), unit.now)
    seen = overview(work_of(quick), ADA)
    assert (seen.duty.asked, seen.reconfirm, seen.refusal) == (False, False, "")
    quick.clock.move(180 * DAY)
    assert overview(work_of(quick), ADA).reconfirm


@pytest.mark.parametrize(("since", "closed"), [(4, True), (6, False)])
def test_a_recovery_pass_and_sessions_are_seen(quick: Living, since: int, *, closed: bool) -> None:
    """Decisions 26 and 27: until when all is read-only; the pass that is live, never what stands on it."""
    quick.ada()
    quick.set_policy(replace(OPEN_POLICY, registration=Registration(hold_hours=5)))
    with quick.store.writing() as unit:
        unit.people.keep("id-ada", Upkeep(recovered_at=unit.now), unit.now)
    quick.clock.move(since * HOUR)
    seated(quick, "id-ada", SessionKind.PORTAL)
    issue(work_of(quick), ADA, Wish("phone broken"))
    seen = overview(work_of(quick), ADA)
    assert seen.closed_until == (quick.clock.now() + HOUR if closed else None)
    assert seen.access_pass
    assert (seen.access_pass.why, seen.sessions) == ("phone broken", 1)
