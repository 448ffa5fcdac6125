"""The database schema, as numbered migrations; the schema changes in no other way."""
