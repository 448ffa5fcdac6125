"""Roles: what each may do, and how many hold it."""

from collections.abc import Mapping

from keyback.app.people.role_holders import Spread, spread
from keyback.core.messages import Text, say
from keyback.core.rules.roles import ROLES, Permission, Role
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Heading, Place, Route, one_of
from keyback.web.admin.parts import Column, Go, Row, Screen, Table

MESSAGES: Mapping[str, str] = {
    "roles.title": "Roles",
    "roles.lead": "A role says what its holder may do here: in the whole organisation, or for the people of one group. Nobody "
    "acts on somebody who holds more than they do.",
    "roles.list": "Roles",
    "roles.column.role": "Role",
    "roles.column.about": "What it may do",
    "roles.column.people": "People",
    "roles.column.groups": "Groups",
    "roles.column.scoped": "Over one group only",
    "roles.empty": "There are no roles.",
    "roles.about.global_administrator": "Everything, for everybody.",
    "roles.about.privileged_authentication_administrator": "Helps everybody, whatever they hold: resets passwords, changes "
    "authentication methods, ends sessions.",
    "roles.about.authentication_administrator": "Helps people without a role and some with one: resets passwords, changes "
    "authentication methods, ends sessions.",
    "roles.about.authentication_policy_administrator": "Changes the policy of password reset, authentication methods and "
    "registration; reads reports and logs. Acts on no person.",
    "roles.about.helpdesk_administrator": "Helps people without a role and some with one: checks callers, resets passwords, "
    "clears pauses, ends sessions.",
    "roles.about.password_administrator": "Resets passwords of people without a role, and of other Password Administrators.",
    "roles.about.user_administrator": "Creates, changes and deletes people and groups, exports lists, and helps as the helpdesk "
    "does.",
    "roles.about.groups_administrator": "Makes groups and changes who is in them, except groups that can hold roles.",
    "roles.about.reports_reader": "Reads reports and logs, and exports logs. Changes nothing.",
    "roles.about.global_reader": "Reads everything, and exports logs. Changes nothing.",
}
SEES = one_of(Permission.READ_PEOPLE)


def show(ask: Ask) -> Reply:
    """All of them, the most powerful first."""
    with ask.house.store.reading() as unit:
        found = spread(unit)
    counts = (
        Column(say("roles.column.people"), number=True), Column(say("roles.column.groups"), number=True),
        Column(say("roles.column.scoped"), number=True),
    )  # fmt: skip
    scoped = bool(ask.operator.rights.scopes)  # how many there are beyond their scope is nothing to them (ADM-9)
    columns = (Column(say("roles.column.role")), Column(say("roles.column.about")), *(() if scoped else counts))
    rows = tuple(_row(role, None if scoped else found[role.name]) for role in ROLES.values())
    table = Table(say("roles.list"), columns, rows, say("roles.empty"))
    return Reply(Screen("roles", say("roles.title"), (table,), (say("roles.lead"),)))


def about(role: Role) -> Text:
    """What it may do, in words."""
    return say(f"roles.about.{role.name}")


def _row(role: Role, held: Spread | None) -> Row:
    counts = (str(held.people), str(held.groups), str(held.scoped)) if held else ()
    return Row(role.name, (Go(f"/roles/{role.name}", role.title), about(role), *counts))


ROUTES = (Route("GET", "/roles", show, SEES),)
PLACES = (Place("/roles", say("roles.title"), Heading.PEOPLE, 3, SEES),)
