"""The `keyback.toml` that `keyback init` writes: every setting, what it means, and its default."""

from collections.abc import Mapping

_TEMPLATE = """\
# Keyback of this organisation. Every setting stands here; those behind a # have the value that is shown.
# Each may also come from the environment: KEYBACK_ZONE, KEYBACK_SMTP_HOST, or KEYBACK_SMTP_PASSWORD_FILE for a file
# that holds the value. Relative paths start at the folder of this file. This file must not be readable by others
# once it holds a secret.

# The one address under which people reach Keyback; every link is made from it.
#> base_url

# Where Keyback listens. Port 443 needs the right to take it; the systemd unit in deploy/ says how to get it.
#> listen

# The admin centre, on an address of its own, and the one URL under which administrators reach it.
#> admin_listen
#> admin_url

# File of the embedded database, or a postgresql:// address.
#> database

# Master keys. Keep a copy in a safe place: without them nothing can be opened, not even from a backup.
#> key_file

# Passwords that were stolen elsewhere and are refused here: keyback passwords import-breached makes this file.
#> breached_list

# Addresses or networks of reverse proxies whose X-Forwarded-For is believed, such as ["127.0.0.1"].
#> proxies

# Time zone and language for everybody whose own is not known; country of numbers without a leading +, such as "DE".
#> zone
#> language
#> region

[tls]
# PEM files; read again when they change. Without them Keyback speaks HTTP, to a proxy only.
#> tls_certificate
#> tls_key

[smtp]
# The mail server. security: starttls, tls, or none (only for a server on this machine).
# Then try it: keyback channels test smtp --to YOUR-ADDRESS
#> smtp_host
#> smtp_port
#> smtp_security
#> smtp_username
#> smtp_password
#> smtp_sender
#> smtp_sender_name
#> smtp_timeout_seconds
#> smtp_ca_file

[sms]
# Text messages: provider twilio, or http for any gateway that takes one request.
#> sms_provider
#> sms_timeout_seconds
#> sms_allow_private
#> sms_ca_file
# twilio: sender (or messaging_service_sid); auth_token is the account's, or the secret of key_sid.
#> sms_account_sid
#> sms_auth_token
#> sms_key_sid
#> sms_sender
#> sms_messaging_service_sid
#> sms_base_url
# http: template holds {to}, {text} and {id} inside values, such as '{"to": "{to}", "body": "{text}"}'.
#> sms_url
#> sms_method
#> sms_encoding
#> sms_template
#> sms_headers
#> sms_success
#> sms_receipt

[checkpoint]
# Where signed checkpoints of the audit log go: to a file, a webhook, or both. Best is a place that this server cannot
# change; docs/guides/run-in-production.md says what each protects against.
#> checkpoint_file
#> checkpoint_url
#> checkpoint_secret
#> checkpoint_allow_private
#> checkpoint_ca_file

[retention]
# How many days rows are kept; docs/reference/retention.md lists all of them.
#> retention_audit_days
#> retention_incident_days
#> retention_journey_days
#> retention_message_days

[argon2]
# What one password hash costs; these are OWASP's.
#> argon2_memory_kib
#> argon2_passes
#> argon2_lanes
"""


def first_settings(given: Mapping[str, str | tuple[str, ...]]) -> str:
    """The file, with `given` set and everything else as a comment."""
    return "\n".join(_line(line, given) for line in _TEMPLATE.split("\n"))


def _line(line: str, given: Mapping[str, str | tuple[str, ...]]) -> str:
    from dataclasses import MISSING, fields

    from keyback.settings import Settings, dotted

    if not line.startswith("#> "):
        return line
    name = line.removeprefix("#> ")
    shown = dotted(name).rpartition(".")[2]
    if name in given:
        return f"{shown} = {_toml(given[name])}"
    one = next(one for one in fields(Settings) if one.name == name)
    return f"#{shown} = {'{}' if one.default is MISSING else _toml(one.default)}"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    """A TOML basic string (TOML 1.0); control characters do not come here."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
