"""From a request that arrived to the answer that leaves: guards, handler, rendering, headers, and what each kind of
trouble looks like. Runs in a worker thread."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from keyback.core.errors import Broken, Busy, Conflict, NotFound, Refused, TooMany, Unavailable
from keyback.core.messages import Text, say
from keyback.core.types import SECOND
from keyback.web import guards
from keyback.web.call import LANGUAGE, VISIT, Answer, Call, Site, read_cookies, set_cookie
from keyback.web.guards import Stop
from keyback.web.page import Link, Message, Page
from keyback.web.prompts import LANGUAGES, Words, choose
from keyback.web.render import Chrome, StaticFile

log = logging.getLogger("keyback.web")

MESSAGES = {
    "error.title": "This did not work",
    "error.busy": "Keyback is busy. Nothing was changed. Please try again in a few seconds.",
    "error.unavailable": "Keyback cannot do this at the moment. Nothing was changed. Please try again in a minute.",
    "error.broken": "Something went wrong on our side. Nothing was changed. Please try again; if it happens again, tell "
    "your administrator the reference below.",
    "error.start": "Start again",
}

_STOPPED = {400: "stop.bad_request", 404: "stop.not_found", 405: "stop.not_allowed", 500: "error.broken"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_NO_STORE = ("cache-control", "no-store")
_KEEP = ("cache-control", "public, max-age=31536000, immutable")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request whose body has been read."""

    request: Request
    body: bytes
    guards: tuple[str, ...]
    fields: tuple[str, ...]


def answer(site: Site, arrived: Arrived, handler: Callable[[Call], Answer]) -> Response:
    """Guards, then the handler, then the page; any trouble becomes its own page and changes nothing (GAT-5)."""
    try:
        call, cookies = _call(site, arrived)
    except Stop as stop:
        return stopped(site, arrived.request, stop)
    said = _handled(call, handler)
    if said.go_to and call.wants_json:
        said = _followed(call, said)
    return _response(call, said, cookies)


def _handled(call: Call, handler: Callable[[Call], Answer]) -> Answer:
    reference = call.site.house.random.id()
    try:
        return handler(call)
    except NotFound as error:
        return Answer(error_page(error.text), 404)
    except TooMany as error:
        wait = max(1, (error.retry_at - call.now) // SECOND)
        return Answer(error_page(error.text), 429, retry_after=wait)
    except Conflict as error:
        return Answer(error_page(error.text), 409)
    except Refused as error:
        return Answer(error_page(error.text), 422)
    except Busy:
        return Answer(error_page(say("error.busy")), 503, retry_after=2)
    except Unavailable as error:
        log.error("unavailable: %s", error)  # noqa: TRY400 - no traceback: it could hold what was typed
        return Answer(error_page(say("error.unavailable")), 503, retry_after=30)
    except Broken as error:
        return _broken(str(error), reference)
    except Exception as error:  # noqa: BLE001 - the outermost door: refuse, and name no more than the kind
        return _broken(_where(error), reference)


def _where(error: Exception) -> str:
    at, frame = "", error.__traceback__
    while frame is not None:
        at, frame = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}", frame.tb_next
    return f"{type(error).__name__} at {at}"


def _broken(why: str, reference: str) -> Answer:
    log.error("broken %s: %s", reference, why)
    return Answer(error_page(say("error.broken"), reference), 500)


def error_page(text: Text, reference: str = "") -> Page:
    """Never a dead end."""
    links = (Link("restart", "/reset", say("error.start")),)
    return Page("error", say("error.title"), messages=(Message(text, "bad"),), links=links, reference=reference)


def _followed(call: Call, said: Answer) -> Answer:
    """A program gets the page it would be sent to, with the cookies just set."""
    from keyback.web.server import ROUTES  # the table knows us too

    cookies = {**call.cookies, **said.cookies}
    there = next(route for route in ROUTES if route.method == "GET" and route.path == said.go_to)
    moved = Call(
        call.site, "GET", said.go_to, {}, cookies, call.source, call.client, wants_json=True, words=call.words,
        token=call.token, now=call.now,
    )  # fmt: skip
    then = _handled(moved, there.handler)
    return replace(then, go_to="", cookies={**said.cookies, **then.cookies}, forget=said.forget or then.forget)


