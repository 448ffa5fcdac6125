"""Settings as policy pages show them: each is bound to one path of the policy, reads what was typed, and says its value in
words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from keyback.core.messages import Text, say
from keyback.core.rules.policy_ranges import RANGES
from keyback.web.admin.parts import Area, Checks, Control, Line, Option, Pick, Words

MESSAGES = {
    "setting.yes": "Yes",
    "setting.no": "No",
    "setting.choose": "Choose one of these.",
    "setting.number": "This must be a whole number.",
    "setting.blank": "Type an address, or choose No above.",
    "setting.nothing": "(empty)",
    "setting.group": "{name} ({members} {members:member|members})",
    "setting.group_gone": "{name} (this group is gone)",
    "setting.no_groups": "There are no groups yet. Make one under Groups first.",
    "setting.days": "days",
    "setting.many_days": "{count} {count:day|days}",
    "setting.hours": "hours",
    "setting.many_hours": "{count} {count:hour|hours}",
    "setting.minutes": "minutes",
    "setting.many_minutes": "{count} {count:minute|minutes}",
    "setting.times": "times",
    "setting.many_times": "{count} {count:time|times}",
    "setting.characters": "characters",
    "setting.many_characters": "{count} {count:character|characters}",
    "setting.entries": "{count} {count:entry|entries}: {entries}",
}
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_SPLIT = re.compile(r"[\r\n]+")
FEW = 12
"""So many entries of a list are said in words; of longer ones the first."""


class Wrong(Exception):
    """What was typed is not acceptable."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.id)
        self.text = text


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a form: fields once, lists several times."""

    fields: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """A group to pick."""

    id: str
    name: str
    members: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What every control of a form needs."""

    groups: Sequence[Known] = ()
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `about` says what it does, and its default."""

    path: str
    label: Text
    about: Text
    name: str = ""
    """Of the field in the form, where it is not the path."""

    @property
    def field(self) -> str:
        return self.name or self.path

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of single fields."""
        return (self.field,)

    @property
    def lists(self) -> tuple[str, ...]:
        """Names of fields that come several times."""
        return ()

    def typed(self, value: Any) -> Typed:
        """As it stands in the form."""
        return Typed({self.field: str(value)})

    def read(self, typed: Typed) -> Any:
        """The value. Raises `Wrong`."""
        return typed.fields.get(self.field, "").strip()

    def controls(self, typed: Typed, wrong: Text | None, scene: Scene) -> tuple[Control, ...]:
        """How it is asked for."""
        value = typed.fields.get(self.field, "")
        return (Line(self.field, self.label, value, hint=self.about, error=wrong, disabled=scene.disabled),)

    def words(self, value: Any, _groups: Mapping[str, str]) -> Words:
        """The value for people; `groups`: names by id."""
        return str(value) if value != "" else say("setting.nothing")


@dataclass(frozen=True, slots=True)
class Choice(Setting):
    """One of a few. Options: value, what it is called, what it means."""

    options: tuple[tuple[Any, Text, Text | None], ...] = ()

    def read(self, typed: Typed) -> Any:
        chosen = typed.fields.get(self.field, "")
        for value, _, _ in self.options:
            if str(value) == chosen:
                return value
        raise Wrong(say("setting.choose"))

    def controls(self, typed: Typed, wrong: Text | None, scene: Scene) -> tuple[Control, ...]:
        options = tuple(Option(str(value), label, about) for value, label, about in self.options)
        value = typed.fields.get(self.field, "")
        return (Pick(self.field, self.label, options, value, self.about, wrong, scene.disabled),)

    def words(self, value: Any, _groups: Mapping[str, str]) -> Words:
        return next((label for one, label, _ in self.options if one == value), str(value))


def yes_no(path: str, label: Text, about: Text, name: str = "") -> Choice:
    """Yes or No, as the source document has it."""
    options = ((True, say("setting.yes"), None), (False, say("setting.no"), None))
    return Choice(path, label, about, name, options)


@dataclass(frozen=True, slots=True)
class Number(Setting):
    """A whole number."""

    unit: str = ""
    """`days`, `hours`, `minutes`, `times`, `characters`; empty: it needs none."""

    def read(self, typed: Typed) -> Any:
        value = typed.fields.get(self.field, "").strip()
        if not _NUMBER.fullmatch(value):
            raise Wrong(say("setting.number"))
        return int(value)

    def controls(self, typed: Typed, wrong: Text | None, scene: Scene) -> tuple[Control, ...]:
        low, high = RANGES[self.path]
        return (
            Line(
                self.field, self.label, typed.fields.get(self.field, ""), "number", self.about, wrong, unit=say(f"setting.{self.unit}") if self.unit else None,
                least=low, most=high, disabled=scene.disabled,
            ),
        )  # fmt: skip

    def words(self, value: Any, _groups: Mapping[str, str]) -> Words:
        return say(f"setting.many_{self.unit}", count=value) if self.unit else str(value)


