"""A code of eight digits by e-mail. A recovery gate, never a sign-in factor (decisions 5)."""

from collections.abc import Mapping
from types import MappingProxyType

from keyback.core.ports import Method
from keyback.core.rules import identifiers, masking
from keyback.core.types import ContactKind
from keyback.methods._sent_code import SentCode, Way

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "method.email_code.name": "E-mail",
        "method.email_code.need": "a code sent to {masked}",
        "method.email_code.setup": "We send 8 digits to a mailbox of yours.",
        "method.email_code.title": "Email me a code",
        "method.email_code.about": "We send 8 digits to the mailbox registered for this account.",
        "method.email_code.sent": (
            "If a mailbox is registered for this account, we have sent a code. "
            "Nothing after a minute? Choose another way."
        ),
        "method.email_code.sent_to": "We have sent a code to {masked}. Look in the spam folder too.",
        "method.email_code.ask": "Code from the e-mail",
        "method.email_code.hint": "8 digits, from the message with the letters {letters}.",
    }
)


METHOD: Method = SentCode(
    Way(
        name="email_code",
        audit_name="email",
        rank=50,
        contact_kind=ContactKind.EMAIL,
        channel="email",
        template="mail.code",
        digits=8,
        mask=masking.mail,
        root=lambda address: f"mailbox:{identifiers.mailbox(address)}",
        messages=MESSAGES,
    )
)
