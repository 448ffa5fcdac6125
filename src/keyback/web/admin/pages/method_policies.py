"""Authentication methods > Policies: which ways to prove oneself there are, for whom, and with which settings (source
document, step 3). One row for each method of the shelf, and one for temporary access passes."""

from collections.abc import Mapping, Sequence
from typing import Any

from keyback.app.policy import editing
from keyback.core.errors import NotFound
from keyback.core.messages import Text, say
from keyback.core.ports import Method
from keyback.core.rules.assurance import FACTORS
from keyback.core.rules.policy_ranges import RANGES
from keyback.core.rules.roles import Permission
from keyback.core.types import ContactKind
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Heading, Place, Route, one_of
from keyback.web.admin.pages._policy import PolicyPage, routes
from keyback.web.admin.pages._policy_settings import Entries, Groups, Number, Setting, yes_no
from keyback.web.admin.pages.reset_methods import for_whom, kind, state
from keyback.web.admin.parts import Cell, Column, Facts, Go, Paragraph, Part, Row, Screen, Table, Words

MESSAGES = {
    "method_policies.title": "Policies",
    "method_policies.section": "Authentication methods",
    "method_policies.lead": "Ways to prove who one is, for resets and as the second factor at sign-in.",
    "method_policies.method": "Method",
    "method_policies.enabled": "Enabled",
    "method_policies.target": "Target",
    "method_policies.excluded": "Excluded",
    "method_policies.at_sign_in": "At sign-in",
    "method_policies.kind": "Kind",
    "method_policies.settings": "Settings",
    "method_policies.nobody": "Nobody",
    "method_policies.yes": "Yes",
    "method_policies.no": "No",
    "method_policies.never": "Never",
    "method_policies.code_minutes": "Codes work {minutes} {minutes:minute|minutes}",
    "method_policies.pass_minutes": "Works {minutes} {minutes:minute|minutes}, at most {longest}",
    "method_policies.countries": "Countries: {countries}",
    "method_policies.no_countries": "To no country yet",
    "method_policies.empty": "No method is there.",
    "method_policies.none": "There is no such method.",
    "method_policies.for_start": "Not for resets",
    "method_policies.enable": "Enable",
    "method_policies.enable_about": "No: nobody can register or use it, neither for a reset nor at sign-in. Default: No.",
    "method_policies.include": "Include",
    "method_policies.include_about": "Groups whose people may use it. None ticked: all users. Default: all users.",
    "method_policies.exclude": "Exclude",
    "method_policies.exclude_about": "Groups whose people may not use it, whatever is included. Default: no group.",
    "method_policies.sign_in": "Use for sign-in",
    "method_policies.sign_in_about": "Whether it may also be the second factor at sign-in. Default: Yes.",
    "method_policies.countries_label": "Countries that text messages may go to",
    "method_policies.countries_about": "Two letters on each line, such as DE. Premium, satellite and pager numbers never get "
    "any. Default: empty, which means none.",
    "method_policies.sms_life": "How long a code works",
    "method_policies.sms_life_about": "Default: 5 minutes.",
    "method_policies.sms_day": "Text messages in a day",
    "method_policies.sms_day_about": "Of the whole organisation. Default: 1000.",
    "method_policies.sms_country": "Text messages to one country in a day",
    "method_policies.sms_country_about": "Default: 500.",
    "method_policies.sms_prefix": "Text messages in an hour to numbers that differ only in their last four digits",
    "method_policies.sms_prefix_about": "Stops fraud with ranges of numbers. Default: 20.",
    "method_policies.sms_price": "Price of a text message in the dearest country",
    "method_policies.sms_price_about": "In hundredths of your currency. Default: 10.",
    "method_policies.sms_budget": "What text messages may cost in a day",
    "method_policies.sms_budget_about": "In the same hundredths. Default: 10000.",
    "method_policies.email_life": "How long an e-mail code works",
    "method_policies.email_life_about": "Default: 10 minutes.",
    "method_policies.own_mail": "Mail domains that open with your passwords",
    "method_policies.own_mail_about": "One domain on each line. Mailboxes there are never offered for a reset: the lost password "
    "opens them. Default: empty.",
    "method_policies.pass": "Temporary access pass",
    "method_policies.pass_lead": "For people who have nothing to prove themselves with yet. Never a proof for a reset.",
    "method_policies.pass_default": "How long a pass works",
    "method_policies.pass_default_about": "Unless its issuer says otherwise. Default: 60 minutes.",
    "method_policies.pass_longest": "The longest that an issuer may say",
    "method_policies.pass_longest_about": "Default: 1440 minutes, a day.",
    "method_policies.pass_once": "One-time use",
    "method_policies.pass_once_about": "A pass is good for one registration session, unless its issuer says otherwise. Default: Yes.",
}
TITLE = say("method_policies.title")
SECTION = Go("/authentication-methods/policies", say("method_policies.section"))
PASS = "temporary-access-pass"


def _number(path: str, name: str, unit: str = "") -> Number:
    return Number(path, say(f"method_policies.{name}"), say(f"method_policies.{name}_about"), unit=unit)


PASS_SETTINGS: tuple[Setting, ...] = (
    _number("passes.default_minutes", "pass_default", "minutes"),
    _number("passes.longest_minutes", "pass_longest", "minutes"),
    yes_no("passes.once", say("method_policies.pass_once"), say("method_policies.pass_once_about")),
)
_OF_MAIL: tuple[Setting, ...] = (
    Entries("self_service.own_mail_domains", say("method_policies.own_mail"), say("method_policies.own_mail_about")),
)
_OF_PHONES: tuple[Setting, ...] = (
    Entries("numbers.allowed_countries", say("method_policies.countries_label"), say("method_policies.countries_about"),
            capital=True),
    _number("limits.sms_per_day", "sms_day"),
    _number("limits.sms_per_country_day", "sms_country"),
    _number("limits.sms_per_prefix_hour", "sms_prefix"),
    _number("limits.sms_price", "sms_price"),
    _number("limits.sms_budget_day", "sms_budget"),
)  # fmt: skip