@dataclass(frozen=True, slots=True)
class Several(Setting):
    """Any of a few, or of the groups."""

    options: tuple[tuple[str, Text], ...] = ()
    whole: Text | None = None
    """Says all of the options together."""

    @property
    def fields(self) -> tuple[str, ...]:
        return ()

    @property
    def lists(self) -> tuple[str, ...]:
        return (self.field,)

    def typed(self, value: Any) -> Typed:
        return Typed(lists={self.field: tuple(value)})

    def read(self, typed: Typed) -> Any:
        chosen = typed.lists.get(self.field, ())
        if any(one not in {value for value, _ in self.options} for one in chosen):
            raise Wrong(say("setting.choose"))
        return list(chosen)

    def controls(self, typed: Typed, wrong: Text | None, scene: Scene) -> tuple[Control, ...]:
        options = tuple(Option(value, label) for value, label in self.options)
        values = typed.lists.get(self.field, ())
        return (Checks(self.field, self.label, options, values, self.about, wrong, disabled=scene.disabled),)

    def words(self, value: Any, groups: Mapping[str, str]) -> Words:
        named = [label for one, label in self.options if one in value]
        if self.whole is not None and len(named) == len(self.options):
            return self.whole
        return named[0] if len(named) == 1 == len(value) else entries([groups.get(one, one) for one in value])


@dataclass(frozen=True, slots=True)
class Groups(Several):
    """Any of the groups, with how many members each has."""

    def read(self, typed: Typed) -> Any:
        return list(typed.lists.get(self.field, ()))

    def controls(self, typed: Typed, wrong: Text | None, scene: Scene) -> tuple[Control, ...]:
        values = typed.lists.get(self.field, ())
        options = [Option(one.id, say("setting.group", name=one.name, members=one.members)) for one in scene.groups]
        there = {one.id for one in scene.groups}
        options += [Option(one, say("setting.group_gone", name=one)) for one in values if one not in there]
        empty = say("setting.no_groups")
        return (
            Checks(self.field, self.label, tuple(options), values, self.about, wrong, empty, scene.disabled),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stricter(Groups):
    """Groups whose people need two methods whatever the number for everybody is."""

    def typed(self, value: Any) -> Typed:
        return Typed(lists={self.field: tuple(one["group"] for one in value)})

    def read(self, typed: Typed) -> Any:
        return [{"group": one, "methods": 2} for one in typed.lists.get(self.field, ())]

    def words(self, value: Any, groups: Mapping[str, str]) -> Words:
        return entries([groups.get(one["group"], one["group"]) for one in value])


@dataclass(frozen=True, slots=True)
class Entries(Setting):
    """A list, one entry on each line."""

    rows: int = 6
    capital: bool = False

    def typed(self, value: Any) -> Typed:
        return Typed({self.field: "\n".join(value)})

    def read(self, typed: Typed) -> Any:
        lines = (one.strip() for one in _SPLIT.split(typed.fields.get(self.field, "")))
        return list(dict.fromkeys(one.upper() if self.capital else one for one in lines if one))

    def controls(self, typed: Typed, wrong: Text | None, scene: Scene) -> tuple[Control, ...]:
        value = typed.fields.get(self.field, "")
        return (Area(self.field, self.label, value, self.about, wrong, self.rows, scene.disabled),)

    def words(self, value: Any, _groups: Mapping[str, str]) -> Words:
        return entries(value)


def entries(values: Sequence[Any]) -> Words:
    """A list in words: all of a short one, the first and how many of a longer one."""
    if not values:
        return say("setting.nothing")
    shown = ", ".join(str(one) for one in values[:FEW])
    if len(values) <= FEW:
        return shown
    return say("setting.entries", count=len(values), entries=f"{shown}, ...")


@dataclass(frozen=True, slots=True)
class Switched(Setting):
    """Text that is there or not: Yes with a field, or No. Once it is Yes, blank is not allowed."""

    switch: Text = field(default_factory=lambda: say("setting.yes"))
    switch_about: Text | None = None

    @property
    def _switch(self) -> str:
        return f"{self.field}_on"

    @property
    def fields(self) -> tuple[str, ...]:
        return (self._switch, self.field)

    def typed(self, value: Any) -> Typed:
        return Typed({self._switch: str(bool(value)), self.field: value})

    def read(self, typed: Typed) -> Any:
        on, value = typed.fields.get(self._switch, ""), typed.fields.get(self.field, "").strip()
        if on not in {"True", "False"}:
            raise Wrong(say("setting.choose"))
        if on == "True" and not value:
            raise Wrong(say("setting.blank"))
        return value if on == "True" else ""

    def controls(self, typed: Typed, wrong: Text | None, scene: Scene) -> tuple[Control, ...]:
        options = (Option("True", say("setting.yes")), Option("False", say("setting.no")))
        on = typed.fields.get(self._switch, "")
        switch = Pick(self._switch, self.switch, options, on, self.switch_about, disabled=scene.disabled)
        value = typed.fields.get(self.field, "")
        line = Line(self.field, self.label, value, hint=self.about, error=wrong, disabled=scene.disabled)
        return (switch, line)


def read_all(settings: Sequence[Setting], typed: Typed) -> tuple[dict[str, Any], dict[str, Text]]:
    """Values by path of what can be read, and what is wrong with the rest."""
    values, wrong = {}, {}
    for one in settings:
        try:
            values[one.path] = one.read(typed)
        except Wrong as error:
            wrong[one.path] = error.text
    return values, wrong


def typed_of(settings: Sequence[Setting], values: Mapping[str, Any]) -> Typed:
    """A form with these values in it."""
    fields: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for one in settings:
        typed = one.typed(values[one.path])
        fields.update(typed.fields)
        lists.update(typed.lists)
    return Typed(fields, lists)
