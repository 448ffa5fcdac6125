"""The rows of the first release: tenant first in every key; times are Unix milliseconds; flags are 0 or 1."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE tenant (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL, language TEXT NOT NULL, created_at BIGINT NOT NULL,
  had_administrator SMALLINT NOT NULL DEFAULT 0
);
CREATE TABLE domain (
  tenant TEXT NOT NULL REFERENCES tenant(id), name TEXT NOT NULL, PRIMARY KEY (tenant, name)
);
CREATE TABLE person (
  tenant TEXT NOT NULL REFERENCES tenant(id), id TEXT NOT NULL, upn TEXT NOT NULL, canonical TEXT NOT NULL,
  display_name TEXT NOT NULL, given_name TEXT NOT NULL, surname TEXT NOT NULL, kind TEXT NOT NULL,
  directory TEXT NOT NULL, source_id TEXT NOT NULL, enabled SMALLINT NOT NULL, generation BIGINT NOT NULL,
  plan TEXT NOT NULL, language TEXT NOT NULL, department TEXT NOT NULL, created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX person_canonical ON person (tenant, canonical);
CREATE TABLE credential (
  tenant TEXT NOT NULL, person TEXT NOT NULL, encoded BLOB NOT NULL, set_at BIGINT NOT NULL,
  must_change SMALLINT NOT NULL, not_after BIGINT, version BIGINT NOT NULL,
  PRIMARY KEY (tenant, person), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);
CREATE TABLE old_password (
  tenant TEXT NOT NULL, person TEXT NOT NULL, replaced_at BIGINT NOT NULL, encoded BLOB NOT NULL,
  PRIMARY KEY (tenant, person, replaced_at), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);
CREATE TABLE people_group (
  tenant TEXT NOT NULL REFERENCES tenant(id), id TEXT NOT NULL, name TEXT NOT NULL, canonical TEXT NOT NULL,
  role_assignable SMALLINT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX people_group_canonical ON people_group (tenant, canonical);
CREATE TABLE membership (
  tenant TEXT NOT NULL, group_id TEXT NOT NULL, member TEXT NOT NULL, member_kind TEXT NOT NULL,
  relation TEXT NOT NULL, eligible SMALLINT NOT NULL, starts_at BIGINT, ends_at BIGINT,
  PRIMARY KEY (tenant, group_id, member, relation), FOREIGN KEY (tenant, group_id) REFERENCES people_group (tenant, id)
);
CREATE INDEX membership_member ON membership (tenant, member);
CREATE TABLE role_assignment (
  tenant TEXT NOT NULL REFERENCES tenant(id), role TEXT NOT NULL, holder TEXT NOT NULL, scope TEXT NOT NULL,
  eligible SMALLINT NOT NULL, granted_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, holder, role, scope)
);
CREATE INDEX role_assignment_role ON role_assignment (tenant, role);
CREATE TABLE contact (
  tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, kind TEXT NOT NULL, value BLOB NOT NULL,
  fingerprint BLOB NOT NULL, confirmed_at BIGINT, confirmed_how TEXT NOT NULL, usable_from BIGINT NOT NULL,
  preferred SMALLINT NOT NULL, replaced_by TEXT, added_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);
CREATE INDEX contact_person ON contact (tenant, person);
CREATE INDEX contact_fingerprint ON contact (tenant, fingerprint);
CREATE TABLE enrolment (
  tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, method TEXT NOT NULL, secret BLOB NOT NULL,
  label TEXT NOT NULL, slot INTEGER NOT NULL, counter BIGINT NOT NULL, state TEXT NOT NULL,
  added_at BIGINT NOT NULL, last_used_at BIGINT, usable_from BIGINT NOT NULL,
  PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id),
  CHECK (state IN ('active', 'spent', 'removed'))
);
CREATE INDEX enrolment_person ON enrolment (tenant, person);
CREATE TABLE readiness (
  tenant TEXT NOT NULL, person TEXT NOT NULL, methods BIGINT NOT NULL, enabled SMALLINT NOT NULL,
  administrator SMALLINT NOT NULL, helps_self SMALLINT NOT NULL, waits_until BIGINT NOT NULL,
  PRIMARY KEY (tenant, person), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);
CREATE INDEX readiness_counts ON readiness (tenant, administrator, enabled, helps_self, methods, waits_until);
CREATE TABLE policy_document (
  tenant TEXT NOT NULL REFERENCES tenant(id), version BIGINT NOT NULL, value TEXT NOT NULL, actor TEXT NOT NULL,
  at BIGINT NOT NULL, why TEXT NOT NULL,
  PRIMARY KEY (tenant, version)
);
CREATE TABLE journey (
  tenant TEXT NOT NULL REFERENCES tenant(id), id TEXT NOT NULL, purpose TEXT NOT NULL, person TEXT, account TEXT NOT NULL,
  refusal TEXT, gates INTEGER NOT NULL, administrator SMALLINT NOT NULL, decided_by TEXT NOT NULL,
  disclosure TEXT NOT NULL, policy_version BIGINT NOT NULL, generation BIGINT NOT NULL, started_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL, version BIGINT NOT NULL, state TEXT NOT NULL, why TEXT, code TEXT,
  browser BLOB NOT NULL, source TEXT NOT NULL, language TEXT NOT NULL,
  PRIMARY KEY (tenant, id),
  CHECK (state IN ('proving', 'choosing', 'done', 'ended')),
  CHECK (person IS NOT NULL OR state IN ('proving', 'ended'))
);
CREATE UNIQUE INDEX journey_browser ON journey (tenant, browser);
CREATE INDEX journey_person ON journey (tenant, person, state);
CREATE INDEX journey_expiry ON journey (tenant, expires_at);
CREATE TABLE challenge (
  tenant TEXT NOT NULL, id TEXT NOT NULL, journey TEXT NOT NULL, gate INTEGER NOT NULL, method TEXT NOT NULL,
  enrolment TEXT NOT NULL, destination BLOB NOT NULL, state BLOB NOT NULL, letters TEXT NOT NULL,
  begun_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, tries_left INTEGER NOT NULL CHECK (tries_left >= 0),
  used_at BIGINT, superseded SMALLINT NOT NULL,
  PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, journey) REFERENCES journey (tenant, id) ON DELETE CASCADE
);
CREATE INDEX challenge_journey ON challenge (tenant, journey);
CREATE UNIQUE INDEX challenge_open ON challenge (tenant, journey) WHERE superseded = 0 AND used_at IS NULL;
CREATE TABLE evidence (
  tenant TEXT NOT NULL, challenge TEXT NOT NULL, journey TEXT NOT NULL, gate INTEGER NOT NULL, method TEXT NOT NULL,
  enrolment TEXT NOT NULL, roots TEXT NOT NULL, at BIGINT NOT NULL, spent_at BIGINT,
  PRIMARY KEY (tenant, challenge), FOREIGN KEY (tenant, challenge) REFERENCES challenge (tenant, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX evidence_gate ON evidence (tenant, journey, gate);
CREATE TABLE throttle (
  tenant TEXT NOT NULL, limit_name TEXT NOT NULL, throttle_key BLOB NOT NULL, window_start BIGINT NOT NULL,
  used INTEGER NOT NULL, paused_until BIGINT NOT NULL, ends_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, limit_name, throttle_key)
);
CREATE INDEX throttle_ends ON throttle (ends_at);
CREATE TABLE outbox (
  tenant TEXT NOT NULL, id TEXT NOT NULL, channel TEXT NOT NULL, urgency INTEGER NOT NULL, template TEXT NOT NULL,
  sealed BLOB NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL, not_before BIGINT NOT NULL,
  not_after BIGINT NOT NULL, created_at BIGINT NOT NULL, leased_until BIGINT NOT NULL, done_at BIGINT,
  receipt TEXT NOT NULL, why TEXT NOT NULL,
  PRIMARY KEY (tenant, id),
  CHECK (state IN ('waiting', 'sent', 'expired', 'failed', 'nowhere'))
);
CREATE INDEX outbox_due ON outbox (channel, urgency, not_before) WHERE state = 'waiting';
CREATE TABLE session (
  tenant TEXT NOT NULL, token BLOB NOT NULL, person TEXT NOT NULL, generation BIGINT NOT NULL, kind TEXT NOT NULL,
  methods TEXT NOT NULL, began_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, ends_at BIGINT NOT NULL,
  address TEXT NOT NULL, client TEXT NOT NULL,
  PRIMARY KEY (tenant, token), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);
CREATE INDEX session_person ON session (tenant, person);
CREATE TABLE setup_link (
  tenant TEXT NOT NULL, token BLOB NOT NULL, person TEXT NOT NULL, purpose TEXT NOT NULL, generation BIGINT NOT NULL,
  issued_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT, secret BLOB NOT NULL,
  PRIMARY KEY (tenant, token), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);
CREATE TABLE audit (
  tenant TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, activity TEXT NOT NULL, actor TEXT NOT NULL,
  target TEXT NOT NULL, result TEXT NOT NULL, reason TEXT NOT NULL, correlation TEXT NOT NULL, source TEXT NOT NULL,
  details TEXT NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY (tenant, seq)
);
CREATE INDEX audit_correlation ON audit (tenant, correlation, seq);
CREATE INDEX audit_target ON audit (tenant, target, seq);
CREATE TABLE audit_head (
  tenant TEXT PRIMARY KEY REFERENCES tenant(id), seq BIGINT NOT NULL, hash BLOB NOT NULL
);
"""


def upgrade() -> None:
    """Create everything."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in TABLES.split(";"):
        if statement.strip():
            op.execute(statement.replace(" BLOB ", " BYTEA ") if postgresql else statement)
