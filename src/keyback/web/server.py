"""The portal's HTTP face: which guards protect which route, on one screen.

Every request: known host, bounded body, security headers on the answer, whatever it is. `SEE` routes change
nothing. `ACT` routes take a POST from our own page only: same origin, the browser's own form token, and exactly
the fields that stand in the row.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute
from starlette.types import Receive, Scope, Send

from keyback.web import answers, brand_files, openapi, reports, responses
from keyback.web.call import Answer, Call, Site
from keyback.web.guards import LARGEST_BODY, Stop
from keyback.web.portal import (
    call,
    contact,
    factor,
    journey,
    new_password,
    not_me,
    prove,
    reconfirm,
    register,
    security_info,
    sessions,
    setup,
    sign_in,
    start,
)
from keyback.web.render import load_static
from keyback.web.steps import Steps

log = logging.getLogger("keyback.web")
Handler = Callable[[Call], Answer]

SEE = ("host",)
LEFT_OPEN = ("trouble", "method", "again", "answer", "password", "cancel")
"""Where a refusal is shown at a post's own address: a browser that opens it again later asks with GET."""
REGISTERING = ("start", "contact", "answer", "again", "skip", "codes", "first/answer")
"""Likewise, while somebody registers."""
ACT = ("host", "origin", "form")
REPORT = ("host", "origin", "report")
"""A browser's own report, without a form: it reaches nothing but the log."""
WORKERS = 8


@dataclass(frozen=True, slots=True)
class Route:
    """One row: method, path, handler, guards, and the fields it takes besides `token`."""

    method: str
    path: str
    handler: Handler
    guards: tuple[str, ...]
    fields: tuple[str, ...] = ()


ROUTES = (
    Route("GET", "/", sign_in.home, SEE),
    Route("GET", "/reset", start.show, SEE),
    Route("POST", "/reset", start.post, ACT, ("user_id", "work")),
    Route("POST", "/reset/from-sign-in", start.carry, ACT, ("user_id", "password")),
    Route("GET", "/reset/journey", journey.show, SEE),
    Route("GET", "/reset/ways", journey.ways, SEE),
    *(Route("GET", f"/reset/{name}", journey.present, SEE) for name in LEFT_OPEN),
    Route("GET", "/reset/from-sign-in", start.anew, SEE),
    Route("POST", "/reset/trouble", journey.meant, ACT, ("trouble", "version")),
    Route("POST", "/reset/method", journey.pick, ACT, ("method", "version")),
    Route("POST", "/reset/again", journey.again, ACT, ("version",)),
    Route("POST", "/reset/answer", journey.answered, ACT, ("answer", "version")),
    Route("POST", "/reset/password", journey.password, ACT, ("user_id", "new", "again", "version")),
    Route("POST", "/reset/judge", journey.judge, ACT, ("user_id", "new", "version")),
    Route("POST", "/reset/cancel", journey.cancel, ACT, ("version",)),
    Route("GET", "/contact", contact.show, SEE),
    Route("POST", "/contact", contact.post, ACT, ("user_id", "work")),
    Route("GET", "/contact/none", contact.show_none, SEE),
    Route("POST", "/contact/none", contact.post_none, ACT, ("user_id", "work")),
    Route("GET", "/call", call.show, SEE),
    Route("POST", "/call", call.post, ACT, ("case", "user_id", "work")),
    Route("GET", "/sign-in", sign_in.show, SEE),
    Route("POST", "/sign-in", sign_in.post, ACT, ("user_id", "password")),
    Route("GET", "/sign-in/factor", factor.show, SEE),
    Route("GET", "/sign-in/ways", factor.ways, SEE),
    Route("POST", "/sign-in/method", factor.pick, ACT, ("method",)),
    Route("POST", "/sign-in/again", factor.again, ACT, ("challenge",)),
    Route("POST", "/sign-in/answer", factor.answered, ACT, ("answer", "challenge")),
    Route("GET", "/sign-in/password", new_password.must, SEE),
    Route("POST", "/sign-in/password", new_password.must_post, ACT, ("user_id", "new", "again")),
    Route("POST", "/sign-in/judge", new_password.must_judge, ACT, ("user_id", "new")),
    Route("POST", "/sign-out", sign_in.leave, ACT, ("challenge",)),
    Route("GET", "/signed-in", sign_in.inside, SEE),
    Route("GET", "/prove", prove.show, SEE),
    Route("GET", "/prove/ways", prove.ways, SEE),
    *(Route("GET", f"/prove/{name}", prove.show, SEE) for name in ("password", "method", "again", "answer")),
    Route("POST", "/prove/password", prove.password, ACT, ("user_id", "password")),
    Route("POST", "/prove/method", prove.pick, ACT, ("method",)),
    Route("POST", "/prove/again", prove.again, ACT, ("challenge",)),
    Route("POST", "/prove/answer", prove.answered, ACT, ("answer", "challenge")),
    Route("GET", "/register", register.show, SEE),
    Route("GET", "/register/ways", register.ways, SEE),
    Route("POST", "/register/start", register.start, ACT, ("method",)),
    Route("POST", "/register/contact", register.contact, ACT, ("method", "value", "replaces")),
    Route("POST", "/register/answer", register.answered, ACT, ("answer", "challenge")),
    Route("POST", "/register/again", register.again, ACT, ("challenge",)),
    Route("POST", "/register/skip", register.skip, ACT, ("challenge", "method", "replaces")),
    *(Route("GET", f"/register/{name}", register.present, SEE) for name in REGISTERING),
    Route("GET", "/register/done", register.done, SEE),
    Route("POST", "/register/codes", register.codes, ACT),
    Route("GET", "/register/first", register.first, SEE),
    Route("GET", "/register/first/ways", register.first_ways, SEE),
    Route("POST", "/register/first", register.first_pick, ACT, ("contact",)),
    Route("POST", "/register/first/answer", register.first_answered, ACT, ("answer", "challenge")),
    Route("GET", "/confirm", reconfirm.show, SEE),
    Route("GET", "/confirm/list", reconfirm.items, SEE),
    Route("POST", "/confirm", reconfirm.post, ACT, ("contact",)),
    Route("POST", "/confirm/answer", reconfirm.answered, ACT, ("answer", "challenge")),
    Route("GET", "/security-info", security_info.show, SEE),
    Route("POST", "/security-info/change", security_info.change, ACT, ("item",)),
    Route("POST", "/security-info/remove", security_info.remove, ACT, ("item", "sure")),
    Route("POST", "/security-info/prefer", security_info.prefer, ACT, ("item",)),
    Route("POST", "/security-info/lost", security_info.lost, ACT, ("item", "sure")),
    Route("GET", "/password", new_password.change, SEE),
    Route("POST", "/password", new_password.change_post, ACT, ("user_id", "current", "new", "again")),
    Route("POST", "/password/judge", new_password.change_judge, ACT, ("user_id", "new")),
    Route("GET", "/sessions", sessions.show, SEE),
    *(Route("GET", f"/sessions/{name}", sessions.show, SEE) for name in ("name", "end", "end-others", "end-all")),
    Route("POST", "/sessions/name", sessions.name, ACT, ("session", "label")),
    Route("POST", "/sessions/end", sessions.end, ACT, ("session",)),
    Route("POST", "/sessions/end-others", sessions.end_others, ACT),
    Route("POST", "/sessions/end-all", sessions.end_all, ACT),
    Route("GET", "/sessions/name/{token:str}", sessions.rename, SEE),
    Route("GET", "/setup/{token:str}", setup.show, SEE),
    Route("POST", "/setup/{token:str}", setup.post, ACT, ("user_id", "new", "again", "code")),
    Route("POST", reports.PATH, reports.take, REPORT),
    Route("GET", "/not-me", not_me.done, SEE),
    Route("GET", "/not-me/{token:str}", not_me.show, SEE),
    Route("POST", "/not-me/{token:str}", not_me.post, ACT),
    Route("GET", "/openapi.json", openapi.document, SEE),
    Route("GET", "/health", answers.health, ()),
)


