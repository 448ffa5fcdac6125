"""Password reset > Administrator policy: what is fixed for administrators, and what may be chosen (decisions 3)."""

from collections.abc import Mapping
from typing import Any

from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask
from keyback.web.admin.declare import Heading, Place, one_of
from keyback.web.admin.pages._policy import PolicyPage, routes
from keyback.web.admin.pages._policy_settings import Choice, Groups, yes_no
from keyback.web.admin.pages.properties import SECTION
from keyback.web.admin.parts import Facts, Panel, Part

MESSAGES = {
    "administrators.title": "Administrator policy",
    "administrators.lead": "A stricter policy for everybody whose role can change something.",
    "administrators.fixed": "What cannot be changed",
    "administrators.fixed_about": "It holds for every administrator, whatever the other pages say.",
    "administrators.number": "Number of methods required to reset",
    "administrators.number_is": "Always 2, by two different methods that do not hang on the same thing",
    "administrators.strong": "One of them must be strong",
    "administrators.strong_is": "Authenticator app, recovery code, passkey or hardware token. E-mail is at most one of the two",
    "administrators.questions": "Security questions",
    "administrators.questions_is": "Never",
    "administrators.others": "Break-glass and service accounts",
    "administrators.others_is": "Never reset their own password",
    "administrators.self_service": "Administrators may reset their own password",
    "administrators.self_service_about": "Properties and its groups do not apply to them. Default: All administrators.",
    "administrators.all": "All administrators",
    "administrators.not_global": "All but Global Administrators",
    "administrators.none": "No administrator",
    "administrators.sms": "A text message or call may be the weaker of the two methods",
    "administrators.sms_about": "Numbers can be moved to another SIM card by fraud. Default: No.",
    "administrators.in_person": "A second person must approve where the helpdesk has seen a document",
    "administrators.in_person_about": "Without a caller check a second person always must. Default: No.",
    "administrators.mfa": "Second factor at sign-in",
    "administrators.mfa_about": "For everybody; administrators need one in any case. Default: Who has registered one.",
    "administrators.when_registered": "Who has registered one",
    "administrators.groups": "Also people in the groups below",
    "administrators.always": "Everybody, always",
    "administrators.mfa_groups": "Groups that need a second factor",
    "administrators.mfa_groups_about": "Counts where the groups below are chosen. Groups within them count too. Default: no group.",
}
TITLE = say("administrators.title")
SETTINGS = (
    Choice(
        "administrators.self_service", say("administrators.self_service"), say("administrators.self_service_about"),
        options=(
            ("all", say("administrators.all"), None),
            ("not_global", say("administrators.not_global"), None),
            ("none", say("administrators.none"), None),
        ),
    ),
    yes_no("administrators.sms", say("administrators.sms"), say("administrators.sms_about")),
    yes_no("helpdesk.in_person_needs_second", say("administrators.in_person"), say("administrators.in_person_about")),
    Choice(
        "sign_in.mfa", say("administrators.mfa"), say("administrators.mfa_about"),
        options=(
            ("when_registered", say("administrators.when_registered"), None),
            ("groups", say("administrators.groups"), None),
            ("always", say("administrators.always"), None),
        ),
    ),
    Groups("sign_in.mfa_groups", say("administrators.mfa_groups"), say("administrators.mfa_groups_about")),
)  # fmt: skip


def _fixed(_ask: Ask, _values: Mapping[str, Any]) -> tuple[Part, ...]:
    rows = tuple(
        (say(f"administrators.{name}"), say(f"administrators.{name}_is"))
        for name in ("number", "strong", "questions", "others")
    )
    return (Panel(say("administrators.fixed"), (Facts(rows),), about=say("administrators.fixed_about")),)


PAGE = PolicyPage(
    "/password-reset/administrator-policy", "administrator_policy", lambda _: TITLE, lambda _: SETTINGS, SETTINGS,
    SECTION, (say("administrators.lead"),), before=_fixed,
)  # fmt: skip
ROUTES = routes(PAGE)
PLACES = (
    Place(
        PAGE.path,
        TITLE,
        Heading.PASSWORD_RESET,
        70,
        one_of(Permission.READ_POLICY),
        tuple(one.label for one in SETTINGS),
    ),
)
