"""IDN-1: one canonical form for user IDs, mail addresses and numbers."""

import unicodedata

import idna
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keyback.core.rules import identifiers
from keyback.core.rules.identifiers import Number, canonical, canonical_mail, canonical_number, mailbox, suffix

SAME = {
    "as given": "ada@example.org",
    "spaces around": " \tada@example.org\n",
    "no-break space around": "\u00a0ada@example.org\u3000",
    "capitals": "ADA@Example.ORG",
    "full width": "ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ",
    "ideographic stop": "ada@example。org",
    "mathematical letters": "𝐚𝐝𝐚@example.org",
}

NOBODY = {
    "empty": "",
    "only space": "   ",
    "inner space": "ada lovelace@example.org",
    "nul": "ada\0@example.org",
    "newline inside": "ada@example.org\nbcc:x@example.org",
    "delete": "ada\x7f@example.org",
    "zero width space": "a\u200bda@example.org",
    "zero width joiner": "a\u200dda@example.org",
    "byte order mark": "\ufeffada@example.org",
    "right to left override": "ada\u202e@example.org",
    "bidi isolate": "\u2066ada@example.org",
    "soft hyphen": "a\u00adda@example.org",
    "variation selector": "ada\ufe0f@example.org",
    "hangul filler": "ada\u3164@example.org",
    "grapheme joiner": "a\u034fda@example.org",
    "line separator": "ada\u2028@example.org",
    "unassigned": "ada\u0378@example.org",
    "private use": "ada\ue000@example.org",
    "surrogate": "ada\ud800@example.org",
    "tag character": "ada\U000e0061@example.org",
    "two at-signs": "ada@x@example.org",
    "nothing before": "@example.org",
    "nothing after": "ada@",
    "empty label": "ada@example..org",
    "dot at the end": "ada@example.org.",
    "label with hyphen": "ada@-example.org",
    "underscore": "ada@ex_ample.org",
    "broken a-label": "ada@xn--a.org",
    "long label": f"ada@{'a' * 64}.org",
    "too long": f"{'a' * 243}@example.org",
    "enormous": "a" * 10_000_000,
}


@pytest.mark.parametrize("typed", SAME.values(), ids=SAME.keys())
def test_all_ways_to_type_it_are_one(typed: str) -> None:
    assert canonical(typed) == "ada@example.org"
    assert canonical_mail(typed) == "ada@example.org"


@pytest.mark.parametrize("typed", NOBODY.values(), ids=NOBODY.keys())
def test_what_cannot_be_anybody_is_nobody(typed: str) -> None:
    assert canonical(typed) is None
    assert canonical_mail(typed) is None


def test_the_longest_fits_and_one_more_does_not() -> None:
    assert canonical(f"{'a' * 242}@example.org") == f"{'a' * 242}@example.org"
    assert canonical(f"{'ü' * 121}@example.org") == f"{'ü' * 121}@example.org"
    assert canonical(f"{'ü' * 121}a@example.org") is None


def test_full_case_folding_before_the_at_sign_and_uts_46_after_it() -> None:
    assert canonical("STRASSE@straße.example") == canonical("Straße@STRAßE.example") == "strasse@xn--strae-oqa.example"
    assert canonical("ada@strasse.example") != canonical("ada@straße.example")
    assert canonical("ΑΔΑΣ@bücher.example") == canonical("αδας@BÜCHER.example") == "αδασ@xn--bcher-kva.example"


def test_the_turkish_dotless_i_is_another_person() -> None:
    """Django CVE-2019-19844: `ı` must not become `i`."""
    assert canonical("mıke@example.org") != canonical("mike@example.org")


def test_an_id_without_domain_has_no_suffix() -> None:
    assert canonical(" Ada ") == "ada"
    assert suffix("ada") == ""
    assert suffix("ada@example.org") == "example.org"


ANY = st.text(st.characters(), max_size=40) | st.emails() | st.text("aA@.ßİıΣſﬀ-＠．。\u0345\u0301xn", max_size=12)


