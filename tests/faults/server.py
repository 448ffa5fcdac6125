"""A process of its own that ends itself with SIGKILL at one point: `python -m tests.faults.server '{"do": "serve", ...}'`.

It builds the house from the wiring, with points between the house and its ports. It prints one line when it is ready.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine as Alchemy
from sqlalchemy import event

from keyback.app.helpdesk.acting import Deed, act
from keyback.app.helpdesk.basis import Claim
from keyback.app.policy.apply import Order, apply
from keyback.app.policy.diff import diff
from keyback.core.ports import Letter, Receipt
from keyback.core.rules.helpdesk import Action, Ground
from keyback.store import migrations
from keyback.store.engine import engine_for
from keyback.store.seal import AesSealer, Keys
from keyback.store.unit import SqlStore
from keyback.web.server import application
from keyback.wiring.hasher import Argon2Hasher
from keyback.wiring.house import Place, Running, World, build
from keyback.wiring.listening import Listener, bind, port_of, serve
from keyback.wiring.world import SystemClock, SystemRandom
from tests.app.import_help import bring_in, table
from tests.faults.kit import Killer, PointChannel, PointEngine, PointHasher, Reach
from tests.living import BASE, CHEAP, TENANT


@dataclass
class MailFile:
    """Every letter that leaves, one JSON line each time, the same one twice if it is sent twice."""

    name: str
    path: Path

    def send(self, letter: Letter) -> Receipt:
        with self.path.open("a") as out:
            out.write(json.dumps({"id": letter.id, "to": letter.to, "text": letter.text}) + "\n")
        return Receipt("file")

    def close(self) -> None:
        pass


def house(told: dict[str, Any], reach: Reach) -> Running:
    """The house on a database that is there."""
    random = SystemRandom()
    engine = engine_for(told["database"])
    migrations.upgrade(engine)
    sealer = AesSealer(Keys({1: bytes(range(32))}), TENANT.id, random)
    store = SqlStore(PointEngine(engine, reach), sealer, SystemClock(), TENANT.id)
    world = World(SystemClock(), random, PointHasher(Argon2Hasher(CHEAP, at_once=4), reach))
    channels = [PointChannel(MailFile(name, Path(told["mail"])), reach) for name in ("email", "sms")]
    return build(store, TENANT, world, Place(BASE, work_number=50), channels)


def served(running: Running) -> None:
    """Until a signal, or the point."""
    running.courier.start()
    with bind("127.0.0.1", 0) as door:

        def ready() -> None:
            sys.stdout.write(f"{port_of(door)}\n")
            sys.stdout.flush()

        serve([Listener(application(running.site), door)], ready)
    running.close()


def migrated(told: dict[str, Any], reach: Reach) -> None:
    """From nothing to the newest schema; every statement is a point."""
    event.listen(Alchemy, "before_cursor_execute", lambda *call: reach(str(call[2]).strip()))
    event.listen(Alchemy, "commit", lambda _: reach("commit"))
    migrations.upgrade(engine_for(told["database"]))


def brought_in(running: Running, told: dict[str, Any]) -> None:
    """People from a file."""
    bring_in(running, table(told["rows"]))  # type: ignore[arg-type]  # it asks for the house only


def ruled(running: Running, told: dict[str, Any]) -> None:
    """Another policy."""
    plan = diff(running.house, told["policy"].encode())
    apply(running.house, plan, Order("host:test", "a fault", frozenset(warned.name for warned in plan.warnings)))


def helped(running: Running, told: dict[str, Any]) -> None:
    """A temporary password, on a document that was seen."""
    make = running.admin.work
    assert make is not None
    act(make(told["operator"]), Deed(Action.TEMPORARY_PASSWORD, told["person"], Claim(Ground.IN_PERSON, "passport")))


def main(told: dict[str, Any]) -> None:
    reach = Killer(**told["kill"]).reach if told["kill"] else _nowhere
    match told["do"]:
        case "serve":
            served(house(told, reach))
        case "migrate":
            migrated(told, reach)
        case "import":
            brought_in(house(told, reach), told)
        case "policy":
            ruled(house(told, reach), told)
        case "help":
            helped(house(told, reach), told)


def _nowhere(_: str) -> None:
    pass


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
