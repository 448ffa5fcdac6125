"""The demo's inbox as a small site of its own: what was sent, to read in the browser or as JSON."""

import html
import json
from datetime import UTC, datetime
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from keyback.channels.to_screen import Inbox

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Demo inbox</title><link rel="stylesheet" href="/inbox.css"><script src="/inbox.js" defer></script></head>
<body><main data-count="{count}"><h1>Demo inbox</h1>
<p>Mails and text messages that Keyback would have sent, newest first. Nothing leaves this computer.</p>
<div role="log">{letters}</div></main></body></html>
"""
_LETTER: Final = """<article><h2>{title}</h2><p>{kind} to <strong>{to}</strong>, <time datetime="{at}">{at}</time></p>
<pre>{text}</pre></article>
"""
_STYLE: Final = """:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 } main { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
article { border: 1px solid GrayText; border-radius: .5rem; padding: 0 1rem; margin: 1rem 0 }
h2 { font-size: 1.1rem; margin: .75rem 0 0 } pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
"""
_SCRIPT: Final = """"use strict";
const shown = Number(document.querySelector("main").dataset.count);
setInterval(async () => {
  const answer = await fetch("/messages.json").catch(() => null);
  if (answer && answer.ok && (await answer.json()).length !== shown) location.reload();
}, 2000);
"""


def inbox_site(inbox: Inbox, port: int) -> Starlette:
    """Answers under this computer's own names only, so that no other site can read it through a browser."""
    hosts = {f"localhost:{port}", f"127.0.0.1:{port}"}

    def guarded(request: Request, content: str, media_type: str) -> Response:
        if request.headers.get("host", "").lower() not in hosts:
            return Response("", 421, headers=_HEADERS)
        return Response(content, media_type=media_type, headers=_HEADERS)

    def page(request: Request) -> Response:
        return guarded(request, _page(inbox), "text/html")

    def messages(request: Request) -> Response:
        found = inbox.messages(request.query_params.get("to"))
        return guarded(request, json.dumps(found, ensure_ascii=False), "application/json")

    def style(request: Request) -> Response:
        return guarded(request, _STYLE, "text/css")

    def script(request: Request) -> Response:
        return guarded(request, _SCRIPT, "text/javascript")

    rows = (("/", page), ("/messages.json", messages), ("/inbox.css", style), ("/inbox.js", script))
    return Starlette(routes=[Route(path, handler) for path, handler in rows])


def _page(inbox: Inbox) -> str:
    messages = inbox.messages()
    letters = "".join(_letter(message) for message in reversed(messages))
    return _PAGE.format(count=len(messages), letters=letters or "<p>Nothing yet.</p>")


def _letter(message: dict[str, str | int]) -> str:
    at = datetime.fromtimestamp(int(message["at"]) / 1000, UTC).isoformat(" ", "seconds")
    kind = "Text message" if message["channel"] == "sms" else "Mail"
    shown = {"title": message["subject"] or kind, "kind": kind, "to": message["to"], "at": at,
             "text": message["text"]}  # fmt: skip
    return _LETTER.format(**{name: html.escape(str(value)) for name, value in shown.items()})
