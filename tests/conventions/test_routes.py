"""Which guards protect which route stands on one screen, and the screen tells the truth (habit 6)."""

import ast
from pathlib import Path

import pytest

from keyback.core.rules.roles import Permission
from keyback.web import reports
from keyback.web.admin.declare import ANY_ROLE, places
from keyback.web.admin.declare import Route as AdminRoute
from keyback.web.admin.declare import routes as admin_routes
from keyback.web.admin.server import DOORS
from keyback.web.server import ROUTES, Route
from tests.conventions.source import PACKAGE, called, sources

WEB = sources(PACKAGE / "web")
SERVER = PACKAGE / "web" / "server.py"
ADMIN = PACKAGE / "web" / "admin"
MAKE_ROUTES = {SERVER, ADMIN / "server.py", PACKAGE / "web" / "brand_files.py"}
"""And the admin centre's pages, each for itself."""
ADMIN_ROUTES = admin_routes()
FOR_ANYBODY = {"GET /", "GET /find"}
"""What everybody sees who may enter: each shows no more than the rights of whoever asks allow."""
UNGUARDED = {"/health": "a load balancer asks by address; it says only that the process lives"}
ANSWERS = frozenset({"GET", "POST"})


def shown(route: Route | AdminRoute) -> str:
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


@pytest.mark.parametrize("route", [*ROUTES, *DOORS], ids=shown)
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
    """Besides the two servers only pages of the admin centre make routes, and those that `declare` gathers."""
    makers = {"Mount", "Route", "Door", "StarletteRoute", "WebSocketRoute", "add_route", "mount"}
    makers_here = [s for s in WEB if s.path not in MAKE_ROUTES and s.path.parent != ADMIN / "pages"]
    calls = ((s, node) for s in makers_here for node in ast.walk(s.tree) if isinstance(node, ast.Call))
    assert [f"{s.name}:{node.lineno}" for s, node in calls if called(node) in makers] == []


@pytest.mark.parametrize("route", ADMIN_ROUTES, ids=shown)
def test_every_admin_route_says_which_right_it_needs(route: AdminRoute) -> None:
    """WEB-7: no route without a permission; those for whoever may enter stand above, by name."""
    assert route.method in ANSWERS
    assert all(isinstance(one, Permission) for one in route.needs)
    assert (route.needs == ANY_ROLE) == (shown(route) in FOR_ANYBODY)
    if route.method == "GET":
        assert (route.fields, route.lists, route.files, route.dangerous) == ((), (), (), False)
    else:
        assert route.query == ()
        assert not (route.dangerous and route.files), "the question in between carries fields along, and no files"


def test_every_admin_row_is_its_own_route() -> None:
    rows = [*map(shown, ADMIN_ROUTES), *map(shown, DOORS)]
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize("route", ADMIN_ROUTES, ids=shown)
def test_no_admin_field_has_a_name_of_the_frame(route: AdminRoute) -> None:
    """The form's token and the question before something dangerous come along with the page's own fields."""
    own = [*route.fields, *route.lists, *route.files]
    assert len(own) == len(set(own))
    assert not {"token", "proof", "proof_challenge"} & set(own)
    assert not {"mkt", "done"} & set(route.query)


def test_every_place_in_the_navigation_opens_with_the_rights_that_show_it() -> None:
    """No dead end, and no empty room."""
    shows = {route.path: route.needs for route in ADMIN_ROUTES if route.method == "GET"}
    for place in places():
        assert place.path in shows
        assert place.needs <= shows[place.path] or not shows[place.path]
        assert place.needs or not shows[place.path]


def test_every_admin_page_function_has_its_row() -> None:
    """What takes an `Ask` and gives a `Reply` is somewhere a route's handler, or called by one."""
    routed = {f"{Path(route.handler.__code__.co_filename).stem}.{route.handler.__name__}" for route in ADMIN_ROUTES}
    made = set()
    for source in WEB:
        if source.path.parent == ADMIN / "pages" and not source.path.stem.startswith("_"):
            for node in source.tree.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    annotations = [ast.unparse(arg.annotation) for arg in node.args.args if arg.annotation is not None]
                    if annotations == ["Ask"] and node.returns is not None and ast.unparse(node.returns) == "Reply":
                        made.add(f"{source.path.stem}.{node.name}")
    assert made - routed == set()
