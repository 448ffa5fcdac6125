"""A real SMTP server that keeps what it gets, by recipient."""

import asyncio
import email
import email.policy
import re
import threading
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

CODE = re.compile(r"(?<![\w#])(\d{6,8})(?!\w)")
PATIENCE = 30.0


class _Controller(Controller):
    """Port 0 is free for any port; the base class would try to connect to port 0 itself."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = int(self.server.sockets[0].getsockname()[1])
        super()._trigger_server()  # type: ignore[no-untyped-call]


class Sink:
    """Listens on a free port of loopback."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._news = threading.Condition()
        self._controller = _Controller(self, hostname="127.0.0.1", port=0, ready_timeout=10)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        assert isinstance(envelope.content, bytes)
        message: Any = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text = str(message.get_body(("plain",)).get_content())
        with self._news:
            for recipient in envelope.rcpt_tos:
                self._texts.setdefault(recipient, []).append(text)
            self._news.notify_all()
        return "250 OK"

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def text(self, recipient: str, number: int) -> str:
        """The `number`-th mail to somebody, counted from 1; waits for it."""
        with self._news:
            came = self._news.wait_for(lambda: len(self._texts.get(recipient, ())) >= number, PATIENCE)
            assert came, f"no mail number {number} to {recipient}"
            return self._texts[recipient][number - 1]

    def code(self, recipient: str) -> str:
        """The code in the first mail."""
        found = CODE.search(self.text(recipient, 1))
        assert found is not None
        return found[1]

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
