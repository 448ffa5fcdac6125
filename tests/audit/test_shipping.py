"""Checkpoints leave the house: at least once, signed, and never in anybody's way (AUD-3)."""

import hmac
import json
import logging
from pathlib import Path

import pytest

from keyback.app.audit.verify import checkpoint
from keyback.channels.outbound import Gateway as Webhook
from keyback.core.events import Activity, Event
from keyback.core.types import HOUR, MINUTE
from keyback.store.audit_file import read_checkpoints
from keyback.store.checkpoints import SqlBook
from keyback.store.engine import Sql
from keyback.wiring.shipping import Elsewhere, ship
from keyback.wiring.watch import Watch
from tests.edges.gateway import Gateway, serving
from tests.living import Living

SECRET = "a secret of more than 32 characters"


def moved(living: Living) -> SqlBook:
    """A line, and a checkpoint of it."""
    living.clock.move(6 * MINUTE)
    with living.store.writing() as unit:
        unit.audit(Event(Activity.PERSON_CHANGED, "host:test", "id-ada", "success"))
    book = SqlBook(living.store)
    assert checkpoint(book) is not None
    return book


def test_each_goes_to_the_file_once_and_can_be_checked_there(living: Living, tmp_path: Path) -> None:
    """AUD-3."""
    path = tmp_path / "checkpoints.jsonl"
    for _ in range(3):
        ship(moved(living), Elsewhere(path))
        ship(SqlBook(living.store), Elsewhere(path))
    kept = read_checkpoints(path)
    assert [one.mark.seq for one in kept] == [1, 2, 3]
    assert all(SqlBook(living.store).holds(one) for one in kept)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_webhook_gets_each_with_a_signature_over_time_and_body(quick: Living) -> None:
    """AUD-3: as the receiver checks it."""
    with serving(Gateway(status=204, body=b"")) as gateway:
        to = Elsewhere(gateway=Webhook(f"{gateway.url}/hook", allow_private=True), secret=SECRET)
        ship(moved(quick), to)
        ship(SqlBook(quick.store), to)
    (asked,) = gateway.asked
    stamp = asked.headers["keyback-timestamp"]
    signature = hmac.new(SECRET.encode(), f"{stamp}.".encode() + asked.body, "sha256").hexdigest()
    assert asked.headers["keyback-signature"] == f"v1={signature}"
    assert int(stamp) == quick.clock.now() // 1000
    assert json.loads(asked.body)["seq"] == 1
    assert SECRET.encode() not in asked.body


def test_what_does_not_arrive_is_sent_again(quick: Living, caplog: pytest.LogCaptureFixture) -> None:
    """AUD-3: the receiver is down, then busy, then there."""
    book = moved(quick)
    with serving(Gateway(status=503)) as gateway:
        webhook = Webhook(f"{gateway.url}/hook", allow_private=True)
        ship(book, Elsewhere(gateway=webhook, secret=SECRET))
        assert len(book.unshipped(9)) == 1
        assert "has to wait" in caplog.text
        gateway.status = 200
        moved(quick)
        ship(book, Elsewhere(gateway=webhook, secret=SECRET))
    assert [json.loads(one.body)["seq"] for one in gateway.asked] == [1, 2, 1]
    assert book.unshipped(9) == []
    ship(moved(quick), Elsewhere(gateway=webhook, secret=SECRET))
    assert len(book.unshipped(9)) == 1


def test_a_webhook_inside_the_house_is_refused_unless_allowed(quick: Living) -> None:
    """INJ-8: no request to a private address by accident."""
    book = moved(quick)
    with serving(Gateway()) as gateway:
        ship(book, Elsewhere(gateway=Webhook(f"{gateway.url}/hook"), secret=SECRET))
    assert gateway.asked == []
    assert len(book.unshipped(9)) == 1


def test_a_file_that_cannot_be_written_is_tried_again(quick: Living, tmp_path: Path) -> None:
    """AUD-3."""
    book = moved(quick)
    ship(book, Elsewhere(tmp_path / "none" / "checkpoints.jsonl"))
    assert len(book.unshipped(9)) == 1


def test_once_a_minute_a_checkpoint_is_made_and_sent(living: Living, tmp_path: Path) -> None:
    """AUD-3: as `keyback serve` does."""
    path = tmp_path / "checkpoints.jsonl"
    watch = Watch(living.store, living.clock.now, living.clock.now)
    living.ada()
    with living.store.writing() as unit:
        unit.audit(Event(Activity.PERSON_CHANGED, "host:test", "id-ada", "success"))
    for _ in range(3):
        living.clock.move(MINUTE)
        watch.look(Elsewhere(path))
    assert [one.mark.seq for one in read_checkpoints(path)] == [1]


def test_a_broken_chain_is_told_once_and_stops_nothing_else(
    living: Living, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """F27, AUD-7: in the log of the server and in the audit log; no signature any more."""
    path = tmp_path / "checkpoints.jsonl"
    for _ in range(3):
        with living.store.writing() as unit:
            unit.audit(Event(Activity.PERSON_CHANGED, "host:test", "id-ada", "success"))
    with living.store.writing() as unit:
        unit.link.run(Sql("UPDATE audit SET target = 'id-bo' WHERE seq = 2"), {})
    watch = Watch(living.store, living.clock.now, living.clock.now)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            living.clock.move(6 * MINUTE)
            watch.look(Elsewhere(path))
    assert "line 2" in caplog.text
    assert [line["activity"] for line in living.story()].count(Activity.AUDIT_BROKEN) == 1
    assert not path.exists()


def test_a_jump_of_the_clock_is_in_the_audit_log(living: Living) -> None:
    """F17, AUD-7."""
    steady = [0]
    watch = Watch(living.store, living.clock.now, lambda: steady[0])
    for jump in (0, HOUR, -HOUR):
        living.clock.move(MINUTE + jump)
        steady[0] += MINUTE
        watch.look(Elsewhere())
    told = [line for line in living.story() if line["activity"] == Activity.CLOCK_JUMPED]
    assert [json.loads(line["details"])["by_ms"] for line in told] == [HOUR, -HOUR]
