"""From an `Answer` to bytes: HTML or JSON, cookies, and the headers that every response carries."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from keyback.web import brand, reports
from keyback.web.call import Answer, Call, Site, set_cookie
from keyback.web.guards import Stop
from keyback.web.prompts import Words
from keyback.web.render import StaticFile
from keyback.web.trouble import error_page

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    f"report-uri {reports.PATH}; report-to reports"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "referrer-policy": "no-referrer",
    "reporting-endpoints": f'reports="{reports.PATH}"',
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_RAW_HEADERS = tuple((name.encode(), value.encode()) for name, value in _HEADERS.items())
_EMPTY = 204
_NO_STORE = ("cache-control", "no-store")
_KEEP = ("cache-control", "public, max-age=31536000, immutable")


def respond(call: Call, said: Answer, cookies: Iterable[str]) -> Response:
    """The answer, in the form that was asked for; `cookies` are further Set-Cookie lines."""
    response = _body(call, said)
    for line in cookies:
        response.headers.append("set-cookie", line)
    for name, value in said.cookies.items():
        response.headers.append("set-cookie", set_cookie(name, value, secure=call.site.secure, door=call.site.door))
    if said.retry_after:
        response.headers["retry-after"] = str(said.retry_after)
    if said.forget:
        response.headers["clear-site-data"] = '"cache", "storage"'
    return _finished(call.site, response, *_NO_STORE)


def _body(call: Call, said: Answer) -> Response:
    if said.go_to:
        return Response(status_code=303, headers={"location": said.go_to})
    if said.status == _EMPTY:
        return Response(status_code=_EMPTY)
    if said.page is None or said.body is not None:
        return Response(said.body or b"", said.status, media_type="application/json")
    look = call.site.house.looks.current()
    page = brand.helped(said.page, look, brand.away_from(call.site))
    if call.wants_json:
        body = call.site.renderer.json(page, call.words, call.now)
        return Response(body, said.status, media_type="application/json")
    path = call.path if call.method in {"GET", "HEAD"} else ""
    chrome = brand.chrome(look, path, call.now, said.judge)
    return Response(call.site.renderer.html(page, call.words, chrome), said.status, media_type="text/html")


def _finished(site: Site, response: Response, *cache: str) -> Response:
    """WEB-3: these headers on every response, errors and static files included."""
    raw = response.raw_headers
    raw.extend(_RAW_HEADERS)
    raw.append((cache[0].encode(), cache[1].encode()))
    if site.secure:
        raw.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
    return response


def finished(site: Site, response: Response) -> Response:
    """An answer that was made elsewhere, with the headers that all carry; nobody keeps it."""
    return _finished(site, response, *_NO_STORE)


def refuse(site: Site, request: Request, words: Words, stop: Stop) -> Response:
    """A guard's refusal, as a page or as JSON."""
    look, now = site.house.looks.current(), site.house.clock.now()
    page = brand.helped(error_page(stop.text), look, brand.away_from(site))
    if "application/json" in request.headers.get("accept", ""):
        response = Response(site.renderer.json(page, words, now), stop.status, media_type="application/json")
    else:
        html = site.renderer.html(page, words, brand.chrome(look, "", now))
        response = Response(html, stop.status, media_type="text/html")
    return _finished(site, response, *_NO_STORE)


def static(site: Site, request: Request, file: StaticFile) -> Response:
    """A file that never changes under its name."""
    gzipped = "gzip" in request.headers.get("accept-encoding", "")
    response = Response(file.gzipped if gzipped else file.body, media_type=file.media_type)
    response.headers["etag"] = file.etag
    response.headers["vary"] = "accept-encoding"
    if gzipped:
        response.headers["content-encoding"] = "gzip"
    return _finished(site, response, *_KEEP)
