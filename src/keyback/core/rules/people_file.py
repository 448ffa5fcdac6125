"""Rows of a people file become typed people, or mistakes that say line, column and reason.

Three layouts share this: Entra's bulk-create template (`Name [displayName] Required`), Entra's user export
(`userPrincipalName,displayName,...`) and any table with a header, by an explicit mapping or by obvious names.
A column that the file lacks is None in the result and changes nobody; contacts are never removed by a file.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from keyback.core.errors import Invalid
from keyback.core.messages import Text, say
from keyback.core.rules import numbers
from keyback.core.rules.identifiers import canonical, canonical_mail, canonical_number
from keyback.core.types import ContactKind, DirectoryKind

MESSAGES: Mapping[str, str] = {
    "people_file.header": "The first line of the file does not name the columns as needed.",
    "people_file.no_user_id": "No column holds the user ID. Columns found: {headers}. Say which: --map upn=COLUMN.",
    "people_file.unknown_target": "Keyback knows no field {name}. Known: {known}.",
    "people_file.no_such_column": "The file has no column {header}. Columns found: {headers}.",
    "people_file.twice": "The columns {one} and {other} both hold {name}. Say which: --map {name}=COLUMN.",
    "people_file.width": "{found} cells, but the header has {expected}.",
    "people_file.empty": "Must not be empty.",
    "people_file.long": "Longer than {limit} characters.",
    "people_file.characters": "Holds a control character, a direction mark or half a character.",
    "people_file.user_id": "Not a user ID, such as name@example.org.",
    "people_file.yes_no": "Must be Yes or No (or True or False).",
    "people_file.language": "Not a language tag, such as de or en-GB.",
    "people_file.mail": "Not a mail address.",
    "people_file.number": "Not a phone number that can exist, with its country: +49 30 1234567.",
    "people_file.doubtful_number": "A possible number, but not one that any operator has given out. Taken as it is;"
    " no text message is sent to it.",
    "people_file.foreign_password": "The password of this person lives in Active Directory; the one in the file is ignored.",
}

LONGEST_CELL = 256
LONGEST_PASSWORD = 1024
_ENTRA_PROPERTY = re.compile(r"\[(\w+)\]\s*(?:Required)?\s*\Z", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffd-\uffff\ud800-\udfff]"
)
_YES = frozenset({"yes", "true", "1"})
_NO = frozenset({"no", "false", "0"})


class Column(StrEnum):
    """What a column can hold; the values are the names that `--map` takes."""

    USER_ID = "upn"
    DISPLAY_NAME = "name"
    GIVEN_NAME = "given_name"
    SURNAME = "surname"
    DEPARTMENT = "department"
    LANGUAGE = "language"
    REGION = "region"
    """ISO 3166 country in which a number without `+` is read."""
    ENABLED = "enabled"
    BLOCKED = "blocked"
    SYNCED = "synced"
    SOURCE_ID = "source_id"
    PASSWORD = "password"
    MOBILE = "mobile"
    OFFICE = "office"
    EMAIL = "email"
    PRIMARY = "primary"


_OBVIOUS: Mapping[str, Column] = {
    "userprincipalname": Column.USER_ID, "upn": Column.USER_ID, "userid": Column.USER_ID,
    "username": Column.USER_ID, "login": Column.USER_ID, "user": Column.USER_ID, "benutzername": Column.USER_ID,
    "displayname": Column.DISPLAY_NAME, "name": Column.DISPLAY_NAME, "fullname": Column.DISPLAY_NAME,
    "givenname": Column.GIVEN_NAME, "firstname": Column.GIVEN_NAME, "vorname": Column.GIVEN_NAME,
    "surname": Column.SURNAME, "lastname": Column.SURNAME, "sn": Column.SURNAME, "nachname": Column.SURNAME,
    "department": Column.DEPARTMENT, "abteilung": Column.DEPARTMENT,
    "language": Column.LANGUAGE, "preferredlanguage": Column.LANGUAGE,
    "usagelocation": Column.REGION,
    "accountenabled": Column.ENABLED, "enabled": Column.ENABLED,
    "blocked": Column.BLOCKED, "blocksignin": Column.BLOCKED,
    "directorysynced": Column.SYNCED, "onpremisessyncenabled": Column.SYNCED,
    "id": Column.SOURCE_ID, "objectid": Column.SOURCE_ID,
    "passwordprofile": Column.PASSWORD, "initialpassword": Column.PASSWORD, "password": Column.PASSWORD,
    "mobile": Column.MOBILE, "mobilephone": Column.MOBILE, "cellphone": Column.MOBILE, "handy": Column.MOBILE,
    "telephonenumber": Column.OFFICE, "officephone": Column.OFFICE, "phone": Column.OFFICE,
    "alternateemailaddress": Column.EMAIL, "alternateemail": Column.EMAIL, "privateemail": Column.EMAIL,
    "mail": Column.PRIMARY, "email": Column.PRIMARY, "emailaddress": Column.PRIMARY,
}  # fmt: skip
"""Headers without punctuation, in lower case."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with one line. `column` is the header as the file writes it, or empty for the whole line."""

    line: int
    column: str
    text: Text


