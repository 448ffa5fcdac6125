"""Who is in scope and could not reset today, and why: person by person, in pages.

A page looks at a bounded number of people. Where few of very many are concerned it may hold fewer than it could, and the next
one goes on where it ended.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import combinations
from typing import Final

from keyback.app.admin.rights import rights_of
from keyback.app.house import House
from keyback.app.overview.counting import enough_with_waiting, groups_of
from keyback.app.people.ports import Work
from keyback.core.errors import Forbidden
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import InForce, Scope
from keyback.core.ports import Method, Unit
from keyback.core.ports.listing import Stood, Walk
from keyback.core.rules import readiness
from keyback.core.rules.readiness import NEVER, NO_ADMINISTRATOR, Likes, Must
from keyback.core.rules.roles import Permission
from keyback.core.types import Code

FILE: Final = 100_000
"""Rows of one file."""
COLUMNS: Final = ("id", "user_id", "name", "department", "why", "administrator")
_END: Final = 1 << 62
_TELLING_GROUPS: Final = 6

Place = tuple[int, int, str]


class Reason(StrEnum):
    """Why somebody in scope could not reset today."""

    NOTHING = "nothing"
    TOO_FEW = "too_few"
    WAITING = "waiting"
    """What they registered is enough, and still waits."""
    STRANDED = "stranded"
    """They must register, and policy leaves them nothing that would help."""
    ELSEWHERE = "elsewhere"
    """Their password lives in another directory."""


@dataclass(frozen=True, slots=True)
class Unable:
    """One of them."""

    id: str
    upn: str
    display_name: str
    department: str
    reason: Reason
    administrator: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of them."""

    reasons: frozenset[Reason] = frozenset(Reason)
    only_administrators: bool = False
    after: Place = (-1, -1, "")
    count: int = 50
    scopes: frozenset[str] = frozenset()
    """Only people of these groups; empty: everybody."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is read."""

    stretch: int = 1_000
    """Rows at once, at most."""
    beginning: int = 20
    """Rows at once, where a class begins that may hold nobody."""
    farthest: int = 5_000
    """People that one page looks at."""
    few: int = 4_000
    """Members up to which the groups of the policy are walked through instead of everybody."""


BOUNDS: Final = Bounds()


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is the place to go on from; None: that was all."""

    people: tuple[Unable, ...] = ()
    next: Place | None = None


@dataclass(slots=True)
class _Judge:
    """Judges each class once."""

    policy: InForce
    methods: tuple[Method, ...]
    asked: Asked
    bounds: Bounds
    known: dict[Likes, Reason | None] = field(default_factory=dict)

    def reason(self, like: Likes) -> Reason | None:
        if like not in self.known:
            self.known[like] = _reason(like, self.policy, self.methods)
        found = self.known[like]
        wanted = found in self.asked.reasons and (
            not self.asked.only_administrators or like.administrator != NO_ADMINISTRATOR
        )
        return found if wanted and (not self.asked.scopes or like.groups & self.asked.scopes) else None

    def may_hold(self, like: Likes, groups: tuple[str, ...]) -> bool:
        """Whether anybody of this class is asked for, whatever groups they are in."""
        if len(groups) > _TELLING_GROUPS:
            return like.enabled and like.helps_self != NEVER
        return any(
            self.reason(_within(like, frozenset(some))) is not None
            for size in range(len(groups) + 1)
            for some in combinations(groups, size)
        )


def page(house: House, unit: Unit, asked: Asked, bounds: Bounds = BOUNDS) -> Page:
    """The next of them, in the caller's unit."""
    policy = unit.policies.in_force()
    if policy is None:
        return Page()
    judge = _Judge(policy, tuple(house.methods.values()), asked, bounds)
    found: list[Unable] = []
    last = asked.after
    for looked, one in enumerate(_walk(unit, judge), 1):
        reason = judge.reason(one.like)
        if reason is not None and len(found) == asked.count:
            return Page(tuple(found), last)
        last = one.place
        if reason is not None:
            administrator = one.like.administrator != NO_ADMINISTRATOR
            found.append(Unable(one.id, one.upn, one.display_name, one.department, reason, administrator))
        if looked == bounds.farthest:
            return Page(tuple(found), last)
    return Page(tuple(found))


