"""Turns a `Text` into words in somebody's language (decisions 36).

A `Catalog` holds the English of every message id; `locales/*.po` hold the translations (msgctxt is the id,
msgid the English it was made from). A sentence whose English has changed since falls back to English.
`qps-plocm` is made from English on the fly: accented letters, right to left, so that untranslated text and
layouts that lean on left and right can be seen.

Sentences are `str.format` templates. Values ending in `_at` are Instants, shown in the tenant's zone with its
name; `_ms` are spans. A count picks its noun: `{tries} more {tries:try|tries}`. Nothing is escaped here: the
template that shows the words does that.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

from keyback.core.messages import Text
from keyback.core.types import DAY, HOUR, MINUTE, SECOND, Instant, Span

PSEUDO = "qps-plocm"
_LOCALES = Path(__file__).parent / "locales"
_LONGEST_HEADER = 512


@dataclass(frozen=True, slots=True)
class _Forms:
    """How one language writes times and spans. `units` are day, hour, minute, second: one and many."""

    months: tuple[str, ...]
    clock: str
    dated: str
    units: tuple[tuple[str, str], ...]
    zones: Mapping[str, str]
    direction: str = "ltr"
    tag: str = ""
    """What the page calls itself (BCP 47), where that is not the language's own name."""


_MONTHS_EN = "January February March April May June July August September October November December"
_MONTHS_DE = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"

_ENGLISH = _Forms(
    months=tuple(_MONTHS_EN.split()),
    clock="{clock} {zone}",
    dated="{day} {month} {year}, {clock} {zone}",
    units=(("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")),
    zones={},
)
_GERMAN = _Forms(
    months=tuple(_MONTHS_DE.split()),
    clock="{clock} Uhr {zone}",
    dated="{day}. {month} {year}, {clock} Uhr {zone}",
    units=(("Tag", "Tage"), ("Stunde", "Stunden"), ("Minute", "Minuten"), ("Sekunde", "Sekunden")),
    zones={"CET": "MEZ", "CEST": "MESZ", "EET": "OEZ", "EEST": "OESZ", "WET": "WEZ", "WEST": "WESZ", "GMT": "WEZ"},
)

_ACCENTS = str.maketrans("aeioucnszyAEIOUCNSZY", "áéíöüçñšžýÁÉÍÖÜÇÑŠŽÝ")


def _accented(english: str) -> str:
    """The sentence in pseudo-language; what stands in braces is left alone."""
    return "".join(
        part if part.startswith("{") else part.translate(_ACCENTS) for part in re.split(r"(\{[^}]*\})", english)
    )


def _pseudo_forms() -> _Forms:
    return _Forms(
        months=tuple(map(_accented, _ENGLISH.months)),
        clock=_ENGLISH.clock,
        dated=_ENGLISH.dated,
        units=tuple((_accented(one), _accented(many)) for one, many in _ENGLISH.units),
        zones={},
        direction="rtl",
        tag="en-x-plocm",
    )


_FORMS: Mapping[str, _Forms] = {"en": _ENGLISH, "de": _GERMAN, PSEUDO: _pseudo_forms()}
LANGUAGES: tuple[str, ...] = tuple(_FORMS)


class _Count(int):
    """An int that can choose between two nouns: `{n:try|tries}`."""

    def __format__(self, spec: str) -> str:
        one, bar, many = spec.partition("|")
        return (one if self == 1 else many) if bar else int.__format__(self, spec)


