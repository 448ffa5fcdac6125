"""How one install is set up: `keyback.toml`, over it `KEYBACK_*` from the environment.

A setting such as `smtp_host` is `host` in the table `[smtp]` (or `smtp_host` outside of any), `KEYBACK_SMTP_HOST`
in the environment, or the content of the file that `KEYBACK_SMTP_HOST_FILE` names. Lists are written with commas in
the environment. Relative paths start at the folder of `keyback.toml`. Policy is not here: it is data of the
organisation (`keyback policy`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from keyback.core.messages import Text, say

MESSAGES: Mapping[str, str] = {
    "settings.base_url": "base_url: must be https:// and a host name, with a port if need be, and nothing after it, such as "
    "https://reset.example.org.",
    "settings.base_url_http": "base_url: http is allowed only for this machine itself (localhost, 127.0.0.1 or [::1]); "
    "elsewhere it must be https.",
    "settings.base_url_tls": "base_url: must be https when there is a certificate.",
    "settings.listen": "listen: must be an address and a port, such as 127.0.0.1:8443 or [::]:443.",
    "settings.admin_listen": "admin_listen: must be an address and a port of its own, such as 127.0.0.1:8444, or empty for no "
    "admin centre.",
    "settings.admin_plain": "admin_listen: without a certificate only an address of this machine is allowed (127.0.0.1), or any "
    "address when the admin centre has an https address and proxies names the reverse proxies that may reach it.",
    "settings.admin_url": "admin_url: must be https:// and a host name (http only for this machine itself, where there is no "
    "certificate), with a port if need be, and nothing after it; another address than base_url; and https needs "
    "tls.certificate and tls.key, or the reverse proxy in proxies.",
    "settings.listen_plain": "listen: without a certificate only an address of this machine is allowed (127.0.0.1), or any "
    "address when proxies names the reverse proxies that may reach it.",
    "settings.listen_http": "listen: with an http base_url only an address of this machine is allowed (127.0.0.1).",
    "settings.no_tls": "proxies: an https base_url needs either tls.certificate and tls.key, or the reverse proxy that speaks "
    "HTTPS, by its address in proxies.",
    "settings.tls_pair": "tls.certificate and tls.key: give both or neither.",
    "settings.proxies": "proxies: {value} is not an address or a network, such as 10.0.0.5 or 10.0.0.0/24.",
    "settings.proxies_all": "proxies: {value} is everybody; name the proxies.",
    "settings.database": "database: must be a file or a postgresql:// address.",
    "settings.zone": "zone: {value} is not a time zone, such as Europe/Berlin.",
    "settings.language": "language: must be one of {allowed}.",
    "settings.region": "region: must be a country as two capital letters, such as DE, or empty.",
    "settings.range": "{name}: must be from {least} to {most}.",
    "settings.argon2_weak": "argon2.memory_kib and argon2.passes: too weak. At least 19456 KiB and 2 passes, or 12288 and 3, "
    "9216 and 4, 7168 and 5, 47104 and 1.",
    "settings.database_tls": "database: the way to {host} must be encrypted and its name checked: add sslmode=verify-full to the "
    "address (and sslrootcert=system, or the file of your authority). Only a PostgreSQL on this machine does without.",
    "settings.checkpoint_url": "checkpoint.url: {why}.",
    "settings.checkpoint_secret": "checkpoint.secret: must have 32 characters or more where checkpoint.url is set.",
    "settings.provider": "sms.provider: must be twilio, http or empty.",
}

TABLES: Final = ("checkpoint", "tls", "argon2", "retention", "smtp", "sms")
LANGUAGES: Final = ("en", "de")
_HOST: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?|\[[0-9a-f:.]+\]"
)
_STRONG: Final = ((47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5))
"""Memory and passes that OWASP's Password Storage Cheat Sheet takes as equal."""
_RANGES: Final = (("argon2_memory_kib", 7_168, 4_194_304), ("argon2_passes", 1, 20), ("argon2_lanes", 1, 8))
_KEPT: Final = (
    ("retention_audit_days", 0, 36_500), ("retention_incident_days", 30, 36_500), ("retention_journey_days", 1, 365),
    ("retention_message_days", 1, 3_650),
)  # fmt: skip
_PORTS: Final = range(65_536)
LEAST_SECRET: Final = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one install."""

    base_url: str
    """The one address under which people reach Keyback, such as `https://reset.example.org`; every link is made from it. `http` is accepted on loopback only."""
    listen: str = "127.0.0.1:8443"
    """Address and port to listen on, such as `0.0.0.0:443` or `[::1]:8080`."""
    admin_listen: str = "127.0.0.1:8444"
    """Address and port of the admin centre, which the portal's address does not serve. Empty: there is none."""
    admin_url: str = ""
    """The one address under which administrators reach the admin centre, such as `https://admin.reset.example.org`. Empty: the host of `base_url` with the port of `admin_listen`."""
    tls_certificate: str = ""
    """PEM file with the certificate and its intermediates; read again when it changes. Empty: plain HTTP, for a proxy in front."""
    tls_key: str = ""
    """PEM file with the certificate's private key, without passphrase, not readable by others."""
    proxies: tuple[str, ...] = ()
    """Addresses or networks of reverse proxies whose `X-Forwarded-For` is believed."""
    database: str = "keyback.db"
    """File of the embedded database, or a `postgresql://` address."""
    key_file: str = "master.key"
    """File with the master keys, readable by its owner only. Without it nothing that is sealed can be opened again."""
    breached_list: str = "breached.list"
    """File with the set of breached passwords that `keyback passwords import-breached` makes; read again when it is replaced."""
    checkpoint_file: str = ""
    """File to which signed checkpoints of the audit log are added, for shipping elsewhere. Empty: none."""
    checkpoint_url: str = ""
    """Webhook that gets each checkpoint. Empty: none."""
    checkpoint_secret: str = field(default="", repr=False)
    """Secret of 32 characters or more with which requests to the webhook are signed."""
    checkpoint_allow_private: bool = False
    """Whether the webhook may have a private address."""
    checkpoint_ca_file: str = ""
    """PEM file with the authorities to trust for the webhook instead of the system's."""
    retention_audit_days: int = 400
    """How many days lines of the audit log are kept; 0: for ever."""
    retention_incident_days: int = 730
    """How many days closed incidents are kept."""
    retention_journey_days: int = 7
    """How many days ended attempts are kept; those without any proof go after one."""
    retention_message_days: int = 30
    """How many days it is kept what became of a message."""
    zone: str = "UTC"
    """Time zone in which times are shown, by its IANA name, such as `Europe/Berlin`."""
    language: str = "en"
    """Language for people whose own is not known: `en` or `de`."""
    region: str = ""
    """Country, as two capital letters, in which telephone numbers without a leading + are read. Empty: such numbers are refused."""
    argon2_memory_kib: int = 19_456
    """Memory of one password hash in KiB. Together with the passes at least what OWASP recommends."""
    argon2_passes: int = 2
    """Passes of one password hash, from 1 to 20."""
    argon2_lanes: int = 1
    """Lanes of one password hash, from 1 to 8."""
    smtp_host: str = ""
    """Mail server. Empty: no mail is sent."""
    smtp_port: int = 587
    """Port of the mail server; 465 is usual with `tls`."""
    smtp_security: str = "starttls"
    """`starttls`, `tls`, or `none`, which is allowed for a mail server on this machine only."""
    smtp_username: str = ""
    """Name to sign in to the mail server with; empty: no sign-in."""
    smtp_password: str = field(default="", repr=False)
    """Password to sign in to the mail server with."""
    smtp_sender: str = ""
    """Mail address that messages come from."""
    smtp_sender_name: str = ""
    """Name shown beside the sender's address; empty: the organisation's."""
    smtp_timeout_seconds: float = 10.0
    """How long one step of sending a mail may take, from 1 to 60."""
    smtp_ca_file: str = ""
    """PEM file with the authorities to trust for the mail server instead of the system's."""
    sms_provider: str = ""
    """`twilio`, `http` (any gateway that takes one request), or empty: no text messages are sent."""
    sms_account_sid: str = ""
    """Twilio: the account's SID."""
    sms_auth_token: str = field(default="", repr=False)
    """Twilio: the account's token, or the secret of `sms_key_sid`."""
    sms_key_sid: str = ""
    """Twilio: SID of an API key; empty: the account's own token is used."""
    sms_sender: str = ""
    """Twilio: number, short code or name that messages come from."""
    sms_messaging_service_sid: str = ""
    """Twilio: messaging service, instead of a sender."""
    sms_base_url: str = "https://api.twilio.com"
    """Twilio: address of the API, for gateways of the same shape."""
    sms_url: str = ""
    """Gateway: address that requests go to."""
    sms_method: str = "POST"
    """Gateway: `POST` or `PUT`."""
    sms_encoding: str = "json"
    """Gateway: `json` or `form`."""
    sms_template: str = ""
    """Gateway: body of the request, with `{to}`, `{text}` and `{id}` inside values."""
    sms_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Gateway: further headers, such as Authorization; lines `Name: value` in the environment."""
    sms_success: tuple[str, ...] = ("200", "201", "202", "204")
    """Gateway: status codes that mean the message was taken."""
    sms_receipt: str = ""
    """Gateway: JSON pointer to the gateway's own name of the message, such as `/messages/0/id`."""
    sms_allow_private: bool = False
    """Whether the gateway may have a private address."""
    sms_ca_file: str = ""
    """PEM file with the authorities to trust for the gateway instead of the system's."""
    sms_timeout_seconds: float = 5.0
    """How long one request may take."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of `listen`; an IPv6 address without its brackets."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def admin_address(self) -> tuple[str, int]:
        """Host and port of `admin_listen`."""
        host, _, port = self.admin_listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def admin_base(self) -> str:
        """The admin centre's own base URL; empty: there is none."""
        if not self.admin_listen:
            return ""
        url = urlsplit(self.base_url)
        host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
        return self.admin_url or tidy(f"{url.scheme}://{host}:{self.admin_address[1]}")

    @property
    def secure_listener(self) -> bool:
        """Whether Keyback itself speaks HTTPS."""
        return bool(self.tls_certificate and self.tls_key)

    @property
    def retention(self) -> Mapping[str, int]:
        """Days by setting, as `app.retention` names them."""
        names = (name for name in NAMES if name.startswith("retention_"))
        return {dotted(name): getattr(self, name) for name in names}

    @property
    def host(self) -> str:
        """What the `Host` header must say."""
        return urlsplit(self.base_url).netloc


