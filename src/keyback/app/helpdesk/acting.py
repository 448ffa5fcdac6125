"""What an operator does for somebody: all of it in one unit with what it stands on, audited, and told to the person. The
operator never chooses a password and never sees a code (ADM-4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from keyback.app import counters
from keyback.app.admin.rights import require_any
from keyback.app.helpdesk import temporary
from keyback.app.helpdesk.basis import Basis, Claim, stand
from keyback.app.helpdesk.calling import APART
from keyback.app.helpdesk.checking import somebody
from keyback.app.passes.issuing import Wish, issue_in
from keyback.app.people.pauses import BUDGETS
from keyback.app.people.ports import Work
from keyback.app.people.telling import REGISTRATION_DEMANDED, tell, tell_values
from keyback.app.policy.standing import refresh
from keyback.app.reset.scene import account_of
from keyback.app.sign_in.sessions import ENDED
from keyback.core.errors import Refused
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.ports import Unit
from keyback.core.rules.helpdesk import MAY, Action, can_be_checked
from keyback.core.types import Instant, Person

MESSAGES: Mapping[str, str] = {
    "helpdesk.frozen": "Nothing can be demanded of {user_id} now: somebody reported a change. Close the incident first.",
}
UNLOCKED, PAUSE_CLEARED = "notice.unlocked_by_admin", "notice.pause_cleared"


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done, for whom, and on what."""

    action: Action
    person: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class Outcome:
    """`secret` is shown once and is in no other place from here on."""

    person: Person
    secret: str = ""
    until: Instant = 0


@dataclass(frozen=True, slots=True)
class _Doing:
    """Everything that one deed may use."""

    work: Work
    unit: Unit
    person: Person
    basis: Basis
    ready: temporary.Ready | None

    @property
    def rules(self) -> Limits:
        in_force = self.unit.policies.in_force()
        return in_force.policy.limits if in_force else Limits()

    @property
    def mark(self) -> str:
        return account_of(self.work.house, self.person.canonical)

    def audit(self, activity: Activity, **details: str | int) -> None:
        """With what it stands on."""
        about = {**details, **self.basis.details}
        self.unit.audit(Event(activity, self.work.actor, self.person.id, "success", details=about))


def act(work: Work, deed: Deed) -> Outcome:
    """Do it. Raises `NotFound`, `Forbidden`, `Refused`, `Invalid`, `TooMany`, `Conflict`; nothing is done then, and nothing
    that serves once is used up."""
    ready = temporary.prepare(work, deed.person) if deed.action is Action.TEMPORARY_PASSWORD else None
    with work.house.store.reading() as unit:
        agreed = unit.approvals.by_id(deed.claim.approval) if deed.claim.approval else None
    others = (agreed.decided_by,) if agreed and agreed.decided_by else ()
    with work.house.store.writing() as unit:
        person = somebody(work, unit, deed.person, *others)
        require_any(unit, work.actor, MAY[deed.action], person)
        if not can_be_checked(person):
            raise Refused(say("helpdesk.not_checked", user_id=person.upn))
        basis = stand(unit, work.actor, person, deed.action, deed.claim)
        outcome = _DEEDS[deed.action](_Doing(work, unit, person, basis, ready))
    work.house.kick("email")
    return outcome


def _temporary_password(do: _Doing) -> Outcome:
    if do.ready is None:
        raise Refused(say("helpdesk.nobody"))
    until = temporary.put(do.work, do.unit, do.person, do.ready)
    counters.unlock(do.unit, do.rules, do.mark)
    do.audit(Activity.ADMIN_RESET, must_change=1, dies_at=until)
    return Outcome(do.person, do.ready.password, until)


def _access_pass(do: _Doing) -> Outcome:
    issued = issue_in(do.work, do.unit, do.person, Wish(do.basis.why, checked=do.basis.checked), do.basis.details)
    return Outcome(do.person, issued.code, issued.access_pass.expires_at)


def _unlock(do: _Doing) -> Outcome:
    """Nothing keeps the account from signing in any more; its password is as it was (decisions 14)."""
    counters.unlock(do.unit, do.rules, do.mark)
    tell(do.unit, do.person, UNLOCKED, "")
    do.audit(Activity.ADMIN_UNLOCKED)
    return Outcome(do.person)


def _clear_pause(do: _Doing) -> Outcome:
    """What this account has used up, in both budgets, and at the page for callers."""
    contacts = [contact.value for contact in do.unit.people.contacts(do.person.id)]
    cleared: dict[str, None] = {}
    for mark in (do.mark, f"{do.mark}{APART}"):
        account = counters.Account(mark, do.work.house.methods, contacts, do.unit.journeys.sources(mark))
        for who in BUDGETS:
            cleared |= dict.fromkeys(counters.clear(do.unit, counters.counters(do.rules, account, who)))
    tell(do.unit, do.person, PAUSE_CLEARED, "")
    do.audit(Activity.PAUSE_CLEARED, cleared=", ".join(cleared))
    return Outcome(do.person)


def _end_sessions(do: _Doing) -> Outcome:
    do.unit.sessions.end_all(do.person.id)
    tell(do.unit, do.person, ENDED, "")
    do.audit(Activity.SESSIONS_ENDED)
    return Outcome(do.person)


def _demand_registration(do: _Doing) -> Outcome:
    """At the next sign-in; what there is serves until then."""
    if do.person.frozen_at is not None:
        raise Refused(say("helpdesk.frozen", user_id=do.person.upn))
    anew = replace(do.person.upkeep, again_at=do.unit.now, skips=0)
    do.unit.people.keep(do.person.id, anew, do.unit.now)
    tell_values(do.unit, do.person, REGISTRATION_DEMANDED, {})
    refresh(do.unit, do.person.id, do.work.house.methods.values())
    do.audit(Activity.REGISTRATION_DEMANDED)
    return Outcome(do.person)


_DEEDS: Mapping[Action, Callable[[_Doing], Outcome]] = MappingProxyType({
    Action.TEMPORARY_PASSWORD: _temporary_password,
    Action.ACCESS_PASS: _access_pass,
    Action.UNLOCK: _unlock,
    Action.CLEAR_PAUSE: _clear_pause,
    Action.END_SESSIONS: _end_sessions,
    Action.DEMAND_REGISTRATION: _demand_registration,
})  # fmt: skip
