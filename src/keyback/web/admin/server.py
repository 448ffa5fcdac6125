"""The admin centre's HTTP face. Its pages bring their routes (`declare`); a route without a right does not exist. What is
not one of them is 404, whatever way its path is written (WEB-7)."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from keyback.core.errors import NotFound
from keyback.core.messages import say
from keyback.web import answers, brand_files, reports, responses
from keyback.web.admin import answers as admin
from keyback.web.admin import entering
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import ANY_ROLE, Route, routes
from keyback.web.admin.face import Face
from keyback.web.assets import load_static
from keyback.web.call import Site
from keyback.web.guards import LARGEST_BODY, Stop
from keyback.web.portal import factor, sign_in
from keyback.web.server import ACT, REPORT, SEE, WORKERS, base_application, endpoint_of
from keyback.web.server import Route as Door
from keyback.web.steps import Steps

DOORS = (
    Door("GET", "/sign-in", entering.show, SEE),
    Door("POST", "/sign-in", entering.post, ACT, ("user_id", "password")),
    Door("GET", "/sign-in/factor", factor.show, SEE),
    Door("GET", "/sign-in/ways", factor.ways, SEE),
    Door("POST", "/sign-in/method", factor.pick, ACT, ("method",)),
    Door("POST", "/sign-in/again", factor.again, ACT, ("challenge",)),
    Door("POST", "/sign-in/answer", factor.answered, ACT, ("answer", "challenge")),
    *(Door("GET", f"/sign-in/{name}", factor.show, SEE) for name in ("method", "again", "answer")),
    Door("POST", "/sign-out", sign_in.leave, ACT, ("challenge",)),
    Door("GET", "/signed-in", entering.arrived, SEE),
    Door("POST", reports.PATH, reports.take, REPORT),
    Door("GET", "/health", answers.health, ()),
)
"""What is open to who is not signed in: the way in, and nothing else."""


def application(site: Site, pages: Iterable[Route] | None = None) -> Starlette:
    """The ASGI application of the admin centre. `pages`: others than those that declare themselves."""
    steps, face = Steps(WORKERS), Face(site)
    found: dict[str, dict[str, Route]] = {}
    for route in routes() if pages is None else pages:
        found.setdefault(route.path, {})[route.method] = route
    doors: dict[str, dict[str, Door]] = {}
    for door in DOORS:
        doors.setdefault(door.path, {})[door.method] = door
    served = [
        *(_of(path, endpoint_of(site, rows, steps), rows) for path, rows in doors.items()),
        *(_of(path, _endpoint(face, rows, steps), rows) for path, rows in sorted(found.items(), key=_any_name)),
        *(StarletteRoute(path, _static(site, path), methods=["GET", "HEAD"]) for path in load_static("admin")),
        brand_files.route(site, steps),
    ]
    app = base_application(site, served)
    app.router.default = _elsewhere(face, steps, app.router.default)
    return app


def _nowhere(_: Ask) -> Reply:
    raise NotFound(say("fault.no_page"))


def _elsewhere(face: Face, steps: Steps, otherwise: ASGIApp) -> ASGIApp:
    nowhere = Route("GET", "/", _nowhere, ANY_ROLE)

    async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await otherwise(scope, receive, send)
            return
        request = Request(scope, receive)
        response = await steps.run(lambda: admin.lost(face, request, nowhere))
        await response(scope, receive, send)

    return elsewhere


def _any_name(one: tuple[str, object]) -> bool:
    """`/users/new` is looked at before `/users/{person}`."""
    return "{" in one[0]


def _of(path: str, endpoint: Callable[[Request], Awaitable[Response]], methods: Mapping[str, object]) -> StarletteRoute:
    return StarletteRoute(path, endpoint, methods=[*methods, *(["HEAD"] if "GET" in methods else [])])


def _endpoint(face: Face, rows: Mapping[str, Route], steps: Steps) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        route = rows["GET" if request.method == "HEAD" else request.method]
        body = b""
        if route.method == "POST":
            try:
                if route.largest > LARGEST_BODY:
                    await steps.run(lambda: admin.may_send(face, request, route))
                body = await _read(request, route)
            except Stop as stop:
                return answers.stopped(face.site, request, stop)
            except ClientDisconnect:
                return Response(status_code=400)
        arrived = admin.Arrived(request, body, route)
        return await steps.run(lambda: admin.answer(face, arrived))

    return endpoint


async def _read(request: Request, route: Route) -> bytes:
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > route.largest:
        raise Stop(413, route.too_large)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > route.largest:
            raise Stop(413, route.too_large)
    return bytes(body)


def _static(site: Site, path: str) -> Callable[[Request], Awaitable[Response]]:
    file = load_static("admin")[path]

    async def static(request: Request) -> Response:
        return responses.static(site, request, file)

    return static
