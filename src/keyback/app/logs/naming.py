"""Lines with names: people by their user IDs, for who may see those people; everybody and everything else in words that the
page finds (AUD-5, AUD-8)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from keyback.app.logs.views import SIGN_INS
from keyback.core.ports import Unit
from keyback.core.rules.reach import Rights
from keyback.core.rules.roles import Permission


class Kind(StrEnum):
    """What a name in the log stands for."""

    NOBODY = "nobody"
    """Nobody in particular: the organisation, or Keyback itself."""
    PERSON = "person"
    HOST = "host"
    """Whoever ran the command line."""
    DECOY = "decoy"
    """A user ID that nobody has."""
    ACCOUNT = "account"
    """A locked account, that was not looked up."""
    GROUP = "group"
    ID = "id"
    """Somebody whose name may not be seen, or who is not there any more."""


@dataclass(frozen=True, slots=True)
class Name:
    """Who it was. `words`: user ID, group, or user of the machine; empty where there is only the id."""

    kind: Kind
    id: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One line as somebody may see it."""

    seq: int
    at: int
    activity: str
    result: str
    reason: str
    correlation: str
    source: str
    who: Name
    about: Name
    details: Mapping[str, str | int]
    withheld: bool
    """Whether details were left out, because they may tell of a person who may not be seen."""


HARMLESS: Final = frozenset({
    "activity", "address", "after", "base", "by", "by_ms", "client", "confirmed", "count", "dies_at", "factors", "format",
    "gate", "granted", "held_back", "kind", "left", "line", "lines", "list", "meanwhile", "method", "moved",
    "must_change", "number", "proven", "recovery_open", "result", "role", "since", "until", "version", "view",
})  # fmt: skip
"""Details that say nothing about who somebody is; settings of the policy are recognised by the dots in their names."""
_MEANING: Final = "why"
_EMPTY: Mapping[str, Name] = {"": Name(Kind.NOBODY)}


def seen(unit: Unit, rights: Rights | None, lines: Sequence[Mapping[str, str | int]]) -> Sequence[Seen]:
    """With everything that these rights let somebody see; `None`: the machine's own command line, which sees all."""
    ids = {str(line[key]) for line in lines for key in ("actor", "target")}
    names = {**_EMPTY, **{one: _special(one) for one in ids if ":" in one}}
    names |= _people(unit, rights, ids - set(names))
    return [_seen(line, names) for line in lines]


def _special(id_: str) -> Name:
    kind, _, rest = id_.partition(":")
    if kind == "host":
        return Name(Kind.HOST, id_, rest)
    return Name({"decoy": Kind.DECOY, "account": Kind.ACCOUNT}.get(kind, Kind.ID), id_)


def _people(unit: Unit, rights: Rights | None, ids: Iterable[str]) -> Mapping[str, Name]:
    """Those outside a scope are looked at one by one; who may see nobody costs nothing."""
    plain = {one: Name(Kind.ID, one) for one in ids}
    if rights is not None and not rights.may(Permission.READ_PEOPLE):
        return plain
    known = unit.log.names(plain)
    if rights is not None and rights.scopes:
        known = {one: upn for one, upn in known.items() if _visible(unit, rights, one)}
    found = {one: Name(Kind.PERSON, one, upn) for one, upn in known.items()}
    groups = unit.policies.groups() if len(found) < len(plain) else {}
    found |= {one: Name(Kind.GROUP, one, groups[one]) for one in plain if one in groups}
    return {**plain, **found}


def _visible(unit: Unit, rights: Rights, person: str) -> bool:
    somebody = unit.people.by_id(person, unit.now)
    return somebody is not None and (rights.sees(somebody) or person == rights.person)


def _seen(line: Mapping[str, str | int], names: Mapping[str, Name]) -> Seen:
    details = json.loads(str(line["details"]))
    who, about = names[str(line["actor"])], names[str(line["target"])]
    whole = Kind.ID not in {who.kind, about.kind}
    meant = {_MEANING} if line["activity"] in SIGN_INS else set()
    shown = {name: value for name, value in details.items() if whole or "." in name or name in HARMLESS | meant}
    return Seen(
        int(line["seq"]), int(line["at"]), str(line["activity"]), str(line["result"]), str(line["reason"]),
        str(line["correlation"]), str(line["source"]), who, about, shown, withheld=len(shown) < len(details),
    )  # fmt: skip
