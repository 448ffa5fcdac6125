"""From a request that arrived to the answer that leaves: guards, handler, response. Runs in a worker thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from keyback.core.messages import say
from keyback.core.ports import Door
from keyback.web import guards, reports, responses
from keyback.web.call import LANGUAGE, VISIT, Answer, Call, Site, read_cookies, set_cookie
from keyback.web.guards import Stop
from keyback.web.prompts import LANGUAGES, Words, choose
from keyback.web.trouble import handled

MOST_HOPS = 3
"""A program is led on so often within one request: from a form to where the browser belongs, and on from there."""
_STOPPED = {400: "stop.bad_request", 404: "stop.not_found", 405: "stop.not_allowed", 500: "error.broken"}


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request whose body has been read."""

    request: Request
    body: bytes
    guards: tuple[str, ...]
    fields: tuple[str, ...]


def answer(site: Site, arrived: Arrived, handler: Callable[[Call], Answer]) -> Response:
    """Guards, then the handler, then the page; any trouble becomes its own page (GAT-5)."""
    try:
        call, cookies = _call(site, arrived)
    except Stop as stop:
        return stopped(site, arrived.request, stop)
    said = handled(call, handler)
    for _ in range(MOST_HOPS if call.wants_json and site.door is Door.PORTAL else 0):
        said = _followed(call, said) if said.go_to else said
    return responses.respond(call, said, cookies)


def _followed(call: Call, said: Answer) -> Answer:
    """A program gets the page it would be sent to, with the cookies just set."""
    from keyback.web.server import ROUTES  # the table knows us too

    cookies = {**call.cookies, **said.cookies}
    there = next(route for route in ROUTES if route.method == "GET" and route.path == said.go_to)
    moved = Call(
        call.site, "GET", said.go_to, {}, cookies, call.source, call.client, wants_json=True, words=call.words,
        token=call.token, now=call.now,
    )  # fmt: skip
    then = handled(moved, there.handler)
    return replace(then, cookies={**said.cookies, **then.cookies}, forget=said.forget or then.forget)


def _call(site: Site, arrived: Arrived) -> tuple[Call, list[str]]:
    request = arrived.request
    headers = request.headers
    if "host" in arrived.guards:
        guards.known_host(site, headers.getlist("host"))
    cookies = read_cookies(headers.get("cookie", ""), secure=site.secure, door=site.door)
    fields: dict[str, str] = {}
    to_set = []
    visit = cookies.get(VISIT, "")
    if "origin" in arrived.guards:
        guards.same_origin(site, headers.get("origin", ""), headers.get("sec-fetch-site", ""))
    if "report" in arrived.guards:
        fields = reports.read_report(arrived.body, headers.get("content-type", ""))
    elif "form" in arrived.guards:
        if request.scope["query_string"]:
            raise Stop(400, say("stop.bad_request"))
        fields = guards.read_fields(arrived.body, headers.get("content-type", ""), (*arrived.fields, "token"))
        guards.own_form(form_token(site, visit), fields.pop("token", ""))
    elif not visit and "host" in arrived.guards:
        visit = site.house.random.bytes(16).hex()
        to_set.append(set_cookie(VISIT, visit, secure=site.secure, door=site.door))
    words, language = words_of(site, request, cookies.get(LANGUAGE, ""))
    if language:
        to_set.append(set_cookie(LANGUAGE, language, secure=site.secure, door=site.door))
    source = guards.source_of(site, request.client.host if request.client else "", headers.getlist("x-forwarded-for"))
    call = Call(
        site, request.method, request.scope["raw_path"].decode("ascii"), fields, cookies, source, headers.get("user-agent", "")[:200],
        wants_json="application/json" in headers.get("accept", ""), words=words, token=form_token(site, visit),
        now=site.house.clock.now(), last=str(request.path_params.get("token", "")),
    )  # fmt: skip
    return call, to_set


def form_token(site: Site, visit: str) -> str:
    """What a form of this browser must carry; empty without a visit cookie."""
    return site.house.sealer.mac("form", visit).hex()[:32] if visit else ""


def words_of(site: Site, request: Request, remembered: str) -> tuple[Words, str]:
    """The page's language, and what to remember: `?mkt=` wins, then what it chose before (decisions 36)."""
    asked = request.query_params.get("mkt", "") if request.scope["query_string"] else ""
    accept = request.headers.get("accept-language", "")
    language = choose(asked or remembered, "", accept, site.language)
    return site.catalog.words(language, site.zone), language if asked and language in LANGUAGES else ""


def stopped(site: Site, request: Request, stop: Stop) -> Response:
    """A guard's refusal."""
    words, _ = words_of(site, request, "")
    return responses.refuse(site, request, words, stop)


def too_large() -> Stop:
    """More than a page of ours can send."""
    return Stop(413, say("stop.too_large"))


def no_route(site: Site, request: Request, status: int, more: Mapping[str, str] | None = None) -> Response:
    """No such page, or not in that way; with `more` headers."""
    response = stopped(site, request, Stop(status, say(_STOPPED.get(status, "stop.bad_request"))))
    response.headers.update(more or {})
    return response


def health(call: Call) -> Answer:
    """Whether the process answers; nothing about what it holds (ENU-11)."""
    return Answer(body=b'{"status":"ok"}')
