"""A code of six digits by text message to a mobile phone."""

from collections.abc import Mapping
from types import MappingProxyType

from keyback.core.ports import Method
from keyback.core.rules import masking
from keyback.core.types import ContactKind
from keyback.methods._sent_code import SentCode, Way

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "method.sms_code.name": "Text message",
        "method.sms_code.need": "a code sent to {masked}",
        "method.sms_code.setup": "We send 6 digits to your mobile phone.",
        "method.sms_code.title": "Text me a code",
        "method.sms_code.about": "We send 6 digits to the mobile phone registered for this account.",
        "method.sms_code.sent": (
            "If a phone is registered for this account, we have sent a code. "
            "Nothing after a minute? Choose another way."
        ),
        "method.sms_code.sent_to": "We have sent a code to {masked}.",
        "method.sms_code.ask": "Code from the text message",
        "method.sms_code.hint": "6 digits, from the message with the letters {letters}.",
    }
)


METHOD: Method = SentCode(
    Way(
        name="sms_code",
        audit_name="mobile SMS",
        rank=60,
        contact_kind=ContactKind.MOBILE,
        channel="sms",
        template="sms.code",
        digits=6,
        mask=masking.number,
        root=lambda number: f"phone:{number}",
        messages=MESSAGES,
    )
)
