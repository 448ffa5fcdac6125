"""Who lives in the demo's organisation, and how they are written into a new database."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from keyback.app.house import House
from keyback.app.passes.issuing import Wish, issue
from keyback.app.people.adding import INITIAL_LIFE
from keyback.app.people.enrolling import method_on
from keyback.app.people.finding import canonical_name
from keyback.app.people.ports import Facts, Group, NewPerson, Work
from keyback.app.policy.standing import refresh
from keyback.app.reset.scene import account_of
from keyback.core.events import Activity, Event
from keyback.core.policy import Document, Limits, MethodPolicy, Numbers, Passes, Policy, Scope, SelfService
from keyback.core.ports import Credential, NewContact, NewEnrolment, Random, Registration
from keyback.core.rules.limits import Client, charge
from keyback.core.types import ContactKind, DirectoryKind, PersonKind
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from keyback.store.unit import SqlUnit
from keyback.wiring.console import actor, work_of
from keyback.wiring.house import Running

ORGANISATION: Final = "Contoso"
DOMAIN: Final = "contoso.example"
COUNTRY: Final = "DE"
"""Of its mobile numbers, +49 171 39200xx, which the regulator keeps for fiction."""
PILOT: Final = "Self-service pilot"
_LETTERS: Final = "bcdfghjkmnpqrstvwxz"


@dataclass(frozen=True, slots=True)
class Someone:
    """One of the demo's people, before they are made."""

    given_name: str
    surname: str
    special: str
    mail: str = ""
    mobile: str = ""
    authenticator: bool = False
    paper: bool = False
    roles: tuple[str, ...] = ()
    pilot: bool = True
    enabled: bool = True
    directory: DirectoryKind = DirectoryKind.CLOUD
    language: str = ""
    newcomer: bool = False
    """The password is an initial one, and what the organisation knows of them is a hint."""
    shut: bool = False
    """So many wrong passwords were typed that nobody signs in for a day."""
    access_pass: bool = False
    """There is a temporary access pass, and no password yet."""

    @property
    def user_id(self) -> str:
        """Given name at the organisation's domain."""
        return f"{self.given_name.lower()}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Known:
    """One of them with all that only they would know. `recovery_codes` and `totp_secret` are empty where there are
    none; the secret is base 32, as authenticator apps take it."""

    name: str
    user_id: str
    password: str
    totp_secret: str
    recovery_codes: tuple[str, ...]
    email: str
    mobile: str
    roles: tuple[str, ...]
    special: str
    access_pass: str = ""
    """Empty where there is none."""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Known":
        """From JSON, where sequences are lists."""
        values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in raw.items()}
        return cls(**values)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


PEOPLE: Final = (
    Someone("Ada", "Lovelace", "has every method: e-mail, text message, authenticator, recovery codes",
            "ada.lovelace@mail.example", "+491713920001", authenticator=True, paper=True),
    Someone("Konrad", "Zuse", "reads German; e-mail and authenticator", "konrad.zuse@post.example",
            authenticator=True, language="de"),
    Someone("Bo", "Single", "has one method only, e-mail: too few (SSPR_0014)", "bo.single@mail.example"),
    Someone("Cy", "Empty", "has no method at all: like somebody who does not exist"),
    Someone("Dee", "Outside", "is in no group for which reset is switched on (SSPR_0013)", "dee.outside@mail.example",
            "+491713920004", authenticator=True, pilot=False),
    Someone("Eve", "Locked", "is disabled", "eve.locked@mail.example", "+491713920005", authenticator=True,
            enabled=False),
    Someone("Fay", "North", "comes from Active Directory without writeback (SSPR_0010)", "fay.north@mail.example",
            "+491713920006", authenticator=True, directory=DirectoryKind.ACTIVE_DIRECTORY),
    Someone("Hal", "Helper", "is a helpdesk operator: an administrator, so two methods, one of them strong",
            "hal.helper@mail.example", authenticator=True, roles=("helpdesk_administrator",)),
    Someone("Grace", "Hopper", "is a global administrator: two methods, one of them strong",
            "grace.hopper@mail.example", authenticator=True, paper=True, roles=("global_administrator",)),
    Someone("Pia", "Policy", "decides who may reset, and how: an Authentication Policy Administrator",
            "pia.policy@mail.example", authenticator=True, roles=("authentication_policy_administrator",)),
    Someone("Lou", "Locked", "is locked out by wrong passwords, knows the right one, and can unlock",
            "lou.locked@mail.example", authenticator=True, shut=True),
    Someone("Ned", "New", "signs in for the first time: must choose a password, and has registered nothing; a code to "
            "the address that the organisation knows lets him begin", "ned.new@mail.example", newcomer=True),
    Someone("Tia", "Temporary", "has no password yet; signs in with an access pass and registers",
            "tia.temporary@mail.example", newcomer=True, access_pass=True),
)  # fmt: skip


