"""What the commands about policy say to people."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from keyback.app.policy.diff import Change, Plan
from keyback.app.policy.document import flat
from keyback.app.policy.effect import Effect
from keyback.app.policy.history import Version
from keyback.core.messages import Text
from keyback.core.policy import Policy
from keyback.core.ports import Candidate
from keyback.core.rules.policy_check import Warned

MOST_NAMES = 20


def said(text: Text) -> dict[str, Any]:
    """A sentence as data."""
    from keyback.wiring.console import in_words

    return {"id": text.id, "path": text.values.get("path", ""), "text": in_words(text), "values": dict(text.values)}


def warned(one: Warned) -> dict[str, Any]:
    """A warning as data."""
    return {**said(one.text), "name": one.name, "path": one.path}


def judgement_lines(mistakes: Sequence[Text], warnings: Sequence[Warned]) -> Iterator[str]:
    """What is wrong and what is unwise."""
    if mistakes:
        yield f"{_number(len(mistakes), 'mistake', 'mistakes')}:"
        yield from (f"  {said(one)['text']}" for one in mistakes)
    if warnings:
        yield f"{_number(len(warnings), 'warning', 'warnings')}, to be accepted by name:"
        yield from (f"  {one.name} ({one.path}): {said(one.text)['text']}" for one in warnings)
    if not mistakes and not warnings:
        yield "Nothing is wrong with it."


def plan_lines(plan: Plan) -> Iterator[str]:
    """What would change, for whom."""
    changes: Iterable[Change] = plan.changes
    if plan.base == 0:
        usual = flat(Policy())
        changes = [one for one in changes if one.path not in usual or usual[one.path] != one.new]
        yield "No policy is in force yet; nobody can reset. Besides the defaults:"
    elif plan.changes:
        yield f"Version {plan.base} is in force. This changes:"
    else:
        yield f"Version {plan.base} is in force. This changes nothing."
    yield from (f"  {change_line(one, first=plan.base == 0)}" for one in changes)
    if plan.effect is not None and plan.changes:
        yield from effect_lines(plan.effect)
    if plan.mistakes or plan.warnings:
        yield from judgement_lines(plan.mistakes, plan.warnings)


def change_line(change: Change, *, first: bool) -> str:
    """One field."""
    if first:
        return f"{change.path}: {_value(change.new)}"
    return f"{change.path}: {_value(change.old)} -> {_value(change.new)}"


def effect_lines(effect: Effect) -> Iterator[str]:
    """How many people, and which administrators."""
    now, then, people = effect.before, effect.after, effect.people
    yield f"Of {_number(people, 'person', 'people')}, {now.able} can reset now, {then.able} could then."
    yield f"  {effect.gain} would gain self-service, {effect.lose} would lose it."
    yield f"  Self-service is on for {now.in_scope} now, {then.in_scope} then."
    yield (f"  {then.must_register} of those would have to register first, because they have too few methods"
           f" ({effect.newly_must_register} newly).")  # fmt: skip
    yield (f"  At sign-in {effect.asked} would be asked to register and {effect.reconfirm} to confirm what they have;"
           f" {effect.nothing} have registered nothing so far.")  # fmt: skip
    if effect.without_factor:
        yield f"  {effect.without_factor} would need a second factor to sign in, and have none."
    if effect.stranded:
        yield f"  {effect.stranded} would be asked to register, and no method is open to them that would help."
    yield from _names("Administrators who would gain self-service", effect.administrators_gain)
    yield from _names("Administrators who would lose self-service", effect.administrators_lose)
    yield from _names("Administrators who would have to register first", effect.administrators_must_register)
    if effect.contacts_uncounted:
        yield ("  Not counted: people whose only mailbox is in a domain that becomes, or no longer is, your own mail, or"
               " whose number is in a country that the list gains or loses.")  # fmt: skip


def history_lines(versions: Sequence[Version], time: Callable[[int], str]) -> Iterator[str]:
    """Each version, and what it changed."""
    if not versions:
        yield "No policy has been applied yet."
    for one in versions:
        document = one.document
        why = f": {_printable(document.why)}" if document.why else ""
        yield f"Version {document.version}, {time(document.at)}, {document.actor}{why}"
        if document.version > 1:
            yield from (f"  {change_line(change, first=False)}" for change in one.changes)


def _names(heading: str, people: Sequence[Candidate]) -> Iterator[str]:
    if people:
        names = ", ".join(_printable(one.upn) for one in people[:MOST_NAMES])
        more = f" and {len(people) - MOST_NAMES} more" if len(people) > MOST_NAMES else ""
        yield f"  {heading} ({len(people)}): {names}{more}"


def _number(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _value(value: object) -> str:
    return (
        "(not there)"
        if value is None
        else _printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    )


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)
