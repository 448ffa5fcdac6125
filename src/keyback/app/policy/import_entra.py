"""Entra's authentication methods policy as a document of ours, to look at and to apply like any other."""

import csv
import io
from collections.abc import Mapping

from keyback.app.house import House
from keyback.app.policy.entra import MOST_BYTES, Converted, convert
from keyback.app.policy.show import show
from keyback.core.errors import Invalid
from keyback.core.messages import say

MESSAGES = {
    "entra.groups": "The file of groups cannot be read. Allowed: CSV in UTF-8 with two columns, the group's id and its"
    " name here, and each id once. Nothing was changed.",
}


def import_entra(house: House, data: bytes, names: bytes = b"") -> Converted:
    """The policy in force as the file would have it. `names`: CSV of group ids and our names. Raises `Invalid`."""
    by_id = _names(names)
    present = show(house).policy
    with house.store.reading() as unit:
        known = unit.policies.groups()
    ours = {name.casefold(): name for name in known.values()} | {id_.casefold(): name for id_, name in known.items()}

    def group(theirs: str) -> str:
        return ours.get(by_id.get(theirs.casefold(), theirs).casefold(), "")

    return convert(data, group, present, tuple(house.methods))


def _names(content: bytes) -> Mapping[str, str]:
    if len(content) > MOST_BYTES:
        raise Invalid(say("entra.groups"))
    try:
        rows = [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True) if row]
        pairs = [(id_.strip().casefold(), name.strip()) for id_, name in rows]
    except (UnicodeDecodeError, ValueError, csv.Error):
        raise Invalid(say("entra.groups")) from None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Invalid(say("entra.groups"))
    return found
