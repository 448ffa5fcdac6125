"""What stands on the shelves, and every sentence anybody says."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules, walk_packages
from types import MappingProxyType

import keyback
from keyback.core.ports import Method


def methods() -> Mapping[str, Method]:
    """The shelf `methods/`, by name, strongest first."""
    package = import_module("keyback.methods")
    names = [module.name for module in iter_modules(package.__path__) if not module.name.startswith("_")]
    found: list[Method] = [import_module(f"keyback.methods.{name}").METHOD for name in names]
    found.sort(key=lambda method: (method.rank, method.name))
    return MappingProxyType({method.name: method for method in found})


SPEAKERS = (
    "app.clock", "app.incidents.report", "app.new_password", "app.outbox.sentences", "app.reset.answer", "app.reset.choose", "app.reset.scene",
    "app.reset.start", "app.watch.brake", "app.setup.use", "app.registration.adding", "app.registration.first",
    "app.registration.opening", "app.registration.reconfirm", "app.registration.skipping", "app.security_info.changing", "app.sends", "app.sign_in.again", "app.sign_in.enter", "app.sign_in.factor", "app.sign_in.tries", "app.sign_in.fresh", "app.sign_in.new_password", "app.sign_in.sessions", "app.sign_in.typed", "app.sign_in.proving", "app.sign_in.seat", "core.rules.password", "store.engine", "web.trouble",
    "web.guards", "web.portal.contact", "web.portal.journey", "web.portal.not_me", "web.portal.pages", "web.portal.setup",
    "web.portal.sign_in", "web.portal.start", "web.render",
    "web.portal.asking", "web.portal.factor", "web.portal.home", "web.portal.new_password", "web.portal.prove", "web.portal.reconfirm", "web.portal.register_pages",
    "web.portal.security_info", "web.portal.sessions", "web.portal.things", "app.helpdesk.calling", "web.portal.call",
)  # fmt: skip
"""Modules whose sentences the portal or its messages say. The command line imports what it says itself."""


def messages() -> Mapping[str, str]:
    """English by id, of everything the portal and its messages may say. Two files with one id is a mistake."""
    gathered: dict[str, str] = {}
    for source in (*(import_module(f"keyback.{name}").MESSAGES for name in SPEAKERS), *_of_methods()):
        for id_, english in source.items():
            if gathered.setdefault(id_, english) != english:
                raise ValueError(f"message id {id_} is said twice")
    return MappingProxyType(gathered)


def _of_methods() -> Iterator[Mapping[str, str]]:
    return (method.messages for method in methods().values())


def all_messages() -> Mapping[str, str]:
    """English by id of everything anybody says, the command line and the store included; slow to import."""
    gathered = dict(messages())
    for module in walk_packages(keyback.__path__, "keyback."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            gathered.update(getattr(import_module(module.name), "MESSAGES", {}))
    return MappingProxyType(gathered)


def admin_messages() -> Mapping[str, str]:
    """English by id of everything the admin centre says: all verbs, rules and pages."""
    gathered = dict(messages())
    for name in ("app", "core", "web", "methods", "store"):
        package = import_module(f"keyback.{name}")
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name:
                gathered.update(getattr(import_module(module.name), "MESSAGES", {}))
    return MappingProxyType(gathered)
