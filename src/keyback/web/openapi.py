"""An OpenAPI 3.1 description of the portal, made from the route table and the types of the answers."""

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from keyback.web import reports
from keyback.web.call import Answer, Call
from keyback.web.guards import LARGEST_FIELD, TRIED
from keyback.web.render import PageData

if TYPE_CHECKING:
    from keyback.web.server import Route

_ABOUT = (
    "Every page answers `Accept: application/json` with its state as data. A program walks a whole journey from "
    "`GET /reset` by `action` alone: keep the cookies, send back the hidden fields with their values, fill in the others, "
    "and POST them as JSON to `action`. A choice is sent as `name` with its `value`. The answer to a POST is the page of "
    "the state that follows."
)
_WORK = (
    "Proof of work, format ALTCHA version 1: find the whole number n from 0 to `maxNumber` for which the SHA-256 of "
    "`salt` followed by n in decimal is `challenge` (hexadecimal). Send in the field `work` the base64 of the JSON object "
    "{algorithm, challenge, number, salt, signature}. Without it stricter limits hold."
)
_JUDGED = (
    "`rules`: for each rule that only the server can tell, whether the new password keeps it so far; "
    "`strength`: `too_weak`, `fair`, `good`, `strong`, or empty where no new password is asked for; `why`: what is wrong "
    "beyond the rules that the page shows, as `id` and `text`, or null"
)
_OTHER = {
    "/health": "`status` is `ok`",
    "/openapi.json": "This description",
    "/reset/judge": _JUDGED,
    "/sign-in/judge": _JUDGED,
    "/password/judge": _JUDGED,
}
_EMPTY = {
    "204": "Read",
    "303": "Without `Accept: application/json`: the page to go to",
}
_STATUS = {
    "200": "The page",
    "400": "The request could not be read",
    "403": "Not from this site's own page",
    "404": "No such page, or no journey in this browser",
    "409": "Somebody else changed it at the same moment",
    "413": "Too large",
    "415": "Neither a form nor JSON",
    "421": "Not the name under which this server answers",
    "422": "Not accepted; `messages` or a field's `error` says why",
    "429": "A limit; Retry-After says when to try again",
    "503": "Busy; Retry-After says when to try again",
}

_REPORT = {
    "anyOf": [
        {"type": "object", "required": ["csp-report"], "properties": {"csp-report": {"type": "object"}}},
        {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["body"], "properties": {"body": {"type": "object"}},
        }},
    ]
}  # fmt: skip


def document(call: Call) -> Answer:
    """The description, with this site's address."""
    return Answer(body=_encoded(call.site.origin))


@cache
def _encoded(origin: str) -> bytes:
    from keyback.web.server import ROUTES  # the table names this handler

    _, schemas = msgspec.json.schema_components([PageData], ref_template="#/components/schemas/{name}")
    schemas["PageData"]["properties"]["work"] = {"anyOf": [{"$ref": "#/components/schemas/Work"}, {"type": "null"}]}
    schemas["Work"] = {"type": "object", "description": _WORK, "properties": _work_properties()}
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        path = route.path.replace(":str", "")
        operation: dict[str, Any] = {"operationId": _name(route.method, path), "responses": _responses(route)}
        if "{token}" in path:
            operation["parameters"] = [{"name": "token", "in": "path", "required": True, "schema": {"type": "string"}}]
        if route.path == reports.PATH:
            report = _content(*((kind, _REPORT) for kind in reports.MEDIA_TYPES))
            operation["requestBody"] = {**report, "required": True}
        elif route.method == "POST":
            operation["requestBody"] = _body((*route.fields, "token"))
        paths.setdefault(path, {})[route.method.lower()] = operation
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "Keyback portal", "version": "1", "description": _ABOUT},
        "servers": [{"url": origin}],
        "paths": paths,
        "components": {"schemas": schemas, "responses": {f"Page{code}": _page(text) for code, text in _STATUS.items()}},
    }
    return msgspec.json.encode(whole)


def _page(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/PageData"}
    content = {"application/json": {"schema": schema}, "text/html": {"schema": {"type": "string"}}}
    return {"description": text, "content": content}


def _name(method: str, path: str) -> str:
    return f"{method.lower()}{path.replace('{token}', 'token').replace('/', '_').replace('-', '_').replace('.', '_')}"


def _responses(route: "Route") -> dict[str, Any]:
    """A route without guards refuses nothing; what stands in `_OTHER` is no page when all is well."""
    found: dict[str, Any] = {code: {"$ref": f"#/components/responses/Page{code}"} for code in _STATUS}
    found |= {code: {"description": text} for code, text in _EMPTY.items()}
    if route.path in _OTHER:
        found["200"] = {"description": _OTHER[route.path], **_content(("application/json", {"type": "object"}))}
    return found if route.guards else {"200": found["200"]}


def _content(*kinds: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {"content": {kind: {"schema": schema} for kind, schema in kinds}}


def _body(fields: tuple[str, ...]) -> dict[str, Any]:
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["token", *sorted(TRIED.intersection(fields))],
        "properties": {
            name: {"type": "string", "minLength": int(name in TRIED), "maxLength": LARGEST_FIELD} for name in fields
        },
    }
    return {"required": True} | _content(("application/json", schema), ("application/x-www-form-urlencoded", schema))


def _work_properties() -> dict[str, Any]:
    text = {"type": "string"}
    return {"algorithm": {"const": "SHA-256"}, "challenge": text, "salt": text, "signature": text,
            "maxNumber": {"type": "integer"}}  # fmt: skip
