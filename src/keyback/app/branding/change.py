"""Name, logo and accent of the organisation, changed by administrators: what is wrong is said, and whoever comes second
sees what the first one did."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from keyback.app.admin.rights import require
from keyback.app.branding.logo import drawn_anew
from keyback.app.house import House
from keyback.core.errors import Conflict, Invalid, NotFound
from keyback.core.events import Activity, Event
from keyback.core.messages import Text, say
from keyback.core.ports import Unit
from keyback.core.ports.listing import Branding, Upload
from keyback.core.rules import colour
from keyback.core.rules.roles import Permission

MESSAGES = {
    "brand.name": "The organisation's name is 1 to 100 characters, and none of them invisible.",
    "brand.colour": "A colour is written as # and six digits or letters from a to f, such as #0b5cad.",
    "brand.contrast": "{colour} is too light: what is written in it could not be read on a white page. The nearest colour"
    " that can be read is {nearest}.",
    "brand.changed_meanwhile": "Somebody else changed the branding meanwhile. Nothing was changed; look at the difference and"
    " save again if you still want to.",
    "brand.logo_gone": "This picture is no longer there: it waits for an hour, for whoever sent it. Send it again.",
}
LONGEST_NAME = 100
LOGO = "logo-"
"""How the ids of pictures begin that wait: no other file that waits is shown as a picture (WEB-8)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is in force, as a page shows it."""

    name: str
    branding: Branding


@dataclass(frozen=True, slots=True)
class By:
    """Who changes it, and the version that was looked at."""

    actor: str
    version: int
    source: str = ""


def show(house: House) -> Seen:
    """Read from the store, not from memory."""
    with house.store.reading() as unit:
        return _seen(unit)


def words_wrong(name: str, accent: str) -> Mapping[str, Text]:
    """What is wrong with what was typed, by field."""
    wrong = {}
    if _name(name) is None:
        wrong["name"] = say("brand.name")
    typed = accent.strip().lower()
    if typed and not colour.is_colour(typed):
        wrong["accent"] = say("brand.colour")
    elif typed and not colour.readable(typed):
        wrong["accent"] = say("brand.contrast", colour=typed, nearest=colour.nearest(typed))
    return wrong


def set_words(house: House, by: By, name: str, accent: str) -> None:
    """Another name or accent. Raises `Invalid`, `Conflict`, `Forbidden`."""
    wrong = words_wrong(name, accent)
    known = _name(name)
    if wrong or known is None:
        raise Invalid(next(iter(wrong.values())), tuple(wrong.values()))
    typed = accent.strip().lower()

    def changed(_unit: Unit, seen: Seen) -> Seen:
        return Seen(known, replace(seen.branding, accent=typed))

    _change(house, by, changed)


def keep_logo(house: House, actor: str, name: str, body: bytes) -> str:
    """Read a picture and keep it until it is confirmed; its id. Raises `Invalid`, `Forbidden`."""
    small = drawn_anew(body)
    upload = f"{LOGO}{house.random.id()}"
    with house.store.writing() as unit:
        require(unit, actor, Permission.CHANGE_POLICY)
        unit.uploads.put(Upload(upload, actor, name, small, unit.now))
    return upload


def kept_logo(house: House, upload: str, actor: str) -> bytes:
    """The picture that waits. Raises `NotFound`."""
    with house.store.reading() as unit:
        return _kept(unit, upload, actor)


def use_logo(house: House, by: By, upload: str) -> None:
    """Put the picture that waits in force. Raises `NotFound`, `Conflict`, `Forbidden`."""

    def changed(unit: Unit, seen: Seen) -> Seen:
        body = _kept(unit, upload, by.actor)
        unit.uploads.remove(upload)
        return replace(seen, branding=replace(seen.branding, logo=body))

    _change(house, by, changed)


def remove_logo(house: House, by: By) -> None:
    """The name stands there again. Raises `Conflict`, `Forbidden`."""
    _change(house, by, lambda _unit, seen: replace(seen, branding=replace(seen.branding, logo=b"")))


def _change(house: House, by: By, changed: Callable[[Unit, Seen], Seen]) -> None:
    with house.store.writing() as unit:
        require(unit, by.actor, Permission.CHANGE_POLICY)
        before = _seen(unit)
        if before.branding.version != by.version:
            raise Conflict(say("brand.changed_meanwhile"))
        after = changed(unit, before)
        if after == before:
            return
        if not unit.branding.put(replace(after.branding, version=by.version + 1), unit.now):
            raise Conflict(say("brand.changed_meanwhile"))
        if after.name != before.name:
            unit.branding.rename(after.name)
        details = _details(before, after)
        unit.audit(Event(Activity.BRANDING_CHANGED, by.actor, "", "success", source=by.source, details=details))
    house.looks.refresh()


def _details(before: Seen, after: Seen) -> Mapping[str, str | int]:
    found: dict[str, str | int] = {}
    if after.name != before.name:
        found["name"] = f"{before.name} -> {after.name}"
    if after.branding.accent != before.branding.accent:
        found["accent"] = f"{before.branding.accent or '-'} -> {after.branding.accent or '-'}"
    if after.branding.logo != before.branding.logo:
        found["logo"] = f"{_size(before.branding.logo)} -> {_size(after.branding.logo)}"
    return found


def _size(logo: bytes) -> str:
    return f"{len(logo)} bytes" if logo else "-"


def _seen(unit: Unit) -> Seen:
    tenant = unit.tenants.the_one()
    return Seen(tenant.name if tenant else "", unit.branding.current())


def _kept(unit: Unit, upload: str, actor: str) -> bytes:
    found = unit.uploads.of(upload, actor, unit.now) if upload.startswith(LOGO) else None
    if found is None:
        raise NotFound(say("brand.logo_gone"))
    return found.body


def _name(typed: str) -> str | None:
    name = unicodedata.normalize("NFC", " ".join(typed.split()))
    return name if 0 < len(name) <= LONGEST_NAME and name.isprintable() else None
