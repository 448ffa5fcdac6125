"""Puts a house together: store, keys, plug-ins, courier and site for one tenant."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from ipaddress import ip_network
from urllib.parse import urlsplit

from keyback.app.house import House
from keyback.app.outbox.deliver import Courier, Route
from keyback.app.outbox.wording import Voice
from keyback.app.people.ports import Work
from keyback.core.errors import Refused
from keyback.core.messages import say
from keyback.core.ports import Breached, Channel, Clock, Door, Hasher, NoList, Random, Tenant
from keyback.core.rules.banned import Terms
from keyback.core.rules.password import Lists
from keyback.core.types import DirectoryKind
from keyback.directories.cloud import CloudDirectory
from keyback.store import migrations
from keyback.store.engine import engine_for
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.keys import adopt_keys
from keyback.store.people_changes import SqlPeopleChanges
from keyback.store.seal import AesSealer, Keys
from keyback.store.unit import SqlStore
from keyback.web.call import Site
from keyback.web.prompts import Catalog, choose
from keyback.web.render import Renderer
from keyback.web.work import MAX_NUMBER
from keyback.wiring import plugins
from keyback.wiring.branding import KeptLooks

MESSAGES = {
    "wiring.no_tenant": "The database holds no organisation yet. Run `keyback init` first.",
}


@dataclass(frozen=True, slots=True)
class World:
    """Time, chance, the cost of a hash, and what was stolen elsewhere."""

    clock: Clock
    random: Random
    hasher: Hasher
    breached: Breached = field(default_factory=NoList)


@dataclass(frozen=True, slots=True)
class Place:
    """Where it runs: addresses and proxies."""

    base_url: str
    hosts: frozenset[str] = frozenset()
    """More Host headers to answer, beside that of the base URL."""
    proxies: tuple[str, ...] = ()
    admin_url: str = ""
    """The admin centre's base URL."""
    admin_hosts: frozenset[str] = frozenset()
    region: str = ""
    work_number: int = MAX_NUMBER


@dataclass(frozen=True, slots=True)
class Running:
    """A house that is ready to serve."""

    store: SqlStore
    tenant: Tenant
    house: House
    site: Site
    courier: Courier
    place: Place
    looks: KeptLooks

    @property
    def admin(self) -> Site:
        """The admin centre's site; made anew at each call, because commands need none."""
        return admin_site_of(self.site, self.place)

    def close(self) -> None:
        """Stop delivering and give back connections."""
        self.looks.stop()
        self.courier.stop()
        self.store.close()


def password_lists() -> Lists:
    """The lists that ship with Keyback."""
    data = resources.files("keyback") / "data"
    common = frozenset((data / "common_passwords.txt").read_text("utf-8").splitlines())
    terms = (data / "banned_terms.txt").read_text("utf-8").splitlines()
    return Lists(common, Terms.of(term for term in terms if term and not term.startswith("#")))


def open_store(database: str, keys: Keys, world: "World") -> tuple[SqlStore, Tenant]:
    """The database, its schema brought up to date, and its one organisation. Raises `Refused` without one."""
    engine = engine_for(database)
    migrations.upgrade(engine)
    with SqlStore(engine, AesSealer(keys, "", world.random), world.clock).reading() as unit:
        tenant = unit.tenants.the_one()
    if tenant is None:
        engine.close()
        raise Refused(say("wiring.no_tenant"))
    store = SqlStore(engine, AesSealer(keys, tenant.id, world.random), world.clock, tenant.id)
    adopt_keys(store)
    return store, tenant


def build(store: SqlStore, tenant: Tenant, world: World, place: Place, channels: Sequence[Channel]) -> Running:
    """Everything that serves this organisation."""
    sealer = store.sealer
    catalog = Catalog(plugins.messages())
    host = urlsplit(place.base_url).hostname or ""
    looks = KeptLooks(store, tenant.name)
    looks.try_to_refresh()

    def voice(language: str) -> Voice:
        return Voice(
            catalog.words(choose("", language, "", tenant.language), tenant.zone),
            looks.current().name,
            host,
            place.base_url.rstrip("/"),
            place.admin_url.rstrip("/"),
        )

    courier = Courier(store, Route(channels, voice), world.clock)
    house = House(
        store=store,
        clock=world.clock,
        random=world.random,
        hasher=world.hasher,
        sealer=sealer,
        methods=plugins.methods(),
        directories={DirectoryKind.CLOUD: CloudDirectory(store, world.hasher)},
        lists=password_lists(),
        breached=world.breached,
        kick=courier.kick,
        base_url=place.base_url.rstrip("/"),
        looks=looks,
        admin_url=place.admin_url.rstrip("/"),
        region=place.region,
    )
    return Running(store, tenant, house, site_of(house, tenant, place, catalog), courier, place, looks)


def site_of(house: House, tenant: Tenant, place: Place, catalog: Catalog) -> Site:
    """The portal's site at its one base URL (WEB-1)."""
    url = urlsplit(house.base_url)
    origin = f"{url.scheme}://{url.netloc}".lower()
    return Site(
        house=house,
        renderer=Renderer(catalog),
        catalog=catalog,
        zone=tenant.zone,
        language=tenant.language,
        origin=origin,
        hosts=frozenset({url.netloc.lower(), *place.hosts}),
        proxies=tuple(ip_network(network, strict=False) for network in place.proxies),
        work_number=place.work_number,
    )


def admin_site_of(site: Site, place: Place) -> Site:
    """The admin centre's site: another origin, cookies of its own, and all the words that verbs can say."""
    url = urlsplit(place.admin_url)
    catalog = Catalog(plugins.admin_messages())

    def work(actor: str) -> Work:
        return Work(site.house, SqlPeopleChanges, SqlGroupChanges, actor)  # type: ignore[arg-type]  # units of this store only

    return replace(
        site,
        renderer=Renderer(catalog),
        catalog=catalog,
        origin=f"{url.scheme}://{url.netloc}".lower(),
        hosts=frozenset({url.netloc.lower(), *place.admin_hosts} - {""}),
        door=Door.ADMIN,
        work=work,
    )
