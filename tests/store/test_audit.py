"""The audit log: in the transaction of the change, chained, without a gap (AUD-2, AUD-3, I7, decisions 33)."""

import pytest

from keyback.core.audit_chain import FIELDS, canonical
from keyback.core.errors import Broken
from keyback.core.events import Activity, Event
from keyback.store.engine import Sql
from tests.living import TENANT, Living

CHANGE = Event(Activity.PERSON_CHANGED, "host:test", "id-ada", "success")
_HASHES = Sql(f"SELECT hash, {', '.join(FIELDS)} FROM audit ORDER BY seq")


def chain_holds(living: Living) -> bool:
    """Compute every hash again from the rows; compare the last with the head."""
    with living.store.reading() as unit:
        rows = unit.link.all(_HASHES, {})
        head = unit.link.one(Sql("SELECT seq, hash FROM audit_head"), {})
    assert head is not None
    previous, count = b"", 0
    for row in rows:
        line = dict(zip(FIELDS, row[1:], strict=True))
        count += 1
        previous = living.house.sealer.mac("audit-chain", previous, TENANT.id, canonical(line))
        if line["seq"] != count or previous != bytes(row[0]):
            return False
    return (int(head[0]), bytes(head[1])) == (count, previous)


def filled(living: Living) -> None:
    """Some lines, in several units."""
    for size in (1, 3, 1, 2):
        with living.store.writing() as unit:
            for _ in range(size):
                unit.audit(CHANGE)


def test_the_chain_holds_over_units_of_any_size(living: Living) -> None:
    """AUD-3."""
    filled(living)
    assert chain_holds(living)
    assert len(living.story()) == 7


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE audit SET reason = 'nothing happened' WHERE seq = 3",
        "UPDATE audit SET at = at + 1 WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 7",
        "UPDATE audit SET seq = 100 - seq WHERE seq IN (2, 98)",
        """INSERT INTO audit (tenant, seq, at, activity, actor, target, result, reason, correlation, source, details, hash)
        SELECT tenant, 8, at, activity, actor, target, result, reason, correlation, source, details, hash
        FROM audit WHERE seq = 7""",
    ],
)
def test_every_forgery_breaks_it(living: Living, forgery: str) -> None:
    """AUD-3: edited, re-stamped, removed, cut off, reordered, inserted."""
    filled(living)
    with living.store.writing() as unit:
        unit.link.run(Sql(forgery), {})
    assert not chain_holds(living)


def test_what_is_undone_leaves_no_line(living: Living) -> None:
    """AUD-2: the same transaction."""
    with pytest.raises(ZeroDivisionError), living.store.writing() as unit:  # noqa: PT012 - the whole unit
        unit.audit(CHANGE)
        raise ZeroDivisionError
    assert living.story() == []


def test_without_its_line_a_change_does_not_happen(living: Living) -> None:
    """AUD-2: the log cannot be written, so nothing is."""
    ada = living.person("ada")
    with living.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM audit_head"), {})
    with pytest.raises(Broken), living.store.writing() as unit:  # noqa: PT012 - the whole unit
        unit.people.raise_generation(ada, unit.now)
        unit.audit(CHANGE)
    with living.store.reading() as unit:
        person = unit.people.by_id(ada, unit.now)
    assert person is not None
    assert person.generation == 1
