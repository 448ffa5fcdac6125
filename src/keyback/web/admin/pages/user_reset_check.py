"""Can this person reset today? The answer, the exact reason, and where it is fixed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keyback.app.people.overview import Overview, overview_of
from keyback.app.people.pauses import paused_until
from keyback.core.messages import Text, say
from keyback.core.rules import roles
from keyback.core.rules.registration import Why
from keyback.core.rules.roles import Permission
from keyback.core.types import Code, Instant, Person, PersonKind
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route
from keyback.web.admin.pages import _user, _user_things
from keyback.web.admin.pages._user import Seen
from keyback.web.admin.pages.users import SEES
from keyback.web.admin.parts import Column, Facts, Go, Panel, Paragraph, Part, Presses, Row, Table
from keyback.web.page import Message

MESSAGES: Mapping[str, str] = {
    "reset_check.yes": "Yes. {user_id} can reset the password now, with {gates} {gates:proof|proofs}.",
    "reset_check.no": "No. {user_id} cannot reset the password now.",
    "reset_check.code": "Code that the person sees",
    "reset_check.why": "Why",
    "reset_check.facts": "How it stands",
    "reset_check.needed": "Proofs needed",
    "reset_check.needed_n": "{gates}",
    "reset_check.usable": "Methods that count",
    "reset_check.usable_n": "{count}",
    "reset_check.next": "At the next sign-in",
    "reset_check.next_must": "Must register",
    "reset_check.next_may": "May register, or put it off",
    "reset_check.next_stranded": "Must register, and nothing that would be enough is open to them",
    "reset_check.next_confirm": "Is asked if all is still right",
    "reset_check.next_nothing": "Nothing is asked",
    "reset_check.things": "What is registered",
    "reset_check.things_none": "Nothing is registered.",
    "reset_check.method": "Method",
    "reset_check.thing": "Address, number or name",
    "reset_check.counts": "For a reset",
    "reset_check.reason": "Why",
    "reset_check.paused_known": "Too many wrong answers closed resets until {until_at} for browsers the person used before.",
    "reset_check.paused_others": "Too many wrong answers closed resets until {until_at} for all browsers the person never used.",
    "reset_check.SSPR_0009": "Self-service is switched off for the whole organisation.",
    "reset_check.SSPR_0010": "The password lives in another directory, and writing back is switched off.",
    "reset_check.SSPR_0011": "There is no policy in force.",
    "reset_check.SSPR_0013": "Self-service is not switched on for this person: not in a selected group, or in an excluded one.",
    "reset_check.SSPR_0014": "Too little is registered that counts: see below why each thing counts or does not.",
    "reset_check.KEYBACK_0001": "Somebody reported a change that was not theirs, and recovery is closed until the incident is.",
    "reset_check.disabled": "The account is disabled.",
    "reset_check.kind": "This is no account of a person. Service and emergency accounts never help themselves.",
    "reset_check.administrator": "This is an administrator, and the policy for administrators does not let this one reset.",
    "reset_check.properties": "Password reset: Properties",
    "reset_check.admin_policy": "Administrator policy",
    "reset_check.methods": "Authentication methods of this person",
    "reset_check.account": "Account of this person",
    "reset_check.incidents": "Incidents",
    "reset_check.helpdesk": "Helpdesk: clear the pause",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason, and where it is fixed."""

    text: Text
    href: str = ""
    label: Text | None = None
    needs: Permission = Permission.READ_PEOPLE


def show(ask: Ask) -> Reply:
    """The answer."""
    seen = _user.look(ask)
    with ask.house.store.reading() as unit:
        found = overview_of(ask.work(), unit, seen.person)
        pauses = tuple(until if until > unit.now else 0 for until in paused_until(ask.work(), unit, seen.person))
    parts: list[Part] = [_answer(seen, found)]
    causes = [*_causes(seen, found), *_pauses(seen, pauses)]
    if causes:
        parts.append(Panel(say("reset_check.why"), tuple(part for one in causes for part in _shown(ask, one))))
    parts += [_facts(found), Panel(say("reset_check.things"), (_things(found),))]
    return _user.reply(ask, seen, "reset_check", parts)