def _call(site: Site, arrived: Arrived) -> tuple[Call, list[str]]:
    request = arrived.request
    headers = request.headers
    if "host" in arrived.guards:
        guards.known_host(site, headers.get("host", ""))
    cookies = read_cookies(headers.get("cookie", ""), secure=site.secure)
    fields: dict[str, str] = {}
    to_set = []
    visit = cookies.get(VISIT, "")
    if "form" in arrived.guards:
        guards.same_origin(site, headers.get("origin", ""), headers.get("sec-fetch-site", ""))
        if request.url.query:
            raise Stop(400, say("stop.bad_request"))
        fields = guards.read_fields(arrived.body, headers.get("content-type", ""), (*arrived.fields, "token"))
        guards.own_form(form_token(site, visit), fields.pop("token", ""))
    elif not visit and "host" in arrived.guards:
        visit = site.house.random.bytes(16).hex()
        to_set.append(set_cookie(VISIT, visit, secure=site.secure))
    words, language = _words(site, request, cookies.get(LANGUAGE, ""))
    if language:
        to_set.append(set_cookie(LANGUAGE, language, secure=site.secure))
    source = guards.source_of(site, request.client.host if request.client else "", headers.getlist("x-forwarded-for"))
    call = Call(
        site, request.method, request.url.path, fields, cookies, source, headers.get("user-agent", "")[:200],
        wants_json="application/json" in headers.get("accept", ""), words=words, token=form_token(site, visit),
        now=site.house.clock.now(), last=str(request.path_params.get("token", "")),
    )  # fmt: skip
    return call, to_set


def form_token(site: Site, visit: str) -> str:
    """What a form of this browser must carry; empty without a visit cookie."""
    return site.house.sealer.mac("form", visit).hex()[:32] if visit else ""


def _words(site: Site, request: Request, remembered: str) -> tuple[Words, str]:
    """The page's language, and what to remember: `?mkt=` wins, then what it chose before (decisions 36)."""
    asked = request.query_params.get("mkt", "") if request.url.query else ""
    accept = request.headers.get("accept-language", "")
    language = choose(asked or remembered, "", accept, site.language)
    return site.catalog.words(language, site.zone), language if asked and language in LANGUAGES else ""


def _response(call: Call, said: Answer, cookies: Iterable[str]) -> Response:
    secure = call.site.secure
    if said.go_to:
        response = Response(status_code=303)
        response.headers["location"] = said.go_to
    elif said.body is not None or said.page is None:
        response = Response(said.body or b"", said.status, media_type="application/json")
    elif call.wants_json:
        body = call.site.renderer.json(said.page, call.words, call.now)
        response = Response(body, said.status, media_type="application/json")
    else:
        path = call.path if call.method in {"GET", "HEAD"} else ""
        chrome = Chrome(call.site.house.tenant_name, path, call.now, judge=said.judge)
        html = call.site.renderer.html(said.page, call.words, chrome)
        response = Response(html, said.status, media_type="text/html")
    for line in cookies:
        response.headers.append("set-cookie", line)
    for name, value in said.cookies.items():
        response.headers.append("set-cookie", set_cookie(name, value, secure=secure))
    if said.retry_after:
        response.headers["retry-after"] = str(said.retry_after)
    if said.forget:
        response.headers["clear-site-data"] = '"cache", "storage"'
    if said.page is not None or said.go_to:
        response.headers["vary"] = "accept, accept-language, cookie"
    return _finished(call.site, response, *_NO_STORE)


def _finished(site: Site, response: Response, *cache: str) -> Response:
    """WEB-3: these headers on every response, errors and static files included."""
    raw = response.raw_headers
    raw.extend((name.encode(), value.encode()) for name, value in _HEADERS.items())
    raw.append((cache[0].encode(), cache[1].encode()))
    if site.secure:
        raw.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
    return response


def stopped(site: Site, request: Request, stop: Stop) -> Response:
    """A guard's refusal, as a page or as JSON."""
    words, _ = _words(site, request, "")
    page = error_page(stop.text)
    now = site.house.clock.now()
    if "application/json" in request.headers.get("accept", ""):
        response = Response(site.renderer.json(page, words, now), stop.status, media_type="application/json")
    else:
        html = site.renderer.html(page, words, Chrome(site.house.tenant_name, "", now))
        response = Response(html, stop.status, media_type="text/html")
    return _finished(site, response, *_NO_STORE)


def too_large() -> Stop:
    """More than a page of ours can send."""
    return Stop(413, say("stop.too_large"))


def no_route(site: Site, request: Request, status: int) -> Response:
    """No such page, or not in that way."""
    return stopped(site, request, Stop(status, say(_STOPPED.get(status, "stop.bad_request"))))


def static(site: Site, request: Request, file: StaticFile) -> Response:
    """A file that never changes under its name."""
    gzipped = "gzip" in request.headers.get("accept-encoding", "")
    response = Response(file.gzipped if gzipped else file.body, media_type=file.media_type)
    response.headers["etag"] = file.etag
    response.headers["vary"] = "accept-encoding"
    if gzipped:
        response.headers["content-encoding"] = "gzip"
    return _finished(site, response, *_KEEP)


def health(call: Call) -> Answer:
    """Whether the process answers; nothing about what it holds (ENU-11)."""
    return Answer(body=b'{"status":"ok"}')
