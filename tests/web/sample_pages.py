"""Pages with every feature that a page can have, for looking at and for comparing; the real ones are made by the portal."""

from collections.abc import Mapping
from typing import Final

import segno

from keyback.core.messages import Text, say
from keyback.core.types import MINUTE, SECOND, Instant
from keyback.web.page import Act, Choice, Field, Group, Item, Link, Message, Page, Rule

NOW: Final[Instant] = 1_795_530_000_000
"""24 November 2026, 15:20 UTC."""

MESSAGES: Final[Mapping[str, str]] = {
    "sample.continue": "Continue",
    "sample.who": "Who you are",
    "sample.proof": "Proof",
    "sample.new": "New password",
    "sample.done": "Done",
    "sample.start": "Get back into your account",
    "sample.start_lead": "Enter the user ID that you sign in with. It often looks like an e-mail address.",
    "sample.user_id": "User ID",
    "sample.user_id_hint": "For example ada@contoso.example",
    "sample.user_id_empty": "Enter your user ID.",
    "sample.choose": "How do you want to prove that it is you?",
    "sample.choose_lead": "Pick a way that you can use right now. You can try another one later.",
    "sample.email": "Get a code by e-mail",
    "sample.email_about": "We send 8 digits to the mailbox that is registered for you.",
    "sample.sms": "Get a code by text message",
    "sample.sms_about": "We send 6 digits to your mobile phone.",
    "sample.totp": "Use your authenticator app",
    "sample.recovery": "Use a recovery code",
    "sample.code": "Enter the code from your mailbox",
    "sample.code_lead": "If a mailbox is registered for this account, we have sent a code. It works for {life_ms}, until {until_at}.",
    "sample.code_label": "Code",
    "sample.code_hint": "Spaces do not matter. You can paste it.",
    "sample.code_wrong": "That code is not right. You have {tries} more {tries:try|tries}, or ask for a new code.",
    "sample.recovery_label": "Recovery code",
    "sample.password": "Choose a new password",
    "sample.password_lead": "A few words in a row are easy to remember and hard to guess.",
    "sample.password_new": "New password",
    "sample.password_again": "New password, once more",
    "sample.password_differ": "The two passwords are not the same.",
    "sample.password_common": "Many people use this password. Choose one that is harder to guess.",
    "sample.rule_length": "At least {amount} characters",
    "sample.rule_classes": "Three of: capital letters, small letters, digits, other signs",
    "sample.rule_server": "Not a password that many people use",
    "sample.rule_same": "The same in both fields",
    "sample.reset": "Your password is changed",
    "sample.reset_good": "You can sign in with your new password now.",
    "sample.check_phone": "Type the new password where your phone asks for it.",
    "sample.check_mail": "If your mail program stops working, type it there too.",
    "sample.sign_in": "Sign in",
    "sample.refused": "You cannot reset your password here",
    "sample.refused_warn": "Your account has fewer ways to prove who you are than your organisation asks for.",
    "sample.keep": "Keep these codes in a safe place",
    "sample.scan": "Add Keyback to your authenticator app",
    "sample.key": "Key",
    "sample.number": "{number}.",
    "sample.again": "Send a new code",
    "sample.other": "Use another way",
    "sample.restart": "Start over",
    "sample.help": "Contact your administrator",
    "sample.info": "What you have registered",
    "sample.ways_in": "Ways to sign in",
    "sample.codes": "Recovery codes",
    "sample.none": "You have none yet.",
    "sample.added": "Added {added_at}",
    "sample.waits": "It counts from {from_at}.",
    "sample.fresh": "New",
    "sample.preferred": "Preferred",
    "sample.remove": "Remove",
    "sample.change": "Change",
    "sample.add": "Add",
    "sample.hello": "Hello {name}",
    "sample.free_name": "{name}",
    "sample.free": "What happened?",
}