def _answer(seen: Seen, found: Overview) -> Message:
    user_id = seen.person.upn
    if found.refusal:
        return Message(say("reset_check.no", user_id=user_id), "warn")
    return Message(say("reset_check.yes", user_id=user_id, gates=found.gates), "good")


def _causes(seen: Seen, found: Overview) -> Iterator[Cause]:
    if not found.refusal:
        return
    code = Code(found.refusal)
    where: Mapping[Code, Cause] = {
        Code.DISABLED_FOR_ALL: _policy(code, "properties", "/password-reset/properties"),
        Code.OUT_OF_SCOPE: _outside(seen),
        Code.TOO_FEW_METHODS: Cause(
            say(f"reset_check.{code.value}"), f"{seen.path}/methods", say("reset_check.methods")
        ),
        Code.FROZEN: Cause(say(f"reset_check.{code.value}"), "/helpdesk/incidents", say("reset_check.incidents"),
                           Permission.HELP_PEOPLE),
    }  # fmt: skip
    yield where.get(code, Cause(say(f"reset_check.{code.value}")))


def _policy(code: Code, label: str, href: str) -> Cause:
    return Cause(say(f"reset_check.{code.value}"), href, say(f"reset_check.{label}"), Permission.READ_POLICY)


def _outside(seen: Seen) -> Cause:
    """Which of the reasons that people are told in one word."""
    person: Person = seen.person
    if not person.enabled:
        return Cause(say("reset_check.disabled"), seen.path, say("reset_check.account"))
    if person.kind is not PersonKind.PERSON:
        return Cause(say("reset_check.kind"))
    if roles.is_administrator(person.roles):
        href = "/password-reset/administrator-policy"
        return Cause(say("reset_check.administrator"), href, say("reset_check.admin_policy"), Permission.READ_POLICY)
    return _policy(Code.OUT_OF_SCOPE, "properties", "/password-reset/properties")


def _pauses(seen: Seen, pauses: tuple[Instant, ...]) -> Iterator[Cause]:
    for until, who in zip(pauses, ("known", "others"), strict=True):
        if until:
            text = say(f"reset_check.paused_{who}", until_at=until)
            yield Cause(text, f"/helpdesk/{seen.person.id}", say("reset_check.helpdesk"), Permission.HELP_PEOPLE)


def _shown(ask: Ask, one: Cause) -> Iterator[Part]:
    yield Paragraph(one.text)
    if one.label is not None and ask.may(one.needs):
        yield Presses((Go(one.href, one.label),))


def _facts(found: Overview) -> Panel:
    usable = sum(one.reason is None or one.reason.why is Why.REPLACED for one in found.items)
    rows = (
        (say("reset_check.needed"), say("reset_check.needed_n", gates=found.gates)),
        (say("reset_check.usable"), say("reset_check.usable_n", count=usable)),
        (say("reset_check.next"), say(f"reset_check.next_{_next(found)}")),
    )
    code = ((say("reset_check.code"), found.refusal),) if found.refusal else ()
    return Panel(say("reset_check.facts"), (Facts((*code, *rows)),))


def _next(found: Overview) -> str:
    duty = found.duty
    if duty.asked and not duty.offers:
        return "stranded"
    if duty.asked:
        return "may" if duty.skippable else "must"
    return "confirm" if found.reconfirm else "nothing"


def _things(found: Overview) -> Table:
    columns = tuple(Column(say(f"reset_check.{name}")) for name in ("method", "thing", "counts", "reason"))
    rows = tuple(
        Row(one.id, (
            _user_things.kind(one), _user_things.name(one), _user_things.counts(one),
            _user_things.why(one.reason) if one.reason else None,
        ))
        for one in found.items
    )  # fmt: skip
    return Table(say("reset_check.things"), columns, rows, say("reset_check.things_none"))


ROUTES = (Route("GET", "/users/{person}/reset-check", show, SEES),)
