"""From `keyback.toml` and the environment to `Settings` that can be served: everything wrong is said at once."""

import difflib
import stat
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, get_origin

from keyback.core.errors import Invalid
from keyback.core.messages import Text, say
from keyback.settings import NAMES, TABLES, Settings, dotted, tidy
from keyback.settings import mistakes as mistakes_in

if TYPE_CHECKING:
    from keyback.channels.sms_http import SmsHttpSettings
    from keyback.channels.sms_twilio import TwilioSettings
    from keyback.channels.smtp import SmtpSettings

MESSAGES: Mapping[str, str] = {
    "settings.unusable": "Keyback does not start with these settings. Nothing was changed.",
    "settings.no_file": "There is no file {path}. `keyback init` writes one.",
    "settings.unreadable": "{path} cannot be read: {why}.",
    "settings.not_toml": "{path} is not TOML: {why}.",
    "settings.required": "{name}: must be set.",
    "settings.unknown": "{name}: there is no such setting.",
    "settings.unknown_near": "{name}: there is no such setting. Did you mean {near}?",
    "settings.twice": "{name}: given twice.",
    "settings.kind": "{name}: must be {kind}.",
    "settings.readable": "{name}: {path} holds a secret and can be read by others (mode {mode}). Allowed: only its owner "
    "(chmod 600).",
    "settings.tls_unusable": "tls.certificate and tls.key: {why}.",
}

KINDS: Final[Mapping[Any, str]] = MappingProxyType({
    str: "text", int: "a whole number", float: "a number", bool: "true or false", tuple: "a list of texts",
    Mapping: "a table of texts",
})  # fmt: skip
PATHS: Final = (
    "checkpoint_file",
    "checkpoint_ca_file",
    "database",
    "key_file",
    "breached_list",
    "tls_certificate",
    "tls_key",
    "smtp_ca_file",
    "sms_ca_file",
)
SECRETS: Final = ("checkpoint_secret", "smtp_password", "sms_auth_token", "sms_headers")
CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"
"""Where systemd puts the credentials of a service (systemd.exec(5))."""
CONFIG: Final = "KEYBACK_CONFIG"
"""Names the file itself; `--config` comes before it."""
_TYPES: Final[Mapping[str, Any]] = MappingProxyType(
    {one.name: get_origin(one.type) or one.type for one in fields(Settings)}
)


def load(path: Path, environ: Mapping[str, str], later: frozenset[str] = frozenset()) -> Settings:
    """The settings in force. Raises `Invalid` with every mistake at once, but for those that may be put right `later`."""
    mistakes: list[Text] = []
    given = _from_file(path, mistakes)
    secret_files = [(str(path), path)] if _holds_secret(given) else []
    given.update(_from_environment(environ, secret_files, mistakes))
    values: dict[str, Any] = dict(_converted(given, mistakes))
    mistakes += [say("settings.required", name=dotted(name)) for name in _required() if name not in given]
    for name in PATHS:
        values[name] = _placed(values.get(name, _default(name)), path.absolute().parent)
    urls = {"base_url": "https://localhost", "admin_url": ""}
    settings = Settings(**{**values, **{name: tidy(str(values.get(name, empty))) for name, empty in urls.items()}})
    if not (mistakes and "base_url" not in values):
        mistakes += mistakes_in(settings)
    for name, secret in secret_files:
        mistakes += _private(name, secret, environ.get(CREDENTIALS, ""))
    mistakes += _of_edges(settings)
    mistakes = [mistake for mistake in mistakes if mistake.id not in later]
    if mistakes:
        raise Invalid(say("settings.unusable"), mistakes)
    return settings


def smtp(settings: Settings) -> "SmtpSettings | None":
    """For `channels.smtp`; None: no mail."""
    from keyback.channels.smtp import SmtpSettings

    if not (settings.smtp_host or settings.smtp_sender or settings.smtp_username or settings.smtp_password):
        return None
    return SmtpSettings(**{one.name: getattr(settings, f"smtp_{one.name}") for one in fields(SmtpSettings)})


def sms(settings: Settings) -> "TwilioSettings | SmsHttpSettings | None":
    """For `channels.sms_twilio` or `channels.sms_http`; None: no text messages."""
    common: dict[str, Any] = {
        "allow_private": settings.sms_allow_private, "ca_file": settings.sms_ca_file,
        "seconds": settings.sms_timeout_seconds,
    }  # fmt: skip
    if settings.sms_provider == "twilio":
        from keyback.channels.sms_twilio import TwilioSettings

        names = ("account_sid", "auth_token", "key_sid", "sender", "messaging_service_sid", "base_url")
        return TwilioSettings(**common, **{name: getattr(settings, f"sms_{name}") for name in names})
    if settings.sms_provider == "http":
        from keyback.channels.sms_http import SmsHttpSettings

        names = ("url", "template", "method", "encoding", "headers", "receipt")
        success = frozenset(int(status) if status.isdigit() else 0 for status in settings.sms_success)
        return SmsHttpSettings(**common, success=success, **{name: getattr(settings, f"sms_{name}") for name in names})
    return None


def _of_edges(settings: Settings) -> Iterator[Text]:
    from keyback.store.seal import load_keys

    try:
        load_keys(Path(settings.key_file))
    except Invalid as error:
        yield from error.mistakes
    yield from _tls(settings)
    if settings.checkpoint_url:
        from keyback.channels.outbound import Gateway

        wrong = Gateway(settings.checkpoint_url, settings.checkpoint_allow_private).wrong()
        if wrong:
            yield say("settings.checkpoint_url", why=wrong)
    for channel in (smtp(settings), sms(settings)):
        if channel is not None:
            yield from channel.mistakes()


