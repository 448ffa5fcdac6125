"""Every route of the admin centre against everybody who may come: made from the routes that there are, so that a new page is
in it by itself (ADM-9, WEB-7, AUD-1)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from keyback.app.people.status import set_enabled
from keyback.app.sign_in.seat import session_key
from keyback.core.ports import SessionKind
from keyback.core.rules.roles import GLOBAL, ROLES
from keyback.web.admin.declare import Route, routes
from keyback.web.admin.server import DOORS
from tests.admin import raw
from tests.admin.acting import found, group, hold_role, work_as
from tests.admin.desk import Desk
from tests.living import OLD_PASSWORD, Living

HARSH = ("delete", "erase", "role-members", "revoke")
"""What takes away what the other routes need comes last."""
KNOWN = {"person": "id-target", "group": "group-Paris", "role": "helpdesk_administrator", "method": "totp"}
"""What stands for the parts of a path; anything else names nothing."""


@cache
def every() -> Sequence[Route]:
    """Reading first, then changing, what is harsh last."""
    return sorted(routes(), key=lambda one: (one.method != "GET", one.path.endswith(HARSH), one.path))


def path_of(route: Route) -> str:
    """The route with its parts filled in."""
    return re.sub(r"\{(\w+)\}", lambda part: KNOWN.get(part[1], "nothing"), route.path)


def people(living: Living) -> None:
    """Somebody to act on, in a group, with something registered, and with lines in both logs."""
    living.authenticator(living.person("target"))
    group(living, "Paris", "id-target")
    for enabled in (False, True):
        set_enabled(work_as(living, "host:test"), "target@contoso.example", enabled=enabled)
    browser = living.browser()
    browser.get("/sign-in")
    browser.post(user_id="target@contoso.example", password="a wrong password")


def denials(living: Living) -> list[str]:
    return [str(line["reason"]) for line in living.story() if line["activity"] == "Deny access to the admin centre"]


def send(desk: Desk, route: Route) -> None:
    """The request, and no further."""
    if route.method == "GET":
        desk.get(path_of(route))
    else:
        desk.page = {"token": desk.page["token"]} if "token" in desk.page else {}
        desk.status = 0
        desk.get("/") if not desk.page else None
        token = desk.page["token"]
        response = desk.http.post(path_of(route), json={"token": token})
        desk.status, desk.went_to = response.status_code, response.headers.get("location", "")
        desk.response = response


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_opens_exactly_the_routes_that_it_may(quick: Living, role: str) -> None:
    """Who may is never turned away at the door, who may not always is, and that is written down."""
    people(quick)
    operator = quick.operator(role, "op")
    desk = Desk(quick, operator)
    desk.get("/")
    for route in every():
        allowed = not route.needs or not route.needs.isdisjoint(ROLES[role].permissions)
        before = denials(quick)
        send(desk, route)
        named = f"{route.method} {route.path}"
        assert desk.status not in {500, 503}, named
        if allowed:
            assert desk.went_to != "/sign-in", named
            assert desk.status != 401, named
            if route.method == "GET":
                assert desk.status in {200, 303, 404}, (named, desk.status)
        else:
            assert desk.status == 403, (named, desk.status)
            assert [*before, named] == denials(quick), named
    assert quick.has_password(operator, OLD_PASSWORD)


def test_who_is_not_signed_in_is_sent_to_the_way_in(quick: Living) -> None:
    """For every route alike, with a form's token of their own, too."""
    people(quick)
    desk = Desk(quick)
    desk.get("/sign-in")
    token = next(field["value"] for field in desk.page["fields"] if field["name"] == "token")
    for route in every():
        desk.page = {"token": token}
        send(desk, route)
        assert (desk.status, desk.went_to) in {(303, "/sign-in"), (403, "")}, f"{route.method} {route.path}"
        assert route.method == "POST" or desk.status == 303
    assert found(quick, "id-target").enabled


@pytest.mark.parametrize("kind", sorted(set(SessionKind) - {SessionKind.ADMIN}))
def test_a_session_of_the_portal_is_none_here(quick: Living, kind: SessionKind) -> None:
    """Decisions 35: however far it is, and whatever the name of the cookie that brings it."""
    people(quick)
    desk = Desk(quick, quick.operator(GLOBAL, "gwen"))
    with quick.store.writing() as unit:
        for session in unit.sessions.all_of("id-gwen", unit.now):
            unit.sessions.end_one("id-gwen", session.id)
        unit.sessions.insert(session_key(quick.house, "portal"), replace(session, id="another", kind=kind))
    for cookie in list(desk.http.cookies.jar):
        desk.http.cookies.set(cookie.name, "portal", domain="localhost.local", path="/")
    for route in every():
        if route.method == "GET":
            desk.get(path_of(route))
            assert (desk.status, desk.went_to) == (303, "/sign-in"), route.path


