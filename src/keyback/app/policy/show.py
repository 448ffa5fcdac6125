"""The policy in force, or an earlier version, as a YAML document."""

from keyback.app.house import House
from keyback.app.policy.writing import complete, named, write
from keyback.core.errors import NotFound
from keyback.core.messages import say
from keyback.core.policy import Document, Policy

MESSAGES = {
    "policy.no_version": "There is no version {version} of the policy.",
}


def show(house: House, version: int | None = None) -> Document:
    """The newest document or one version, with group names for ids and every method of the shelf.

    Before the first `apply` it is version 0: the defaults, which are not in force. Raises `NotFound`.
    """
    with house.store.reading() as unit:
        if version is None:
            newest = unit.policies.history(1)
            document = newest[0] if newest else Document(0, Policy(), "", 0, "")
        else:
            found = unit.policies.document(version)
            if found is None:
                raise NotFound(say("policy.no_version", version=version))
            document = found
        names = unit.policies.groups()
    policy = complete(named(document.policy, names), house.methods)
    return Document(document.version, policy, document.actor, document.at, document.why)


def as_yaml(document: Document) -> str:
    """The document as a file to edit and apply."""
    if document.version == 0:
        return write(document.policy, "Keyback policy: the defaults. Nothing is in force yet.")
    return write(document.policy, f"Keyback policy, version {document.version}.")
