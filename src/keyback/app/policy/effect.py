"""What a policy would do to people, counted before it is saved (decisions 22, ADM-11)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from keyback.core.policy import InForce, Policy
from keyback.core.ports import Candidate, Method, Unit
from keyback.core.rules import policy_check, readiness
from keyback.core.rules.readiness import Likes, Must
from keyback.core.types import Code


@dataclass(frozen=True, slots=True)
class Count:
    """How enabled people who may help themselves at all stand under one policy."""

    in_scope: int = 0
    """Self-service is switched on for them."""
    able: int = 0
    """They could reset right now."""
    must_register: int = 0
    """In scope, but with too few methods."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """An administrator to whom the change matters."""

    who: Candidate
    before: Code | None
    """Why this one could not reset; None: could."""
    after: Code | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes for whom. Counts include administrators, who are also listed."""

    people: int = 0
    before: Count = field(default_factory=Count)
    after: Count = field(default_factory=Count)
    gain: int = 0
    """Could not reset, and then could."""
    lose: int = 0
    newly_must_register: int = 0
    administrators: tuple[Administrator, ...] = ()
    """Those who gain or lose, or for whom the reason changes."""
    asked: int = 0
    """Would be asked to register when they sign in."""
    reconfirm: int = 0
    without_factor: int = 0
    """Would need a second factor to sign in, and have none."""
    stranded: int = 0
    """Would be asked to register, and could do nothing that helps."""
    nothing: int = 0
    """Have registered nothing at all, whatever the policy."""
    contacts_uncounted: bool = False
    """The list of own mail domains or of countries changes: who only has such a contact shows after the change."""

    @property
    def administrators_gain(self) -> tuple[Candidate, ...]:
        """Could not, then can."""
        return tuple(one.who for one in self.administrators if one.before is not None and one.after is None)

    @property
    def administrators_lose(self) -> tuple[Candidate, ...]:
        """Could, then cannot."""
        return tuple(one.who for one in self.administrators if one.before is None and one.after is not None)

    @property
    def administrators_must_register(self) -> tuple[Candidate, ...]:
        """Would have too few methods, and had enough or were not in scope."""
        return tuple(one.who for one in self.administrators if one.after is Code.TOO_FEW_METHODS)


def effect(unit: Unit, before: InForce | None, after: Policy, methods: Iterable[Method]) -> Effect:
    """Count by classes of like people: two queries, however many people there are."""
    then = InForce(0, after)
    groups = _groups(before, after)
    counting = _Counting(before, then, tuple(methods))
    for like, number in unit.readiness.classes(groups, unit.now, readiness.due_since(after, unit.now)):
        counting.add(like, number)
    named = tuple(
        Administrator(who, was, will)
        for who, like in unit.readiness.administrators(groups, unit.now)
        if _counts(like) and (was := readiness.refusal_of(like, before)) != (will := readiness.refusal_of(like, then))
    )
    uncounted = _of_contacts(before.policy if before is not None else Policy()) != _of_contacts(after)
    return counting.result(named, contacts_uncounted=uncounted)


def _of_contacts(policy: Policy) -> tuple[frozenset[str], frozenset[str]]:
    """What makes the rows of `readiness` (core.rules.readiness.standing)."""
    return frozenset(policy.self_service.own_mail_domains), frozenset(policy.numbers.allowed_countries)


def _groups(before: InForce | None, after: Policy) -> Sequence[str]:
    policies = [after] if before is None else [before.policy, after]
    return sorted({group for policy in policies for _, group in policy_check.groups_of(policy)})


def _counts(like: Likes) -> bool:
    return like.enabled and like.helps_self != readiness.NEVER


class _Counting:
    """Adds up classes."""

    def __init__(self, before: InForce | None, after: InForce, methods: Sequence[Method]) -> None:
        self._before = before
        self._after = after
        self._methods = methods
        self._musts: Counter[Must] = Counter()
        self._nothing = 0
        self._people = self._gain = self._lose = self._newly = 0
        self._sides = {"before": Count(), "after": Count()}

    def add(self, like: Likes, number: int) -> None:
        if not _counts(like):
            return
        was, will = readiness.refusal_of(like, self._before), readiness.refusal_of(like, self._after)
        self._people += number
        self._nothing += number * (not like.methods and not like.waiting)
        for must in readiness.musts(like, self._after, self._methods):
            self._musts[must] += number
        self._gain += number * (was is not None and will is None)
        self._lose += number * (was is None and will is not None)
        self._newly += number * (will is Code.TOO_FEW_METHODS and was is not Code.TOO_FEW_METHODS)
        self._side("before", was, number * readiness.in_scope(like, self._before))
        self._side("after", will, number * readiness.in_scope(like, self._after))

    def _side(self, name: str, refusal: Code | None, in_scope: int) -> None:
        old = self._sides[name]
        self._sides[name] = Count(
            in_scope=old.in_scope + in_scope,
            able=old.able + in_scope * (refusal is None),
            must_register=old.must_register + in_scope * (refusal is Code.TOO_FEW_METHODS),
        )

    def result(self, administrators: tuple[Administrator, ...], *, contacts_uncounted: bool) -> Effect:
        return Effect(
            people=self._people, before=self._sides["before"], after=self._sides["after"], gain=self._gain,
            lose=self._lose, newly_must_register=self._newly, administrators=administrators,
            asked=self._musts[Must.REGISTER], reconfirm=self._musts[Must.RECONFIRM],
            without_factor=self._musts[Must.FACTOR], stranded=self._musts[Must.STRANDED], nothing=self._nothing,
            contacts_uncounted=contacts_uncounted,
        )  # fmt: skip
