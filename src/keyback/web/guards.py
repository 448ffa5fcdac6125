"""What stands between a request and its handler. Each guard refuses with a `Stop`; which guards a route has is
seen in `server.py`."""

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl

from keyback.core.messages import Text, say
from keyback.web.call import Site

MESSAGES = {
    "stop.bad_request": "The request could not be read. Nothing was changed. Please go back and try again.",
    "stop.wrong_host": "This server does not answer under that name.",
    "stop.too_large": "That was too much at once. Nothing was changed.",
    "stop.not_found": "There is no such page. Check the address, or start again.",
    "stop.not_allowed": "This page cannot be used in that way.",
    "stop.media_type": "Send a form or JSON.",
    "stop.foreign": "This came from another site or from an old page. Nothing was changed. Please load the page again, and "
    "allow cookies for this site.",
}

LARGEST_BODY = 64 * 1024
LARGEST_FIELD = 4 * 1024
TRIED = frozenset({"answer"})
"""Fields that hold a secret to be judged, where a value of the wrong kind costs a try."""
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


class Stop(Exception):
    """Refused before any look-up; nothing was charged or changed."""

    def __init__(self, status: int, text: Text) -> None:
        super().__init__(text.id)
        self.status = status
        self.text = text


def known_host(site: Site, hosts: Sequence[str]) -> None:
    """WEB-1: only the configured name is answered, and only if it is the one name given."""
    if len(hosts) != 1 or hosts[0].lower() not in site.hosts:
        raise Stop(421, say("stop.wrong_host"))


def same_origin(site: Site, origin: str, fetch_site: str) -> None:
    """WEB-2: a browser that says where the post comes from must say: from here. Under `Referrer-Policy: no-referrer`
    (WEB-3) it says `null` even to its own site, which is to say nothing: then `Sec-Fetch-Site` counts, which no page can
    forge, and in browsers that do not know it (Safari before 16.4) the form's token, bound to a Strict cookie."""
    if origin not in {"", "null"} and origin.lower() != site.origin:
        raise Stop(403, say("stop.foreign"))
    if fetch_site and fetch_site not in {"same-origin", "none"}:
        raise Stop(403, say("stop.foreign"))


def own_form(expected: str, given: str) -> None:
    """WEB-2: the form was made for this browser."""
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise Stop(403, say("stop.foreign"))


def source_of(site: Site, peer: str, forwarded: Iterable[str]) -> str:
    """THR-6: the client's address. Forwarding headers count only from configured proxies, right to left; a malformed
    value makes the address unknown, which is one shared budget and never a free one."""
    address = _address(peer)
    if address is None or not any(address in network for network in site.proxies):
        return str(address) if address else "unknown"
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    for hop in reversed(hops):
        address = _address(hop)
        if address is None:
            return "unknown"
        if not any(address in network for network in site.proxies):
            return str(address)
    return str(address)


@lru_cache(4096)
def _address(text: str) -> Any:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def read_fields(body: bytes, media_type: str, allowed: Iterable[str]) -> dict[str, str]:
    """WEB-5, WEB-6: one form or one JSON object; declared fields only, each once, each a string of fair size. A tried
    secret that is none reads as empty, so that its try is charged (COD-12)."""
    kind = media_type.partition(";")[0].strip().lower()
    if kind == _FORM:
        pairs = _form_pairs(body)
    elif kind == _JSON:
        pairs = _json_pairs(body)
    else:
        raise Stop(415, say("stop.media_type"))
    names = set(allowed)
    fields: dict[str, str] = {}
    for name, value in pairs:
        fair = isinstance(value, str) and len(value) <= LARGEST_FIELD
        if name not in names or name in fields or not (fair or name in TRIED):
            raise Stop(400, say("stop.bad_request"))
        fields[name] = value if fair else ""
    return fields


def _form_pairs(body: bytes) -> list[tuple[str, Any]]:
    try:
        text = body.decode("ascii")
        return list(
            parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=32)
        )
    except ValueError as error:
        raise Stop(400, say("stop.bad_request")) from error


def _json_pairs(body: bytes) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def whole(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
        seen[:] = pairs
        return dict(pairs)

    try:
        parsed = json.loads(body.decode("utf-8"), object_pairs_hook=whole)
        for _, value in seen:
            str(value).encode("utf-8")  # lone surrogates
    except (ValueError, RecursionError) as error:
        raise Stop(400, say("stop.bad_request")) from error
    if not isinstance(parsed, dict) or len(parsed) != len(seen):
        raise Stop(400, say("stop.bad_request"))
    return seen
