"""The sign-in log: one audit line for each attempt and for each step of it, numbered as Entra numbers them. Only
administrators see the numbers; the session's id joins the lines of one sign-in."""

from collections.abc import Mapping
from types import MappingProxyType

from keyback.core.events import Activity, Event
from keyback.core.ports import Session, SessionKind, Unit
from keyback.core.rules.interrupts import Interrupt

WRONG, UNKNOWN, DISABLED, LOCKED, AWAY = "50126", "50034", "50057", "50053", "80001"
EXPIRED, REGISTER, NEEDS_FACTOR, ASKED, WRONG_FACTOR = "50055", "50125", "50072", "50074", "500121"
COMPROMISED = "Password reported as compromised"
"""It is right, and its owner says that somebody else set it (decisions 16)."""

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "": "signed in",
        WRONG: "wrong password",
        UNKNOWN: "nobody has this user ID",
        DISABLED: "the account is disabled",
        LOCKED: "too many wrong passwords or second proofs, so none is looked at for now",
        AWAY: "the directory that holds the password did not answer",
        EXPIRED: "the password is right, but a new one must be chosen",
        REGISTER: "asked to register, or to confirm what is registered",
        NEEDS_FACTOR: "must register a second proof before anything else is open",
        ASKED: "the password is right; asked for a second proof",
        WRONG_FACTOR: "the second proof was wrong",
        COMPROMISED: "the password is right, but its owner reported that somebody else had set it",
    }
)
"""What each number says, for administrators."""


def reached(unit: Unit, session: Session, waiting: Interrupt | None, *, factor: bool = False) -> None:
    """How far this sign-in is. `waiting`: what interrupts it; `factor`: whether a second one must be registered."""
    reason = _reason(session, waiting, factor=factor)
    activity = Activity.SIGN_IN_INTERRUPTED if reason else Activity.SIGN_IN
    details = {"factors": session.methods, "client": session.client, "why": MEANINGS[reason]}
    unit.audit(Event(activity, session.person, session.person, "success", reason, session.id, session.address, details))


def _reason(session: Session, waiting: Interrupt | None, *, factor: bool) -> str:
    if session.kind is SessionKind.FACTOR:
        return ASKED
    if waiting is None:
        return ""
    if waiting is Interrupt.PASSWORD:
        return EXPIRED
    return NEEDS_FACTOR if factor else REGISTER


def asked(unit: Unit, session: Session, method: str) -> None:
    """The second proof was asked for by this method."""
    details = {"factors": session.methods, "method": method, "client": session.client, "why": MEANINGS[ASKED]}
    person = session.person
    unit.audit(
        Event(Activity.SIGN_IN_INTERRUPTED, person, person, "success", ASKED, session.id, session.address, details)
    )


def new_browser(session: Session) -> Event:
    """All factors were right, in a browser that did not know the person: the line that suspicions begin with."""
    person, details = session.person, {"factors": session.methods, "client": session.client}
    return Event(
        Activity.SIGN_IN_NEW_BROWSER, person, person, "success", "", session.id, session.address, details
    )  # fmt: skip


def failed(unit: Unit, who: str, reason: str, source: str, client: str) -> None:
    """The password, or the account behind it, let nobody in. `who`: a person, or the keyed hash of what was typed."""
    details = {"client": client, "why": MEANINGS[reason]}
    unit.audit(Event(Activity.SIGN_IN_FAILED, who, who, "failure", reason, "", source, details))


def wrong_factor(unit: Unit, session: Session, method: str, source: str) -> None:
    """The second proof was wrong."""
    details = {"factors": session.methods, "method": method, "client": session.client, "why": MEANINGS[WRONG_FACTOR]}
    person = session.person
    unit.audit(Event(Activity.SIGN_IN_FAILED, person, person, "failure", WRONG_FACTOR, session.id, source, details))