NAMES: Final = tuple(one.name for one in fields(Settings))


def tidy(url: str) -> str:
    """As browsers write it: without a last slash, and without the port that the scheme has anyway."""
    url = url.removesuffix("/")
    return url.removesuffix(":443") if url.startswith("https:") else url.removesuffix(":80")


def dotted(name: str) -> str:
    """`smtp.host`, as it stands in the file."""
    table, _, rest = name.partition("_")
    return f"{table}.{rest}" if table in TABLES else name


def mistakes(settings: Settings) -> Iterator[Text]:
    """Everything that is wrong with the values and with what they make together, by name."""
    yield from _addresses(settings)
    yield from _mixtures(settings)
    yield from _admin(settings)
    yield from _proxies(settings)
    yield from _place(settings)
    yield from _hashing(settings)
    yield from _retention(settings)
    yield from _checkpoint(settings)
    if settings.database.startswith(("postgresql://", "postgres://")):
        yield from _database(settings)
    if settings.sms_provider not in {"", "twilio", "http"}:
        yield say("settings.provider")


def loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _addresses(settings: Settings) -> Iterator[Text]:
    scheme, host = _base(settings.base_url)
    if not scheme:
        yield say("settings.base_url")
    elif scheme == "http" and not loopback(host):
        yield say("settings.base_url_http")
    elif scheme == "http" and settings.tls_certificate:
        yield say("settings.base_url_tls")
    if not _listens(settings.listen):
        yield say("settings.listen")