def export(work: Work, asked: Asked, form: str) -> list[tuple[str | int, ...]]:
    """At most `FILE` rows of `COLUMNS`; that is written to the audit log before anything is given out (ADM-6). Raises
    `Forbidden`."""
    rows: list[tuple[str | int, ...]] = []
    place: Place | None = asked.after
    while place is not None and len(rows) < FILE:
        with work.house.store.reading() as unit:
            scopes = _scopes(unit, work.actor)
            found = page(
                work.house, unit, Asked(asked.reasons, asked.only_administrators, place, BOUNDS.stretch, scopes)
            )
        rows += [
            (one.id, one.upn, one.display_name, one.department, one.reason.value, int(one.administrator))
            for one in found.people
        ]
        place = found.next
    rows = rows[:FILE]
    with work.house.store.writing() as unit:
        _scopes(unit, work.actor)
        details: Mapping[str, str | int] = {"rows": len(rows), "form": form, "show": "cannot_reset"}
        unit.audit(Event(Activity.PEOPLE_EXPORTED, work.actor, "", "success", details=details))
    return rows


def _scopes(unit: Unit, actor: str) -> frozenset[str]:
    rights = rights_of(unit, actor)
    if not rights.may(Permission.EXPORT_PEOPLE):
        raise Forbidden(say("rights.none"))
    return rights.scopes_of(Permission.EXPORT_PEOPLE)


@dataclass(frozen=True, slots=True)
class _Way:
    """Whom to walk through."""

    only: frozenset[str] = frozenset()
    administrators: bool = False
    leave_out_administrators: bool = False


def _ways(unit: Unit, judge: _Judge) -> tuple[_Way, ...]:
    """Administrators are outside of the user scope, and come last in every walk."""
    asked, most = judge.asked, judge.bounds.few
    if asked.scopes:
        few = unit.listing.members(asked.scopes, most + 1) <= most
        return (_Way(asked.scopes if few else frozenset(), asked.only_administrators),)
    service = judge.policy.policy.self_service
    selected = frozenset(service.groups) if service.enabled_for is Scope.SELECTED else frozenset()
    if not asked.only_administrators and selected and unit.listing.members(selected, most + 1) <= most:
        return _Way(selected, leave_out_administrators=True), _Way(administrators=True)
    return (_Way(administrators=asked.only_administrators),)


def _walk(unit: Unit, judge: _Judge) -> Iterator[Stood]:
    """Everybody whose class may hold some of them."""
    asked = judge.asked
    groups = tuple(sorted({*groups_of(judge.policy), *asked.scopes}))
    for way in _ways(unit, judge):
        yield from _along(unit, judge, Walk(groups, asked.after, 0, way.only, way.administrators), way)


def _along(unit: Unit, judge: _Judge, walk: Walk, way: _Way) -> Iterator[Stood]:
    """Class after class; of one that holds nobody, only the first few rows are read. The members of a few groups are read
    as they come, since each reading begins with all of them."""
    most = judge.bounds.stretch
    least = min(judge.bounds.beginning, most)
    walk = replace(walk, count=most if walk.only else least)
    while rows := unit.readiness.walk(walk, unit.now):
        after, count = walk.after, min(2 * walk.count, most)
        for one in rows:
            if not walk.only and not judge.may_hold(_within(one.like, frozenset()), walk.groups):
                after, count = (one.place[0], _END, ""), least
                break
            after = one.place
            if not (way.leave_out_administrators and one.like.administrator != NO_ADMINISTRATOR):
                yield one
        else:
            if len(rows) < walk.count:
                return
        walk = replace(walk, after=after, count=count)


def _within(like: Likes, groups: frozenset[str]) -> Likes:
    return Likes(like.methods, like.enabled, like.administrator, like.helps_self, groups, like.waiting, like.again)


def _reason(like: Likes, policy: InForce, methods: tuple[Method, ...]) -> Reason | None:
    if not like.enabled or like.helps_self == NEVER or not readiness.in_scope(like, policy):
        return None
    code = readiness.refusal_of(like, policy)
    if code is None:
        return None
    if code is Code.NO_WRITEBACK:
        return Reason.ELSEWHERE
    if Must.STRANDED in readiness.musts(like, policy, methods):
        return Reason.STRANDED
    if not like.methods and not like.waiting:
        return Reason.NOTHING
    return Reason.WAITING if enough_with_waiting(like, policy) else Reason.TOO_FEW
