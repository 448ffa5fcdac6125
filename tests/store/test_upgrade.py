"""What an older Keyback wrote is read by this one: each schema is filled, brought up to date, and looked at."""

import pytest

from keyback.core.ports import Credential, PeopleQuery, Tenant
from keyback.core.rules.readiness import Standing
from keyback.core.types import ContactKind, Upkeep
from keyback.store import migrations
from keyback.store.engine import Engine, PostgresqlEngine, Sql, SqliteEngine, Values
from keyback.store.health import untrue_words
from keyback.store.migrations import runner
from keyback.store.seal import AesSealer, Keys
from keyback.store.unit import SqlStore
from keyback.wiring.world import FixedClock, SystemRandom

TENANT, ADA, THEN = "t1", "id-ada", 1_700_000_000_000
SECRET, ENCODED = b"a secret of twenty b", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA"
OLD = ("0001", "0002", "0003")


NUMBERS = """INSERT INTO readiness (tenant, person, methods, enabled, administrator, helps_self, waits_until)
  VALUES (:t, :p, 3, 1, 2, 1, 0)"""
ONE_NUMBER = f"""INSERT INTO readiness (tenant, person, class, waits_until, confirmed_at)
  VALUES (:t, :p, {3 + 2**33 + 2**34 + 2 * 2**36}, 0, 0)"""


def filled(engine: Engine, sealer: AesSealer, readiness: str) -> None:
    """One organisation with one person, as every schema since the first can hold it."""

    def seal(table: str, column: str, row: str, plain: bytes) -> bytes:
        return sealer.seal(plain, table=table, column=column, row=row, tenant=TENANT)

    about: Values = {"t": TENANT, "p": ADA, "at": THEN}
    with engine.transaction(write=True) as link:
        for statement, more in (
            ("INSERT INTO tenant VALUES (:t, 'Contoso', 'UTC', 'en', :at, 1)", {}),
            ("INSERT INTO audit_head (tenant, seq, hash) VALUES (:t, 0, :hash)", {"hash": b""}),
            (
                """INSERT INTO person (tenant, id, upn, canonical, display_name, given_name, surname, kind, directory,
                  source_id, enabled, generation, plan, language, department, created_at, changed_at)
                VALUES (:t, :p, 'Ada@contoso.example', 'ada@contoso.example', 'Ada', 'Ada', 'L', 'person', 'cloud', '', 1,
                  7, '', 'de', '', :at, :at)""",
                {},
            ),
            (
                """INSERT INTO credential (tenant, person, encoded, set_at, must_change, not_after, version)
                VALUES (:t, :p, :sealed, :at, 0, NULL, 3)""",
                {"sealed": seal("credential", "encoded", ADA, ENCODED.encode())},
            ),
            (
                """INSERT INTO contact (tenant, id, person, kind, value, fingerprint, confirmed_at, confirmed_how,
                  usable_from, preferred, replaced_by, added_at)
                VALUES (:t, 'c1', :p, 'email', :sealed, :mark, :at, 'code', :at, 1, NULL, :at),
                  (:t, 'c2', :p, 'email', :sealed, :mark, :at, 'code', :at, 0, 'c1', :at)""",
                {"sealed": seal("contact", "value", "c1", b"ada@mail.example"), "mark": b"m"},
            ),
            (
                """INSERT INTO enrolment (tenant, id, person, method, secret, label, slot, counter, state, added_at,
                  last_used_at, usable_from)
                VALUES (:t, 'e1', :p, 'totp', :sealed, 'phone', 0, 5, 'active', :at, NULL, :at)""",
                {"sealed": seal("enrolment", "secret", "e1", SECRET)},
            ),
            (
                """INSERT INTO session (tenant, token, person, generation, kind, methods, began_at, seen_at, ends_at, address,
                  client)
                VALUES (:t, :token, :p, 7, 'portal', 'password', :at, :at, :later, '', '')""",
                {"token": b"k", "later": THEN + 10**12},
            ),
            (readiness, {}),
        ):
            link.run(Sql(statement), {**about, **more})


@pytest.mark.parametrize("version", OLD)
def test_what_an_older_version_wrote_is_there_after_the_upgrade(
    engine: SqliteEngine | PostgresqlEngine, version: str
) -> None:
    """Rows of each released schema; only sessions end, once."""
    sealer = AesSealer(Keys({1: bytes(range(32))}), TENANT, SystemRandom())
    runner.run(engine, version)
    assert migrations.present(engine) == version
    filled(engine, sealer, ONE_NUMBER if version >= "0003" else NUMBERS)
    migrations.upgrade(engine)
    assert migrations.present(engine) == migrations.HEAD
    store = SqlStore(engine, sealer, FixedClock(), TENANT)
    with store.reading() as unit:
        person = unit.people.by_canonical("ada@contoso.example", unit.now)
        assert person is not None
        assert (person.id, person.generation, person.language, person.upkeep) == (ADA, 7, "de", Upkeep())
        [contact] = unit.people.contacts(ADA)
        assert (contact.kind, contact.value, contact.ends_at) == (ContactKind.EMAIL, "ada@mail.example", None)
        [enrolment] = unit.people.enrolments(ADA)
        assert (enrolment.secret, enrolment.counter, enrolment.added_at) == (SECRET, 5, THEN)
        assert unit.people.credential(ADA, 1) == Credential(ENCODED, (), THEN, False, None, 3)
        assert (unit.sessions.of(b"k", THEN) is None) == (version < "0003")
        standing = unit.readiness.of(ADA)
        assert standing == Standing(methods=3, enabled=True, administrator=2, helps_self=1, waits_until=0)
        for query in (PeopleQuery(words=("ad",)), PeopleQuery(words=("l", "ada")), PeopleQuery(sort="name")):
            assert [(one.id, one.deleted_at) for one in unit.listing.people(query)] == [(ADA, None)]
        [(name,)] = unit.link.all(Sql("SELECT sort_name FROM person"), {})
        assert name == "ada"
        assert untrue_words(store, 1, repair=False) == 0
        assert unit.tenants.the_one() == Tenant(TENANT, "Contoso", "UTC", "en", had_administrator=True)
