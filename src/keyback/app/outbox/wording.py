"""Puts a message into words: subject, text and HTML from one template, in the reader's language.

Values are freed of control characters (INJ-4), and only here are links made. The value `what` is `+ ` or `- ` and a
thing's name: "... was added", "... was removed".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Final, Protocol

from keyback.app.outbox.templates import LOOKING, OBJECTING, TEMPLATES, Template
from keyback.core.errors import Broken
from keyback.core.messages import Text, say
from keyback.core.ports import Letter, Outgoing
from keyback.core.types import Instant

SMS_LETTERS: Final = 160
SAMPLE, LOOK, TEST = "sample", "look", "test"
"""A value of messages that are only looked at, or that administrators send to themselves: no link in them leads anywhere."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_LONGEST_VALUE: Final = 320
_GSM_7: Final = re.compile(r"[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*")
"""GSM 03.38 basic set without the extension table, so that one letter is one of the 160."""


class Words(Protocol):
    """One language in one zone, as `web.prompts.Words`."""

    @property
    def lang(self) -> str: ...
    @property
    def dir(self) -> str: ...
    def say(self, text: Text, now: Instant | None = None) -> str:
        """The sentence, not escaped."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks, and in which language."""

    words: Words
    organisation: str
    host: str = ""
    """Of the portal, for phones that fill in codes by themselves; empty: none."""
    base_url: str = ""
    """Where links lead (WEB-1)."""
    admin_url: str = ""
    """Where links for administrators lead; empty: messages have none."""


def letter(outgoing: Outgoing, id_: str, at: Instant, voice: Voice) -> Letter:
    """In words. Raises `Broken` for a template or value that nobody declared."""
    template = TEMPLATES.get(outgoing.template)
    short = outgoing.channel == "sms"
    fits = template is not None and template.values <= outgoing.values.keys()
    if template is None or not fits or not (template.short if short else template.body):
        raise Broken(f"message {outgoing.template} is unknown, lacks a value or does not go by {outgoing.channel}")
    values = {name: _clean(outgoing.values[name]) for name in template.values}
    values["organisation"] = _clean(voice.organisation)
    if "what" in values:
        values["what"] = voice.words.say(_what(str(values["what"])))
    if short:
        return _short(Letter(id_, outgoing.to, "", "", "", voice.words.lang, "", at), template, values, voice)
    values["link"] = _link(outgoing, voice)
    body = template.body if values["link"] else tuple(one for one in template.body if one not in (*OBJECTING, *LOOKING))
    said = [voice.words.say(Text(id_sentence, values)) for id_sentence in body]
    subject = voice.words.say(Text(template.subject, values))
    if outgoing.values.get(SAMPLE) == TEST:
        subject, said = voice.words.say(say("notice.test.subject", subject=subject)), [
            voice.words.say(say("notice.test.what")), *said,
        ]  # fmt: skip
    text = "\n\n".join(said) + "\n"
    html = _html(voice.words, subject, said, values)
    return Letter(id_, outgoing.to, subject, text, html, voice.words.lang, str(values["organisation"]), at)


def _link(outgoing: Outgoing, voice: Voice) -> str:
    """Where the message leads: "this was not me", or the person in the admin centre; a sample leads nowhere."""
    if SAMPLE in outgoing.values:
        return voice.words.say(say("notice.test.link"))
    if "objection" in outgoing.values:
        return f"{voice.base_url}/not-me/{outgoing.values['objection']}"
    if outgoing.values.get("person") and voice.admin_url:
        return f"{voice.admin_url}/helpdesk/{outgoing.values['person']}"
    return ""


def _clean(value: str | int) -> str | int:
    return value if isinstance(value, int) else _CONTROL.sub(" ", value)[:_LONGEST_VALUE].strip()


def _what(given: str) -> Text:
    thing = given.removeprefix("+ ").removeprefix("- ")
    if not thing:
        return say("notice.what.other")
    if given.startswith("- "):
        return say("notice.what.removed", thing=thing)
    return say("notice.what.added" if given.startswith("+ ") else "notice.what.now", thing=thing)


def _short(empty: Letter, template: Template, values: Mapping[str, str | int], voice: Voice) -> Letter:
    """One SMS. What does not fit goes: first the line for phones, then letters of the organisation's name.
    The dots of masked numbers become stars, which GSM-7 has.
    """
    name = str(values["organisation"])
    origin = f"\n\n@{voice.host} #{values['code']}" if voice.host and template.code else ""
    ways = [
        voice.words.say(Text(template.short, {**values, "organisation": shown.strip()})).replace("•", "*") + ending
        for ending, shown in ((origin, name), ("", name), ("", name[:20]), ("", name[:8]))
    ]
    return replace(empty, text=next((text for text in ways if sms_parts(text) == 1), ways[-1]))


def sms_parts(text: str) -> int:
    """Into how many messages a network cuts the text: 160 letters of GSM-7, else 70 of UCS-2, fewer when joined."""
    whole, part = (SMS_LETTERS, 153) if _GSM_7.fullmatch(text) else (70, 67)
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= whole else -(-units // part)


_SHELL: Final = (
    '<!doctype html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
    '<title>{subject}</title></head><body style="margin:0;padding:24px 16px;font:16px/1.5 system-ui,-apple-system,'
    "'Segoe UI',Roboto,sans-serif\">"
    '<div style="max-width:34em;margin:0 auto"><h1 style="font-size:20px;line-height:1.3;margin:0 0 20px">{subject}</h1>\n'
    "{body}</div></body></html>\n"
)
_PARAGRAPH: Final = '<p style="margin:0 0 14px">{}</p>\n'
_LINK: Final = '<a href="{0}" rel="noreferrer" style="word-break:break-all">{0}</a>'
_CODE: Final = (
    '<p dir="ltr" style="margin:0 0 18px;font:600 30px/1.3 ui-monospace,Consolas,monospace;'
    'letter-spacing:.12em">{}</p>\n'
)


def _html(words: Words, subject: str, said: list[str], values: Mapping[str, str | int]) -> str:
    """The shell around the same sentences. The code, if there is one, large below the first; our link can be clicked."""
    link = escape(str(values["link"])) if "://" in str(values["link"]) else ""
    anchor = _LINK.format(link)
    paragraphs = [_PARAGRAPH.format(escape(sentence)) for sentence in said]
    if link:
        paragraphs = [paragraph.replace(link, anchor) for paragraph in paragraphs]
    if "code" in values:
        paragraphs.insert(1, _CODE.format(escape(str(values["code"]))))
    return _SHELL.format(lang=words.lang, dir=words.dir, subject=escape(subject), body="".join(paragraphs))
