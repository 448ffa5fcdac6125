"""A log worth reading: attempts, sign-ins, and what administrators did."""

from keyback.app.people.status import set_enabled
from keyback.core.events import Activity, Event
from tests.admin.acting import group, work_as
from tests.admin.desk import Desk
from tests.living import Living
from tests.sign_in.walking import enter


def story_of(living: Living, target: str) -> str:
    """Reference of the newest attempt about somebody."""
    return next(
        str(one["correlation"]) for one in reversed(living.story()) if one["target"] == target and one["correlation"]
    )


def lived(living: Living) -> None:
    """Ada resets; she, Bo and somebody unknown mistype; Bo is disabled by the command line and by an operator."""
    living.ada()
    living.person("bo")
    group(living, "Paris", "id-ada")
    browser = living.browser("203.0.113.9")
    browser.both_gates()
    browser.set_password()
    for user_id in ("ada@contoso.example", "bo@contoso.example", "nobody@contoso.example"):
        enter(living, "wrong", user_id)
    living.browser().start("nobody@contoso.example")
    set_enabled(work_as(living, "host:root"), "bo@contoso.example", enabled=False)
    with living.store.writing() as unit:
        unit.audit(
            Event(
                Activity.PERSON_ENABLED, "id-gwen", "id-bo", "success", details={"why": "Bo called, his number is 12"}
            )
        )


def cells(desk: Desk) -> list[list[str]]:
    """What the rows on the page say."""
    return [[_plain(cell) for cell in row["cells"]] for row in desk.parts("Row")]


def numbers(desk: Desk) -> list[int]:
    """Of the lines on the page."""
    return [int(row["id"]) for row in desk.parts("Row")]


def reads(living: Living) -> list[dict[str, object]]:
    """Lines about reading the log."""
    return [line for line in living.story() if line["activity"] == Activity.AUDIT_READ]


def _plain(cell: object) -> str:
    if isinstance(cell, list):
        return " ".join(map(_plain, cell))
    if isinstance(cell, dict):
        return _plain(cell["label"]) if "label" in cell else str(cell["text"])
    return "" if cell is None else str(cell)
