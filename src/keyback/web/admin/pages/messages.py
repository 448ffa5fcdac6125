"""Password reset > Notifications > Messages: what each says, to whom and when, in every language; and a test to oneself."""

from keyback.app.notices import samples
from keyback.app.outbox.templates import TEMPLATES, Template
from keyback.app.outbox.wording import Voice
from keyback.core.errors import NotFound
from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.parts import Column, Facts, Form, Go, Panel, Part, Row, Screen, Table, Verbatim
from keyback.web.prompts import LANGUAGES

MESSAGES = {
    "messages.title": "Messages",
    "messages.lead": "Everything that Keyback sends. Open one to see it in every language, with made-up values.",
    "messages.list": "Messages that Keyback sends",
    "messages.none": "There are none.",
    "messages.message": "Message",
    "messages.when": "To whom, and when",
    "messages.channels": "Goes by",
    "messages.by_mail": "E-mail",
    "messages.by_both": "E-mail, text message",
    "messages.notifications": "Notifications",
    "messages.subject": "Subject",
    "messages.mail_text": "The mail",
    "messages.sms_text": "The text message",
    "messages.test": "Send me this as a test",
    "messages.test_title": "Test",
    "messages.test_about": "Goes to your own mail address and nowhere else. It says that it is a test, and no link in it works.",
    "messages.language_en": "English",
    "messages.language_de": "German",
    "messages.sent.done": "The test is on its way to your own mail address.",
    "messages.when.mail_code": "To the person, who asks for a code to reset the password.",
    "messages.when.mail_code_unlock": "To the person, who asks for a code to unlock the account.",
    "messages.when.mail_code_call": "To the person, who asks for a code while speaking with the helpdesk.",
    "messages.when.mail_code_sign_in": "To the person, who asks for a code to sign in.",
    "messages.when.mail_code_again": "To the person, who asks for a code to prove again who they are.",
    "messages.when.mail_code_confirm": "To an address or number that the person wants to register.",
    "messages.when.notice_master_key_old": "To Global Administrators, once a week while the newest master key is older "
    "than a year.",
    "messages.when.notice_certificate_ends": "To Global Administrators, once a week from 21 days before the server's "
    "certificate ends.",
    "messages.when.notice_breached_list_old": "To Global Administrators, once a week from 14 days before the list of "
    "breached passwords is too old.",
    "messages.when.notice_password_reset": "To the person, after the password was reset by self-service.",
    "messages.when.notice_password_set_by_admin": "To the person, after an administrator set a password.",
    "messages.when.notice_method_changed": "To the person, after a method or contact was added, changed or removed; also "
    "at the address that was replaced.",
    "messages.when.notice_role_changed": "To the person, after roles were given or taken.",
    "messages.when.notice_disabled": "To the person, after the account was disabled.",
    "messages.when.notice_enabled": "To the person, after the account was enabled.",
    "messages.when.notice_deleted": "To the person, after the account was deleted.",
    "messages.when.notice_restored": "To the person, after the deleted account was restored.",
    "messages.when.notice_user_id_changed": "To the person, after the user ID was changed.",
    "messages.when.notice_admin_reset": "To Global Administrators, after another administrator reset their own password.",
    "messages.when.notice_admin_unlocked": "To Global Administrators, after another administrator unlocked their own account.",
    "messages.when.notice_contact_admin": "To those who look after accounts, when somebody asks for help at the portal.",
    "messages.when.notice_recovery_closed": "To the person, after “This was not me” was pressed.",
    "messages.when.notice_recovery_open": "To the person, after an administrator opened password reset again.",
    "messages.when.notice_incident": "To Global Administrators, after “This was not me” was pressed.",
    "messages.when.notice_break_glass": "To Global Administrators, after an emergency account signed in.",
    "messages.when.notice_brake": "To Global Administrators, when resets pause because there were unusually many.",
    "messages.when.notice_storm": "To Global Administrators, when far more answers are wrong than usual.",
    "messages.when.notice_prefix_paused": "To Global Administrators, when text messages to some numbers stop.",
    "messages.when.notice_failed_attempts": "To the person, after five wrong answers, at most once an hour.",
    "messages.when.notice_failure_burst": "To the person, when the day's wrong answers are used up and resets pause.",
    "messages.when.notice_failure_burst_admin": "To Global Administrators, when that happens to an account.",
    "messages.when.notice_notices_silenced": "To Global Administrators, after a notice was switched off.",
    "messages.when.notice_unlocked": "To the person, after the account was unlocked by self-service.",
    "messages.when.notice_unlocked_by_admin": "To the person, after an administrator unlocked the account.",
    "messages.when.notice_pause_cleared": "To the person, after an administrator ended a pause.",
    "messages.when.notice_new_device": "To the person, after a sign-in from a browser that was not known.",
    "messages.when.notice_sessions_ended": "To the person, after an administrator signed them out everywhere.",
    "messages.when.notice_password_changed": "To the person, after they changed the password themselves.",
    "messages.when.notice_password_expires": "To the person, before the password expires.",
    "messages.when.notice_pass_issued": "To the person, after an administrator made an access pass.",
    "messages.when.notice_registration_demanded": "To the person, after an administrator asked them to register anew.",
    "messages.when.notice_registration_impossible": "To Global Administrators, when somebody cannot register what the "
    "policy demands.",
    "messages.when.notice_rescue": "To Global Administrators, after a one-time link was made on the server itself.",
}
PATH = "/password-reset/notifications/messages"
SEE, ACT = one_of(Permission.READ_POLICY), one_of(Permission.CHANGE_POLICY)


