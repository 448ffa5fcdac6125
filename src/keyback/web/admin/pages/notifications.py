"""Password reset > Notifications: who is told of what, and by which channels (source document, step 5)."""

from collections.abc import Mapping
from typing import Any

from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask
from keyback.web.admin.declare import Heading, Place, one_of
from keyback.web.admin.pages._policy import PolicyPage, routes
from keyback.web.admin.pages._policy_settings import Several, yes_no
from keyback.web.admin.pages.properties import SECTION
from keyback.web.admin.parts import Go, Part, Presses

MESSAGES = {
    "notices.title": "Notifications",
    "notices.lead": "Notices show people and administrators what happens, so that somebody notices what should not.",
    "notices.users": "Notify users on password resets?",
    "notices.users_about": "A message to every confirmed address of the person, and to the directory's. Default: Yes.",
    "notices.admins": "Notify all admins when other admins reset their password?",
    "notices.admins_about": "A message to every Global Administrator. Default: Yes.",
    "notices.methods": "When methods or contacts of a person change",
    "notices.methods_about": "Told to that person, also at the address that was replaced; never off. Default: E-mail.",
    "notices.bursts": "When attempts at an account fail again and again",
    "notices.bursts_about": "Told to that person and to administrators. Default: E-mail.",
    "notices.freezes": 'When somebody reports "This was not me"',
    "notices.freezes_about": "Told to administrators; never off. Default: E-mail.",
    "notices.brake": "When resets pause because there are too many, or many fail",
    "notices.brake_about": "Told to administrators; never off. Default: E-mail.",
    "notices.keys": "When keys or certificates are near their end",
    "notices.keys_about": "Told to administrators. Default: E-mail.",
    "notices.email": "E-mail",
    "notices.sms": "Text message",
    "notices.both": "E-mail and text message",
    "notices.messages": "Look at the messages and send yourself one",
}
TITLE = say("notices.title")
CHANNELS = (("email", say("notices.email")), ("sms", say("notices.sms")))
BOTH = say("notices.both")
SETTINGS = (
    yes_no("notifications.notify_users", say("notices.users"), say("notices.users_about")),
    yes_no("notifications.notify_admins", say("notices.admins"), say("notices.admins_about")),
    Several(
        "notifications.method_changes",
        say("notices.methods"),
        say("notices.methods_about"),
        options=CHANNELS,
        whole=BOTH,
    ),
    Several(
        "notifications.failure_bursts", say("notices.bursts"), say("notices.bursts_about"), options=CHANNELS, whole=BOTH
    ),
    Several(
        "notifications.freezes", say("notices.freezes"), say("notices.freezes_about"), options=CHANNELS, whole=BOTH
    ),
    Several("notifications.brake", say("notices.brake"), say("notices.brake_about"), options=CHANNELS, whole=BOTH),
    Several("notifications.keys", say("notices.keys"), say("notices.keys_about"), options=CHANNELS, whole=BOTH),
)


def _messages(_ask: Ask, _values: Mapping[str, Any]) -> tuple[Part, ...]:
    return (Presses((Go("/password-reset/notifications/messages", say("notices.messages")),)),)


PAGE = PolicyPage(
    "/password-reset/notifications", "notifications", lambda _: TITLE, lambda _: SETTINGS, SETTINGS, SECTION,
    (say("notices.lead"),), after=_messages,
)  # fmt: skip
ROUTES = routes(PAGE)
PLACES = (
    Place(
        PAGE.path,
        TITLE,
        Heading.PASSWORD_RESET,
        40,
        one_of(Permission.READ_POLICY),
        tuple(one.label for one in SETTINGS),
    ),
)