_STEPS = tuple(say(f"sample.{name}") for name in ("who", "proof", "proof", "new", "done"))
_HIDDEN = (
    Field("token", "hidden", say("sample.user_id"), value="t0ken"),
    Field("version", "hidden", say("sample.user_id"), value="7"),
)
_WAYS = (
    Link("other", "/reset/other", say("sample.other"), post=True),
    Link("restart", "/reset/restart", say("sample.restart"), post=True),
    Link("help", "/reset/help", say("sample.help")),
)
_AGAIN = Link("again", "/reset/again", say("sample.again"), post=True, after=NOW + 42 * SECOND)
_CODE_LEAD = say("sample.code_lead", life_ms=10 * MINUTE, until_at=NOW + 10 * MINUTE)
_RULES = (
    Rule("length", say("sample.rule_length", amount=15), "length", 15),
    Rule("classes", say("sample.rule_classes"), "classes", 3),
    Rule("common", say("sample.rule_server"), "server"),
    Rule("same", say("sample.rule_same"), "same"),
)
CONTINUE = say("sample.continue")
HOSTILE = "<script>alert(1)</script>\"'&"


def question(state: str, title: Text, step: int = 0, **more: object) -> Page:
    """A page with a form and the ways out."""
    settings: dict[str, object] = {"submit": CONTINUE, "action": f"/reset/{state}", "links": _WAYS, "steps": _STEPS}
    return Page(state=state, title=title, step=step, **(settings | more))  # type: ignore[arg-type]


def start(work: str = "", error: Text | None = None, typed: str = "") -> Page:
    """Who are you? `work` is a proof-of-work challenge."""
    user_id = Field(
        "user_id", "username", say("sample.user_id"), value=typed, hint=say("sample.user_id_hint"), error=error
    )
    return question(
        "start",
        say("sample.start"),
        1,
        lead=(say("sample.start_lead"),),
        fields=(*_HIDDEN, user_id),
        work=work,
        links=(),
    )


def choose() -> Page:
    ways = (
        Choice("method", "email", say("sample.email"), say("sample.email_about")),
        Choice("method", "sms", say("sample.sms"), say("sample.sms_about")),
        Choice("method", "totp", say("sample.totp")),
        Choice("method", "recovery", say("sample.recovery")),
    )
    lead = (say("sample.choose_lead"),)
    return question("choose_method", say("sample.choose"), 2, lead=lead, fields=_HIDDEN, choices=ways, submit=None)


def code(tries: int | None = None) -> Page:
    """Enter a code; with `tries` after a wrong one."""
    label, hint = say("sample.code_label"), say("sample.code_hint")
    wrong = () if tries is None else (Message(say("sample.code_wrong", tries=tries), "bad"),)
    return question(
        "answer",
        say("sample.code"),
        2,
        lead=(_CODE_LEAD,),
        fields=(*_HIDDEN, Field("code", "code", label, hint=hint, length=8)),
        messages=wrong,
        links=(_AGAIN, *_WAYS),
        expires=NOW + 10 * MINUTE,
        reference="8c1e54d0-6a1f",
    )


def new_password(error: Text | None = None, again: Text | None = None) -> Page:
    fields = (
        Field("user_id", "hidden", say("sample.user_id"), value="ada@contoso.example", autocomplete="username"),
        Field("password", "new_password", say("sample.password_new"), error=error),
        Field("again", "new_password", say("sample.password_again"), error=again),
    )
    lead = (say("sample.password_lead"),)
    return question(
        "new_password", say("sample.password"), 4, lead=lead, fields=(*_HIDDEN, *fields), rules=_RULES, links=_WAYS[1:]
    )


def done() -> Page:
    return Page(
        state="done",
        title=say("sample.reset"),
        step=5,
        steps=_STEPS,
        messages=(Message(say("sample.reset_good"), "good"),),
        checklist=(say("sample.check_phone"), say("sample.check_mail")),
        links=(Link("sign_in", "/sign-in", say("sample.sign_in")),),
    )


def refused() -> Page:
    return Page(
        state="refused",
        title=say("sample.refused"),
        messages=(Message(say("sample.refused_warn"), "warn"),),
        links=_WAYS[1:],
        code="SSPR_0014",
        reference="8c1e54d0-6a1f-4a53-9d0c-2f4f5a1c7b77",
    )


