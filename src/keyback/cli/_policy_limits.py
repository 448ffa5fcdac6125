"""`keyback policy limits`."""

from collections.abc import Iterable, Iterator
from typing import Any

from keyback.cli._answers import AsJson, Config, answer, answering
from keyback.core.policy import Limits
from keyback.core.rules.limits import LIMITS, TENFOLD, Client, Limit, budget
from keyback.core.types import DAY, HOUR, MINUTE, SECOND, Span


def limits(config: Config = None, as_json: AsJson = False) -> None:
    """Show every limit in plain words, with its present number and the setting that changes it.

    Example: keyback policy limits
    """
    from keyback.app.policy import show as verb

    with answering(config, as_json) as work:
        rules = verb.show(work.house, None).policy.limits
    answer(as_json, {"limits": [_data(one, rules) for one in LIMITS.values()]}, *_lines(LIMITS.values(), rules))


def _data(limit: Limit, rules: Limits) -> dict[str, Any]:
    return {
        "name": limit.name,
        "counts": limit.counts,
        "budget": budget(limit, rules, Client()),
        "window_ms": limit.window,
        "pause_ms": limit.pause,
        "known_clients_apart": limit.apart,
        "trusted_networks_tenfold": limit.tenfold,
        "setting": f"limits.{limit.budget}" if isinstance(limit.budget, str) else None,
    }


def _lines(found: Iterable[Limit], rules: Limits) -> Iterator[str]:
    for limit in found:
        where = f"  (limits.{limit.budget})" if isinstance(limit.budget, str) else ""
        yield f"{limit.name:22} {budget(limit, rules, Client()):>7,} {limit.counts}, in {_words(limit.window)}{where}"
        yield from (f"{'':30} {more}" for more in _more(limit))
    networks = ", ".join(rules.trusted_networks) or "none"
    yield f"Trusted networks (limits.trusted_networks): {networks}."


def _more(limit: Limit) -> Iterator[str]:
    if limit.pause:
        yield f"when it is used up, closed for {_words(limit.pause)}"
    if limit.apart:
        yield "known clients and all others have this much each"
    if limit.tenfold:
        yield f"in trusted networks {TENFOLD} times as much"


def _words(span: Span) -> str:
    size, name = next((size, name) for size, name in _UNITS if span % size == 0)
    return f"{span // size} {name}{'' if span == size else 's'}"


_UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))
