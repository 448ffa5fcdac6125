"""Password reset > Authentication methods: how many proofs a reset needs (source document, step 3)."""

from collections.abc import Iterator, Mapping
from typing import Any

from keyback.core.messages import Text, say
from keyback.core.rules.assurance import PHONE_CODES, STRONG
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask
from keyback.web.admin.declare import Heading, Place, one_of
from keyback.web.admin.pages._policy import PolicyPage, routes
from keyback.web.admin.pages._policy_settings import Choice
from keyback.web.admin.pages.properties import SECTION
from keyback.web.admin.parts import Checks, Column, Go, Mark, Option, Panel, Part, Presses, Row, Table

MESSAGES = {
    "reset_methods.title": "Authentication methods",
    "reset_methods.lead": "How much proof it takes to reset a password.",
    "reset_methods.number": "Number of methods required to reset",
    "reset_methods.number_about": "Two proofs never hang on the same thing, such as one phone. Default: 2.",
    "reset_methods.one": "1",
    "reset_methods.one_about": "Whoever controls one thing, such as a mailbox, controls the account. Not recommended.",
    "reset_methods.two": "2",
    "reset_methods.two_about": "Recommended.",
    "reset_methods.questions": "Security questions",
    "reset_methods.questions_about": "Off, and better so: answers can often be found out. They are never for administrators.",
    "reset_methods.questions_option": "Security questions (not available yet)",
    "reset_methods.available": "Methods available to users",
    "reset_methods.policies": "Authentication methods > Policies",
    "reset_methods.method": "Method",
    "reset_methods.state": "For a reset",
    "reset_methods.who": "For whom",
    "reset_methods.strength": "Kind",
    "reset_methods.on": "On",
    "reset_methods.off": "Off",
    "reset_methods.everybody": "All users",
    "reset_methods.some": "{count} {count:group|groups}",
    "reset_methods.strong": "Strong",
    "reset_methods.weaker": "Weaker",
    "reset_methods.weakest": "Weakest",
    "reset_methods.empty": "No method is there.",
}
TITLE = say("reset_methods.title")
SETTINGS = (
    Choice(
        "self_service.methods_required", say("reset_methods.number"), say("reset_methods.number_about"),
        options=(
            (1, say("reset_methods.one"), say("reset_methods.one_about")),
            (2, say("reset_methods.two"), say("reset_methods.two_about")),
        ),
    ),
)  # fmt: skip
QUESTIONS = Checks(
    "security_questions", say("reset_methods.questions"),
    (Option("security_questions", say("reset_methods.questions_option"), disabled=True),),
    hint=say("reset_methods.questions_about"), disabled=True,
)  # fmt: skip


def _available(ask: Ask, values: Mapping[str, Any]) -> tuple[Part, ...]:
    columns = tuple(say(f"reset_methods.{name}") for name in ("method", "state", "who", "strength"))
    label = say("reset_methods.available")
    table = Table(label, tuple(map(Column, columns)), tuple(_rows(ask, values)), say("reset_methods.empty"))
    return (Panel(label, (table, Presses((Go("/authentication-methods/policies", say("reset_methods.policies")),)))),)


def _rows(ask: Ask, values: Mapping[str, Any]) -> Iterator[Row]:
    for name in ask.house.methods:
        go = Go(f"/authentication-methods/policies/{name}", say(f"method.{name}.name"))
        yield Row(name, (go, state(values, name), for_whom(values, name), kind(name)))


def state(values: Mapping[str, Any], method: str) -> Mark:
    """On or off."""
    on = values.get(f"methods.{method}.enabled", False)
    return Mark(say("reset_methods.on"), "good") if on else Mark(say("reset_methods.off"))


def for_whom(values: Mapping[str, Any], method: str) -> Text:
    """Everybody, or how many groups."""
    groups = values.get(f"methods.{method}.include") or ()
    return say("reset_methods.some", count=len(groups)) if groups else say("reset_methods.everybody")


def kind(method: str) -> Text:
    """How strong."""
    if method in STRONG:
        return say("reset_methods.strong")
    return say("reset_methods.weaker" if method in PHONE_CODES else "reset_methods.weakest")


PAGE = PolicyPage(
    "/password-reset/authentication-methods", "reset_methods", lambda _: TITLE, lambda _: SETTINGS, SETTINGS, SECTION,
    (say("reset_methods.lead"),), after=_available, shown=(QUESTIONS,),
)  # fmt: skip
ROUTES = routes(PAGE)
PLACES = (
    Place(
        PAGE.path, TITLE, Heading.PASSWORD_RESET, 20, one_of(Permission.READ_POLICY),
        (*(one.label for one in SETTINGS), QUESTIONS.label),
    ),
)  # fmt: skip