def application(site: Site) -> Starlette:
    """The ASGI application of one site."""
    steps = Steps(WORKERS)
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        by_path.setdefault(route.path, {})[route.method] = route
    routes = [
        StarletteRoute(path, endpoint_of(site, rows, steps), methods=[*rows, *(["HEAD"] if "GET" in rows else [])])
        for path, rows in by_path.items()
    ]
    routes += [StarletteRoute(path, _static(site, path), methods=["GET", "HEAD"]) for path in load_static()]
    routes.append(brand_files.route(site, steps))
    return base_application(site, routes)


def base_application(site: Site, routes: Sequence[StarletteRoute]) -> Starlette:
    """These routes, and pages for everything else."""
    app = _Application(routes, {HTTPException: _refused(site), Exception: _broken(site)})
    app.router.redirect_slashes = False
    return app


class _Application(Starlette):
    """Looks a whole path up at once; one-time links and what must be refused are left to the router."""

    def __init__(self, routes: Sequence[StarletteRoute], handlers: Mapping[Any, Callable[..., Response]]) -> None:
        super().__init__(routes=routes, exception_handlers=handlers)
        self._broken = handlers[Exception]
        self._whole: dict[tuple[str, str], Callable[[Request], Awaitable[Response]]] = {
            (method, route.path): route.endpoint
            for route in routes
            if "{" not in route.path
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._whole.get((scope.get("method", ""), scope.get("path", "")))
        if endpoint is None:
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await endpoint(request)
        except Exception as error:  # noqa: BLE001 - the router would catch it likewise
            response = self._broken(request, error)
        await response(scope, receive, send)


def endpoint_of(site: Site, rows: Mapping[str, Route], steps: Steps) -> Callable[[Request], Awaitable[Response]]:
    """Of one path."""

    async def endpoint(request: Request) -> Response:
        route = rows["GET" if request.method == "HEAD" else request.method]
        body = b""
        if route.method == "POST":
            try:
                body = await _read(request)
            except Stop as stop:
                return answers.stopped(site, request, stop)
            except ClientDisconnect:
                return Response(status_code=400)
        arrived = answers.Arrived(request, body, route.guards, route.fields)
        return await steps.run(lambda: answers.answer(site, arrived, route.handler))

    return endpoint


async def _read(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > LARGEST_BODY:
        raise answers.too_large()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise answers.too_large()
    return bytes(body)


def _static(site: Site, path: str) -> Callable[[Request], Awaitable[Response]]:
    file = load_static()[path]

    async def static(request: Request) -> Response:
        return responses.static(site, request, file)

    return static


def _refused(site: Site) -> Callable[[Request, Exception], Response]:
    def refused(request: Request, error: Exception) -> Response:
        known = error if isinstance(error, HTTPException) else HTTPException(500)
        return answers.no_route(site, request, known.status_code, known.headers)

    return refused


def _broken(site: Site) -> Callable[[Request, Exception], Response]:
    def broken(request: Request, error: Exception) -> Response:
        log.error("unexpected error: %s", type(error).__name__)
        return answers.no_route(site, request, 500)

    return broken
