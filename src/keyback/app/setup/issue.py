"""Make a one-time link: for the first administrator, or to rescue somebody from the host (ADM-7)."""

import base64
from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.perform import perform
from keyback.core.effects import TellAdministrators
from keyback.core.errors import NotFound, Refused
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import Notifications
from keyback.core.ports import SetupLink, Unit
from keyback.core.rules import identifiers
from keyback.core.types import MINUTE, DirectoryKind, Instant, Person

MESSAGES = {
    "rescue.nobody": "Nobody has the user ID {user_id}.",
    "rescue.disabled": "{user_id} is disabled. Enable the account first: `keyback people enable {user_id}`.",
    "rescue.elsewhere": "The password of {user_id} is kept in another directory, so no link can set it.",
}

LIFE = 30 * MINUTE
FIRST, RESCUE = "first_administrator", "rescue"
METHOD = "totp"


@dataclass(frozen=True, slots=True)
class Issued:
    """A link to hand over; it is shown once and kept nowhere."""

    link: str
    user_id: str
    expires_at: Instant


def link_key(house: House, token: str) -> bytes:
    """How the store knows a link: by keyed hash of its token (COD-8)."""
    return house.sealer.mac("setup-link", token)


def issue(house: House, unit: Unit, person: Person, purpose: str, actor: str) -> Issued:
    """A new link in place of every older one of this person."""
    token = base64.urlsafe_b64encode(house.random.bytes(32)).decode().rstrip("=")
    made = house.methods[METHOD].register_begin(person.upn, house.tenant_name, house.random, house.hasher)
    expires = unit.now + LIFE
    unit.links.void(person.id, unit.now)
    unit.links.insert(
        link_key(house, token), SetupLink(person.id, purpose, person.generation, expires, made.secrets[0]), unit.now
    )
    unit.audit(Event(Activity.SETUP_LINK_ISSUED, actor, person.id, "success", purpose))
    return Issued(f"{house.base_url}/setup/{token}", person.upn, expires)


def rescue(house: House, user_id: str, actor: str) -> Issued:
    """A link for somebody who exists. All administrators are told, the one it is for among them."""
    canonical = identifiers.canonical(user_id)
    with house.store.writing() as unit:
        person = unit.people.by_canonical(canonical, unit.now) if canonical else None
        if person is None:
            raise NotFound(say("rescue.nobody", user_id=user_id))
        if not person.enabled:
            raise Refused(say("rescue.disabled", user_id=person.upn))
        if person.directory is not DirectoryKind.CLOUD:
            raise Refused(say("rescue.elsewhere", user_id=person.upn))
        issued = issue(house, unit, person, RESCUE, actor)
        values: dict[str, str | int] = {"who": person.upn, "host_user": actor.removeprefix("host:")}
        values["when_at"] = unit.now
        perform(unit, [TellAdministrators("notice.rescue", values, about="")], Notifications())
    house.kick("email")
    return issued
