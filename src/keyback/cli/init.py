"""`keyback init`: set up an organisation."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from keyback.wiring.founding import Founded

app = typer.Typer(add_completion=False, rich_markup_mode=None)

EXAMPLES = """Examples:

  keyback init --organisation Contoso --domain contoso.com --base-url https://reset.contoso.com --admin grace

  keyback init --organisation Contoso --domain contoso.com --base-url https://reset.contoso.com --admin grace --dir /etc/keyback --tls-certificate /etc/ssl/reset.pem --tls-key /etc/ssl/reset.key --listen 0.0.0.0:443

  KEYBACK_DATABASE_FILE=/etc/keyback/database keyback init ...

A PostgreSQL address holds a password, so it comes from a file that KEYBACK_DATABASE_FILE names, here and for every
other command; what stands on a command line others can read.
"""


@app.command(epilog=EXAMPLES)
def init(
    organisation: Annotated[str, typer.Option(help="Its name, as people know it.")],
    domain: Annotated[str, typer.Option(help="The domain that user IDs end in, such as contoso.com.")],
    base_url: Annotated[str, typer.Option(help="The address under which people will reach Keyback; https.")],
    admin: Annotated[str, typer.Option(help="User ID of the first administrator.")],
    directory: Annotated[Path, typer.Option("--dir", help="Where configuration, key and database go.")] = Path(),
    database: Annotated[str, typer.Option(help="File of the database; PostgreSQL see below.")] = "",
    listen: Annotated[str, typer.Option(help="Address and port to listen on.")] = "",
    tls_certificate: Annotated[str, typer.Option(help="PEM file with the certificate.")] = "",
    tls_key: Annotated[str, typer.Option(help="PEM file with its private key.")] = "",
    proxy: Annotated[
        list[str] | None, typer.Option(help="A reverse proxy's address, instead of a certificate.")
    ] = None,
    zone: Annotated[str, typer.Option(help="Time zone, such as Europe/Berlin.")] = "UTC",
    language: Annotated[str, typer.Option(help="en or de.")] = "en",
    region: Annotated[
        str,
        typer.Option(
            help="Country, such as DE: of numbers without a leading +, and the one that text "
            "messages go to. None: no text messages, until the policy names countries."
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Set up an organisation: configuration, master key, database, and a one-time link for its first administrator."""
    from keyback.app.setup.found import Founding
    from keyback.wiring.founding import found

    if "://" in database:
        raise typer.BadParameter(
            "only a file; a PostgreSQL address comes from KEYBACK_DATABASE_FILE", param_hint="--database"
        )
    folder = directory.absolute()
    given = {
        "base_url": base_url.rstrip("/"), "listen": listen or _listen(base_url), "zone": zone, "language": language,
        "region": region, "database": _absolute(database),
        "tls_certificate": _absolute(tls_certificate), "tls_key": _absolute(tls_key),
    }  # fmt: skip
    more: Mapping[str, tuple[str, ...]] = {"proxies": tuple(proxy)} if proxy else {}
    wanted = Founding(organisation, domain, admin, zone, language)
    founded = found(folder, wanted, {**{name: value for name, value in given.items() if value}, **more})
    print(_as_json(founded) if as_json else _kindly(founded))


def _listen(base_url: str) -> str:
    """An http base URL is of this machine, and names the port itself."""
    scheme, _, place = base_url.partition("://")
    port = place.rstrip("/").rpartition(":")[2]
    return f"127.0.0.1:{port if port.isdigit() else 80}" if scheme == "http" else ""


def _absolute(path: str) -> str:
    return str(Path(path).absolute()) if path else ""


def _as_json(founded: "Founded") -> str:
    return json.dumps({
        "config": str(founded.config), "key_file": founded.settings.key_file, "user_id": founded.issued.user_id,
        "link": founded.issued.link, "expires_at": founded.issued.expires_at,
        "missing": [text.id for text in founded.missing],
    })  # fmt: skip


def _kindly(founded: "Founded") -> str:
    from keyback.wiring.console import in_words

    config = "" if founded.config == Path.cwd() / "keyback.toml" else f" --config {founded.config}"
    missing = "".join(f"  First put this right in {founded.config}:\n    {in_words(one)}\n" for one in founded.missing)
    return (
        f"Keyback is set up.\n\n"
        f"  Configuration  {founded.config}\n"
        f"  Master key     {founded.settings.key_file}\n\n"
        f"Keep a copy of the master key in a safe place: without it nothing can be opened, not even from a backup.\n\n"
        f"What to do next:\n{missing}"
        f"  keyback serve{config}\n"
        f"Then {founded.issued.user_id} opens this link within 30 minutes and sets a password and an authenticator.\n"
        f"It works once. Too late? `keyback rescue{config} {founded.issued.user_id}` makes another.\n\n"
        f"  {founded.issued.link}\n"
    )