@given(ANY)
@example("İ@İ.example")
@example("ﬃ\u0345@x.example")
@example("ẞ@xn--strae-oqa.example")
def test_the_form_of_a_form_is_itself(typed: str) -> None:
    """IDN-1: idempotent, so that store, search, limiter and audit agree."""
    for form in (canonical, canonical_mail):
        once = form(typed)
        if once is not None:
            assert form(once) == once
            assert len(once.encode()) <= 254
            assert not any(unicodedata.category(c)[0] in "CZ" for c in once)


@given(ANY)
def test_case_and_compatibility_forms_never_tell_two_people_apart(typed: str) -> None:
    form = canonical(typed)
    if form is not None and "@" not in form:  # domains keep what UTS 46 keeps, such as `ß`
        assert canonical(unicodedata.normalize("NFKC", typed)) == form
        assert canonical(unicodedata.normalize("NFD", typed).casefold()) == form


@given(st.from_regex(r"[a-zA-Z0-9.-]{1,30}", fullmatch=True))
def test_the_short_way_for_plain_domains_agrees_with_uts_46(domain: str) -> None:
    try:
        long_way = idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        long_way = "."
    expected = None if long_way.endswith(".") else f"a@{long_way}"
    assert canonical(f"a@{domain}") == expected


def test_mail_keeps_letters_that_folding_would_change() -> None:
    """Another address must never be made of a deliverable one."""
    assert canonical_mail("Straße@example.org") == "straße@example.org"


@pytest.mark.parametrize(
    "typed", ["ada", "ada@localhost", ".ada@example.org", "a..b@example.org", "ada.@example.org", '"a"@example.org',
              "a,b@example.org", "<ada@example.org>", "Ada:ada@example.org", f"{'a' * 65}@example.org"]
)  # fmt: skip
def test_what_is_not_a_mail_address(typed: str) -> None:
    """INJ-3"""
    assert canonical_mail(typed) is None


@pytest.mark.parametrize(
    "spelling", ["ada@mail.example", "ADA@mail.example", "ada+1@mail.example", "ada+a+b@MAIL.example"]
)
def test_spellings_of_one_mailbox_are_one(spelling: str) -> None:
    """GAT-2"""
    assert mailbox(spelling) == "ada@mail.example"
    assert mailbox(mailbox(spelling)) == mailbox(spelling)


def test_mailboxes_of_two_people_are_two() -> None:
    assert mailbox("+ada@mail.example") != mailbox("+bo@mail.example")
    assert mailbox("ada@mail.example") != mailbox("ada@mail2.example")


@pytest.mark.parametrize(
    ("typed", "region"),
    [("+49 151 12345609", ""), ("0151/12345609", "DE"), ("0049 151 12345609", "de"), ("+4915112345609 ext. 12", ""),
     ("+49 (0)151 12345609", ""), ("＋４９ 151 12345609", ""), ("tel:+49-151-12345609", "")],
)  # fmt: skip
def test_a_number_is_kept_in_one_form_without_extension(typed: str, region: str) -> None:
    assert canonical_number(typed, region) == Number("+4915112345609", possible=True, valid=True)


def test_possible_is_told_from_valid_and_from_neither() -> None:
    assert canonical_number("+1 555 555 0100", "") == Number("+15555550100", possible=True, valid=False)
    short = canonical_number("+49 1", "DE")
    assert short is None or not short.possible


@pytest.mark.parametrize("typed", ["", "abc", "0151 12345609", "1" * 65, "\0", "+", "+0"])
def test_what_is_not_a_number(typed: str) -> None:
    assert canonical_number(typed, "") is None


@given(st.text("+0123456789 ()-/x", max_size=20))
def test_a_number_in_its_form_stays_as_it_is(typed: str) -> None:
    number = canonical_number(typed, "DE")
    if number is not None and number.possible:
        assert identifiers.canonical_number(number.e164, "") == number