def settle(running: Running) -> tuple[Known, ...]:
    """Write everybody, their group and the policy into a new organisation, and tell what each of them knows."""
    house = running.house
    made = [_made(work_of(running), someone) for someone in PEOPLE]
    pilot = house.random.id()
    with running.store.writing() as unit:
        groups = SqlGroupChanges(unit)
        groups.add(Group(pilot, PILOT, role_assignable=False, members=0), canonical_name(PILOT))
        unit.audit(Event(Activity.GROUP_ADDED, actor(), pilot, "success", details={"name": PILOT}))
        unit.policies.append(Document(1, policy_for(house, pilot), actor(), unit.now, "demo"))
        unit.audit(Event(Activity.POLICY_CHANGED, actor(), "", "success", "demo", details={"version": 1}))
        for one in made:
            _write(unit, one, house.random)
            if one.someone.pilot:
                groups.add_member(pilot, one.id, "person")
            for role in one.someone.roles:
                groups.grant(one.id, role)
                unit.audit(Event(Activity.ROLE_CHANGED, actor(), one.id, "success", details={"added": role}))
            if one.someone.shut:
                _shut(house, unit, one.someone)
            refresh(unit, one.id, house.methods.values())
        unit.tenants.claim_first_administrator()
    return tuple(_with_pass(running, one) if one.someone.access_pass else one.known for one in made)


def _with_pass(running: Running, one: "_Made") -> Known:
    minutes = Passes().longest_minutes
    issued = issue(work_of(running), one.someone.user_id, Wish("demo", minutes=minutes, once=False))
    return replace(one.known, access_pass=issued.code)


def _shut(house: House, unit: SqlUnit, someone: Someone) -> None:
    """Whoever tries: budgets are as full as wrong passwords make them."""
    for known in (False, True):
        wrong = charge("sign_in.failures", Limits(), account_of(house, someone.user_id), Client(known))
        unit.throttles.charge(replace(wrong, amount=wrong.budget), unit.now)


def policy_for(house: House, *groups: str) -> Policy:
    """Two proofs by any method on the shelf, private pages, unlocking, Keyback's own defaults; for these groups."""
    service = SelfService(enabled_for=Scope.SELECTED, groups=groups, own_mail_domains=(DOMAIN,), allow_unlock=True)
    return Policy(service, {name: MethodPolicy() for name in house.methods}, numbers=Numbers((COUNTRY,)))


@dataclass(frozen=True, slots=True)
class _Made:
    """Everything about one person that costs hashing, done before the transaction."""

    id: str
    someone: Someone
    known: Known
    encoded: str
    """Empty: no password."""
    registrations: Mapping[str, Registration]
    """By method."""


def _made(work: Work, someone: Someone) -> _Made:
    house = work.house
    password = "" if someone.access_pass else _password(house.random)
    registrations: dict[str, Registration] = {}
    shown: dict[str, str] = {}
    for root in [name for name, has in (("app", someone.authenticator), ("paper", someone.paper)) if has]:
        method = method_on(work, root)
        registered = method.register_begin(someone.user_id, ORGANISATION, house.random, house.hasher)
        registrations[method.name] = registered
        shown.update(registered.show)
    known = Known(
        name=f"{someone.given_name} {someone.surname}",
        user_id=someone.user_id,
        password=password,
        totp_secret=shown.get("key", ""),
        recovery_codes=tuple(shown.get("codes", "").split()),
        email=someone.mail,
        mobile=someone.mobile,
        roles=someone.roles,
        special=someone.special,
    )
    encoded = house.hasher.hash(password) if password else ""
    return _Made(house.random.id(), someone, known, encoded, registrations)


def _password(random: Random) -> str:
    """Four groups of four letters: more than 65 bits, and easy to type."""
    letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in random.bytes(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def _write(unit: SqlUnit, one: _Made, random: Random) -> None:
    someone, changes = one.someone, SqlPeopleChanges(unit)
    facts = Facts(
        someone.user_id, one.known.name, someone.given_name, someone.surname, someone.directory, "", someone.enabled,
        "", someone.language,
    )  # fmt: skip
    changes.add([NewPerson(one.id, someone.user_id, PersonKind.PERSON, facts)])
    if one.encoded:
        until = unit.now + INITIAL_LIFE if someone.newcomer else None
        password = Credential(one.encoded, (), unit.now, must_change=someone.newcomer, not_after=until, version=0)
        unit.people.set_credential(one.id, password, unit.now)
    contacts = ((ContactKind.EMAIL, someone.mail), (ContactKind.MOBILE, someone.mobile))
    unit.info.add_contacts(
        [
            NewContact(random.id(), one.id, kind, value, "" if someone.newcomer else "admin", unit.now)
            for kind, value in contacts
            if value
        ]
    )
    unit.info.add_enrolments(
        [
            NewEnrolment(random.id(), one.id, name, secret, registered.label, slot, 0, unit.now)
            for name, registered in one.registrations.items()
            for slot, secret in enumerate(registered.secrets)
        ]
    )
    unit.audit(Event(Activity.PERSON_ADDED, actor(), one.id, "success", "demo"))