@dataclass(frozen=True, slots=True)
class Layout:
    """Which cell of a line holds what."""

    headers: tuple[str, ...]
    cells: Mapping[Column, int]
    region: str = ""
    """ISO country in which numbers without `+` are read where the line itself names none."""

    @property
    def password_header(self) -> str:
        """Header of the column with initial passwords, or empty."""
        return self.headers[self.cells[Column.PASSWORD]] if Column.PASSWORD in self.cells else ""


@dataclass(frozen=True, slots=True)
class Imported:
    """One person as a file states it. None: the file does not say."""

    line: int
    upn: str
    canonical: str
    display_name: str | None
    given_name: str | None
    surname: str | None
    department: str | None
    language: str | None
    enabled: bool | None
    directory: DirectoryKind | None
    source_id: str | None
    contacts: tuple[tuple[ContactKind, str], ...]
    password: str | None = field(repr=False)
    warnings: tuple[Mistake, ...]


def layout(header: Sequence[str], mapping: Mapping[str, str], region: str = "") -> Layout:
    """The layout that a header line means; `mapping` goes from a `Column` value to a header, and wins.

    Raises `Invalid` with every mistake.
    """
    headers = tuple(cell.strip() for cell in header)
    mistakes: list[Text] = []
    cells = _mapped(headers, mapping, mistakes)
    taken = set(cells.values())
    guesses = [_guess(name) for name in headers]
    for position, (name, column) in enumerate(zip(headers, guesses, strict=True)):
        if column is None or position in taken or column.value in mapping:
            continue
        if name.casefold() == "id" and "userPrincipalName" not in headers:
            continue  # the number of a row, more often than not
        if column in cells:
            mistakes.append(say("people_file.twice", one=headers[cells[column]], other=name, name=column.value))
        cells.setdefault(column, position)
    if Column.USER_ID not in cells and not mistakes:
        mistakes.append(say("people_file.no_user_id", headers=_shown(headers)))
    if mistakes:
        raise Invalid(say("people_file.header"), mistakes)
    return Layout(headers, cells, region)


def misfit(text: str) -> Text | None:
    """Why this cannot stand in a field about a person; None: it can."""
    if len(text) > LONGEST_CELL:
        return say("people_file.long", limit=LONGEST_CELL)
    return say("people_file.characters") if _UNFIT.search(text) else None


def is_language(tag: str) -> bool:
    """Whether it looks like the name of a language: `de`, `en-GB`."""
    return _LANGUAGE.match(tag) is not None


def read_row(plan: Layout, line: int, row: Sequence[str]) -> Imported | tuple[Mistake, ...]:
    """The person that a line states, or all its mistakes."""
    if len(row) != len(plan.headers):
        wrong_width = say("people_file.width", found=len(row), expected=len(plan.headers))
        return (Mistake(line, "", wrong_width),)
    return _Row(plan, line, row).person()


