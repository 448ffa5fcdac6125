"""From the moment when all factors are there to being signed in: what is forgotten then, told, and written down."""

from dataclasses import replace

from keyback.app.counters import clear_sign_in
from keyback.app.house import House
from keyback.app.known import remember
from keyback.app.perform import perform
from keyback.app.sign_in import log
from keyback.app.sign_in.agenda import next_interrupt, staged
from keyback.app.sign_in.seat import LIVES, Seat, duty_of, registered
from keyback.core.effects import Audit, TellAdministrators, TellPerson
from keyback.core.events import Activity, Event
from keyback.core.policy import Notifications
from keyback.core.ports import Credential, Door, Session, SessionKind, Unit
from keyback.core.rules.freshness import may_enter
from keyback.core.rules.limits import Client, trusts
from keyback.core.types import PersonKind

NEW_DEVICE = "notice.new_device"


def complete(house: House, unit: Unit, at: Seat, session: Session, credential: Credential | None) -> Session:
    """All factors are there: wrong passwords are forgotten now, and not before (decisions 25), and a browser that did not
    know its owner is told of (NOT-1). Not at the sign-in of somebody who has registered nothing: every browser is new
    then, and there is no address yet that its owner confirmed. `at` must be `with_info`."""
    rules = at.policy.policy.limits
    who = Client(at.asker.known, trusts(rules, at.visit.source), at.watch.stormy)
    clear_sign_in(unit, rules, at.account, who)
    unit.guesses.forget(at.account)
    if not at.asker.known and registered(house, at):
        told = TellPerson(at.person.id, NEW_DEVICE, {"when_at": unit.now, "source": at.visit.source}, session.id)
        perform(unit, (Audit(log.new_browser(session)), told), at.policy.policy.notifications)
    if at.person.kind is PersonKind.BREAK_GLASS:
        _alarm(unit, at, session)
    return onward(house, unit, at, session, credential)


def _alarm(unit: Unit, at: Seat, session: Session) -> None:
    """ADM-8: no policy silences this."""
    person, source = at.person.id, at.visit.source
    line = Event(Activity.BREAK_GLASS_USED, person, person, "success", "", session.id, source)
    told = TellAdministrators("notice.break_glass", {"when_at": unit.now, "source": source}, person)
    perform(unit, (Audit(line), told), Notifications())


def onward(house: House, unit: Unit, at: Seat, session: Session, credential: Credential | None) -> Session:
    """The session after a step of its sign-in, with its line in the sign-in log. `at` must be `with_info`, as it is after
    the step."""
    waiting = next_interrupt(house, replace(at, session=session), credential)
    after = staged(session, waiting, at.now)
    if waiting is None and at.visit.door is Door.ADMIN and _may_enter(unit, at, session):
        after = replace(after, kind=SessionKind.ADMIN, ends_at=at.now + LIVES[SessionKind.ADMIN])
    log.reached(unit, after, waiting, factor=waiting is not None and duty_of(house, at).factor)
    return after


def _may_enter(unit: Unit, at: Seat, session: Session) -> bool:
    """The admin centre opens to who holds a role and gave a strong proof, and never by an access pass (ADM-3)."""
    return not session.access_pass and may_enter(unit.held_roles.active(at.person.id, at.now), session.methods)


def known_cookie(house: House, at: Seat) -> str:
    """What the browser is known by from now on (decisions 9)."""
    return remember(house, at.visit.known, at.account, at.person.generation)
