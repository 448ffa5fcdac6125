"""Mail by SMTP: TLS verified, signed in, one recipient per message.

The connection stays open between letters until `close`, and is opened anew when the server has dropped it.
What a server answers is put into words without its free text, which may repeat the address.
"""

import re
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final, Literal, cast

from keyback.channels.mail_format import Address, address, mail
from keyback.core.errors import Invalid
from keyback.core.messages import Text, say
from keyback.core.ports import DeliveryFailed, Letter, Receipt

MESSAGES: Mapping[str, str] = {
    "smtp.settings": "The mail settings are not usable.",
    "smtp.settings.host": "smtp.host: name the mail server.",
    "smtp.settings.port": "smtp.port: must be between 1 and 65535.",
    "smtp.settings.security": "smtp.security: must be starttls, tls or none.",
    "smtp.settings.plain": (
        "smtp.security: none is allowed only for a mail server on this machine (localhost, 127.0.0.1 or ::1)."
    ),
    "smtp.settings.sender": "smtp.sender: must be one mail address, such as noreply@example.org.",
    "smtp.settings.auth": "smtp.username and smtp.password: give both or neither, in ASCII.",
    "smtp.settings.timeout": "smtp.timeout_seconds: must be between 1 and 60.",
    "smtp.step.connect": "Connecting to {host}, port {port}.",
    "smtp.step.connected": "Connected to {address}.",
    "smtp.step.tls": "Encrypted with {version}; the certificate is for {names}, and it is trusted.",
    "smtp.step.plain": "Not encrypted, which is allowed because the server is on this machine.",
    "smtp.step.auth": "Signed in as {username}.",
    "smtp.step.accepted": "The mail server has taken the message: {reply}",
    "smtp.step.refused": "The mail server answered: {reply}",
    "smtp.advice.connect": "Check smtp.host and smtp.port, and whether a firewall lets this machine out.",
    "smtp.advice.connected": (
        "Check smtp.security (starttls for port 587, tls for port 465), that smtp.host is the name in the certificate, "
        "and smtp.ca_file if the certificate comes from an authority of your own."
    ),
    "smtp.advice.secure": "Check smtp.username and smtp.password, and that this account may send.",
    "smtp.advice.auth": (
        "Ask whoever runs the mail server what its answer means. "
        "Often smtp.sender is not allowed for this account, or the address is wrong."
    ),
}

