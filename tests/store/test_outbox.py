"""The outbox on both engines: leases, outcomes, what a row still holds afterwards."""

import threading

import pytest

from keyback.app.outbox.ports import Leased, Outcome, State
from keyback.core.ports import Outgoing
from keyback.core.types import MINUTE, Instant
from keyback.store.engine import Sql
from keyback.store.retention import SqlRemoving
from keyback.store.unit import SqlStore
from tests.people import ADA_MAIL, NOW, TENANT

CODE = "31415926"
MESSAGE = Outgoing("email", "mail.code", {"code": CODE, "letters": "KT", "life_ms": 1}, ADA_MAIL, "de")
RAW = Sql("SELECT sealed, leased_until FROM outbox WHERE tenant = :tenant")
SPOIL = Sql("UPDATE outbox SET sealed = :sealed WHERE tenant = :tenant AND id = :id")


def put(store: SqlStore, message: Outgoing = MESSAGE, urgency: int = 0, now: Instant = NOW) -> str:
    with store.writing() as unit:
        return unit.outbox.put(message, urgency, NOW + 10 * MINUTE, now)


def lease(store: SqlStore, now: Instant = NOW, channel: str = "email") -> Leased | None:
    with store.writing() as unit:
        return unit.outbox.lease(channel, now, MINUTE)


def sure_lease(store: SqlStore, now: Instant = NOW) -> Leased:
    leased = lease(store, now)
    assert leased is not None
    return leased


def finish(store: SqlStore, leased: Leased, outcome: Outcome) -> bool:
    with store.writing() as unit:
        return unit.outbox.finish(leased, outcome, "a***@mail.example", NOW)


def test_a_message_comes_out_as_it_was_put_in(store: SqlStore) -> None:
    id_ = put(store)
    leased = sure_lease(store)
    assert leased == Leased(id_, MESSAGE, 0, 1, 0, NOW, NOW + 10 * MINUTE, NOW + MINUTE)


def test_two_equal_messages_have_ids_of_their_own(store: SqlStore) -> None:
    assert put(store) != put(store)


def test_a_leased_message_is_nobody_elses_until_the_lease_runs_out(store: SqlStore) -> None:
    put(store)
    sure_lease(store)
    assert lease(store) is None
    assert lease(store, NOW + MINUTE - 1) is None
    again = sure_lease(store, NOW + MINUTE)
    assert (again.tries, again.doubts) == (2, 1)
    assert sure_lease(store, NOW + 2 * MINUTE).doubts == 2


def test_the_most_urgent_comes_first_then_the_oldest_and_only_of_its_channel(store: SqlStore) -> None:
    late, notice, early = put(store, now=NOW - 1), put(store, urgency=5, now=NOW - 9), put(store, now=NOW - 2)
    put(store, Outgoing("sms", "sms.code", {}, "+4915112345609"))
    assert [sure_lease(store).id for _ in range(3)] == [early, late, notice]
    assert lease(store) is None


def test_a_retry_waits_for_its_time_and_remembers_its_doubt(store: SqlStore) -> None:
    put(store)
    first = sure_lease(store)
    assert finish(store, first, Outcome(State.WAITING, "silence", not_before=NOW + 5, doubt=True))
    assert lease(store, NOW + 4) is None
    second = sure_lease(store, NOW + 5)
    assert (second.outgoing, second.tries, second.doubts) == (MESSAGE, 2, 1)
    assert finish(store, second, Outcome(State.WAITING, "busy", not_before=NOW + 6))
    assert sure_lease(store, NOW + 6).doubts == 1


@pytest.mark.parametrize("state", [State.SENT, State.EXPIRED, State.FAILED, State.NOWHERE])
def test_after_a_final_state_only_the_masked_recipient_is_left(store: SqlStore, state: State) -> None:
    """CRY-1."""
    id_ = put(store)
    assert finish(store, sure_lease(store), Outcome(state, "why", "receipt"))
    with store.reading() as unit:
        shown = unit.outbox.one_shown(id_)
        row = unit.link.one(RAW, {"tenant": TENANT})
        assert row is not None
        left = unit.sealer.open(bytes(row[0]), table="outbox", column="sealed", row=id_, tenant=TENANT)
        assert unit.outbox.counts() == {("email", state): 1}
    assert left == b'{"to":"a***@mail.example"}'
    assert shown is not None
    assert (shown.state, shown.why, shown.receipt, shown.done_at) == (state, "why", "receipt", NOW)
    assert lease(store, NOW + MINUTE) is None


def test_nothing_of_a_message_stands_in_the_clear(store: SqlStore) -> None:
    """CRY-1."""
    put(store)
    with store.reading() as unit:
        row = unit.link.one(RAW, {"tenant": TENANT})
    assert row is not None
    assert CODE.encode() not in bytes(row[0])
    assert ADA_MAIL.encode() not in bytes(row[0])


def test_an_outcome_counts_only_from_the_holder_of_the_lease(store: SqlStore) -> None:
    put(store)
    late = sure_lease(store)
    holder = sure_lease(store, NOW + MINUTE)
    assert not finish(store, late, Outcome(State.FAILED))
    assert finish(store, holder, Outcome(State.SENT))
    assert not finish(store, holder, Outcome(State.FAILED))


def test_a_message_that_cannot_be_opened_does_not_stand_in_the_way(store: SqlStore) -> None:
    spoilt, good = put(store, now=NOW - 1), put(store)
    with store.writing() as unit:
        unit.link.run(SPOIL, {"tenant": TENANT, "id": spoilt, "sealed": b"x"})
    assert sure_lease(store).id == good
    with store.reading() as unit:
        shown = unit.outbox.one_shown(spoilt)
    assert shown is not None
    assert (shown.state, shown.to) == (State.FAILED, "?")


def test_a_message_is_found_by_the_beginning_of_its_id(store: SqlStore) -> None:
    id_ = put(store)
    with store.reading() as unit:
        for given, found in ((id_, True), (id_[:6], True), (id_[:5], False), ("%" * 6, False), ("f" * 33, False)):
            assert (unit.outbox.one_shown(given) is not None) == found


def test_old_outcomes_are_forgotten_and_waiting_messages_are_not(store: SqlStore) -> None:
    put(store)
    finish(store, sure_lease(store), Outcome(State.SENT))
    waiting = put(store)
    with store.writing() as unit:
        assert SqlRemoving(unit).remove("messages", NOW - 1, 10) == 0
        assert SqlRemoving(unit).remove("messages", NOW, 10) == 1
        assert [shown.id for shown in unit.outbox.shown(None, 10)] == [waiting]


def test_many_couriers_at_once_take_every_message_once(store: SqlStore) -> None:
    ids = [put(store) for _ in range(20)]
    taken: list[str] = []

    def courier() -> None:
        while (leased := lease(store)) is not None:
            taken.append(leased.id)

    couriers = [threading.Thread(target=courier) for _ in range(4)]
    for each in couriers:
        each.start()
    for each in couriers:
        each.join()
    while (leased := lease(store)) is not None:
        taken.append(leased.id)
    assert sorted(taken) == sorted(ids)