def settings_of(method: Method) -> tuple[Setting, ...]:
    """Of one method: those that all have, and those of what it sends codes to."""
    at = f"methods.{method.name}"
    words = {name: (say(f"method_policies.{name}"), say(f"method_policies.{name}_about"))
             for name in ("enable", "include", "exclude", "sign_in")}  # fmt: skip
    sign_in = (yes_no(f"{at}.sign_in", *words["sign_in"], name="sign_in"),) if method.name in FACTORS else ()
    return (
        yes_no(f"{at}.enabled", *words["enable"], name="enabled"),
        Groups(f"{at}.include", *words["include"], name="include"),
        Groups(f"{at}.exclude", *words["exclude"], name="exclude"),
        *sign_in,
        *_sent(method),
    )


def _sent(method: Method) -> tuple[Setting, ...]:
    life, mail = f"lives.{method.name}_minutes", method.contact_kind is ContactKind.EMAIL
    name = "email_life" if mail else "sms_life"
    label, about = say(f"method_policies.{name}"), say(f"method_policies.{name}_about")
    lives = (Number(life, label, about, "life", "minutes"),) if life in RANGES else ()
    if mail:
        return (*lives, *_OF_MAIL)
    return (*lives, *_OF_PHONES) if method.contact_kind is ContactKind.MOBILE else lives


def _settings(ask: Ask) -> Sequence[Setting]:
    method = ask.args["method"]
    if method == PASS:
        return PASS_SETTINGS
    if method not in ask.house.methods:
        raise NotFound(say("method_policies.none"))
    return settings_of(ask.house.methods[method])


def _title(ask: Ask) -> Words:
    method = ask.args["method"]
    return say("method_policies.pass") if method == PASS else say(f"method.{method}.name")


def _about(ask: Ask, _values: Mapping[str, Any]) -> tuple[Part, ...]:
    method = ask.args["method"]
    if method == PASS:
        return (Paragraph(say("method_policies.pass_lead")),)
    return (Facts(((say("method_policies.kind"), kind(method)),)),)


def show(ask: Ask) -> Reply:
    """One row for each method."""
    _, values = editing.values_of(ask.house)
    columns = tuple(
        Column(say(f"method_policies.{name}"))
        for name in ("method", "enabled", "target", "excluded", "at_sign_in", "kind", "settings")
    )
    rows = (*(_row(one, values) for one in ask.house.methods.values()), _pass_row(values))
    table = Table(TITLE, columns, rows, say("method_policies.empty"))
    return Reply(Screen("method_policies", TITLE, (table,), (say("method_policies.lead"),)))


def _row(method: Method, values: Mapping[str, Any]) -> Row:
    name = method.name
    go = Go(f"{SECTION.href}/{name}", say(f"method.{name}.name"))
    excluded = len(values[f"methods.{name}.exclude"])
    out = say("reset_methods.some", count=excluded) if excluded else say("method_policies.nobody")
    cells = (go, state(values, name), for_whom(values, name), out, _at_sign_in(name, values), kind(name))
    return Row(name, (*cells, _summary(method, values)))


def _at_sign_in(name: str, values: Mapping[str, Any]) -> Text:
    if name not in FACTORS:
        return say("method_policies.never")
    return say("method_policies.yes" if values[f"methods.{name}.sign_in"] else "method_policies.no")


def _summary(method: Method, values: Mapping[str, Any]) -> tuple[Cell, ...]:
    minutes = values.get(f"lives.{method.name}_minutes")
    life = (say("method_policies.code_minutes", minutes=minutes),) if minutes else ()
    if method.contact_kind is not ContactKind.MOBILE:
        return life
    countries = ", ".join(values["numbers.allowed_countries"])
    to = say("method_policies.countries", countries=countries) if countries else say("method_policies.no_countries")
    return (*life, to)


def _pass_row(values: Mapping[str, Any]) -> Row:
    go = Go(f"{SECTION.href}/{PASS}", say("method_policies.pass"))
    minutes, longest = values["passes.default_minutes"], values["passes.longest_minutes"]
    lives = say("method_policies.pass_minutes", minutes=minutes, longest=longest)
    return Row(PASS, (go, None, None, None, None, say("method_policies.for_start"), lives))


_FIELDS = (
    *(Setting("", TITLE, TITLE, name) for name in ("enabled", "sign_in", "life")),
    *(Groups("", TITLE, TITLE, name) for name in ("include", "exclude")),
)
"""Names that the form of every method has; of which method they are, the path says."""
PAGE = PolicyPage(
    f"{SECTION.href}/{{method}}", "method_policy", _title, _settings,
    (*_FIELDS, *_OF_MAIL, *_OF_PHONES, *PASS_SETTINGS),
    SECTION, before=_about,
)  # fmt: skip
ROUTES = (Route("GET", SECTION.href, show, one_of(Permission.READ_POLICY)), *routes(PAGE))
PLACES = (
    Place(
        SECTION.href, TITLE, Heading.METHODS, 10, one_of(Permission.READ_POLICY),
        tuple(one.label for one in (*_OF_PHONES, *_OF_MAIL, *PASS_SETTINGS)),
    ),
)  # fmt: skip