STAGES: Final[Mapping[str, str]] = {
    "smtp.step.connect": "connect",
    "smtp.step.connected": "connected",
    "smtp.step.tls": "secure",
    "smtp.step.plain": "secure",
    "smtp.step.auth": "auth",
}
"""How far it has come once a step is told."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS: Final = range(1, 65_536)
_LONGEST_SECONDS: Final = 60
_DONE: Final = range(200, 300)
_GO_ON: Final = range(300, 400)
_LATER: Final = range(400, 500)
_REFUSED: Final = range(400, 600)
_CLOSING: Final = 421
"""RFC 5321 section 4.2.1: what the first digit of an answer means; 421 ends the connection."""
_ENHANCED: Final = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
_UNPRINTABLE: Final = re.compile(r"[^ -~]+")


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Which mail server, and who Keyback is to it."""

    host: str
    sender: str
    """Envelope and header sender; its domain also stands in EHLO and Message-ID."""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    sender_name: str = ""
    timeout_seconds: float = 10
    ca_file: str = ""
    """PEM with the authorities to trust instead of the system's."""

    def mistakes(self) -> tuple[Text, ...]:
        """Everything that is wrong, by name."""
        checks = {
            "smtp.settings.host": bool(re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", self.host)),
            "smtp.settings.port": self.port in _PORTS,
            "smtp.settings.security": self.security in {"starttls", "tls", "none"},
            "smtp.settings.plain": self.security != "none" or self.host.lower() in LOOPBACK,
            "smtp.settings.sender": _is_address(self.sender),
            "smtp.settings.auth": bool(self.username) == bool(self.password) and self.password.isascii(),
            "smtp.settings.timeout": 1 <= self.timeout_seconds <= _LONGEST_SECONDS,
        }
        return tuple(say(id_) for id_, right in checks.items() if not right)


class Smtp:
    """The channel. Used by one thread at a time; a second one waits."""

    name = "email"

    def __init__(self, settings: SmtpSettings, told: Callable[[Text], None] = lambda _: None) -> None:
        """`told` hears each step, for a test by hand. Raises `Invalid` with every mistake in the settings."""
        if mistakes := settings.mistakes():
            raise Invalid(say("smtp.settings"), mistakes)
        self._settings = settings
        self._sender = address(settings.sender)
        self._hears = told
        self._stage = "connect"
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        self._open: smtplib.SMTP | None = None

    def send(self, letter: Letter) -> Receipt:
        """Hand over one letter; on a connection that went stale, once more on a new one."""
        to, octets = mail(letter, self._sender, self._settings.sender_name)
        with self._lock:
            try:
                if not self._still_good(to):
                    self._open = self._connect()
                    self._envelope(self._open, to)
                return self._hand_over(octets)
            except DeliveryFailed as error:
                self._start_over(sure=not error.doubt)
                raise
            except (OSError, smtplib.SMTPException) as error:
                self._hang_up()
                raise self._in_words(error) from error

    def advice(self) -> Text:
        """What to look at, after a failure."""
        return say(f"smtp.advice.{self._stage}")

    def _told(self, step: Text) -> None:
        self._stage = STAGES.get(step.id, self._stage)
        self._hears(step)

    def close(self) -> None:
        """Say goodbye and give the connection back."""
        with self._lock:
            if self._open is not None:
                with suppress(OSError, smtplib.SMTPException):
                    self._open.quit()
                self._hang_up()

    def _still_good(self, to: Address) -> bool:
        """Begin on the connection from last time, unless the server has dropped it meanwhile."""
        if self._open is None:
            return False
        try:
            self._envelope(self._open, to)
        except (OSError, smtplib.SMTPException):
            self._hang_up()
        return self._open is not None

    def _start_over(self, *, sure: bool) -> None:
        """After a refused letter the connection may serve the next one, if it can be cleared."""
        try:
            if self._open is not None and (not sure or self._open.rset()[0] not in _DONE):
                self._hang_up()
        except (OSError, smtplib.SMTPException):
            self._hang_up()

    def _hang_up(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _connect(self) -> smtplib.SMTP:
        """A connection that is encrypted, verified and signed in (CRY-6: no way down to plain text)."""
        settings = self._settings
        self._told(say("smtp.step.connect", host=settings.host, port=settings.port))
        hello, patience = self._sender.domain, settings.timeout_seconds
        if settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=hello, timeout=patience, context=self._tls())
        else:
            server = smtplib.SMTP(local_hostname=hello, timeout=patience)
        try:
            return self._greet(server)
        except BaseException:
            server.close()
            raise

    def _greet(self, server: smtplib.SMTP) -> smtplib.SMTP:
        settings = self._settings
        server._host = settings.host  # type: ignore[attr-defined]  # noqa: SLF001  # the name TLS verifies
        code, reply = server.connect(settings.host, settings.port)
        if code not in _DONE:
            raise smtplib.SMTPConnectError(code, reply)
        peer = str(server.sock.getpeername()[0])  # type: ignore[union-attr]
        self._told(say("smtp.step.connected", address=peer))
        if settings.security == "none" and not ip_address(peer.partition("%")[0]).is_loopback:
            raise DeliveryFailed(f"{settings.host} is not on this machine, and sending unencrypted is not allowed.")
        server.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            if not server.has_extn("starttls"):
                raise DeliveryFailed(f"{settings.host} offers no STARTTLS; nothing is sent unencrypted.")
            server.starttls(context=self._tls())
            server.ehlo()
        self._tell_tls(server)
        if not settings.username:
            self._stage = "auth"
        else:
            if not server.has_extn("auth"):
                raise DeliveryFailed(f"{settings.host} offers no sign-in, but a user name is set.")
            server.login(settings.username, settings.password)
            self._told(say("smtp.step.auth", username=settings.username))
        return server

    def _tell_tls(self, server: smtplib.SMTP) -> None:
        if not isinstance(server.sock, ssl.SSLSocket):
            self._told(say("smtp.step.plain"))
            return
        pairs = cast("Iterable[tuple[str, str]]", (server.sock.getpeercert() or {}).get("subjectAltName", ()))
        names = ", ".join(name for _, name in pairs)
        self._told(say("smtp.step.tls", version=server.sock.version() or "", names=names or self._settings.host))

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            try:
                self._context = ssl.create_default_context(cafile=self._settings.ca_file or None)
            except OSError as error:
                raise DeliveryFailed(f"The file {self._settings.ca_file} holds no readable certificates.") from error
            self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        return self._context

    def _envelope(self, server: smtplib.SMTP, to: Address) -> None:
        """MAIL and RCPT; a refusal of the recipient raises `DeliveryFailed`, and the connection stays good."""
        wide = to.needs_utf8 or self._sender.needs_utf8
        if wide and not server.has_extn("smtputf8"):
            raise DeliveryFailed("The address has letters that this mail server cannot carry.", for_ever=True)
        self._check(server.mail(str(self._sender), ["SMTPUTF8"] if wide else []), "sender")
        self._check(server.rcpt(str(to)), "recipient")

    def _hand_over(self, octets: bytes) -> Receipt:
        """DATA. From the first octet of the message until the answer it may have been delivered (F15)."""
        server = cast("smtplib.SMTP", self._open)
        code, reply = server.docmd("DATA")
        if code not in _GO_ON:
            self._check((code, reply), "message")
            raise smtplib.SMTPDataError(code, reply)
        try:
            server.send(re.sub(rb"(?m)^\.", b"..", octets) + b".\r\n")
            answer = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            why = "The mail server went silent while taking the message; it may or may not have been delivered."
            raise DeliveryFailed(why, doubt=True) from error
        self._check(answer, "message")
        text = readable(answer[1])
        self._told(say("smtp.step.accepted", reply=text))
        return Receipt(text[:200])

    def _check(self, answer: tuple[int, bytes], what: str) -> None:
        code, reply = answer
        if code in _DONE:
            return
        self._told(say("smtp.step.refused", reply=f"{code} {readable(reply)}"))
        if code == _CLOSING or code not in _REFUSED:
            raise smtplib.SMTPResponseException(code, reply)
        raise refusal(code, reply, what)

    def _in_words(self, error: Exception) -> DeliveryFailed:
        """The table of failures. All of these may pass or be mended, so none is for ever."""
        where = f"{self._settings.host}, port {self._settings.port}"
        cause = error.__context__ if isinstance(error.__context__, TimeoutError) else error
        words = next(words for kind, words in FAILURES if isinstance(cause, kind))
        number = ""
        if isinstance(error, smtplib.SMTPResponseException):
            self._told(say("smtp.step.refused", reply=f"{error.smtp_code} {readable(error.smtp_error)}"))
            number = f" (code {error.smtp_code})"
        return DeliveryFailed(words.format(where=where, what=verification(error)) + number)


FAILURES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (smtplib.SMTPAuthenticationError, "The mail server refused the user name and password."),
    (smtplib.SMTPServerDisconnected, "The mail server at {where} closed the connection."),
    (smtplib.SMTPConnectError, "The mail server at {where} does not want to talk now."),
    (smtplib.SMTPHeloError, "The mail server at {where} refused the greeting."),
    (smtplib.SMTPResponseException, "The mail server at {where} is not taking mail now."),
    (smtplib.SMTPException, "The mail server at {where} does not speak SMTP as expected."),
    (ssl.SSLCertVerificationError, "The certificate of {where} is not acceptable: {what}."),
    (ssl.SSLError, "No encrypted connection to {where} could be made; is the right port and security set?"),
    (TimeoutError, "The mail server at {where} did not answer in time."),
    (ConnectionRefusedError, "Nothing listens at {where}."),
    (ConnectionError, "The connection to {where} broke."),
    (Exception, "The mail server at {where} cannot be reached; is its name right?"),
)
"""Kind of error, most special first, and what it means."""


def verification(error: Exception) -> str:
    """Why a certificate was refused, as OpenSSL says it."""
    return readable(getattr(error, "verify_message", "")).rstrip(".")


def refusal(code: int, reply: bytes, what: str) -> DeliveryFailed:
    """4xx: later. 5xx: never, but a sender that is refused is a setting, which can be mended (RFC 5321 4.2.1)."""
    enhanced = _ENHANCED.match(readable(reply))
    number = f"{code} {enhanced[1]}" if enhanced else str(code)
    if code in _LATER:
        return DeliveryFailed(f"The mail server put the {what} off until later ({number}).")
    return DeliveryFailed(f"The mail server refused the {what} ({number}).", for_ever=what != "sender")


def readable(reply: bytes | str) -> str:
    """A server's answer, safe to show (INJ-6)."""
    text = reply.decode("ascii", "replace") if isinstance(reply, bytes) else reply
    return _UNPRINTABLE.sub(" ", text)[:300].strip()


def _is_address(text: str) -> bool:
    try:
        address(text)
    except DeliveryFailed:
        return False
    return True
