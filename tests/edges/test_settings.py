"""Settings: every mistake is said, at once and by name; what is not safe does not start (CRY-5, WEB-1)."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from keyback.core.errors import Invalid
from keyback.settings import Settings
from keyback.store.seal import new_key_line
from keyback.wiring.configuration import load, sms, smtp
from keyback.wiring.console import in_words
from keyback.wiring.first_settings import first_settings
from keyback.wiring.house import Place, site_of
from keyback.wiring.world import SystemRandom
from tests.living import TENANT, Living

GOOD = 'base_url = "https://reset.example.org"\nproxies = ["10.0.0.5"]\n'
LOCAL = 'base_url = "http://localhost:8443"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One with a good key file."""
    key = tmp_path / "master.key"
    key.write_text(new_key_line(SystemRandom()))
    key.chmod(0o600)
    return tmp_path


def read(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    (folder / "keyback.toml").write_text(text)
    (folder / "keyback.toml").chmod(0o600)
    return load(folder / "keyback.toml", environ or {})


def wrong(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        read(folder, text, environ)
    return [in_words(text) for text in refusal.value.mistakes]


def test_the_least_that_can_be_said_is_enough(folder: Path) -> None:
    settings = read(folder, GOOD)
    assert settings.address == ("127.0.0.1", 8443)
    assert (settings.database, settings.key_file) == (str(folder / "keyback.db"), str(folder / "master.key"))
    assert (smtp(settings), sms(settings), settings.secure_listener) == (None, None, False)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "base_url: must be set."),
        ('base_url = "http://reset.example.org"', "base_url: http is allowed only for this machine itself"),
        ('base_url = "https://reset.example.org/keyback"', "base_url: must be https:// and a host name"),
        ('base_url = "https://reset.example.org?a=b"', "base_url: must be https:// and a host name"),
        ('base_url = "https://reset.example.org#a"', "base_url: must be https:// and a host name"),
        ('base_url = "https://me:secret@reset.example.org"', "base_url: must be https:// and a host name"),
        ('base_url = "ftp://reset.example.org"', "base_url: must be https:// and a host name"),
        ('base_url = "https://"', "base_url: must be https:// and a host name"),
        ('base_url = "https://reset.example.org:99999"', "base_url: must be https:// and a host name"),
        ('base_url = "https://reset.example.org"', "proxies: an https base_url needs either tls.certificate and tls.key"),
        ('base_url = "http://localhost:8080"\nlisten = "0.0.0.0:8080"', "listen: with an http base_url only an address"),
        (GOOD.replace('proxies = ["10.0.0.5"]', 'listen = "0.0.0.0:443"'), "listen: without a certificate only an address"),
        (GOOD + 'listen = "8443"', "listen: must be an address and a port"),
        (GOOD + 'listen = "reset.example.org:443"', "listen: must be an address and a port"),
        (GOOD + 'listen = "::1:443"', "listen: must be an address and a port"),
        (GOOD + 'listen = "127.0.0.1:70000"', "listen: must be an address and a port"),
        (GOOD.replace("10.0.0.5", "10.0.0.300"), "proxies: 10.0.0.300 is not an address or a network"),
        (GOOD.replace("10.0.0.5", "0.0.0.0/0"), "proxies: 0.0.0.0/0 is everybody"),
        (GOOD.replace('["10.0.0.5"]', '"10.0.0.5"'), "proxies: must be a list of texts."),
        (GOOD + '[tls]\ncertificate = "a.pem"', "tls.certificate and tls.key: give both or neither."),
        (GOOD + '[tls]\ncertificate = "a.pem"\nkey = "a.key"', "tls.certificate and tls.key: No such file"),
        (GOOD + 'zone = "Mars/Olympus"', "zone: Mars/Olympus is not a time zone"),
        (GOOD + 'zone = "../../etc/passwd"', "zone: ../../etc/passwd is not a time zone"),
        (GOOD + 'language = "xx"', "language: must be one of en, de."),
        (GOOD + 'region = "Germany"', "region: must be a country as two capital letters"),
        (GOOD + 'database = "mysql://localhost/keyback"', "database: must be a file or a postgresql:// address."),
        (GOOD + "[argon2]\nmemory_kib = 7168", "argon2.memory_kib and argon2.passes: too weak."),
        (GOOD + "[argon2]\nmemory_kib = 8", "argon2.memory_kib: must be from 7168"),
        (GOOD + "[argon2]\npasses = 2.5", "argon2.passes: must be a whole number."),
        (GOOD + "[argon2]\npasses = true", "argon2.passes: must be a whole number."),
        (GOOD + '[smtp]\nhost = "mail.example.org"\nsender = "a@b.example"\nsecurity = "none"', "smtp.security: none is"),
        (GOOD + '[smtp]\nhost = "mail.example.org"', "smtp.sender: must be one mail address"),
        (GOOD + '[smtp]\nusername = "me"', "smtp.host: name the mail server."),
        (GOOD + '[sms]\nprovider = "pigeon"', "sms.provider: must be twilio, http or empty."),
        (GOOD + '[sms]\nprovider = "twilio"', "sms.auth_token: must be set."),
        (GOOD + '[sms]\nprovider = "http"\nurl = "http://sms.example.org"\ntemplate = "{}"', "sms.url must start with"),
        (GOOD + '[smtp]\nhots = "mail.example.org"', "smtp.hots: there is no such setting. Did you mean smtp.host?"),
        (GOOD + 'bas_url = "x"', "bas_url: there is no such setting. Did you mean base_url?"),
        (GOOD + "[people]\nmany = 1", "people: there is no such setting."),
        (GOOD + 'smtp_host = "a"\n[smtp]\nhost = "b"', "smtp.host: given twice."),
        ("base_url = ", "is not TOML"),
        (GOOD + 'admin_listen = "8444"', "admin_listen: must be an address and a port of its own"),
        (GOOD + 'admin_listen = "127.0.0.1:8443"', "admin_listen: must be an address and a port of its own"),
        (GOOD.replace('proxies = ["10.0.0.5"]', 'admin_listen = "0.0.0.0:444"'), "admin_listen: without a certificate only"),
        (LOCAL + 'proxies = ["10.0.0.5"]\nadmin_listen = "0.0.0.0:444"', "admin_listen: without a certificate only"),
        (GOOD + 'admin_url = "http://admin.example.org"', "admin_url: must be https:// and a host name"),
        (GOOD + 'admin_url = "https://admin.example.org/admin"', "admin_url: must be https:// and a host name"),
        (GOOD + 'admin_url = "https://Reset.example.org:443/"', "admin_url: must be https:// and a host name"),
        (GOOD + 'admin_listen = "127.0.0.1:443"', "admin_url: must be https:// and a host name"),
        (LOCAL + 'admin_url = "https://localhost:8444"', "admin_url: must be https:// and a host name"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_name(folder: Path, text: str, mistake: str) -> None:
    """CRY-5, CRY-6, WEB-1, decisions 34."""
    assert [said for said in wrong(folder, text) if mistake in said], wrong(folder, text)


def test_everything_wrong_is_said_at_once(folder: Path) -> None:
    (folder / "master.key").chmod(0o640)
    text = 'base_url = "http://example.org"\nlisten = "x"\nzone = "x"\nodd = 1\n[smtp]\nport = "25"\nhost = "m"\n'
    said = "\n".join(wrong(folder, text))
    for name in ("base_url:", "listen:", "zone:", "odd:", "smtp.port:", "smtp.sender:", "The key file"):
        assert name in said


@pytest.mark.parametrize(
    ("content", "mode", "mistake"),
    [
        (None, 0, "There is no key file at"),
        (new_key_line(SystemRandom()), 0o640, "can be read by others (mode 0640)"),
        (new_key_line(SystemRandom()), 0o604, "can be read by others (mode 0604)"),
        ("1:" + "A" * 43 + "=\n", 0o600, "is not random: it repeats itself"),
        ("1:c2hvcnQ=\n", 0o600, "is not `version:key` with 32 bytes"),
        ("", 0o600, "holds no key"),
    ],
    ids=["missing", "group-readable", "world-readable", "default", "short", "empty"],
)
def test_without_a_good_key_nothing_starts(folder: Path, content: str | None, mode: int, mistake: str) -> None:
    """CRY-5."""
    key = folder / "master.key"
    key.unlink()
    if content is not None:
        key.write_text(content)
        key.chmod(mode)
    assert mistake in "\n".join(wrong(folder, GOOD))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refusal:
        load(tmp_path / "nothing.toml", {})
    assert "nothing.toml. `keyback init` writes one." in in_words(refusal.value.mistakes[0])


def test_the_environment_comes_before_the_file(folder: Path) -> None:
    environ = {
        "KEYBACK_ZONE": "Europe/Berlin", "KEYBACK_PROXIES": "10.0.0.5, 10.1.0.0/16", "KEYBACK_ARGON2_PASSES": "3",
        "KEYBACK_SMS_ALLOW_PRIVATE": "true", "KEYBACK_SMS_HEADERS": "Authorization: Bearer abc\nX-Id: {id}",
        "KEYBACK_CONFIG": "elsewhere.toml", "OTHER": "1",
    }  # fmt: skip
    settings = read(folder, GOOD + 'zone = "UTC"', environ)
    assert (settings.zone, settings.proxies) == ("Europe/Berlin", ("10.0.0.5", "10.1.0.0/16"))
    assert (settings.argon2_passes, settings.sms_allow_private) == (3, True)
    assert settings.sms_headers == {"Authorization": "Bearer abc", "X-Id": "{id}"}


@pytest.mark.parametrize(
    ("environ", "mistake"),
    [
        ({"KEYBACK_ARGON2_PASSES": "two"}, "argon2.passes: must be a whole number."),
        ({"KEYBACK_SMS_ALLOW_PRIVATE": "yes"}, "sms.allow_private: must be true or false."),
        ({"KEYBACK_SMS_HEADERS": "no colon"}, "sms.headers: must be a table of texts."),
        ({"KEYBACK_ZON": "UTC"}, "KEYBACK_ZON: there is no such setting. Did you mean zone?"),
        ({"KEYBACK_ZONE_FILE": "/nowhere"}, "/nowhere cannot be read: No such file or directory."),
    ],
)
def test_the_environment_is_read_as_strictly(folder: Path, environ: Mapping[str, str], mistake: str) -> None:
    assert mistake in wrong(folder, GOOD, environ)


def test_a_secret_comes_from_a_file_of_its_own(folder: Path) -> None:
    """CRY-5: as container and service managers hand them over; never in the environment or on a command line."""
    secret = folder / "password"
    secret.write_text("correct horse\n")
    secret.chmod(0o600)
    text = GOOD + '[smtp]\nhost = "mail.example.org"\nsender = "a@b.example"\nusername = "me"'
    settings = read(folder, text, {"KEYBACK_SMTP_PASSWORD_FILE": str(secret)})
    assert settings.smtp_password == "correct horse"
    assert "correct horse" not in repr(settings)
    secret.chmod(0o644)
    assert (
        "holds a secret and can be read by others"
        in wrong(folder, text, {"KEYBACK_SMTP_PASSWORD_FILE": str(secret)})[0]
    )


def test_a_file_with_a_secret_in_it_must_not_be_readable_by_others(folder: Path) -> None:
    """CRY-5."""
    text = GOOD + '[smtp]\nhost = "mail.example.org"\nsender = "a@b.example"\nusername = "me"\npassword = "secret"'
    assert read(folder, text).smtp_password == "secret"
    (folder / "keyback.toml").chmod(0o644)
    with pytest.raises(Invalid) as refusal:
        load(folder / "keyback.toml", {})
    assert [text.id for text in refusal.value.mistakes] == ["settings.readable"]


def test_an_address_with_a_password_in_it_is_a_secret(folder: Path) -> None:
    """CRY-5."""
    text = GOOD + 'database = "postgresql://keyback:secret@db.example.org/keyback?sslmode=verify-full"'
    assert read(folder, text).database.endswith("/keyback?sslmode=verify-full")
    (folder / "keyback.toml").chmod(0o640)
    with pytest.raises(Invalid) as refusal:
        load(folder / "keyback.toml", {})
    assert [text.id for text in refusal.value.mistakes] == ["settings.readable"]


def test_a_credential_of_systemd_is_taken_as_it_is_handed_over(folder: Path) -> None:
    """CRY-5: since version 254 as mode 0440 with an access list, in a folder that only the service can enter."""
    secret = folder / "smtp-password"
    secret.write_text("correct horse\n")
    secret.chmod(0o440)
    text = GOOD + '[smtp]\nhost = "mail.example.org"\nsender = "a@b.example"\nusername = "me"'
    environ = {"KEYBACK_SMTP_PASSWORD_FILE": str(secret)}
    assert read(folder, text, environ | {"CREDENTIALS_DIRECTORY": str(folder)}).smtp_password == "correct horse"
    assert "can be read by others" in wrong(folder, text, environ)[0]
    assert "can be read by others" in wrong(folder, text, environ | {"CREDENTIALS_DIRECTORY": str(folder.parent)})[0]
    secret.chmod(0o444)
    assert "can be read by others" in wrong(folder, text, environ | {"CREDENTIALS_DIRECTORY": str(folder)})[0]


@pytest.mark.parametrize("url", ["https://reset.example.org/", "https://reset.example.org:443"])
def test_an_address_is_kept_as_browsers_write_it(folder: Path, url: str) -> None:
    settings = read(folder, GOOD.replace("https://reset.example.org", url))
    assert (settings.base_url, settings.host) == ("https://reset.example.org", "reset.example.org")


@pytest.mark.parametrize(
    ("more", "base"),
    [
        ("", "https://reset.example.org:8444"),
        ('admin_listen = ""', ""),
        ('admin_listen = "10.0.0.7:443"\nadmin_url = "https://admin.example.org/"', "https://admin.example.org"),
        ('admin_url = "https://admin.example.org:443"', "https://admin.example.org"),
        ('admin_url = "https://reset.example.org:444"', "https://reset.example.org:444"),
    ],
)
def test_the_admin_centre_has_an_address_of_its_own(folder: Path, more: str, base: str) -> None:
    """WEB-1, WEB-10, decisions 35."""
    assert read(folder, GOOD + more).admin_base == base


def test_the_file_that_init_writes_names_every_setting_with_its_default(folder: Path) -> None:
    text = first_settings({"base_url": "https://reset.example.org", "proxies": ("10.0.0.5",)})
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("# ")).replace("#", "")
    assert read(folder, bare) == read(folder, GOOD)
    assert len([line for line in bare.splitlines() if " = " in line]) == len(fields(Settings))


@pytest.mark.parametrize("address", [
    "postgresql://keyback@db.example.org/keyback",
    "postgresql://keyback@db.example.org:5433/keyback?sslmode=require",
    "postgres://db.example.org/keyback?sslmode=verify-ca",
    "postgresql://db.example.org/keyback?sslmode=verify-full&sslmode=disable",
    "postgresql://localhost,db.example.org/keyback",
    "postgresql://[2001:db8::1]:5432/keyback",
    "postgresql:///keyback?host=db.example.org",
    "postgresql://localhost/keyback?hostaddr=192.0.2.7",
    "postgresql:///keyback?service=far",
])  # fmt: skip
def test_a_database_elsewhere_is_reached_by_tls_with_its_name_checked_or_not_at_all(folder: Path, address: str) -> None:
    """CRY-6: no plain text and no opportunistic encryption."""
    assert [said for said in wrong(folder, GOOD + f'database = "{address}"') if "sslmode=verify-full" in said]


@pytest.mark.parametrize("address", [
    "postgresql://keyback@db.example.org/keyback?sslmode=verify-full",
    "postgresql://keyback@localhost:5432/keyback",
    "postgresql://127.0.0.1,[::1]:5433/keyback",
    "postgresql:///keyback?host=/run/postgresql",
    "postgresql:///keyback",
])  # fmt: skip
def test_a_database_on_this_machine_needs_no_tls(folder: Path, address: str) -> None:
    """CRY-6."""
    assert read(folder, GOOD + f'database = "{address}"').database == address


def test_a_webhook_for_checkpoints_is_https_and_signed(folder: Path) -> None:
    """CRY-6, AUD-3."""
    told = wrong(folder, GOOD + '[checkpoint]\nurl = "http://audit.example.org"\nsecret = "short"')
    assert [said for said in told if said.startswith("checkpoint.url:")]
    assert [said for said in told if said.startswith("checkpoint.secret:")]


def test_a_proxy_network_that_is_accepted_is_one_that_serves(quick: Living) -> None:
    """THR-6: `10.1.2.3/8` names a network by one of its addresses; the settings take it, so the portal starts with it."""
    site = quick.running.site
    place = Place(site.origin, proxies=("10.1.2.3/8",))
    assert [str(network) for network in site_of(quick.house, TENANT, place, site.catalog).proxies] == ["10.0.0.0/8"]
