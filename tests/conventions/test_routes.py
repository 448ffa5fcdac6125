"""Which guards protect which route stands on one screen, and the screen tells the truth (habit 6)."""

import ast
from pathlib import Path

import pytest

from keyback.web import reports
from keyback.web.server import ROUTES, Route
from tests.conventions.source import PACKAGE, called, sources

WEB = sources(PACKAGE / "web")
SERVER = PACKAGE / "web" / "server.py"
UNGUARDED = {"/health": "a load balancer asks by address; it says only that the process lives"}
ANSWERS = frozenset({"GET", "POST"})


def shown(route: Route) -> str:
    return f"{route.method} {route.path}"


def guards_looked_at() -> set[str]:
    """The names that the code asks for: `"form" in arrived.guards`."""
    found = set()
    for source in WEB:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant):
                asked = node.comparators[0]
                if isinstance(node.ops[0], ast.In) and isinstance(asked, ast.Attribute) and asked.attr == "guards":
                    found.add(str(node.left.value))
    return found


def handlers() -> set[str]:
    """Every public function of a page that takes a `Call` and gives an `Answer`."""
    found = set()
    for source in WEB:
        if source.path.parent.name == "portal":
            for node in source.tree.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and takes_call(node):
                    found.add(f"{source.path.stem}.{node.name}")
    return found


def takes_call(node: ast.FunctionDef) -> bool:
    annotations = [ast.unparse(arg.annotation) for arg in node.args.args if arg.annotation is not None]
    return annotations == ["Call"] and node.returns is not None and ast.unparse(node.returns) == "Answer"


@pytest.mark.parametrize("route", ROUTES, ids=shown)
def test_what_acts_is_guarded_against_other_sites_and_what_shows_takes_no_fields(route: Route) -> None:
    """WEB-1, WEB-2: every route knows its host; every POST comes from our own form."""
    assert route.method in ANSWERS
    if route.path in UNGUARDED:
        assert route.method == "GET"
    elif route.path == reports.PATH:
        assert set(route.guards) == {"host", "origin", "report"}
        assert route.fields == ()
    elif route.method == "POST":
        assert set(route.guards) == {"host", "origin", "form"}
    else:
        assert route.guards == ("host",)
        assert route.fields == ()


def test_every_guard_on_the_screen_is_one_that_the_code_looks_at() -> None:
    assert {guard for route in ROUTES for guard in route.guards} - guards_looked_at() == set()


def test_every_row_is_its_own_route() -> None:
    rows = [shown(route) for route in ROUTES]
    assert len(rows) == len(set(rows))


def test_every_page_function_has_its_row() -> None:
    routed = {f"{Path(route.handler.__code__.co_filename).stem}.{route.handler.__name__}" for route in ROUTES}
    assert handlers() - routed == set()


def test_no_route_is_made_elsewhere() -> None:
    makers = {"Mount", "Route", "StarletteRoute", "WebSocketRoute", "add_route", "mount"}
    calls = ((s, node) for s in WEB if s.path != SERVER for node in ast.walk(s.tree) if isinstance(node, ast.Call))
    assert [f"{s.name}:{node.lineno}" for s, node in calls if called(node) in makers] == []