def recovery_codes() -> Page:
    codes = tuple((say("sample.number", number=n + 1), f"{n}-7K2M-Q9XF-3TBV-HZ4D") for n in range(10))
    return question("setup", say("sample.keep"), facts=codes, fields=_HIDDEN, owner="ada@contoso.example")


def authenticator() -> Page:
    picture = segno.make("otpauth://totp/Contoso:ada?secret=JBSWY3DPEHPK3PXP").svg_inline(omitsize=True)
    return question(
        "setup",
        say("sample.scan"),
        qr=picture,
        facts=((say("sample.key"), "JBSW Y3DP EHPK 3PXP JBSW Y3DP"),),
        fields=(*_HIDDEN, Field("code", "code", say("sample.code_label"), length=6)),
    )


def recovery() -> Page:
    field = Field("code", "recovery_code", say("sample.recovery_label"), hint=say("sample.code_hint"), length=17)
    return question("answer", say("sample.recovery"), 3, fields=(*_HIDDEN, field))


def sign_in() -> Page:
    fields = (
        Field("user_id", "username", say("sample.user_id"), value="ada@contoso.example"),
        Field("password", "password", say("sample.password_new"), value="never shown"),
    )
    return question("sign_in", say("sample.sign_in"), fields=(*_HIDDEN, *fields), links=_WAYS[1:])


def security_info(name: str = "Pixel of Ada's, the one with the long name and without any blanks: " + 40 * "x") -> Page:
    """Lists, each thing with its buttons."""
    acts = (
        Act("change", "/security-info/change", say("sample.change"), post=False),
        Act("remove", "/security-info/remove", say("sample.remove"), "item", "one", harsh=True),
    )
    added, label = say("sample.added", added_at=NOW), say("sample.free_name", name=name)
    items = (
        Item("one", label, (added,), say("sample.preferred"), "good", acts),
        Item(
            "two", say("sample.email"), (added, say("sample.waits", from_at=NOW)), say("sample.fresh"), "warn", acts[1:]
        ),
        Item("three", say("sample.sms"), (added,), say("sample.fresh")),
    )
    add = Act("add", "/register/ways", say("sample.add"), post=False)
    end = Act("end", "/sessions/end", say("sample.remove"), "all", "1", harsh=True)
    return Page(
        state="security_info",
        title=say("sample.info"),
        lead=(say("sample.reset_good"),),
        fields=_HIDDEN,
        groups=(
            Group(say("sample.ways_in"), items, acts=(end,)),
            Group(say("sample.codes"), empty=say("sample.none"), acts=(add,)),
        ),
        links=(_WAYS[2], Link("prove", "/prove", CONTINUE, above=True)),
    )


def hostile() -> Page:
    """Everything that comes from outside carries markup."""
    return Page(
        state="contact",
        title=say("sample.hello", name=HOSTILE),
        action=HOSTILE,
        submit=CONTINUE,
        fields=(Field("user_id", "text", say("sample.free"), value=HOSTILE, required=False),),
        choices=(Choice("method", HOSTILE, say("sample.hello", name=HOSTILE)),),
        facts=((say("sample.key"), HOSTILE),),
        owner=HOSTILE,
        groups=security_info(HOSTILE).groups,
        links=(Link("help", HOSTILE, say("sample.help")),),
        work=f'{{"salt": "{"<" * 3}"}}',
        code=HOSTILE,
        reference=HOSTILE,
    )


PAGES: Final[Mapping[str, Page]] = {
    "start": start(),
    "start-wrong": start(error=say("sample.user_id_empty")),
    "choose": choose(),
    "code": code(),
    "code-wrong": code(tries=3),
    "recovery": recovery(),
    "password": new_password(),
    "password-wrong": new_password(say("sample.password_common"), say("sample.password_differ")),
    "done": done(),
    "refused": refused(),
    "recovery-codes": recovery_codes(),
    "authenticator": authenticator(),
    "sign-in": sign_in(),
    "security-info": security_info(),
}
