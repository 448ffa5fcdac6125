"""One request to the admin centre, and the answer to it, as values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from keyback.app.admin.operator import Operator
from keyback.app.house import House
from keyback.app.people.ports import Work
from keyback.core.errors import Forbidden
from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.core.types import Instant
from keyback.web.admin.parts import Screen
from keyback.web.call import Call, Site


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file, whole, in memory."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Ask:
    """A request whose sender may ask it."""

    call: Call
    operator: Operator
    args: Mapping[str, str] = field(default_factory=dict)
    """Parts of the path, by their names in it."""
    query: Mapping[str, str] = field(default_factory=dict)
    """What stands after the `?`; only what the route declares, each once."""
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields that may come several times."""
    files: Mapping[str, File] = field(default_factory=dict)

    @property
    def house(self) -> House:
        return self.call.site.house

    @property
    def site(self) -> Site:
        return self.call.site

    @property
    def now(self) -> Instant:
        return self.call.now

    @property
    def actor(self) -> str:
        """Id of the operator, as the audit log names who did it."""
        return self.operator.person.id

    @property
    def fields(self) -> Mapping[str, str]:
        return self.call.fields

    def field(self, name: str) -> str:
        """What was typed, without spaces around it; empty if it did not come."""
        return self.call.fields.get(name, "").strip()

    def work(self) -> Work:
        """For the verbs about people and groups, in the operator's name."""
        if self.site.work is None:
            raise Forbidden(say("rights.none"))
        return self.site.work(self.actor)

    def may(self, permission: Permission) -> bool:
        """For what is shown; what is done is judged by the verb again."""
        return self.operator.rights.may(permission)


@dataclass(frozen=True, slots=True)
class Download:
    """A file to save."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A screen, a place to go to, or a file."""

    screen: Screen | None = None
    status: int = 200
    go_to: str = ""
    download: Download | None = None
    cookies: Mapping[str, str] = field(default_factory=dict)
    data: bytes | None = None
    """Other JSON than a screen."""
    retry_after: int = 0
    done: str = ""
    """With `go_to`: id of a message without values that is shown there, once (`?done=`)."""


Handler = Callable[[Ask], Reply]


def with_cookies(reply: Reply, cookies: Mapping[str, str]) -> Reply:
    """With these to set as well."""
    return replace(reply, cookies={**cookies, **reply.cookies})
