"""Authentication methods > Password protection: which passwords are good enough, and how often one may guess (decisions 11)."""

from collections.abc import Mapping
from typing import Any

from keyback.app import breached
from keyback.app.policy.document import read_flat
from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask
from keyback.web.admin.declare import Heading, Place, one_of
from keyback.web.admin.pages._policy import PolicyPage, routes
from keyback.web.admin.pages._policy_settings import Choice, Entries, Number
from keyback.web.admin.pages.method_policies import SECTION
from keyback.web.admin.parts import Cell, Facts, Mark, Panel, Part

MESSAGES = {
    "password_protection.title": "Password protection",
    "password_protection.lead": "Which new passwords are accepted, and how often a wrong one may be tried.",
    "password_protection.preset": "Rules for passwords",
    "password_protection.preset_about": "For passwords that Keyback keeps itself. Default: Modern.",
    "password_protection.modern": "Modern",
    "password_protection.modern_about": "Length, and lists of known passwords, as NIST advises (SP 800-63B-4).",
    "password_protection.entra": "Entra",
    "password_protection.entra_about": "8 characters from 3 of 4 classes.",
    "password_protection.length": "Minimum length",
    "password_protection.length_about": "At least 15; from 8 where everybody always needs a second factor. The rules of Entra always "
    "take 8. Default: 15.",
    "password_protection.history": "Password history",
    "password_protection.history_about": "How many of the last passwords cannot be used again. Default: 1.",
    "password_protection.terms": "Custom banned password list",
    "password_protection.terms_about": "Up to 1000 words of your organisation, one on each line, 4 to 64 characters each: products, "
    "places, short names. Default: empty.",
    "password_protection.expiry": "Passwords expire after",
    "password_protection.expiry_about": "0: never, as NIST advises. Default: 0.",
    "password_protection.warning": "People are warned before that",
    "password_protection.warning_about": "Default: 14 days.",
    "password_protection.age": "A list of breached passwords is out of date after",
    "password_protection.age_about": "Counted from its import. Default: 365 days.",
    "password_protection.without": "While no such list can be relied on",
    "password_protection.without_about": "It is missing, damaged or out of date. Default: The lists that ship with Keyback work on.",
    "password_protection.core": "The lists that ship with Keyback work on, with an alarm",
    "password_protection.refuse": "Nobody can set a new password",
    "password_protection.failures": "Lockout threshold",
    "password_protection.failures_about": "After this many wrong passwords each further one must wait: 60 seconds at first, doubling up to "
    "5 hours. Default: 10.",
    "password_protection.failures_source": "Wrong passwords from one network in ten minutes",
    "password_protection.failures_source_about": "Whatever the account. Default: 100.",
    "password_protection.list": "List of breached passwords",
    "password_protection.state": "State",
    "password_protection.fine": "In force",
    "password_protection.gap.missing": "Missing",
    "password_protection.gap.damaged": "Damaged",
    "password_protection.gap.stale": "Out of date",
    "password_protection.count": "Passwords in it",
    "password_protection.imported": "Imported",
    "password_protection.imported_at": "{imported_at}",
    "password_protection.do": "How to import one",
    "password_protection.do_is": "On the server: keyback passwords import-breached",
}
TITLE = say("password_protection.title")
SETTINGS = (
    Choice(
        "passwords.preset", say("password_protection.preset"), say("password_protection.preset_about"),
        options=(
            ("modern", say("password_protection.modern"), say("password_protection.modern_about")),
            ("entra", say("password_protection.entra"), say("password_protection.entra_about")),
        ),
    ),
    Number("passwords.minimum_length", say("password_protection.length"), say("password_protection.length_about"),
           unit="characters"),
    Number("passwords.history", say("password_protection.history"), say("password_protection.history_about")),
    Entries("passwords.banned_terms", say("password_protection.terms"), say("password_protection.terms_about"), rows=12),
    Number("passwords.breached_max_age_days", say("password_protection.age"), say("password_protection.age_about"),
           unit="days"),
    Choice(
        "passwords.without_breached_list", say("password_protection.without"), say("password_protection.without_about"),
        options=(
            ("core", say("password_protection.core"), None),
            ("refuse", say("password_protection.refuse"), None),
        ),
    ),
    Number("passwords.expiry_days", say("password_protection.expiry"), say("password_protection.expiry_about"),
           unit="days"),
    Number("passwords.expiry_warning_days", say("password_protection.warning"), say("password_protection.warning_about"),
           unit="days"),
    Number("limits.sign_in_failures", say("password_protection.failures"), say("password_protection.failures_about")),
    Number("limits.sign_in_failures_per_source_10_minutes", say("password_protection.failures_source"),
           say("password_protection.failures_source_about")),
)  # fmt: skip


def _breached(ask: Ask, values: Mapping[str, Any]) -> tuple[Part, ...]:
    found, gap = breached.standing(ask.house, read_flat(values).policy.passwords)
    mark = Mark(say("password_protection.fine"), "good")
    if gap is not None:
        mark = Mark(say(f"password_protection.gap.{gap.value}"), "warn")
    rows: list[tuple[Text, Cell]] = [(say("password_protection.state"), mark)]
    if found is not None:
        rows.append((say("password_protection.count"), str(found.count)))
        when = say("password_protection.imported_at", imported_at=found.imported_at)
        rows.append((say("password_protection.imported"), when))
    if gap is not None:
        rows.append((say("password_protection.do"), say("password_protection.do_is")))
    return (Panel(say("password_protection.list"), (Facts(tuple(rows)),)),)


PAGE = PolicyPage(
    "/authentication-methods/password-protection", "password_protection", lambda _: TITLE, lambda _: SETTINGS, SETTINGS,
    SECTION, (say("password_protection.lead"),), after=_breached,
)  # fmt: skip
ROUTES = routes(PAGE)
PLACES = (
    Place(PAGE.path, TITLE, Heading.METHODS, 20, one_of(Permission.READ_POLICY), tuple(one.label for one in SETTINGS)),
)
