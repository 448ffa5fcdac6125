"""Password reset > Registration: what people are asked to register when they sign in (source document, step 4)."""

from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.web.admin.declare import Heading, Place, one_of
from keyback.web.admin.pages._policy import PolicyPage, routes
from keyback.web.admin.pages._policy_settings import Choice, Number, yes_no
from keyback.web.admin.pages.properties import SECTION

MESSAGES = {
    "registration_policy.title": "Registration",
    "registration_policy.lead": "People who have registered nothing cannot reset their password. Ask them to register when they sign in.",
    "registration_policy.required": "Require registration at sign-in",
    "registration_policy.required_about": "People for whom self-service is on register what it needs at sign-in. Default: Yes.",
    "registration_policy.required_long": "Require users to register when signing in",
    "registration_policy.days": "Number of days before users are asked to re-confirm their authentication information",
    "registration_policy.days_about": "From 0 to 730; 0: they are never asked. Default: 180.",
    "registration_policy.skips": "How often registration can be put off",
    "registration_policy.skips_about": "At this many sign-ins; 0: it is required at once. Administrators can never put it off. Default: 3.",
    "registration_policy.unlimited": "Registration can be put off for ever",
    "registration_policy.unlimited_about": "Yes: at every sign-in, whatever the number above. Default: No.",
    "registration_policy.first": "What the first registration needs besides the password",
    "registration_policy.first_about": "Who has registered nothing yet could be somebody else who knows the first password. "
    "Default: a contact that is known.",
    "registration_policy.contact": "A contact that is known",
    "registration_policy.contact_about": "A code to an address or number that you knew before; or a trusted network, or an "
    "access pass.",
    "registration_policy.password_only": "The password alone",
    "registration_policy.password_only_about": "Weak: whoever learns a first password can register before its owner.",
    "registration_policy.imported": "Trust imported addresses and numbers",
    "registration_policy.imported_about": "Yes: imports may confirm them without a code. Default: No.",
    "registration_policy.hold": "Wait until something new counts for a reset",
    "registration_policy.hold_about": "A new method or contact resets nothing before. After a reset, security info is closed for as long. "
    "Default: 24 hours.",
    "registration_policy.hold_administrators": "The same wait for administrators",
    "registration_policy.hold_administrators_about": "Default: 72 hours.",
}
TITLE = say("registration_policy.title")
SETTINGS = (
    yes_no(
        "registration.required_at_sign_in", say("registration_policy.required"), say("registration_policy.required_about")
    ),
    Number(
        "registration.reconfirm_days", say("registration_policy.days"), say("registration_policy.days_about"),
        unit="days",
    ),
    Number(
        "registration.skips", say("registration_policy.skips"), say("registration_policy.skips_about"),
        unit="times",
    ),
    yes_no("registration.unlimited_skips", say("registration_policy.unlimited"), say("registration_policy.unlimited_about")),
    Choice(
        "registration.first_proof", say("registration_policy.first"), say("registration_policy.first_about"),
        options=(
            ("contact", say("registration_policy.contact"), say("registration_policy.contact_about")),
            ("password_only", say("registration_policy.password_only"), say("registration_policy.password_only_about")),
        ),
    ),
    yes_no(
        "self_service.trust_imported_contacts", say("registration_policy.imported"), say("registration_policy.imported_about")
    ),
    Number(
        "registration.hold_hours", say("registration_policy.hold"), say("registration_policy.hold_about"),
        unit="hours",
    ),
    Number(
        "registration.hold_hours_administrators", say("registration_policy.hold_administrators"),
        say("registration_policy.hold_administrators_about"), unit="hours",
    ),
)  # fmt: skip
PAGE = PolicyPage(
    "/password-reset/registration", "registration", lambda _: TITLE, lambda _: SETTINGS, SETTINGS, SECTION,
    (say("registration_policy.lead"),),
)  # fmt: skip
ROUTES = routes(PAGE)
PLACES = (
    Place(
        PAGE.path, TITLE, Heading.PASSWORD_RESET, 30, one_of(Permission.READ_POLICY),
        (*(one.label for one in SETTINGS), say("registration_policy.required_long")),
    ),
)  # fmt: skip