def show(ask: Ask) -> Reply:
    """The list. A code's text message is shown with its mail."""
    columns = (Column(say("messages.message")), Column(say("messages.when")), Column(say("messages.channels")))
    rows = tuple(_row(ask, name, template) for name, template in TEMPLATES.items() if template.body)
    table = Table(say("messages.list"), columns, rows, say("messages.none"))
    return Reply(_screen(say("messages.title"), (table,), (say("messages.lead"),)))


def _row(ask: Ask, name: str, template: Template) -> Row:
    label = samples.sample(name, "email", _voice(ask, ask.call.words.lang), ask.now).subject
    by = say("messages.by_both") if _short(name, template) else say("messages.by_mail")
    return Row(name, (Go(f"{PATH}/{_part(name)}", label), _when(name), by))


def one(ask: Ask) -> Reply:
    """One of them, in every language."""
    return Reply(_one(ask, _named(ask)))


def _one(ask: Ask, name: str) -> Screen:
    title = samples.sample(name, "email", _voice(ask, ask.call.words.lang), ask.now).subject
    panels: tuple[Part, ...] = tuple(_panel(ask, name, language) for language in LANGUAGES if language in _SPOKEN)
    if ask.may(Permission.CHANGE_POLICY):
        test = Form(f"{PATH}/{_part(name)}/test", say("messages.test"), ())
        panels = (*panels, Panel(say("messages.test_title"), (test,), about=say("messages.test_about")))
    return _screen(title, panels, (_when(name),), Go(PATH, say("messages.title")))


def _panel(ask: Ask, name: str, language: str) -> Panel:
    voice, template = _voice(ask, language), TEMPLATES[name]
    mail = samples.sample(name, "email", voice, ask.now)
    short = _short(name, template)
    texts = (samples.sample(short, "sms", voice, ask.now).text,) if short else ()
    parts: list[Part] = [
        Facts(((say("messages.subject"), mail.subject),)),
        Verbatim(say("messages.mail_text"), mail.text),
    ]
    parts += [Verbatim(say("messages.sms_text"), text) for text in texts]
    return Panel(_SPOKEN[language], tuple(parts), id=language)


def send(ask: Ask) -> Reply:
    """To whoever asks."""
    name = _named(ask)
    samples.send_test(ask.house, ask.actor, name, ask.call.source)
    return Reply(go_to=f"{PATH}/{_part(name)}", done="messages.sent.done")


_SPOKEN = {"en": say("messages.language_en"), "de": say("messages.language_de")}


def _named(ask: Ask) -> str:
    name = ask.args["message"].replace("-", ".")
    if name not in TEMPLATES or not TEMPLATES[name].body:
        raise NotFound(say("samples.none"))
    return name


def _part(name: str) -> str:
    """Of an address: parts of it hold no dots."""
    return name.replace(".", "-")


def _short(name: str, template: Template) -> str:
    """The template of its text message, if it has one."""
    if template.short:
        return name
    code = name.replace("mail.", "sms.", 1)
    return code if code != name and code in TEMPLATES else ""


def _when(name: str) -> Text:
    return say(f"messages.when.{name.replace('.', '_')}")


def _voice(ask: Ask, language: str) -> Voice:
    words = ask.site.catalog.words(language, ask.site.zone)
    return Voice(words, ask.house.tenant_name, "", ask.house.base_url, ask.house.admin_url)


def _screen(title: Text | str, parts: tuple[Part, ...], lead: tuple[Text, ...], *above: Go) -> Screen:
    ways = (Go("/password-reset/notifications", say("messages.notifications")), *above)
    return Screen("messages", title, parts, lead=lead, above=ways, place="/password-reset/notifications")


ROUTES = (
    Route("GET", PATH, show, SEE),
    Route("GET", f"{PATH}/{{message}}", one, SEE),
    Route("POST", f"{PATH}/{{message}}/test", send, ACT),
)
