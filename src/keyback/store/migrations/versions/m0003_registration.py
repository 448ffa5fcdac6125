"""Sessions with stages, questions put to signed-in browsers, access passes, and what registration remembers."""

from alembic import op

revision = "0003"
down_revision = "0002"

CHANGES = """
ALTER TABLE person ADD COLUMN registered_at BIGINT;
ALTER TABLE person ADD COLUMN confirmed_at BIGINT;
ALTER TABLE person ADD COLUMN skips INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN again_at BIGINT;
ALTER TABLE person ADD COLUMN recovered_at BIGINT;
ALTER TABLE person ADD COLUMN preferred_method TEXT NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN last_used_at BIGINT;
ALTER TABLE contact ADD COLUMN ends_at BIGINT;
ALTER TABLE contact ADD COLUMN vouched_by TEXT NOT NULL DEFAULT '';
ALTER TABLE credential ADD COLUMN warned_at BIGINT;
CREATE INDEX credential_set ON credential (tenant, set_at) WHERE warned_at IS NULL;
ALTER TABLE readiness ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE readiness ADD COLUMN class BIGINT NOT NULL DEFAULT 0;
UPDATE readiness SET class = methods + enabled * 8589934592 + helps_self * 17179869184 + administrator * 68719476736;
DROP INDEX readiness_counts;
ALTER TABLE readiness DROP COLUMN methods;
ALTER TABLE readiness DROP COLUMN enabled;
ALTER TABLE readiness DROP COLUMN helps_self;
ALTER TABLE readiness DROP COLUMN administrator;
CREATE INDEX readiness_class ON readiness (tenant, class, confirmed_at, person);
CREATE INDEX membership_within ON membership (tenant, group_id, member_kind, member, starts_at, ends_at)
  WHERE relation = 'member' AND eligible = 0;
CREATE INDEX readiness_waits ON readiness (tenant, waits_until) WHERE waits_until > 0;
DELETE FROM session;
ALTER TABLE session ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN password_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN proved_with INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN wanted TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN access_pass TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX session_id ON session (tenant, id);
CREATE TABLE session_challenge (
  tenant TEXT NOT NULL, id TEXT NOT NULL, session TEXT NOT NULL, person TEXT NOT NULL, purpose TEXT NOT NULL,
  method TEXT NOT NULL, enrolment TEXT NOT NULL, replaces TEXT NOT NULL, destination BLOB NOT NULL, state BLOB NOT NULL,
  payload BLOB NOT NULL, letters TEXT NOT NULL, begun_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  tries_left INTEGER NOT NULL CHECK (tries_left >= 0), used_at BIGINT, superseded SMALLINT NOT NULL,
  PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);
CREATE INDEX session_challenge_session ON session_challenge (tenant, session);
CREATE INDEX session_challenge_person ON session_challenge (tenant, person);
CREATE INDEX session_challenge_expiry ON session_challenge (tenant, expires_at);
CREATE UNIQUE INDEX session_challenge_open ON session_challenge (tenant, session) WHERE superseded = 0 AND used_at IS NULL;
CREATE TABLE access_pass (
  tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, mark BLOB NOT NULL, generation BIGINT NOT NULL,
  starts_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, once SMALLINT NOT NULL, checked SMALLINT NOT NULL,
  tries_left INTEGER NOT NULL CHECK (tries_left >= 0), issued_by TEXT NOT NULL, issued_at BIGINT NOT NULL,
  why TEXT NOT NULL, used_at BIGINT, ended_at BIGINT,
  PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);
CREATE UNIQUE INDEX access_pass_live ON access_pass (tenant, person) WHERE ended_at IS NULL;
CREATE INDEX access_pass_expiry ON access_pass (tenant, expires_at);
CREATE TABLE wrong_password (
  tenant TEXT NOT NULL REFERENCES tenant(id), account TEXT NOT NULL, sealed BLOB NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (tenant, account)
);
CREATE INDEX audit_sign_in ON audit (tenant, activity, seq)
  WHERE activity IN ('User signed in', 'User could not sign in', 'Sign-in was interrupted');
CREATE INDEX wrong_password_age ON wrong_password (tenant, at);
"""


def upgrade() -> None:
    """Add what registration remembers; everybody signs in anew once, nothing else changes its meaning."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in CHANGES.split(";"):
        if statement.strip():
            op.execute(statement.replace(" BLOB ", " BYTEA ") if postgresql else statement)
