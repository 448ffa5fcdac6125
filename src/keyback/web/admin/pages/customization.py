"""Password reset > Customization: where people find help (source document, step 6)."""

from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.web.admin.declare import Heading, Place, one_of
from keyback.web.admin.pages._policy import PolicyPage, routes
from keyback.web.admin.pages._policy_settings import Switched
from keyback.web.admin.pages.properties import SECTION

MESSAGES = {
    "customization.title": "Customization",
    "customization.lead": 'Where "Contact your administrator" leads, on every page of the portal.',
    "customization.switch": "Customize helpdesk link",
    "customization.switch_about": "No: people send a request to those with helpdesk roles. Default: No.",
    "customization.link": "Custom helpdesk email or URL",
    "customization.link_about": "An address that begins with https://, or a mail address. Do not use a mailbox or a page that "
    "somebody who is locked out cannot reach. Default: empty.",
}
TITLE = say("customization.title")
SETTINGS = (
    Switched(
        "customization.helpdesk_link", say("customization.link"), say("customization.link_about"),
        switch=say("customization.switch"), switch_about=say("customization.switch_about"),
    ),
)  # fmt: skip
PAGE = PolicyPage(
    "/password-reset/customization", "customization", lambda _: TITLE, lambda _: SETTINGS, SETTINGS, SECTION,
    (say("customization.lead"),),
)  # fmt: skip
ROUTES = routes(PAGE)
PLACES = (
    Place(
        PAGE.path, TITLE, Heading.PASSWORD_RESET, 50, one_of(Permission.READ_POLICY),
        (say("customization.switch"), say("customization.link")),
    ),
)  # fmt: skip
