"""What goes on in a whole organisation, made quickly: many resets, many wrong answers."""

from dataclasses import replace
from typing import Any

from keyback.app.watch import brake, storm
from keyback.app.watch.state import Watch, watch
from keyback.core.policy import Limits
from keyback.core.types import ContactKind
from tests.living import OPEN_POLICY, Living

CROWD = replace(OPEN_POLICY, limits=Limits(starts_per_source_10_minutes=10_000, sends_per_source_hour=10_000,
                                           failures_per_source_10_minutes=10_000))  # fmt: skip


def complete(living: Living, resets: int) -> None:
    """So many resets are completed, each in a unit of its own."""
    for _ in range(resets):
        with living.store.writing() as unit:
            brake.completed(unit, watch(unit), Limits())


def fail(living: Living, answers: int) -> None:
    """So many wrong answers are given."""
    for _ in range(answers):
        with living.store.writing() as unit:
            storm.failed(unit, watch(unit), Limits())


def now(living: Living) -> Watch:
    """How it stands."""
    with living.store.reading() as unit:
        return watch(unit)


def administrator(living: Living) -> str:
    """Somebody who is told; the address."""
    boss = living.person("boss")
    living.grant(boss, "global_administrator")
    living.contact(boss, ContactKind.EMAIL, "boss@mailbox.example")
    return "boss@mailbox.example"


def told(living: Living, address: str) -> list[str]:
    """Subjects of everything sent there."""
    return [str(message["subject"]) for message in living.delivered() if message["to"] == address]


def lines(living: Living, activity: str) -> list[dict[str, Any]]:
    """Of the audit log."""
    return [line for line in living.story() if line["activity"] == activity]
