"""What the admin centre and the helpdesk remember: words to find people by, caller checks, requests, approvals, branding."""

from collections.abc import Mapping, Sequence
from typing import Any

from alembic import op
from sqlalchemy import Connection, text

from keyback.core.rules.words import folded, words_of

revision = "0004"
down_revision = "0003"

CHANGES = """
ALTER TABLE person ADD COLUMN deleted_at BIGINT;
ALTER TABLE person ADD COLUMN enabled_before SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN sort_name BINARY_TEXT NOT NULL DEFAULT '';
CREATE INDEX person_deleted ON person (tenant, deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX person_frozen ON person (tenant, frozen_at) WHERE frozen_at IS NOT NULL;
CREATE TABLE person_word (
  tenant TEXT NOT NULL, word BINARY_TEXT NOT NULL, person TEXT NOT NULL, all_words TEXT NOT NULL,
  PRIMARY KEY (tenant, word, person) WITH_THEM,
  FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
) WITHOUT ROWID;
CREATE TABLE caller_case (
  tenant TEXT NOT NULL, id TEXT NOT NULL, number TEXT NOT NULL, person TEXT NOT NULL, operator TEXT NOT NULL,
  opened_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, state TEXT NOT NULL, journey TEXT NOT NULL, method TEXT NOT NULL,
  decided_at BIGINT, PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id),
  CHECK (state IN ('open', 'passed', 'failed', 'closed'))
);
CREATE UNIQUE INDEX caller_case_open ON caller_case (tenant, person) WHERE state = 'open';
CREATE UNIQUE INDEX caller_case_number ON caller_case (tenant, number) WHERE state = 'open';
CREATE INDEX caller_case_person ON caller_case (tenant, person, opened_at);
CREATE INDEX caller_case_journey ON caller_case (tenant, journey) WHERE journey <> '';
CREATE INDEX caller_case_expiry ON caller_case (tenant, expires_at);
CREATE TABLE help_request (
  tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL,
  opened_at BIGINT NOT NULL, closed_at BIGINT, closed_by TEXT NOT NULL, why TEXT NOT NULL,
  PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id),
  CHECK (kind IN ('contact', 'none_usable'))
);
CREATE UNIQUE INDEX help_request_open ON help_request (tenant, person) WHERE closed_at IS NULL;
CREATE INDEX help_request_queue ON help_request (tenant, opened_at);
CREATE INDEX help_request_closed ON help_request (tenant, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX help_request_person ON help_request (tenant, person);
CREATE TABLE approval (
  tenant TEXT NOT NULL, id TEXT NOT NULL, action TEXT NOT NULL, person TEXT NOT NULL, asked_by TEXT NOT NULL,
  why TEXT NOT NULL, asked_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, decided_by TEXT NOT NULL, decided_at BIGINT,
  granted SMALLINT NOT NULL, used_at BIGINT,
  PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);
CREATE INDEX approval_waiting ON approval (tenant, expires_at) WHERE decided_at IS NULL;
CREATE INDEX approval_person ON approval (tenant, person);
CREATE INDEX approval_expiry ON approval (tenant, expires_at);
CREATE TABLE branding (
  tenant TEXT PRIMARY KEY REFERENCES tenant(id), accent TEXT NOT NULL, logo BLOB NOT NULL, version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE TABLE upload (
  tenant TEXT NOT NULL REFERENCES tenant(id), id TEXT NOT NULL, actor TEXT NOT NULL, name TEXT NOT NULL,
  body BLOB NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (tenant, id)
);
CREATE INDEX upload_age ON upload (tenant, at);
DROP INDEX audit_sign_in;
CREATE INDEX audit_activity ON audit (tenant, activity, result, seq);
CREATE INDEX membership_groups ON membership (tenant, group_id, member) WHERE member_kind = 'group';
CREATE INDEX audit_actor ON audit (tenant, actor, seq) WHERE actor <> target;
"""
INDEXES = """
CREATE INDEX person_by_user_id ON person (tenant, STANDING, canonical, id);
CREATE INDEX person_by_name ON person (tenant, STANDING, sort_name, id);
CREATE INDEX person_word_person ON person_word (tenant, person, word);
"""
STANDING = "(CASE WHEN deleted_at IS NULL THEN 1 - enabled ELSE 2 END)"
"""0 enabled, 1 disabled, 2 deleted: lists of people say the same, word for word, or find no index."""
BATCH = 2_000


def upgrade() -> None:
    """Add what the admin centre remembers, and the words of everybody who is there."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    kinds = {"STANDING": STANDING, "BINARY_TEXT": 'TEXT COLLATE "C"' if postgresql else "TEXT"}
    kinds |= {" WITH_THEM": " INCLUDE (all_words)" if postgresql else ""}
    kinds |= {" BLOB ": " BYTEA ", " WITHOUT ROWID": ""} if postgresql else {}
    _all_of(CHANGES, kinds)
    _find_by_words(op.get_bind())
    _all_of(INDEXES, kinds)


def _all_of(statements: str, kinds: Mapping[str, str]) -> None:
    for name, own in kinds.items():
        statements = statements.replace(name, own)
    for statement in statements.split(";"):
        if statement.strip():
            op.execute(statement)


def _find_by_words(link: Connection) -> None:
    last = ("", "")
    while rows := _next(link, last):
        last = (str(rows[-1][0]), str(rows[-1][1]))
        named = [{"t": row[0], "p": row[1], "n": folded(row[3])} for row in rows]
        link.execute(text("UPDATE person SET sort_name = :n WHERE tenant = :t AND id = :p"), named)
        found = [
            {"t": row[0], "p": row[1], "w": word, "all": "".join(f" {one}" for one in beside)}
            for row in rows for beside in (words_of(row[2], *row[3:]),) for word in beside
        ]  # fmt: skip
        link.execute(text("INSERT INTO person_word (tenant, word, person, all_words) VALUES (:t, :w, :p, :all)"), found)


def _next(link: Connection, last: tuple[str, str]) -> Sequence[Any]:
    statement = text(
        """SELECT tenant, id, upn, display_name, given_name, surname FROM person
        WHERE (tenant, id) > (:tenant, :id) ORDER BY tenant, id LIMIT :count"""
    )
    return link.execute(statement, {"tenant": last[0], "id": last[1], "count": BATCH}).fetchall()
