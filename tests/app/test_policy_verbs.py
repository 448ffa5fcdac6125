"""Policy verbs on a real store: counted before, conditional, audited, undone (decisions 22, ADM-11)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from keyback.app.policy.apply import Order, apply
from keyback.app.policy.check import check
from keyback.app.policy.diff import Plan, diff
from keyback.app.policy.history import history
from keyback.app.policy.show import as_yaml, show
from keyback.app.policy.standing import BATCH, rebuild, refresh, refresh_due
from keyback.app.policy.undo import undo
from keyback.core.errors import Conflict, Invalid, NotFound, Refused
from keyback.core.events import Activity
from keyback.core.policy import Policy
from keyback.core.ports import NewContact
from keyback.core.rules.readiness import BITS
from keyback.core.types import DAY, HOUR, ContactKind, DirectoryKind, PersonKind
from keyback.store.engine import Sql, SqliteEngine
from tests.living import OPEN_POLICY, Living
from tests.store.filling import add_group, add_member, add_person

HOST = Order("host:root", "a test", frozenset())
PILOT = b"""
self_service: {enabled_for: selected, groups: [Pilot people]}
methods: {totp: {}, email_code: {}, recovery_code: {}}
"""


def furnished(living: Living) -> Living:
    """Ada, Bob (only a mailbox), Eve (nothing), Hal (another directory), Cy (global administrator, well equipped),
    Bo (helpdesk, only an authenticator); Ada and Bob are in the pilot, Bo in the team within it."""
    living.ada()
    for name in ("bob", "eve", "cy", "bo"):
        living.person(name)
    living.person("hal", directory=DirectoryKind.LDAP)
    living.person("off", enabled=False)
    living.person("glass", kind=PersonKind.BREAK_GLASS)
    for name in ("bob", "cy", "hal", "off", "glass"):
        living.contact(f"id-{name}", ContactKind.EMAIL, f"{name}@mailbox.example")
    for name in ("cy", "bo", "hal", "off", "glass"):
        living.authenticator(f"id-{name}")
    living.grant("id-cy", "global_administrator")
    living.grant("id-bo", "helpdesk_administrator")
    with living.store.writing() as unit:
        add_group(unit, "g-1", "Pilot people")
        add_group(unit, "g-2", "team")
        add_member(unit, "g-1", "id-ada")
        add_member(unit, "g-1", "id-bob")
        add_member(unit, "g-1", "g-2", kind="group")
        add_member(unit, "g-2", "id-bo")
    rebuild(living.house)
    return living


@pytest.fixture
def office(quick: Living) -> Living:
    """In memory."""
    return furnished(quick)


@pytest.fixture
def both(living: Living) -> Living:
    """On each engine in turn."""
    return furnished(living)


def accepting(plan: Plan) -> Order:
    return replace(HOST, accepted=frozenset(warned.name for warned in plan.warnings))


def applied(living: Living, document: bytes) -> int:
    plan = diff(living.house, document)
    return apply(living.house, plan, accepting(plan))


def upn(*names: str) -> list[str]:
    return [f"{name}@contoso.example" for name in names]


def test_the_effect_is_counted_before_anything_is_saved(both: Living) -> None:
    """Everybody is in scope now; the pilot would leave Ada, and the administrators who have a rule of their own."""
    plan = diff(both.house, PILOT)
    counted = plan.effect
    assert counted is not None
    assert counted.people == 6
    assert (counted.before.in_scope, counted.before.able, counted.before.must_register) == (6, 2, 3)
    assert (counted.after.in_scope, counted.after.able, counted.after.must_register) == (4, 2, 2)
    assert (counted.gain, counted.lose, counted.newly_must_register) == (0, 0, 0)
    with both.store.reading() as unit:
        in_force = unit.policies.in_force()
    assert in_force is not None
    assert in_force.policy == OPEN_POLICY


def test_administrators_who_lose_are_named(both: Living) -> None:
    numbers = b"numbers: {allowed_countries: [DE]}\n"
    without_mail = b"self_service: {enabled_for: all}\nmethods: {totp: {}, sms_code: {}}\n" + numbers
    counted = diff(both.house, without_mail).effect
    assert counted is not None
    assert [who.upn for who in counted.administrators_lose] == upn("cy")
    assert counted.administrators_gain == ()
    assert (counted.gain, counted.lose) == (0, 1)
    back = diff_after(both, without_mail, b"self_service: {enabled_for: all}\nmethods: {totp: {}, email_code: {}}\n")
    assert back.effect is not None
    assert [who.upn for who in back.effect.administrators_gain] == upn("cy")
    assert back.effect.gain == 1


def diff_after(living: Living, first: bytes, second: bytes) -> Plan:
    applied(living, first)
    return diff(living.house, second)


def test_administrators_who_would_have_to_register_are_named(office: Living) -> None:
    nobody = (
        b"self_service: {enabled_for: all}\nadministrators: {self_service: none}\nmethods: {totp: {}, email_code: {}}\n"
    )
    plan = diff_after(office, nobody, b"self_service: {enabled_for: all}\nmethods: {totp: {}, email_code: {}}\n")
    assert plan.effect is not None
    assert [who.upn for who in plan.effect.administrators_must_register] == upn("bo")
    assert [who.upn for who in plan.effect.administrators_gain] == upn("cy")


def test_fewer_gates_and_writeback_show_who_gains(office: Living) -> None:
    lax = (
        b"self_service: {enabled_for: all, methods_required: 1, writeback: true}\nmethods: {totp: {}, email_code: {}}\n"
    )
    counted = diff(office.house, lax).effect
    assert counted is not None
    assert counted.gain == 2  # Bob with one method, Hal of the other directory
    assert [warned.name for warned in diff(office.house, lax).warnings] == ["one_gate", "writeback"]


def test_a_policy_is_put_in_force_with_who_and_why(both: Living) -> None:
    plan = diff(both.house, PILOT)
    assert apply(both.house, plan, HOST) == 2
    newest = show(both.house)
    assert (newest.version, newest.actor, newest.why, newest.at) == (2, "host:root", "a test", both.clock.now())
    assert newest.policy.self_service.groups == ("Pilot people",)
    with both.store.reading() as unit:
        in_force = unit.policies.in_force()
    assert in_force is not None
    assert in_force.policy.self_service.groups == ("g-1",)


def test_the_audit_log_tells_old_and_new(office: Living) -> None:
    """AUD-2: in the transaction of the change."""
    applied(office, PILOT)
    (line,) = [one for one in office.story() if one["activity"] == Activity.POLICY_CHANGED]
    assert (line["actor"], line["result"], line["reason"]) == ("host:root", "success", "a test")
    assert '"self_service.enabled_for":"\\"all\\" -> \\"selected\\""' in line["details"]
    assert '"methods.sms_code.enabled":"true -> false"' in line["details"]
    assert "methods_required" not in line["details"]


def test_group_names_are_found_whatever_their_case_and_unknown_ones_are_mistakes(office: Living) -> None:
    assert check(office.house, PILOT.replace(b"Pilot people", b"PILOT People")).policy.self_service.groups == ("g-1",)
    (mistake,) = check(office.house, PILOT.replace(b"Pilot people", b"Pilots")).mistakes
    assert mistake.values == {"path": "self_service.groups[0]", "name": "Pilots"}


def test_a_document_with_mistakes_is_refused_whole(office: Living) -> None:
    bad = b"self_service: {enabled_for: al}\nadministrators: {methods_required: 1}\nlives: {journey_minutes: 99}\n"
    plan = diff(office.house, bad)
    assert plan.effect is None
    with pytest.raises(Invalid) as refused:
        apply(office.house, plan, accepting(plan))
    assert [one.values["path"] for one in refused.value.mistakes] == [
        "self_service.enabled_for", "administrators.methods_required", "lives.journey_minutes",
    ]  # fmt: skip
    assert show(office.house).version == 1


def test_warnings_must_be_accepted_each_by_its_name(office: Living) -> None:
    lax = PILOT + b"notifications: {notify_users: false}\nadministrators: {sms: true}\n"
    plan = diff(office.house, lax)
    with pytest.raises(Invalid) as refused:
        apply(office.house, plan, replace(HOST, accepted=frozenset({"notices_off"})))
    assert [one.values["name"] for one in refused.value.mistakes] == ["administrators_sms"]
    with pytest.raises(Invalid) as unknown:
        apply(office.house, plan, replace(HOST, accepted=frozenset({"all"})))
    assert unknown.value.text.values == {"name": "all"}
    assert show(office.house).version == 1
    assert apply(office.house, plan, accepting(plan)) == 2


def test_all_without_a_pilot_is_warned_about_only_once() -> None:
    living = Living(SqliteEngine(None), Policy())
    everybody = b"self_service: {enabled_for: all}\nmethods: {totp: {}, email_code: {}}\n"
    assert [warned.name for warned in diff(living.house, everybody).warnings] == ["all_without_selected"]
    with living.store.writing() as unit:
        add_group(unit, "g-1", "Pilot people")
    applied(living, PILOT)
    assert diff(living.house, everybody).warnings == ()
    living.close()


def test_what_was_looked_at_must_still_be_in_force(both: Living) -> None:
    """RAC-2: of two administrators the second sees that the first was faster."""
    first, second = diff(both.house, PILOT), diff(both.house, PILOT + b"passwords: {history: 5}\n")
    apply(both.house, first, HOST)
    with pytest.raises(Conflict) as refused:
        apply(both.house, second, HOST)
    assert refused.value.text.values == {"version": 2}
    assert show(both.house).policy.passwords.history == 1


def test_of_two_who_save_at_the_same_moment_one_wins(both: Living) -> None:
    """RAC-2."""
    plans = [diff(both.house, PILOT + f"passwords: {{history: {number}}}\n".encode()) for number in (2, 3, 4, 5)]
    ready = Barrier(len(plans))

    def save(plan: Plan) -> int | None:
        ready.wait()
        try:
            return apply(both.house, plan, HOST)
        except Conflict:
            return None

    with ThreadPoolExecutor(len(plans)) as threads:
        assert sorted(threads.map(save, plans), key=str) == [2, None, None, None]
    assert [one.document.version for one in history(both.house)] == [2, 1]
    assert len([one for one in both.story() if one["activity"] == Activity.POLICY_CHANGED]) == 1


def test_a_group_that_goes_between_looking_and_saving_is_noticed(office: Living) -> None:
    with office.store.writing() as unit:
        add_group(unit, "g-3", "Short-lived")
    plan = diff(office.house, PILOT.replace(b"Pilot people", b"Short-lived"))
    with office.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM people_group WHERE id = :id"), {"id": "g-3"})
    with pytest.raises(Invalid):
        apply(office.house, plan, HOST)


def test_applying_what_is_in_force_changes_nothing(office: Living) -> None:
    applied(office, PILOT)
    plan = diff(office.house, as_yaml(show(office.house)).encode())
    assert plan.changes == ()
    assert apply(office.house, plan, HOST) == 2
    assert len(history(office.house)) == 2


def test_undo_makes_a_new_version_equal_to_the_one_before(both: Living) -> None:
    applied(both, PILOT)
    plan = undo(both.house)
    assert plan.effect is not None
    assert plan.effect.after.in_scope == 6
    assert apply(both.house, plan, HOST) == 3
    with both.store.reading() as unit:
        in_force = unit.policies.in_force()
    assert in_force is not None
    assert (in_force.version, in_force.policy) == (3, OPEN_POLICY)
    assert [one.document.version for one in history(both.house)] == [3, 2, 1]


def test_undo_needs_no_second_yes_for_what_was_accepted_then(office: Living) -> None:
    applied(office, PILOT + b"notifications: {notify_users: false}\n")
    applied(office, PILOT)
    plan = undo(office.house)
    assert [warned.name for warned in plan.warnings] == ["notices_off"]
    assert apply(office.house, plan, HOST) == 4
    assert not show(office.house).policy.notifications.notify_users


def test_there_is_nothing_to_undo_at_the_beginning(office: Living) -> None:
    with pytest.raises(Refused):
        undo(office.house)


def test_history_tells_each_change(office: Living) -> None:
    applied(office, PILOT)
    applied(office, PILOT + b"passwords: {history: 5}\n")
    newest, middle, _ = history(office.house)
    assert [(one.path, one.old, one.new) for one in newest.changes] == [("passwords.history", 1, 5)]
    assert ("self_service.groups", [], ["Pilot people"]) in [(one.path, one.old, one.new) for one in middle.changes]
    assert [one.document.version for one in history(office.house, 2)] == [3, 2]
    assert history(office.house, 1)[0].changes == newest.changes


def test_an_old_version_can_be_shown_and_one_that_never_was_cannot(office: Living) -> None:
    applied(office, PILOT)
    assert show(office.house, 1).policy.self_service.enabled_for == "all"
    with pytest.raises(NotFound):
        show(office.house, 7)


def test_a_row_follows_the_person_in_the_same_transaction(office: Living) -> None:
    office.authenticator("id-eve")
    with office.store.writing() as unit:
        refresh(unit, "id-eve", office.methods.values())
        refresh(unit, "nobody", office.methods.values())
    with office.store.reading() as unit:
        row = unit.readiness.of("id-eve")
        assert row is not None
        assert row.methods == BITS["totp"]
        assert unit.readiness.of("nobody") is None


def test_rows_are_made_anew_when_a_wait_is_over(both: Living) -> None:
    """Decisions 17: a new contact counts after its hold."""
    later = both.clock.now() + 24 * HOUR
    with both.store.writing() as unit:
        new = NewContact("c-eve", "id-eve", ContactKind.EMAIL, "eve@mailbox.example", "code", later)
        unit.info.add_contacts([new])
        refresh(unit, "id-eve", both.methods.values())
        row = unit.readiness.of("id-eve")
    assert row is not None
    assert (row.methods, row.waits_until) == (0, later)
    assert refresh_due(both.house) == 0
    both.clock.move(24 * HOUR)
    assert refresh_due(both.house) == 1
    with both.store.reading() as unit:
        row = unit.readiness.of("id-eve")
    assert row is not None
    assert (row.methods, row.waits_until) == (BITS["email_code"], 0)


def test_own_mail_domains_are_told_as_uncounted_and_counted_afterwards(office: Living) -> None:
    """Decisions 5."""
    own = PILOT.replace(b"groups: [Pilot people]", b"groups: [Pilot people], own_mail_domains: [mailbox.example]")
    plan = diff(office.house, own)
    assert plan.effect is not None
    assert plan.effect.contacts_uncounted
    apply(office.house, plan, HOST)
    with office.store.reading() as unit:
        row = unit.readiness.of("id-bob")
    assert row is not None
    assert row.methods == 0


def test_many_rows_are_made_in_portions(office: Living) -> None:
    """No transaction grows with the organisation."""
    with office.store.writing() as unit:
        for number in range(BATCH):
            add_person(unit, f"many{number:04}")
    assert rebuild(office.house) == BATCH + 8
    with office.store.reading() as unit:
        assert sum(number for _, number in unit.readiness.classes((), unit.now)) == BATCH + 8


def test_before_any_policy_the_defaults_are_shown_and_nothing_is_in_force() -> None:
    living = Living(SqliteEngine(None), Policy())
    with living.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM policy_document"), {})
    assert (show(living.house).version, show(living.house).actor) == (0, "")
    assert history(living.house) == ()
    everybody = diff(living.house, b"self_service: {enabled_for: all}\nmethods: {totp: {}, email_code: {}}\n")
    assert everybody.base == 0
    assert apply(living.house, everybody, accepting(everybody)) == 1
    living.close()


def test_the_effect_tells_who_would_be_asked_for_what_at_sign_in(office: Living) -> None:
    """Decisions 22, 24, 25: Eve has nothing; Bob and Eve have no second factor; Bob has a mailbox, Bo an app alone."""
    found = diff(
        office.house,
        b"""
self_service: {enabled_for: all}
methods: {totp: {}, email_code: {}, recovery_code: {}}
sign_in: {mfa: always}
""",
    ).effect
    assert found
    assert (found.asked, found.without_factor, found.nothing, found.stranded) == (3, 2, 1, 0)
    narrow = diff(
        office.house,
        b"""
self_service: {enabled_for: all}
methods: {totp: {include: [Pilot people]}, email_code: {}}
""",
    ).effect
    assert narrow
    assert narrow.stranded > 0


def test_the_effect_tells_who_would_have_to_confirm(office: Living) -> None:
    """Decisions 24."""
    office.clock.move(40 * DAY)
    rules = b"""
self_service: {enabled_for: all}
methods: {totp: {}, email_code: {}}
registration: {reconfirm_days: %d}
"""
    monthly, yearly, never = (diff(office.house, rules % days).effect for days in (30, 365, 0))
    assert monthly
    assert yearly
    assert never
    assert monthly.reconfirm > 0
    assert (yearly.reconfirm, never.reconfirm) == (0, 0)