@pytest.mark.parametrize("lost", ["never had one", "lost it", "eligible only"])
def test_who_holds_no_role_gets_nothing(quick: Living, lost: str) -> None:
    """Whatever their session says."""
    people(quick)
    person = quick.person("mallory")
    desk = Desk(quick, person)
    if lost == "eligible only":
        hold_role(quick, person, GLOBAL, eligible=True)
    elif lost == "lost it":
        hold_role(quick, person, "global_reader")
        desk.get("/")
        with quick.store.writing() as unit:
            unit.people.raise_generation(person, unit.now)
    for route in every():
        if route.method == "GET":
            desk.get(path_of(route))
            assert desk.status == 403 or desk.went_to == "/sign-in", route.path


@pytest.mark.parametrize("role", [GLOBAL, "user_administrator", "helpdesk_administrator"])
def test_what_belongs_to_another_scope_is_neither_shown_nor_changed(quick: Living, role: str) -> None:
    """ADM-9: another's object by its id; the answer does not even tell that it exists."""
    people(quick)
    hold_role(quick, quick.person("op"), role, scope=group(quick, "Berlin", quick.person("mine")))
    desk = Desk(quick, "id-op")
    desk.get("/")
    target = found(quick, "id-target")
    for route in every():
        if "{person}" in route.path or "{group}" in route.path:
            send(desk, route)
            named = f"{route.method} {route.path}"
            assert desk.status in {403, 404}, (named, desk.status)
            assert "target@" not in desk.response.text, named
            assert "Target Test" not in desk.response.text, named
        elif route.method == "GET":
            send(desk, route)
            assert "target@" not in desk.response.text, route.path
    assert found(quick, "id-target") == target


def test_a_form_without_its_token_changes_nothing(quick: Living) -> None:
    """WEB-2: none, a wrong one, and that of another browser."""
    people(quick)
    desk = Desk(quick, quick.operator(GLOBAL, "gwen"))
    other = Desk(quick, "id-gwen")
    other.get("/")
    desk.get("/")
    before = len(quick.story())
    for route in every():
        if route.method == "POST":
            for wrong in ({}, {"token": "x" * 64}, {"token": other.page["token"]}):
                response = desk.http.post(path_of(route), json=wrong)
                assert response.status_code == 403, (route.path, response.status_code)
    assert len(quick.story()) == before


def tricks(path: str) -> list[str]:
    """The same path as parsers differ about it."""
    first, _, rest = path.lstrip("/").partition("/")
    below = f"/{rest}" if rest else ""
    return [
        f"/{path}", f"/.{path}", f"/x/..{path}", f"/%2e{path}", f"/x/%2e%2e{path}", f"{path}/", f"{path}/.", f"{path}.",
        f"{path};x", f"/{first};x{below}", f"{path}%00", f"/%00{path}", f"{path}%20", f"{path}%2f", f"/%2f{first}{below}",
        f"%2f{first}{below}", f"/{first.upper()}{below}", f"/{first}%2f{rest}", f"/{first}%5c{rest}", f"{path}%3fx",
        f"/%{ord(path[1]):02x}{path[2:]}", f"{path}%c0%ae", f"/sign-in/..{path}", f"/health/..{path}", f"/health/%2e%2e{path}",
    ]  # fmt: skip


def test_no_way_of_writing_a_path_goes_around_the_guard(quick: Living) -> None:
    """WEB-7: the same guarded handler, or nothing."""
    people(quick)
    nobody, reader = Desk(quick), Desk(quick, quick.operator("groups_administrator", "gil"))
    reader.get("/")
    shut = [one for one in every() if one.needs and one.needs.isdisjoint(ROLES["groups_administrator"].permissions)]
    open_doors = {door.path for door in DOORS}
    for route in every():
        if route.method != "GET" or path_of(route) == "/":
            continue
        for path in tricks(path_of(route)):
            status, headers = raw.ask(nobody, "GET", path)
            assert status in {400, 404} or (status, headers.get("location")) == (303, "/sign-in"), (path, status)
            assert path not in open_doors
            if route in shut:
                assert raw.ask(reader, "GET", path)[0] in {400, 403, 404}, path


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_headers_that_ask_for_another_path_or_method_are_not_heard(quick: Living, method: str) -> None:
    """WEB-7."""
    people(quick)
    desk = Desk(quick, quick.operator("reports_reader", "rita"))
    for path in ("/users", "/users/id-target/delete", "/roles"):
        headers = {
            "x-http-method-override": method, "x-method-override": method, "x-http-method": method, "x-original-url": path,
            "x-rewrite-url": path, "x-forwarded-prefix": path, "x-forwarded-path": path,
        }  # fmt: skip
        response = desk.http.get("/", headers=headers)
        assert (response.status_code, response.json()["state"]) == (200, "overview")
    assert found(quick, "id-target").deleted_at is None


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_are_refused(quick: Living, method: str) -> None:
    """WEB-11: TRACE and unused methods."""
    people(quick)
    desk = Desk(quick, quick.operator(GLOBAL, "gwen"))
    for route in every():
        assert raw.ask(desk, method, path_of(route))[0] in {404, 405}, route.path


def test_every_route_declares_what_it_needs_and_no_two_are_one() -> None:
    """Deny by default: only the Overview and the finder are there for every role."""
    named = [(one.method, one.path) for one in routes()]
    assert len(named) == len(set(named))
    assert {one.path for one in routes() if not one.needs} <= {"/", "/find"}
    assert not {one.path for one in routes()} & {door.path for door in DOORS}
