"""Messages as they look, with made-up values: to be looked at, or sent to the administrator who asks."""

from collections.abc import Mapping

from keyback.app.admin.rights import require
from keyback.app.house import House
from keyback.app.outbox.templates import TEMPLATES
from keyback.app.outbox.wording import LOOK, SAMPLE, TEST, Voice, letter
from keyback.app.perform import NOTICE_LIFE, NOTICE_URGENCY, notice_addresses
from keyback.core.errors import NotFound, Refused, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.ports import Letter, Outgoing
from keyback.core.rules import limits
from keyback.core.rules.limits import Client
from keyback.core.rules.roles import Permission
from keyback.core.types import DAY, HOUR, MINUTE, Instant

MESSAGES = {
    "samples.none": "There is no such message, or it does not go by mail.",
    "samples.no_address": "You have no mail address at which notices arrive, so nothing was sent.",
    "samples.too_many": "You have sent many tests. You can send another at {again_at}.",
}


def values_at(now: Instant) -> Mapping[str, str | int]:
    """Of nobody, for every value that a message may have."""
    return {
        "code": "12345678", "letters": "KT", "life_ms": 10 * MINUTE, "user_id": "sam.sample@example.com",
        "who": "sam.sample@example.com", "when_at": now, "from_at": now, "until_at": now + DAY, "made_at": now - 400 * DAY,
        "source": "203.0.113.7", "host_user": "root", "incident": "4fb1c2", "count": 10, "resets": 30, "failures": 200,
        "numbers": "+491511234xxxx", "what": "+ sam•••@example.com", "settings": "notify_users", "person": "sample",
        "expires_at": now + HOUR,
    }  # fmt: skip


def sample(template: str, channel: str, voice: Voice, now: Instant) -> Letter:
    """How it looks in one language. `Broken` for what does not go by this channel."""
    return letter(
        Outgoing(channel, template, {**values_at(now), SAMPLE: LOOK}, "sam.sample@example.com"), "sample", now, voice
    )


def send_test(house: House, actor: str, template: str, source: str) -> None:
    """To the administrator's own first address and nowhere else, marked as a test. Raises `Refused`, `TooMany`, `Forbidden`."""
    known = TEMPLATES.get(template)
    if known is None or not known.body:
        raise NotFound(say("samples.none"))
    with house.store.writing() as unit:
        require(unit, actor, Permission.CHANGE_POLICY)
        person = unit.people.by_id(actor, unit.now)
        addresses = notice_addresses(unit, person) if person else []
        if person is None or not addresses:
            raise Refused(say("samples.no_address"))
        again = unit.throttles.charge(limits.charge("test.sends", Limits(), actor, Client()), unit.now)
        if again is not None:
            raise TooMany(say("samples.too_many", again_at=again), again)
        values = {**values_at(unit.now), SAMPLE: TEST}
        message = Outgoing("email", template, values, addresses[0], person.language)
        unit.outbox.put(message, NOTICE_URGENCY, unit.now + NOTICE_LIFE, unit.now)
        unit.audit(Event(Activity.TEST_SENT, actor, actor, "success", template, source=source))
    house.kick("email")
