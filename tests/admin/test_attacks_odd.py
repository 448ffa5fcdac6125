"""Odd values where a page carries its own along (DOS-5)."""

import json
from typing import Any

import pytest

from keyback.app.policy.editing import values_of
from keyback.web.admin.declare import routes
from tests.admin.desk import Desk
from tests.living import Living

PAGES = sorted({one.path for one in routes() if "edits" in one.fields and "{" not in one.path and "base" in one.fields})
ODD: tuple[Any, ...] = (
    None,
    -1,
    10**40,
    True,
    "x",
    [],
    [1],
    [[1]],
    {"a": 1},
    float("nan"),
    float("inf"),
    ["\0"],
    "\ud800",
)


@pytest.mark.parametrize("path", [one for one in PAGES if not one.endswith(("/save", "/people"))])
def test_settings_that_were_bent_on_the_way_are_refused(quick: Living, path: str) -> None:
    desk = Desk(quick, quick.operator("global_administrator", "gwen"))
    desk.get("/")
    document, values = values_of(quick.house)
    for name in values:
        for odd in ODD:
            desk.post(path, base=str(document.version), edits=json.dumps({name: odd}))
            assert desk.status in {200, 422}, (name, odd)
            if desk.status == 422 and odd is None:
                break  # no setting of this page