def _admin(settings: Settings) -> Iterator[Text]:
    if not settings.admin_listen:
        return
    if not _listens(settings.admin_listen) or _same_door(settings):
        yield say("settings.admin_listen")
        return
    scheme, host = _base(settings.admin_url or settings.base_url)
    plain, behind = not settings.secure_listener, bool(settings.proxies)
    unspoken = not plain if scheme == "http" else plain and not behind
    wrong = not scheme or (scheme == "http" and not loopback(host)) or unspoken
    same = bool(_base(settings.base_url)[0]) and settings.admin_base.lower() == settings.base_url.lower()
    if (settings.admin_url and wrong) or same:
        yield say("settings.admin_url")
    outside = not loopback(settings.admin_listen.rpartition(":")[0])
    if outside and plain and (scheme == "http" or not behind):
        yield say("settings.admin_plain")


def _same_door(settings: Settings) -> bool:
    """Port 0 takes a free one, so two of these are two doors."""
    return settings.admin_listen == settings.listen and not settings.listen.endswith(":0")


def _base(url: str) -> tuple[str, str]:
    """Scheme and host of a usable base URL, else nothing."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.netloc.lower()
    except ValueError:
        return "", ""
    host = host if port is None else host[: -len(str(port)) - 1]
    usable = parts.scheme in {"https", "http"} and port != 0 and _HOST.fullmatch(host) and len(host) <= 253  # noqa: PLR2004 - RFC 1035
    return (parts.scheme, host) if usable and url.lower() == f"{parts.scheme}://{parts.netloc}".lower() else ("", "")


def _listens(listen: str) -> bool:
    host, _, port = listen.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        address = ip_address("127.0.0.1" if bare == "localhost" else bare)
    except ValueError:
        return False
    bracketed = bare != host
    return bracketed == (address.version == 6) and port.isascii() and port.isdigit() and int(port) in _PORTS  # noqa: PLR2004 - IP version


def _mixtures(settings: Settings) -> Iterator[Text]:
    scheme, _ = _base(settings.base_url)
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        yield say("settings.tls_pair")
        return
    outside = _listens(settings.listen) and not loopback(settings.listen.rpartition(":")[0])
    if settings.tls_certificate:
        return
    if outside and scheme == "http":
        yield say("settings.listen_http")
    elif outside and not settings.proxies:
        yield say("settings.listen_plain")
    elif scheme == "https" and not settings.proxies:
        yield say("settings.no_tls")


def _proxies(settings: Settings) -> Iterator[Text]:
    for proxy in settings.proxies:
        try:
            network = ip_network(proxy, strict=False)
        except ValueError:
            yield say("settings.proxies", value=proxy)
        else:
            if network.prefixlen == 0:
                yield say("settings.proxies_all", value=proxy)


def _place(settings: Settings) -> Iterator[Text]:
    if not settings.database or (
        "://" in settings.database and not settings.database.startswith(("postgresql://", "postgres://"))
    ):
        yield say("settings.database")
    try:
        ZoneInfo(settings.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield say("settings.zone", value=settings.zone)
    if settings.language not in LANGUAGES:
        yield say("settings.language", allowed=", ".join(LANGUAGES))
    if settings.region and not re.fullmatch("[A-Z]{2}", settings.region):
        yield say("settings.region")


def _checkpoint(settings: Settings) -> Iterator[Text]:
    if settings.checkpoint_url and len(settings.checkpoint_secret) < LEAST_SECRET:
        yield say("settings.checkpoint_secret")


def _database(settings: Settings) -> Iterator[Text]:
    """CRY-6: to another machine only with TLS, certificate and name checked."""
    parts = urlsplit(settings.database)
    asked = parse_qs(parts.query)
    named = [part.rpartition("@")[2] for part in parts.netloc.split(",")]
    hosts = [*(_bare(host) for host in named), *(host for name in ("host", "hostaddr") for host in asked.get(name, []))]
    away = [one for host in hosts for one in host.split(",") if one and not one.startswith("/") and not loopback(one)]
    if (away or "service" in asked) and asked.get("sslmode") != ["verify-full"]:
        yield say("settings.database_tls", host=", ".join(away) or "the service")


def _bare(netloc: str) -> str:
    """The host, without its port."""
    return netloc.partition("]")[0] + "]" if netloc.startswith("[") else netloc.partition(":")[0]


def _retention(settings: Settings) -> Iterator[Text]:
    for name, least, most in _KEPT:
        if not least <= getattr(settings, name) <= most:
            yield say("settings.range", name=dotted(name), least=least, most=most)


def _hashing(settings: Settings) -> Iterator[Text]:
    wrong = False
    for name, least, most in _RANGES:
        if not least <= getattr(settings, name) <= most:
            wrong = True
            yield say("settings.range", name=dotted(name), least=least, most=most)
    memory, passes = settings.argon2_memory_kib, settings.argon2_passes
    if not wrong and not any(memory >= least and passes >= turns for least, turns in _STRONG):
        yield say("settings.argon2_weak")
