"""Known clients, "this was not me", what is counted over time, checkpoints of the audit log, and keys that rotate."""

from alembic import op

revision = "0002"
down_revision = "0001"

CHANGES = """
ALTER TABLE journey ADD COLUMN known SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN frozen_at BIGINT;
ALTER TABLE credential ADD COLUMN compromised_at BIGINT;
CREATE INDEX setup_link_person ON setup_link (tenant, person);
CREATE TABLE objection_link (
  tenant TEXT NOT NULL, token BLOB NOT NULL, person TEXT NOT NULL, notice TEXT NOT NULL, about_password SMALLINT NOT NULL,
  correlation TEXT NOT NULL, issued_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT,
  incident TEXT, PRIMARY KEY (tenant, token), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);
CREATE INDEX objection_link_person ON objection_link (tenant, person);
CREATE INDEX objection_link_incident ON objection_link (tenant, incident) WHERE incident IS NOT NULL;
CREATE INDEX objection_link_expiry ON objection_link (tenant, expires_at);
CREATE TABLE incident (
  tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, notice TEXT NOT NULL, about_password SMALLINT NOT NULL,
  correlation TEXT NOT NULL, source TEXT NOT NULL, opened_at BIGINT NOT NULL, closed_at BIGINT, closed_by TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);
CREATE INDEX incident_opened ON incident (tenant, opened_at);
CREATE INDEX incident_person ON incident (tenant, person);
CREATE UNIQUE INDEX incident_open ON incident (tenant, person) WHERE closed_at IS NULL;
CREATE INDEX journey_live ON journey (tenant, expires_at) WHERE state IN ('proving', 'choosing');
CREATE INDEX outbox_done ON outbox (tenant, done_at) WHERE state <> 'waiting';
CREATE INDEX session_ends ON session (tenant, ends_at);
CREATE TABLE pulse (
  tenant TEXT NOT NULL REFERENCES tenant(id), name TEXT NOT NULL, at BIGINT NOT NULL, count BIGINT NOT NULL,
  PRIMARY KEY (tenant, name, at)
);
CREATE TABLE figure (
  tenant TEXT NOT NULL REFERENCES tenant(id), name TEXT NOT NULL, value BIGINT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (tenant, name)
);
CREATE TABLE checkpoint (
  tenant TEXT NOT NULL REFERENCES tenant(id), seq BIGINT NOT NULL, hash BLOB NOT NULL, at BIGINT NOT NULL,
  signature BLOB NOT NULL, shipped_at BIGINT, base SMALLINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, seq)
);
CREATE TABLE key_root (
  tenant TEXT NOT NULL REFERENCES tenant(id), purpose TEXT NOT NULL, sealed BLOB NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, purpose)
);
"""


def upgrade() -> None:
    """Add what the guards remember; nothing that is there changes its meaning."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in CHANGES.split(";"):
        if statement.strip():
            op.execute(statement.replace(" BLOB ", " BYTEA ") if postgresql else statement)
