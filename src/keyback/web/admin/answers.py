"""From a request to the admin centre to its answer: guards, who asks, whether they may, one more proof where it is
dangerous, the handler. Runs in a worker thread."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from keyback.app.admin import operator, stepping
from keyback.app.sign_in.proving import Heard
from keyback.app.sign_in.seat import Unseated, Visit
from keyback.core.errors import Forbidden, Refused, TooMany, Trouble
from keyback.core.messages import say
from keyback.web import guards
from keyback.web.admin import trouble
from keyback.web.admin.call import Ask, Reply, with_cookies
from keyback.web.admin.declare import Route
from keyback.web.admin.face import Face
from keyback.web.admin.reading import Body, read_body, read_query
from keyback.web.answers import form_token, no_route, stopped, words_of
from keyback.web.call import LANGUAGE, SESSION, VISIT, Call, Site, read_cookies, set_cookie
from keyback.web.guards import Stop

log = logging.getLogger("keyback.web")

MISSING: Final = 404
ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
PROOF = ("proof", "proof_challenge")
"""Fields of the question before something dangerous; they come along with the form's own."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request whose body has been read."""

    request: Request
    body: bytes
    route: Route


def answer(face: Face, arrived: Arrived) -> Response:
    """Whatever happens, a page."""
    site, route = face.site, arrived.route
    try:
        call, body, cookies = _call(site, arrived)
        query = read_query(arrived.request.scope["query_string"], (*route.query, "mkt", "done"))
        args = _args(arrived.request)
    except Stop as stop:
        return stopped(site, arrived.request, stop)
    reply, who = trouble.handled(call, lambda: _served(call, route, args, query, body))
    return face.respond(call, reply, who, cookies, query)


def _args(request: Request) -> Mapping[str, str]:
    """Parts of the path, which are ids; with anything else in them there is no such page (WEB-7)."""
    args = {name: str(value) for name, value in request.path_params.items()}
    if not all(ID.fullmatch(value) for value in args.values()):
        raise Stop(404, say("stop.not_found"))
    return args


def lost(face: Face, request: Request, nowhere: Route) -> Response:
    """There is no such page: said within the frame to who works here, in a word to everybody else."""
    site = face.site
    try:
        guards.known_host(site, request.headers.getlist("host"))
        operator.here(site.house, _visit_of(site, request))
    except Stop as stop:
        return stopped(site, request, stop)
    except Trouble:
        return no_route(site, request, MISSING)
    said = answer(face, Arrived(request, b"", nowhere))
    return said if said.status_code == MISSING else no_route(site, request, MISSING)


def _visit_of(site: Site, request: Request) -> Visit:
    cookies = read_cookies(request.headers.get("cookie", ""), secure=site.secure, door=site.door)
    peer = request.client.host if request.client else ""
    source = guards.source_of(site, peer, request.headers.getlist("x-forwarded-for"))
    return Visit(cookies.get(SESSION, ""), "", source, request.headers.get("user-agent", "")[:200], door=site.door)


def may_send(face: Face, request: Request, route: Route) -> None:
    """Asked before a large body is read: only who may open such a page fills memory with it (DOS-2). Raises `Stop`."""
    site = face.site
    guards.known_host(site, request.headers.getlist("host"))
    try:
        who = operator.here(site.house, _visit_of(site, request))
    except Unseated:
        raise Stop(403, say("stop.foreign")) from None
    if not may_ask(route, who):
        operator.denied(site.house, who, f"{route.method} {route.path}")
        raise Stop(403, say("rights.none"))


def may_ask(route: Route, who: operator.Operator) -> bool:
    """One of the rights is enough; nobody comes in without a role, whatever their session says."""
    return bool(who.rights.held) and (not route.needs or any(who.rights.may(one) for one in route.needs))


def _served(
    call: Call, route: Route, args: Mapping[str, str], query: Mapping[str, str], body: Body
) -> tuple[Reply, operator.Operator | None]:
    house = call.site.house
    try:
        who = operator.here(house, call.visit)
    except Unseated:
        return Reply(go_to="/sign-in"), None
    ask = Ask(call, who, args, query, body.lists, body.files)
    if not may_ask(route, who):
        operator.denied(house, who, f"{route.method} {route.path}")
        raise trouble.With(Forbidden(say("rights.none")), who)
    try:
        return _guarded(ask, route), who
    except Refused as error:
        _noted(ask, route, error)
        raise trouble.With(error, who) from error


def _noted(ask: Ask, route: Route, error: Trouble) -> None:
    """AUD-1."""
    if isinstance(error, Forbidden):
        operator.denied(ask.house, ask.operator, f"{route.method} {route.path}")


def _guarded(ask: Ask, route: Route) -> Reply:
    """Danger: one more proof, unless one was given a moment ago."""
    own = {name: value for name, value in ask.fields.items() if name not in PROOF}
    plain = replace(ask, call=replace(ask.call, fields=own))
    if not route.dangerous or ask.operator.is_fresh(ask.now):
        return route.handler(plain)
    if not ask.field("proof"):
        return Reply(trouble.prove_first(plain, stepping.open_question(ask.house, ask.call.visit)), 401)
    heard = Heard(ask.call.visit, ask.field("proof_challenge"), ask.field("proof"))
    try:
        token = stepping.prove(ask.house, heard)
    except Unseated:
        raise
    except Refused as error:
        question = stepping.open_question(ask.house, ask.call.visit)
        status = 429 if isinstance(error, TooMany) else 422
        return Reply(trouble.prove_first(plain, question, error.text), status)
    there = {**plain.call.cookies, SESSION: token}
    moved = replace(plain, call=replace(plain.call, cookies=there))
    try:
        return with_cookies(trouble.patient(moved.call, lambda: _proven(moved, route)), {SESSION: token})
    except Trouble as error:
        _noted(ask, route, error)
        raise trouble.With(error, ask.operator, {SESSION: token}) from error


def _proven(moved: Ask, route: Route) -> Reply:
    return route.handler(replace(moved, operator=operator.here(moved.house, moved.call.visit)))


def _call(site: Site, arrived: Arrived) -> tuple[Call, Body, list[str]]:
    request, route = arrived.request, arrived.route
    headers = request.headers
    guards.known_host(site, headers.getlist("host"))
    cookies = read_cookies(headers.get("cookie", ""), secure=site.secure, door=site.door)
    body, to_set, visit = Body(), [], cookies.get(VISIT, "")
    if route.method == "POST":
        guards.same_origin(site, headers.get("origin", ""), headers.get("sec-fetch-site", ""))
        if request.scope["query_string"]:
            raise Stop(400, say("stop.bad_request"))
        body = read_body(arrived.body, headers.get("content-type", ""), route, ("token", *PROOF))
        guards.own_form(form_token(site, visit), body.fields.pop("token", ""))
    elif not visit:
        visit = site.house.random.bytes(16).hex()
        to_set.append(set_cookie(VISIT, visit, secure=site.secure, door=site.door))
    words, language = words_of(site, request, cookies.get(LANGUAGE, ""))
    if language:
        to_set.append(set_cookie(LANGUAGE, language, secure=site.secure, door=site.door))
    source = guards.source_of(site, request.client.host if request.client else "", headers.getlist("x-forwarded-for"))
    call = Call(
        site, request.method, request.scope["raw_path"].decode("ascii"), body.fields, cookies, source,
        headers.get("user-agent", "")[:200], wants_json="application/json" in headers.get("accept", ""), words=words,
        token=form_token(site, visit), now=site.house.clock.now(),
    )  # fmt: skip
    return call, body, to_set
