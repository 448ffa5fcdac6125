"""What all pages about one person share: who it is, whether the operator sees them, the tabs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keyback.core.errors import Forbidden, NotFound
from keyback.core.messages import Text, say
from keyback.core.rules.roles import ROLES, Permission
from keyback.core.types import DirectoryKind, Person, PersonKind
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.parts import Go, Mark, Part, Screen, Tab
from keyback.web.page import Message

MESSAGES: Mapping[str, str] = {
    "user.unknown": "There is no such person, or your roles do not reach them.",
    "user.above": "Users",
    "user.tab.properties": "Properties",
    "user.tab.groups": "Groups",
    "user.tab.roles": "Roles",
    "user.tab.methods": "Authentication methods",
    "user.tab.sessions": "Sessions",
    "user.tab.timeline": "Timeline",
    "user.tab.reset_check": "Can reset today?",
    "user.deleted": "This account is deleted. Nobody can sign in with it; to everybody else it looks as if it were not there.",
    "user.help": "Help this person",
    "user.enabled": "Enabled",
    "user.disabled": "Disabled",
    "user.frozen": "Closed by a report",
    "user.gone": "Deleted",
    "user.directory.cloud": "Keyback",
    "user.directory.active_directory": "Active Directory",
    "user.directory.ldap": "LDAP directory",
    "user.kind.person": "Person",
    "user.kind.service": "Service account",
    "user.kind.break_glass": "Emergency account",
    "user.out_of_reach": "Your roles let you look at this person, and change nothing.",
}
TABS = (
    ("", "properties"), ("/groups", "groups"), ("/roles", "roles"), ("/methods", "methods"), ("/sessions", "sessions"),
    ("/timeline", "timeline"), ("/reset-check", "reset_check"),
)  # fmt: skip
OF_THE_DELETED = frozenset({"properties", "timeline"})


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody whose page is open."""

    person: Person
    role_assignable: bool

    @property
    def path(self) -> str:
        """Of the first tab."""
        return f"/users/{self.person.id}"


def look(ask: Ask, id_: str = "") -> Seen:
    """Whom the path names. Raises `NotFound` for nobody and for who is out of the operator's scope, alike (ADM-9)."""
    with ask.house.store.reading() as unit:
        person = unit.people.by_id(id_ or ask.args["person"], unit.now)
        if person is None or not ask.operator.rights.sees(person):
            raise NotFound(say("user.unknown"))
        return Seen(person, unit.held_roles.role_assignable(person.id, unit.now))


def may(ask: Ask, seen: Seen, permission: Permission) -> bool:
    """Whether a button makes sense; the verb judges again."""
    if seen.person.deleted_at is not None:
        return False
    return ask.operator.rights.over(permission, seen.person, role_assignable=seen.role_assignable)


def must(ask: Ask, seen: Seen, permission: Permission) -> None:
    """For a page that stands before a button. Raises what the verb would."""
    if seen.person.deleted_at is not None:
        raise NotFound(say("people.is_deleted", user_id=seen.person.upn))
    if not may(ask, seen, permission):
        raise Forbidden(say("rights.person", user_id=seen.person.upn))


def screen(ask: Ask, seen: Seen, tab: str, parts: Sequence[Part], messages: Sequence[Message] = ()) -> Screen:
    """One tab."""
    person = seen.person
    deleted = person.deleted_at is not None
    shown = [(end, name) for end, name in TABS if not deleted or name in OF_THE_DELETED]
    tabs = tuple(Tab(f"{seen.path}{end}", say(f"user.tab.{name}"), name == tab) for end, name in shown)
    told = [Message(say("user.deleted"), "warn")] if deleted else []
    helps = not deleted and ask.may(Permission.RESET_PASSWORDS)
    return Screen(
        f"user_{tab}", person.display_name, tuple(parts), messages=(*told, *messages), tabs=tabs,
        above=(Go("/users", say("user.above")),), place="/users",
        actions=(Go(f"/helpdesk/{person.id}", say("user.help")),) if helps else (),
    )  # fmt: skip


def reply(ask: Ask, seen: Seen, tab: str, parts: Sequence[Part], error: Text | None = None) -> Reply:
    """The tab; with what went wrong above it, where something did."""
    told = (Message(error, "bad"),) if error else ()
    return Reply(screen(ask, seen, tab, parts, told), 422 if error else 200)


def state_mark(*, enabled: bool, frozen: bool, deleted: bool) -> Mark:
    """How the account stands, in one word."""
    if deleted:
        return Mark(say("user.gone"), "bad")
    if not enabled:
        return Mark(say("user.disabled"), "warn")
    return Mark(say("user.frozen"), "bad") if frozen else Mark(say("user.enabled"), "good")


def mark_of(person: Person) -> Mark:
    """The same of somebody."""
    return state_mark(
        enabled=person.enabled, frozen=person.frozen_at is not None, deleted=person.deleted_at is not None
    )


def directory(kind: DirectoryKind | str) -> Text:
    """Where the password lives."""
    return say(f"user.directory.{DirectoryKind(kind).value}")


def kind(of: PersonKind | str) -> Text:
    """What sort of account it is."""
    return say(f"user.kind.{PersonKind(of).value}")


def role_title(name: str) -> str:
    """As people read it."""
    return ROLES[name].title if name in ROLES else name


def plain(state: str, title: Text, parts: Sequence[Part], above: Go) -> Screen:
    """A page about a person without tabs: a question before something far-reaching."""
    return Screen(state, title, tuple(parts), above=(above,), place="/users")
