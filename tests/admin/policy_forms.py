"""A policy page as a browser has it: what stands in its form, sent back with something else in it."""

from collections.abc import Mapping
from typing import Any

from keyback.app.policy import editing
from keyback.app.policy.standing import rebuild
from keyback.core.types import ContactKind
from tests.admin.desk import Desk
from tests.living import Living

Fields = dict[str, str | list[str]]


def filled(desk: Desk) -> Fields:
    """Everything that the form on the page would send as it is; a single field of nothing chosen does not come."""
    found: Fields = {}
    for control in desk.parts("Form")[0]["controls"]:
        kind, name = control["kind_of_part"], control["name"]
        if control.get("disabled"):
            continue
        if kind == "Checks":
            found[name] = list(control["values"])
        else:
            found[name] = control["value"]
    return found


def review(desk: Desk, path: str, **changes: str | list[str]) -> dict[str, Any]:
    """Open the page, change these fields, look at what that does."""
    desk.get(path)
    return send(desk, path, changes)


def send(desk: Desk, path: str, changes: Mapping[str, str | list[str]]) -> dict[str, Any]:
    """The form on the page, with these fields changed, for review."""
    return desk.post(f"{path}/review", **(filled(desk) | dict(changes)))


def save(desk: Desk, why: str = "", *, accept: bool = True) -> dict[str, Any]:
    """Save what is on the review page, with every warning accepted or none."""
    form = next(one for one in desk.parts("Form") if one["action"].endswith("/save"))
    sent: Fields = {one["name"]: one["value"] for one in form["controls"] if one["kind_of_part"] == "Hidden"}
    boxes = [one for one in form["controls"] if one["kind_of_part"] == "Checks"]
    if boxes and accept:
        sent["accept"] = [option["value"] for option in boxes[0]["options"]]
    return desk.post(form["action"], **sent, why=why)


def in_force(living: Living) -> tuple[int, Mapping[str, Any]]:
    """The version and every setting of it."""
    document, values = editing.values_of(living.house)
    return document.version, values


def changed(living: Living, before: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that are different from then."""
    _, now = in_force(living)
    return {path: now[path] for path in now if before.get(path) != now[path]}


def said_changes(desk: Desk, panel: str = "review.changes") -> list[tuple[str, str, str]]:
    """Label, old and new on the review page, in words."""
    (found,) = [one for one in desk.parts("Panel") if one["title"]["id"] == panel]
    return [
        (_said(one["label"]), _said(one["old"]), _said(one["new"]))
        for part in found["parts"]
        for one in _deep(part)
        if one.get("kind_of_part") == "Change"
    ]


def numbers(desk: Desk) -> dict[str, int]:
    """How many people it touches, as the review page says."""
    (table,) = [one for one in desk.parts("Table") if one["label"]["id"] == "review.list"]
    return {row["id"]: int(row["cells"][1]) for row in table["rows"]}


def neighbours(living: Living) -> None:
    """Ada has three ways, Bo has e-mail, Cy has nothing; counted."""
    living.ada()
    bo = living.person("bo")
    living.contact(bo, ContactKind.EMAIL, "bo@mailbox.example")
    living.person("cy")
    rebuild(living.house)


def _said(words: Any) -> str:
    return str(words["text"] if isinstance(words, dict) else words)


def _deep(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(one for inner in value.values() for one in _deep(inner))]
    if isinstance(value, list):
        return [one for inner in value for one in _deep(inner)]
    return []
