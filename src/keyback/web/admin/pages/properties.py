"""Password reset > Properties: for whom self-service is on (source document, step 2)."""

from collections.abc import Mapping
from typing import Any

from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask
from keyback.web.admin.declare import Heading, Place, one_of
from keyback.web.admin.pages._policy import PolicyPage, routes
from keyback.web.admin.pages._policy_settings import Choice, Entries, Groups, Stricter, yes_no
from keyback.web.admin.parts import Go, Part, Presses
from keyback.web.page import Message

MESSAGES = {
    "reset.section": "Password reset",
    "properties.title": "Properties",
    "properties.lead": "Who may reset their own password, without calling the helpdesk.",
    "properties.administrators": "These settings are for people without an administrator's role. Administrators always need two "
    "methods to reset their password, whatever is chosen here.",
    "properties.administrators_link": "Administrator policy",
    "properties.enabled": "Self service password reset enabled",
    "properties.enabled_about": "Begin with a pilot group, and switch it on for all when that went well. Default: None.",
    "properties.none": "None",
    "properties.selected": "Selected",
    "properties.selected_about": "People in the groups below.",
    "properties.all": "All",
    "properties.groups": "Select groups",
    "properties.groups_about": "Counts where Selected is chosen. Groups within these groups count too. Default: no group.",
    "properties.excluded": "Excluded groups",
    "properties.excluded_about": "People in these groups may not reset, whatever else they are in. Default: no group.",
    "properties.stricter": "Groups that always need two methods",
    "properties.stricter_about": "Where one method is enough for others, people in these groups still need two. Default: no group.",
    "properties.unlock": "Allow users to unlock accounts without resetting their password",
    "properties.unlock_about": "They give the same proofs and keep their password. Default: No.",
    "properties.disclosure": "What strangers see",
    "properties.disclosure_about": "Whether the reset pages say something about an account before the first proof. Default: "
    "Private.",
    "properties.private": "Private",
    "properties.private_about": "Everybody sees the same pages until the first proof.",
    "properties.guided": "Guided",
    "properties.guided_about": "The reason and masked addresses show at once, also to strangers who try user IDs.",
    "properties.networks": "Networks with guided pages",
    "properties.networks_about": "One network on each line, such as 192.0.2.0/24. Counts where Guided is chosen; all other "
    "networks then see private pages. Default: empty, which means everywhere.",
}
SECTION = Go("/password-reset/properties", say("reset.section"))
TITLE = say("properties.title")
SETTINGS = (
    Choice(
        "self_service.enabled_for", say("properties.enabled"), say("properties.enabled_about"),
        options=(
            ("none", say("properties.none"), None),
            ("selected", say("properties.selected"), say("properties.selected_about")),
            ("all", say("properties.all"), None),
        ),
    ),
    Groups("self_service.groups", say("properties.groups"), say("properties.groups_about")),
    Groups("self_service.excluded_groups", say("properties.excluded"), say("properties.excluded_about")),
    Stricter("self_service.stricter", say("properties.stricter"), say("properties.stricter_about")),
    yes_no("self_service.allow_unlock", say("properties.unlock"), say("properties.unlock_about")),
    Choice(
        "self_service.disclosure", say("properties.disclosure"), say("properties.disclosure_about"),
        options=(
            ("private", say("properties.private"), say("properties.private_about")),
            ("guided", say("properties.guided"), say("properties.guided_about")),
        ),
    ),
    Entries("self_service.guided_networks", say("properties.networks"), say("properties.networks_about"), rows=3),
)  # fmt: skip


def _administrators(_ask: Ask, _values: Mapping[str, Any]) -> tuple[Part, ...]:
    link = Go("/password-reset/administrator-policy", say("properties.administrators_link"))
    return (Message(say("properties.administrators"), "info"), Presses((link,)))


PAGE = PolicyPage(
    "/password-reset/properties", "properties", lambda _: TITLE, lambda _: SETTINGS, SETTINGS, SECTION,
    (say("properties.lead"),), before=_administrators,
)  # fmt: skip
ROUTES = routes(PAGE)
PLACES = (
    Place(
        PAGE.path,
        TITLE,
        Heading.PASSWORD_RESET,
        10,
        one_of(Permission.READ_POLICY),
        tuple(one.label for one in SETTINGS),
    ),
)