class _Row:
    """One line being read. Collects mistakes; the values that stand beside a mistake are never used."""

    __slots__ = ("_line", "_mistakes", "_plan", "_row", "_warnings")

    def __init__(self, plan: Layout, line: int, row: Sequence[str]) -> None:
        self._plan = plan
        self._line = line
        self._row = row
        self._mistakes: list[Mistake] = []
        self._warnings: list[Mistake] = []

    def person(self) -> Imported | tuple[Mistake, ...]:
        upn = self._text(Column.USER_ID) or ""
        form = self._canonical(upn)
        given, surname = self._text(Column.GIVEN_NAME), self._text(Column.SURNAME)
        name = self._text(Column.DISPLAY_NAME) or " ".join(filter(None, (given, surname))) or None
        directory = self._directory()
        person = Imported(
            line=self._line,
            upn=upn,
            canonical=form,
            display_name=name,
            given_name=given,
            surname=surname,
            department=self._text(Column.DEPARTMENT),
            language=self._language(),
            enabled=self._enabled(),
            directory=directory,
            source_id=self._text(Column.SOURCE_ID) or None,
            contacts=self._contacts(),
            password=self._password(directory),
            warnings=tuple(self._warnings),
        )
        return tuple(self._mistakes) or person

    def _raw(self, column: Column) -> str | None:
        position = self._plan.cells.get(column)
        return None if position is None else self._row[position]

    def _wrong(self, column: Column, reason: str, **values: str | int) -> None:
        self._mistakes.append(self._about(column, reason, **values))

    def _about(self, column: Column, reason: str, **values: str | int) -> Mistake:
        return Mistake(self._line, self._plan.headers[self._plan.cells[column]], say(reason, **values))

    def _text(self, column: Column) -> str | None:
        raw = self._raw(column)
        if raw is None or not raw:
            return raw
        if len(raw) > LONGEST_CELL:
            self._wrong(column, "people_file.long", limit=LONGEST_CELL)
            return ""
        if raw.isascii() and raw.isprintable():
            return raw.strip()
        if _UNFIT.search(raw):
            self._wrong(column, "people_file.characters")
            return ""
        return unicodedata.normalize("NFC", raw).strip()

    def _canonical(self, upn: str) -> str:
        if not upn:
            if not self._mistakes:
                self._wrong(Column.USER_ID, "people_file.empty")
            return ""
        form = canonical(upn)
        if form is None or "@" not in form:
            self._wrong(Column.USER_ID, "people_file.user_id")
            return ""
        return form

    def _flag(self, column: Column) -> bool | None:
        text = self._text(column)
        if not text:
            return None
        word = text.casefold()
        if word not in _YES and word not in _NO:
            self._wrong(column, "people_file.yes_no")
        return word in _YES

    def _enabled(self) -> bool | None:
        blocked = self._flag(Column.BLOCKED)
        enabled = self._flag(Column.ENABLED)
        return enabled if blocked is None else not blocked

    def _directory(self) -> DirectoryKind | None:
        """Entra writes `True` or leaves the cell empty, so that an empty cell means the cloud."""
        if self._raw(Column.SYNCED) is None:
            return None
        return DirectoryKind.ACTIVE_DIRECTORY if self._flag(Column.SYNCED) else DirectoryKind.CLOUD

    def _language(self) -> str | None:
        tag = self._text(Column.LANGUAGE)
        if tag and not _LANGUAGE.match(tag):
            self._wrong(Column.LANGUAGE, "people_file.language")
        return tag

    def _contacts(self) -> tuple[tuple[ContactKind, str], ...]:
        region = (self._text(Column.REGION) or self._plan.region).upper()
        found = (
            self._contact(Column.MOBILE, ContactKind.MOBILE, lambda text: self._number(Column.MOBILE, text, region)),
            self._contact(Column.OFFICE, ContactKind.OFFICE, lambda text: self._number(Column.OFFICE, text, region)),
            self._contact(Column.EMAIL, ContactKind.EMAIL, lambda text: self._mail(Column.EMAIL, text)),
            self._contact(Column.PRIMARY, ContactKind.PRIMARY, lambda text: self._mail(Column.PRIMARY, text)),
        )
        return tuple(contact for contact in found if contact is not None)

    def _contact(
        self, column: Column, kind: ContactKind, read: Callable[[str], str | None]
    ) -> tuple[ContactKind, str] | None:
        text = self._text(column)
        value = read(text) if text else None
        return (kind, value) if value else None

    def _mail(self, column: Column, text: str) -> str | None:
        address = canonical_mail(text)
        if address is None:
            self._wrong(column, "people_file.mail")
        return address

    def _number(self, column: Column, text: str, region: str) -> str | None:
        number = canonical_number(text, region)
        if number is None or not number.possible:
            self._wrong(column, "people_file.number")
            return None
        refused = numbers.look_up(number.e164).refused
        if refused:
            self._wrong(column, refused)
            return None
        if not number.valid:
            self._warnings.append(self._about(column, "people_file.doubtful_number"))
        return number.e164

    def _password(self, directory: DirectoryKind | None) -> str | None:
        """As it stands: spaces at its ends belong to it."""
        raw = self._raw(Column.PASSWORD)
        if not raw:
            return None
        if len(raw) > LONGEST_PASSWORD:
            self._wrong(Column.PASSWORD, "people_file.long", limit=LONGEST_PASSWORD)
        elif _UNFIT.search(raw):
            self._wrong(Column.PASSWORD, "people_file.characters")
        if directory is DirectoryKind.ACTIVE_DIRECTORY:
            self._warnings.append(self._about(Column.PASSWORD, "people_file.foreign_password"))
            return None
        return raw


def _mapped(headers: Sequence[str], mapping: Mapping[str, str], mistakes: list[Text]) -> dict[Column, int]:
    known = {column.value: column for column in Column}
    places = {name.casefold(): position for position, name in reversed(list(enumerate(headers)))}
    cells: dict[Column, int] = {}
    for name, header in mapping.items():
        position = places.get(header.strip().casefold())
        if name not in known:
            mistakes.append(say("people_file.unknown_target", name=name, known=", ".join(known)))
        elif position is None:
            mistakes.append(say("people_file.no_such_column", header=header, headers=_shown(headers)))
        else:
            cells[known[name]] = position
    return cells


def _guess(header: str) -> Column | None:
    """Entra's own property name if the header carries one in brackets, else an obvious name."""
    property_name = _ENTRA_PROPERTY.search(header)
    if property_name is None:
        return _OBVIOUS.get("".join(filter(str.isalnum, header.casefold())))
    column = _OBVIOUS.get(property_name[1].casefold())
    return Column.BLOCKED if column is Column.ENABLED else column


def _shown(headers: Sequence[str]) -> str:
    return ", ".join(headers)[:LONGEST_CELL]
