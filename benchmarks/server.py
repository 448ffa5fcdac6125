"""The server that is measured: a house from its parts, as `keyback serve` builds it, on SQLite with full sync, with
real mail. Prints `ready PORT CPU_SECONDS_OF_ONE_HASH` and runs until SIGTERM; with `--table` it then prints where
the processor time went.
"""

import argparse
import json
import threading
from dataclasses import replace
from pathlib import Path

from benchmarks import people
from keyback.app.people.ports import Facts, NewPerson
from keyback.app.policy.standing import rebuild
from keyback.channels.smtp import Smtp, SmtpSettings
from keyback.core.policy import Document, Limits, Passwords, Policy, Scope
from keyback.core.ports import Credential, NewContact, NewEnrolment
from keyback.core.types import ContactKind, DirectoryKind, PersonKind
from keyback.store.people_changes import SqlPeopleChanges
from keyback.store.seal import load_keys
from keyback.web.server import application
from keyback.web.work import MAX_NUMBER
from keyback.wiring.demo import found
from keyback.wiring.demo_people import policy_for
from keyback.wiring.generate import generate
from keyback.wiring.hasher import Argon2Hasher
from keyback.wiring.house import Place, Running, World, build, open_store
from keyback.wiring.janitor import Janitor
from keyback.wiring.listening import Listener, bind, port_of, serve
from keyback.wiring.world import SystemClock, SystemRandom

ANY = 1_000_000
LIMITS = Limits(
    failures_per_source_10_minutes=ANY, failures_per_wide_source_hour=ANY, sends_per_source_hour=ANY,
    starts_per_source_10_minutes=ANY, starts_per_wide_source_hour=ANY, starts_without_work_per_source_10_minutes=ANY,
    starts_without_work_per_minute=ANY,
)  # fmt: skip
"""All people come from one address here."""
PASSWORD = "the password before"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=Path)
    parser.add_argument("--smtp", type=int, required=True)
    parser.add_argument("--history", type=int, default=1)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--database", default="", help="PostgreSQL instead")
    parser.add_argument("--generate", type=int, default=0, help="so many more people, who only are there")
    parser.add_argument("--only-fill", action="store_true", help="end when the people are there")
    parser.add_argument("--filled", action="store_true", help="they are there")
    parser.add_argument("--work", type=int, default=MAX_NUMBER, help="how much work a start costs the client")
    given = parser.parse_args()
    database = given.database or str(given.directory / "keyback.db")
    if not given.filled:
        found(given.directory, database)
    door = bind("127.0.0.1", 0)
    world = World(SystemClock(), SystemRandom(), Argon2Hasher())
    store, tenant = open_store(database, load_keys(given.directory / "master.key"), world)
    mail = Smtp(SmtpSettings(host="127.0.0.1", port=given.smtp, security="none", sender="keyback@contoso.example"))
    place = Place(f"http://localhost:{port_of(door)}", work_number=given.work)
    running = build(store, tenant, world, place, (mail,))
    if not given.filled:
        fill(running, given.people, given.history)
    if given.generate:
        generate(running, given.generate)
    if given.only_fill:
        running.close()
        return
    janitor = Janitor(running)
    if given.filled:
        threading.Thread(target=janitor.sweep, daemon=True).start()
    meter = None
    if given.table:
        from benchmarks.meter import Meter

        meter = Meter()
        running = meter.installed(running, world, (mail,))
    running.courier.start()
    serve([Listener(application(running.site), door)], lambda: print("ready", port_of(door), flush=True))
    running.close()
    table = meter.table() if meter else {}
    print(json.dumps({"table": table}), flush=True)


def fill(running: Running, count: int, history: int) -> None:
    """The people, and a policy that raises the limits."""
    policy = policy_for(running.house)
    service = replace(policy.self_service, enabled_for=Scope.ALL, allow_unlock=False)
    policy = Policy(
        service, policy.methods, numbers=policy.numbers, limits=LIMITS, passwords=Passwords(history=history)
    )
    hashed = running.house.hasher.hash(PASSWORD)
    random = running.house.random
    with running.store.writing() as unit:
        unit.policies.append(Document(1, policy, "host:bench", unit.now, "benchmark"))
        unit.pulse.set_figure("brake.budget", ANY)
        changes = SqlPeopleChanges(unit)
        for number in range(count):
            id_, user = random.id(), people.user_id(number)
            facts = Facts(user, f"Person {number}", "Person", str(number), DirectoryKind.CLOUD, "", True, "", "")
            changes.add([NewPerson(id_, user, PersonKind.PERSON, facts)])
            credential = Credential(hashed, (), unit.now, must_change=False, not_after=None, version=0)
            unit.people.set_credential(id_, credential, unit.now)
            unit.info.add_contacts(
                [NewContact(random.id(), id_, ContactKind.EMAIL, people.mail(number), "code", unit.now)]
            )
            secret = people.totp_secret(number)
            unit.info.add_enrolments([NewEnrolment(random.id(), id_, "totp", secret, user, 0, 0, unit.now)])
    rebuild(running.house)


if __name__ == "__main__":
    main()