def _tls(settings: Settings) -> Iterator[Text]:
    if not settings.secure_listener:
        return
    import ssl

    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            settings.tls_certificate, settings.tls_key, password=""
        )
    except OSError as error:
        yield say("settings.tls_unusable", why=str(error.strerror or error))
    mode = _mode(Path(settings.tls_key))
    if mode & 0o007:
        yield say("settings.readable", name="tls.key", path=settings.tls_key, mode=f"{mode:04o}")


def _holds_secret(given: Mapping[str, object]) -> bool:
    return any(name in given for name in SECRETS) or "://" in str(given.get("database", ""))


def _private(name: str, path: Path, credentials: str) -> Iterator[Text]:
    """A credential from systemd shows group bits although they are an access list for one user: its folder is private."""
    mode = _mode(path)
    if mode & (0o037 if credentials and path.parent == Path(credentials) else 0o077):
        yield say("settings.readable", name=name, path=str(path), mode=f"{mode:04o}")


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0


def _from_file(path: Path, mistakes: list[Text]) -> dict[str, object]:
    try:
        tree = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        mistakes.append(say("settings.no_file", path=str(path)))
    except OSError as error:
        mistakes.append(say("settings.unreadable", path=str(path), why=str(error.strerror)))
    except ValueError as error:
        mistakes.append(say("settings.not_toml", path=str(path), why=str(error)))
    else:
        return _flat(tree, mistakes)
    return {}


def _flat(tree: Mapping[str, object], mistakes: list[Text]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in tree.items():
        inner = value if key in TABLES and isinstance(value, dict) else None
        for name, one in (
            ((f"{key}_{name}", one) for name, one in inner.items()) if inner is not None else ((key, value),)
        ):
            if name not in NAMES:
                mistakes.append(_unknown(f"{key}.{name[len(key) + 1 :]}" if inner is not None else key, name))
            elif name in found:
                mistakes.append(say("settings.twice", name=dotted(name)))
            else:
                found[name] = one
    return found


def _unknown(shown: str, name: str) -> Text:
    near = difflib.get_close_matches(name, NAMES, 1)
    return (
        say("settings.unknown_near", name=shown, near=dotted(near[0])) if near else say("settings.unknown", name=shown)
    )


def _from_environment(
    environ: Mapping[str, str], secret_files: list[tuple[str, Path]], mistakes: list[Text]
) -> Iterator[tuple[str, object]]:
    seen: set[str] = set()
    for key in sorted(key for key in environ if key.startswith("KEYBACK_") and key != CONFIG):
        name = key.removeprefix("KEYBACK_").lower()
        by_file = name not in NAMES and name.endswith("_file")
        name = name.removesuffix("_file") if by_file else name
        if name not in NAMES:
            mistakes.append(_unknown(key, name))
        elif name in seen:
            mistakes.append(say("settings.twice", name=key))
        elif by_file:
            path = Path(environ[key])
            if name in SECRETS or name == "database":
                secret_files.append((key, path))
            try:
                yield name, _Text(path.read_text("utf-8").rstrip("\r\n"))
            except (OSError, ValueError) as error:
                mistakes.append(say("settings.unreadable", path=str(path), why=_why(error)))
        else:
            yield name, _Text(environ[key])
        seen.add(name)


class _Text(str):
    """A value from the environment: everything is text there."""

    __slots__ = ()


def _why(error: Exception) -> str:
    return str(error.strerror) if isinstance(error, OSError) else "it is not UTF-8"


def _converted(given: Mapping[str, object], mistakes: list[Text]) -> Iterator[tuple[str, object]]:
    for name, raw in given.items():
        kind = _TYPES[name]
        try:
            yield name, _from_text(kind, raw) if isinstance(raw, _Text) else _from_toml(kind, raw)
        except ValueError:
            mistakes.append(say("settings.kind", name=dotted(name), kind=KINDS[kind]))


def _from_text(kind: Any, raw: str) -> object:
    if kind is bool:
        return {"true": True, "false": False}.get(raw.lower()) if raw.lower() in {"true", "false"} else int("")
    if kind is tuple:
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    if kind is Mapping:
        pairs = [line.partition(":") for line in raw.splitlines() if line.strip()]
        if not all(colon for _, colon, _ in pairs):
            raise ValueError
        return {name.strip(): value.strip() for name, _, value in pairs}
    return kind(raw)


def _from_toml(kind: Any, raw: object) -> object:
    if kind is float and isinstance(raw, int) and not isinstance(raw, bool):
        return float(raw)
    if kind is tuple and isinstance(raw, list) and all(type(one) in {str, int} for one in raw):
        return tuple(str(one) for one in raw)
    if kind is Mapping and isinstance(raw, dict) and all(isinstance(one, str) for one in raw.values()):
        return raw
    if type(raw) is kind:
        return raw
    raise ValueError


def _required() -> Iterable[str]:
    return (one.name for one in fields(Settings) if one.default is MISSING and one.default_factory is MISSING)


def _default(name: str) -> object:
    return next(one.default for one in fields(Settings) if one.name == name)


def _placed(value: Any, folder: Path) -> Any:
    if not isinstance(value, str) or not value or "://" in value or value == ":memory:":
        return value
    return str(folder / value)
