"""Text messages by Twilio's API: POST /2010-04-01/Accounts/{sid}/Messages.json, and gateways of the same shape."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from keyback.channels.outbound import E164, Answer, Gateway, by_status, request
from keyback.core.errors import Invalid
from keyback.core.messages import Text, say
from keyback.core.ports import DeliveryFailed, Letter, Receipt

MESSAGES: Mapping[str, str] = {
    "twilio.settings": "The Twilio settings are not usable.",
    "twilio.settings.account": "sms.account_sid: must be the account's SID, AC and 32 hexadecimal characters.",
    "twilio.settings.auth": "sms.auth_token: must be set.",
    "twilio.settings.sender": "sms.sender and sms.messaging_service_sid: give exactly one of them.",
    "twilio.settings.url": "sms.base_url {why}.",
}


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """The account, and who messages come from."""

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str = ""
    """A number in E.164, a short code, or an alphanumeric sender."""
    messaging_service_sid: str = ""
    key_sid: str = ""
    """API key; then `auth_token` is its secret. Empty: the account's own token."""
    base_url: str = "https://api.twilio.com"
    allow_private: bool = False
    ca_file: str = ""
    seconds: float = 5

    def gateway(self) -> Gateway:
        """Where messages are posted."""
        url = f"{self.base_url.rstrip('/')}/2010-04-01/Accounts/{self.account_sid}/Messages.json"
        return Gateway(url, self.allow_private, self.ca_file, self.seconds)

    def mistakes(self) -> tuple[Text, ...]:
        """Everything that is wrong, by name."""
        checks = {
            "twilio.settings.account": bool(re.fullmatch(r"AC[0-9a-fA-F]{32}", self.account_sid)),
            "twilio.settings.auth": bool(self.auth_token),
            "twilio.settings.sender": bool(self.sender) != bool(self.messaging_service_sid),
        }
        wrong = self.gateway().wrong()
        url = (say("twilio.settings.url", why=wrong),) if wrong else ()
        return tuple(say(id_) for id_, right in checks.items() if not right) + url


class Twilio:
    """The channel."""

    name = "sms"

    def __init__(self, settings: TwilioSettings) -> None:
        """Raises `Invalid` with every mistake in the settings."""
        if mistakes := settings.mistakes():
            raise Invalid(say("twilio.settings"), mistakes)
        self._settings = settings
        self._gateway = settings.gateway()
        login = f"{settings.key_sid or settings.account_sid}:{settings.auth_token}"
        self._login = "Basic " + b64encode(login.encode()).decode()

    def send(self, letter: Letter) -> Receipt:
        """Post one message; Twilio's SID is the receipt."""
        if not E164.fullmatch(letter.to):
            raise DeliveryFailed("The number is not in international form.", for_ever=True)
        settings = self._settings
        sender = {"From": settings.sender} if settings.sender else {}
        service = {"MessagingServiceSid": settings.messaging_service_sid} if settings.messaging_service_sid else {}
        headers = {
            "Authorization": self._login,
            "Content-Type": "application/x-www-form-urlencoded",
            "I-Twilio-Idempotency-Token": letter.id,
        }
        form = urlencode({"To": letter.to, **sender, **service, "Body": letter.text})
        answer = request(self._gateway, "POST", headers, form.encode())
        said = _json(answer)
        if answer.status not in {200, 201}:
            raise _refusal(answer.status, said.get("code"))
        return Receipt(str(said.get("sid", ""))[:64])

    def close(self) -> None:
        """Nothing is kept open."""


REFUSALS: Final[Mapping[int, tuple[str, bool]]] = {
    20003: ("Twilio refused the account SID and token.", False),
    20404: ("Twilio does not know this account or address.", False),
    21211: ("Twilio says that the number is not valid.", True),
    21212: ("Twilio says that the sender is not valid.", False),
    21214: ("Twilio cannot reach the number.", True),
    21408: ("Twilio may not send to this country; allow it in Twilio's geographic permissions.", False),
    21606: ("Twilio says that the sender cannot send text messages.", False),
    21610: ("The person has asked Twilio to send nothing more from this sender.", True),
    21612: ("Twilio cannot send from this sender to this number.", True),
    21614: ("Twilio says that the number is not a mobile number.", True),
    21617: ("The message is too long for Twilio.", True),
    30007: ("A mobile network has filtered the message.", True),
}
"""Twilio's error codes (twilio.com/docs/api/errors): in words, and whether trying again is useless."""


def _refusal(status: int, code: object) -> DeliveryFailed:
    if isinstance(code, int) and code in REFUSALS:
        words, for_ever = REFUSALS[code]
        return DeliveryFailed(f"{words} (Twilio {code})", for_ever=for_ever)
    number = f"HTTP {status}, Twilio {code}" if isinstance(code, int) else f"HTTP {status}"
    return by_status(status, f"Twilio did not take the message ({number}).")


def _json(answer: Answer) -> Mapping[str, object]:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
