"""Every limit stands in one table, and every door at which a secret is judged has one."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from keyback.core.policy import Limits
from keyback.core.rules.limits import LIMITS, Client, budget
from keyback.core.rules.policy_ranges import RANGES, RECOMMENDED
from keyback.web.server import ROUTES, Route
from tests.conventions.source import PACKAGE, Source, called, plain_strings, sources

TABLE = PACKAGE / "core" / "rules" / "limits.py"
BY_PATH = {source.path: source for source in sources(PACKAGE)}

JUDGING = {"verify", "check", "register_check"}
"""What verifiers, directories and the hasher are asked."""
OTHERS = {"clock.check", "work.check"}
"""The house's own clocks, and the robots' work, which is limited by its name."""
DOORS = {
    "POST /reset/answer": {
        "failures.source",
        "failures.wide",
        "failures.method",
        "failures.pair",
        "failures.row",
        "failures.account",
    },
    "POST /reset/password": {"starts.source", "failures.account"},
    "POST /sign-in": {"sign_in.source", "sign_in.failures", "sign_in.gap"},
    "POST /setup/{token:str}": {"setup.wrong"},
    "POST /prove/password": {"sign_in.source", "sign_in.failures", "sign_in.gap"},
    "POST /prove/answer": {"sign_in.source"},
    "POST /password": {"sign_in.source", "sign_in.failures", "sign_in.gap", "passwords.tried"},
    "POST /sign-in/password": {"passwords.tried"},
    "POST /sign-in/answer": {"sign_in.source"},
    "POST /register/answer": {"sign_in.source"},
    "POST /register/first/answer": {"sign_in.source"},
    "POST /confirm/answer": {"sign_in.source"},
}
"""Routes that lead to a judgement of a secret, and what limits each. `/reset/password` compares with older passwords
only, after all proofs, at most once for each journey and version."""


def shown(route: Route) -> str:
    return f"{route.method} {route.path}"


Place = tuple[Path, str]
"""A function by its file and name."""


def file_of(module: str, name: str = "") -> Path | None:
    """The file of a module of the pages or of `app`, or of one within it."""
    if not module.startswith(("keyback.app", "keyback.web.portal")):
        return None
    base = PACKAGE.joinpath(*module.split(".")[1:])
    return next((path for path in (base / f"{name}.py", base.with_suffix(".py")) if path in BY_PATH), None)


@cache
def names(path: Path) -> Mapping[str, tuple[Path, str]]:
    """What names at the top of a file stand for: a function of some file, or a whole file (no name)."""
    found: dict[str, Place] = {}
    for node in ast.walk(BY_PATH[path].tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                place = file_of(str(node.module), alias.name)
                if place is not None:
                    found[alias.asname or alias.name] = (place, "" if place.stem == alias.name else alias.name)
    return found | {node.name: (path, node.name) for node in functions(path).values()}


@cache
def functions(path: Path) -> Mapping[str, ast.FunctionDef]:
    """All of a file, those within classes included."""
    return {node.name: node for node in ast.walk(BY_PATH[path].tree) if isinstance(node, ast.FunctionDef)}


def next_of(place: Place) -> Iterator[Place]:
    """Functions that a function names."""
    path, name = place
    known = names(path)
    for node in ast.walk(functions(path)[name]):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            yield known[node.value.id][0], node.attr
        elif isinstance(node, ast.Name) and node.id in known:
            yield known[node.id]


def reached(route: Route) -> Mapping[Place, ast.FunctionDef]:
    """All functions of the pages and of `app` behind this route."""
    found: dict[Place, ast.FunctionDef] = {}
    home = file_of(route.handler.__module__)
    waiting = [(home, route.handler.__name__)] if home else []
    while waiting:
        place = waiting.pop()
        if place not in found and place[1] in functions(place[0]):
            found[place] = functions(place[0])[place[1]]
            waiting += next_of(place)
    return found


def judges(function: ast.FunctionDef) -> bool:
    """Whether a verifier, a directory or the hasher is asked in it."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return any(
        isinstance(one, ast.Attribute) and one.attr in JUDGING and ast.unparse(one) not in OTHERS for one in calls
    )


@pytest.mark.parametrize("route", ROUTES, ids=shown)
def test_what_judges_a_secret_is_declared_with_its_limits(route: Route) -> None:
    """THR-10: a new route that leads to a judgement fails here until it is declared, and limited."""
    own = [place for place, function in reached(route).items() if judges(function)]
    assert (shown(route) in DOORS) == bool(own), own


def test_each_declared_door_is_there_and_charges_what_it_says() -> None:
    """THR-10"""
    routes = {shown(route): route for route in ROUTES}
    for door, limits in DOORS.items():
        assert limits <= set(LIMITS)
        if door == "POST /reset/password":
            continue  # charged by the steps before it
        said = {node.value for function in reached(routes[door]).values() for node in plain_strings(function)}
        assert limits <= said, door


@pytest.mark.parametrize("source", sources(PACKAGE), ids=lambda source: source.name)
def test_charges_are_made_from_the_table_only(source: Source) -> None:
    """decisions 9: one file with one named line for each limit."""
    made = [node.lineno for node in ast.walk(source.tree) if isinstance(node, ast.Call) and called(node) == "Charge"]
    assert made == [] or source.path == TABLE


def test_every_line_is_used_somewhere() -> None:
    """A limit that nothing charges protects nobody."""
    code = [source for source in sources(PACKAGE) if source.path != TABLE]
    used = {str(node.value) for source in code for node in plain_strings(source.tree)}
    written = {f"{name}." for name in used} | used
    assert [name for name in LIMITS if name not in used and f"{name.rpartition('.')[0]}." not in written] == []


def test_every_budget_is_a_setting_with_bounds_or_a_number_for_good() -> None:
    """decisions 9: all settings."""
    for limit in LIMITS.values():
        if isinstance(limit.budget, str):
            assert f"limits.{limit.budget}" in RANGES
            assert f"limits.{limit.budget}" in RECOMMENDED
        assert budget(limit, Limits(), Client()) >= 1
