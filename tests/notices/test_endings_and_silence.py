"""Keys and certificates near their end, notices that are switched off, and freezes by the channels chosen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keyback.app.notices.endings import CERTIFICATE, MASTER_KEY
from keyback.app.people.telling import METHOD_CHANGED, tell
from keyback.app.policy.apply import Order, apply
from keyback.app.policy.diff import Plan, diff
from keyback.app.policy.writing import write
from keyback.app.watch.state import alarm
from keyback.core.events import Activity
from keyback.core.policy import Notifications, Policy
from keyback.core.types import DAY, ContactKind
from keyback.store.seal import new_key_line
from keyback.wiring.janitor import Janitor
from keyback.wiring.lasting import Lasting
from tests.living import MAIL, MOBILE, OPEN_POLICY, Living
from tests.notices.test_bursts import BOSS, BOSS_PHONE, told, with_boss


def day_of(living: Living) -> datetime:
    return datetime.fromtimestamp(living.clock.now() / 1000, UTC)


def key_file(living: Living, path: Path, days_old: int) -> Path:
    made = (day_of(living) - timedelta(days=days_old)).date().isoformat()
    path.write_text(f"# version 1 was made on {made}\n{new_key_line(living.random, 1)}")
    path.chmod(0o600)
    return path


def certificate(living: Living, path: Path, days_left: int) -> Path:
    key, now = ec.generate_private_key(ec.SECP256R1()), day_of(living)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "reset.contoso.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=60)).not_valid_after(now + timedelta(days=days_left))
        .sign(key, SHA256())
    )  # fmt: skip
    path.write_bytes(made.public_bytes(Encoding.PEM))
    return path


def plan(living: Living, policy: Policy) -> Plan:
    return diff(living.house, write(policy, "").encode())


def endings(living: Living) -> list[str]:
    return [str(line["reason"]) for line in living.story() if line["activity"] == Activity.KEY_ENDING]


def test_an_old_key_and_a_certificate_near_its_end_are_told_once_a_week(living: Living, tmp_path: Path) -> None:
    """Issue 5: by the janitor, on all nodes together."""
    with_boss(living)
    lasting = Lasting(key_file(living, tmp_path / "master.key", 366), certificate(living, tmp_path / "tls.pem", 20))
    for _ in range(3):
        Janitor(living.running, lasting=lasting).look()
    both = [MASTER_KEY.partition(".")[2], CERTIFICATE.partition(".")[2]]
    assert endings(living) == both
    assert told(living, "older than a year", "certificate ends") == [("email", BOSS)] * 2
    living.clock.move(7 * DAY + 1)
    Janitor(living.running, lasting=lasting).look()
    assert endings(living) == both * 2


def test_what_lasts_is_not_spoken_of(quick: Living, tmp_path: Path) -> None:
    """Issue 5: a young key, a long certificate, files that cannot be read, and none at all."""
    with_boss(quick)
    odd = tmp_path / "odd.pem"
    odd.write_text("no certificate")
    for lasting in (
        Lasting(key_file(quick, tmp_path / "master.key", 300), certificate(quick, tmp_path / "tls.pem", 40)),
        Lasting(tmp_path / "none.key", odd),
        Lasting(),
    ):
        Janitor(quick.running, lasting=lasting).look()
    assert endings(quick) == []


def test_keys_can_be_left_to_the_log(quick: Living, tmp_path: Path) -> None:
    """Issue 5: where nobody wants to hear of keys, the audit log still says it."""
    quick.set_policy(replace(OPEN_POLICY, notifications=Notifications(keys=())))
    with_boss(quick)
    Lasting(key_file(quick, tmp_path / "master.key", 366)).look(quick.house)
    assert len(endings(quick)) == 1
    assert quick.delivered() == []


def test_who_switches_notices_off_is_itself_told(living: Living) -> None:
    """ADM-2, AUD-7: every Global Administrator, whoever did it among them."""
    boss = with_boss(living)
    other = living.operator("global_administrator", "other")
    living.contact(other, ContactKind.PRIMARY, "other@mail.contoso.example", how="")
    quieter = replace(OPEN_POLICY, notifications=Notifications(notify_admins=False, keys=()))
    made = plan(living, quieter)
    apply(living.house, made, Order(boss, "", frozenset(warned.name for warned in made.warnings)))
    everybody = [("email", BOSS), ("email", "other@mail.contoso.example")]
    assert told(living, "Notices were switched off") == everybody
    text = next(str(one["text"]) for one in living.delivered())
    assert "notify_admins, keys" in text
    assert "boss@contoso.example" in text
    louder = plan(living, OPEN_POLICY)
    apply(living.house, louder, Order(boss, "", frozenset(warned.name for warned in louder.warnings)))
    assert len(living.delivered()) == 2


@pytest.mark.parametrize("notice", ["notice.brake", "notice.storm"])
def test_alarms_go_by_the_channels_chosen_and_never_nowhere(living: Living, notice: str) -> None:
    """AUD-7: even where a policy that says so was stored somehow."""
    with_boss(living, phone=True)
    values = {"resets": 40, "until_at": living.clock.now() + 1} if notice == "notice.brake" else {"failures": 300}
    for chosen, found in ((("sms",), [("sms", BOSS_PHONE)]), ((), [("email", BOSS)])):
        living.set_policy(replace(OPEN_POLICY, notifications=Notifications(brake=chosen, notify_admins=False)))
        before = len(living.delivered())
        with living.store.writing() as unit:
            alarm(unit, Activity.BRAKE_ON, notice, **values)
        assert [(str(one["channel"]), str(one["to"])) for one in living.delivered()[before:]] == found


def test_method_changes_reach_everybody_by_the_channels_chosen(living: Living) -> None:
    """NOT-5 (amended), decisions 15: also where notices about resets are off."""
    living.set_policy(
        replace(OPEN_POLICY, notifications=Notifications(notify_users=False, method_changes=("email", "sms")))
    )
    ada = living.ada()
    with living.store.writing() as unit:
        person = unit.people.by_id(ada, unit.now)
        assert person is not None
        tell(unit, person, METHOD_CHANGED, "+ Authenticator app")
    found = living.delivered()
    assert sorted((str(one["channel"]), str(one["to"])) for one in found) == [("email", MAIL), ("sms", MOBILE)]
    assert all("://" not in str(one["text"]) for one in found if one["channel"] == "sms")