class Words:
    """One language in one zone. `lang` is one of `LANGUAGES`; `tag` and `dir` are for the page's `<html>`."""

    __slots__ = ("_forms", "_table", "_zone", "dir", "lang", "tag")

    def __init__(self, language: str, zone: str, table: Mapping[str, str]) -> None:
        """`zone` is an IANA name; an unknown one is a `ZoneInfoNotFoundError`."""
        self.lang = language
        self._forms = _FORMS[language]
        self.dir = self._forms.direction
        self.tag = self._forms.tag or language
        self._zone = ZoneInfo(zone)
        self._table = table

    def say(self, text: Text, now: Instant | None = None) -> str:
        """The sentence, not escaped. Times of the day of `now` go without their date.

        Raises `KeyError` for an id or a value that nobody declared.
        """
        sentence = self._table[text.id]
        if "{" not in sentence:
            return sentence
        return sentence.format_map({name: self._shown(name, value, now) for name, value in text.values.items()})

    def time(self, at: Instant, now: Instant | None = None) -> str:
        """`14:32 CET`, or `24 November 2026, 14:32 CET` when that is not the day of `now`."""
        local = self._local(at)
        zone = local.tzname() or "UTC"
        values = {
            "clock": f"{local.hour:02}:{local.minute:02}",
            "zone": self._forms.zones.get(zone, zone if zone[0].isalpha() else f"UTC{zone}"),
            "day": local.day,
            "month": self._forms.months[local.month - 1],
            "year": local.year,
        }
        today = now is not None and self._local(now).date() == local.date()
        return (self._forms.clock if today else self._forms.dated).format_map(values)

    def span(self, span: Span) -> str:
        """`1 hour 30 minutes`: the two largest units, rounded up, so that nobody comes back too early."""
        days, hours, minutes, seconds = _split(span)
        counts = (days, hours, minutes, seconds)
        parts = [
            f"{count} {one if count == 1 else many}"
            for count, (one, many) in zip(counts, self._forms.units, strict=True)
            if count
        ]
        return " ".join(parts)

    def _shown(self, name: str, value: str | int, now: Instant | None) -> str | int:
        if isinstance(value, str):
            return value
        if name.endswith("_at"):
            return self.time(value, now)
        if name.endswith("_ms"):
            return self.span(value)
        return _Count(value)

    def _local(self, at: Instant) -> datetime:
        return datetime.fromtimestamp(at // SECOND, UTC).astimezone(self._zone)


def _split(span: Span) -> tuple[int, int, int, int]:
    """Days, hours, minutes, seconds; at most two neighbours are kept, at least one second is left."""
    span = max(span, SECOND)
    for coarse, fine in ((DAY, HOUR), (HOUR, MINUTE)):
        rounded = -(-span // fine) * fine
        if rounded >= coarse:
            span = rounded
            break
    else:
        span = -(-span // SECOND) * SECOND
    return span // DAY, span % DAY // HOUR, span % HOUR // MINUTE, span % MINUTE // SECOND


class Catalog:
    """All sentences in all languages; built once at start, asked for `words` at every request."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        """`messages` maps every permanent id to its English sentence."""
        self.messages = dict(messages)
        self._tables: dict[str, Mapping[str, str]] = {}
        self._words: dict[tuple[str, str], Words] = {}

    def words(self, language: str, zone: str = "UTC") -> Words:
        """The words of one of `LANGUAGES`, with times in `zone` (an IANA name)."""
        key = (language, zone)
        found = self._words.get(key)
        if found is None:
            found = self._words[key] = Words(language, zone, self._table(language))
        return found

    def _table(self, language: str) -> Mapping[str, str]:
        if language not in self._tables:
            self._tables[language] = self._translated(language)
        return self._tables[language]

    def _translated(self, language: str) -> Mapping[str, str]:
        if language == "en":
            return self.messages
        if language == PSEUDO:
            return {id_: _accented(english) for id_, english in self.messages.items()}
        entries = translations(language)
        return {
            id_: translated if (translated := _current(entries, id_, english)) else english
            for id_, english in self.messages.items()
        }


def missing(catalog: Catalog, language: str = "de") -> tuple[str, ...]:
    """Ids without a translation that fits: absent, made from older English, or with other values in it."""
    entries = translations(language)
    return tuple(id_ for id_, english in catalog.messages.items() if not _current(entries, id_, english))


def _current(entries: Mapping[str, tuple[str, str]], id_: str, english: str) -> str:
    source, translated = entries.get(id_, ("", ""))
    return translated if source == english and _names(translated) == _names(english) else ""


def _names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@cache
def translations(language: str) -> Mapping[str, tuple[str, str]]:
    """Id to English and translation, from `locales/<language>.po`."""
    return read_po((_LOCALES / f"{language}.po").read_text("utf-8"))


_LINE = re.compile(r'(?:(msgctxt|msgid|msgstr) )?"(.*)"\s*')
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def read_po(source: str) -> dict[str, tuple[str, str]]:
    """The entries of a gettext PO file with a msgctxt, fuzzy ones left out.

    Contexts, continued lines and escapes are all that Keyback's files use; gettext's plural forms are not read.
    Babel reads the same from them (a test compares), but takes 50 ms of every start only to be imported.
    """
    entries: dict[str, tuple[str, str]] = {}
    for block in re.split(r"\n\s*\n", source):
        lines = block.splitlines()
        if any(line.startswith("#,") and "fuzzy" in line for line in lines):
            continue
        parts = {"msgctxt": "", "msgid": "", "msgstr": ""}
        keyword = ""
        for line in lines:
            if match := _LINE.fullmatch(line):
                keyword = match[1] or keyword
                parts[keyword] += re.sub(r"\\(.)", lambda escape: _ESCAPES[escape[1]], match[2])
        if parts["msgctxt"] and parts["msgstr"]:
            entries[parts["msgctxt"]] = (parts["msgid"], parts["msgstr"])
    return entries


def choose(mkt: str, person: str, accept_language: str, tenant: str) -> str:
    """The language to speak: the link's `mkt`, else the person's, the browser's, the tenant's, else English."""
    for wanted in (mkt, person, *_accepted(accept_language[:_LONGEST_HEADER]), tenant):
        if language := _known(wanted):
            return language
    return "en"


def _known(tag: str) -> str:
    """`de-AT` is spoken as `de`; empty for what is not spoken."""
    tag = tag.strip().lower()
    if tag in _FORMS:
        return tag
    primary = tag.partition("-")[0]
    return primary if primary in _FORMS else ""


@lru_cache(maxsize=256)
def _accepted(header: str) -> tuple[str, ...]:
    """Language tags of an `Accept-Language` header, most wanted first (RFC 9110, 12.5.4). A browser always sends the
    same one."""
    weighted = []
    for item in header.split(","):
        tag, _, parameter = item.partition(";")
        weight = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", parameter)
        quality = float(weight[1]) if weight else float(not parameter)
        if quality > 0:
            weighted.append((-quality, tag.strip()))
    return tuple(tag for _, tag in sorted(weighted, key=lambda pair: pair[0]))
