"""Browsers in which somebody signed in or completed a recovery before, by a signed cookie (decisions 9).

The cookie tells nothing: each of its tokens is a time, chance, and a keyed hash over them, the account and its
generation, so that it is worth nothing to others and dies when the generation rises (decisions 20).
"""

import hmac
from collections.abc import Iterator

from keyback.app.house import House
from keyback.core.types import DAY, Instant

LIFE = 400 * DAY
"""As long as browsers keep a cookie (RFC 6265bis 5.5)."""
MOST = 5
"""People who share one browser."""
_TIME, _CHANCE, _MAC = 12, 16, 32
_WHOLE = _TIME + _CHANCE + _MAC


def knows(house: House, cookie: str, account: str, generation: int) -> bool:
    """Whether this browser is known to this account. As much work for every account, whether it exists or not."""
    return [_is_of(house, token, account, generation) for token in _tokens(cookie)].count(True) > 0


def remember(house: House, cookie: str, account: str, generation: int) -> str:
    """The cookie with this account in it: newest first, the oldest of too many left out."""
    begun = f"{house.clock.now():0{_TIME}x}{house.random.bytes(_CHANCE // 2).hex()}"
    others = [token for token in _tokens(cookie) if not _is_of(house, token, account, generation)]
    return "-".join([begun + _mac(house, begun, account, generation), *others][:MOST])


def _tokens(cookie: str) -> Iterator[str]:
    return (token for token in cookie.split("-")[:MOST] if len(token) == _WHOLE)


def _is_of(house: House, token: str, account: str, generation: int) -> bool:
    begun, given = token[:-_MAC], token[-_MAC:]
    same = hmac.compare_digest(_mac(house, begun, account, generation).encode(), given.encode())
    return same and _age(house.clock.now(), begun) < LIFE


def _age(now: Instant, begun: str) -> Instant:
    return now - int(begun[:_TIME], 16)


def _mac(house: House, begun: str, account: str, generation: int) -> str:
    return house.sealer.mac("known-client", account, str(generation), begun).hex()[:_MAC]
