"""Rows of the helpdesk and of the admin centre that are over at a time."""

from keyback.core.ports import Approval, Case, HelpRequest, Upload
from keyback.core.types import HOUR, Instant
from tests.living import Living


def help_request(living: Living, when: Instant) -> None:
    with living.store.writing() as unit:
        assert unit.help_requests.open(HelpRequest("h1", "id-ada", "contact", "", when - HOUR))
        assert unit.help_requests.close("h1", "host:test", "helped", when)


def caller_case(living: Living, when: Instant) -> None:
    with living.store.writing() as unit:
        assert unit.cases.open(Case("c1", "123456", "id-ada", "host:test", when - HOUR, when))


def approval(living: Living, when: Instant) -> None:
    with living.store.writing() as unit:
        unit.approvals.ask(Approval("a1", "access_pass", "id-ada", "host:test", "test", when - HOUR, when))


def upload(living: Living, when: Instant) -> None:
    with living.store.writing() as unit:
        unit.uploads.put(Upload("u1", "host:test", "people.csv", b"user_id", when))
