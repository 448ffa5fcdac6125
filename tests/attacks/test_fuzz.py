"""Whatever is typed, sent or uploaded: not examples but what must hold for all of it."""

import io
import json
import unicodedata
from collections.abc import Callable
from contextlib import closing

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from keyback.app.people.table import LONGEST_LINE
from keyback.app.policy.document import read
from keyback.app.policy.writing import write
from keyback.core.errors import Refused
from keyback.core.policy import Policy
from keyback.core.rules import identifiers
from keyback.core.rules.identifiers import MAX_BYTES, canonical, canonical_mail, canonical_number, mailbox
from keyback.web import guards, reports, work
from keyback.web.call import read_cookies
from tests.app.import_help import HEADER, Heard, bring_in, everything, table
from tests.living import Living
from tests.snapshot import Snapshot

FORBIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}
ODD = "aZéßﬁ\u0130\u0131\u017f\u212aＡ１@.-+_'\"\\,;:=()<>| \t\r\n\0\x07\x85\u00a0\u00ad\u034f\u061c\u200b\u200d\u202e\u2066\u2028\ufeff\ufffd\u3002\uff20\uff0e\U000e0041\ud800"
ANY = st.text(max_size=60) | st.text(ODD, max_size=40) | st.text("ab.-@é\u0301\u0345ΐ", max_size=12)
LOCALS = st.text(st.characters(categories=["L", "M", "N"]), min_size=1, max_size=20)
MANY, LONG = 300, 20_000


both = pytest.mark.parametrize("often", [MANY, pytest.param(LONG, marks=pytest.mark.soak)])
"""The same test with many more examples for `make soak`."""


def each(often: int, **given_: st.SearchStrategy[object]) -> Callable[[Callable[..., None]], None]:
    """Run a check for so many examples, at once."""
    calm = [HealthCheck.too_slow, HealthCheck.data_too_large]

    def run(check: Callable[..., None]) -> None:
        settings(max_examples=often, database=None, suppress_health_check=calm)(given(**given_)(check))()

    return run


@both
def test_a_user_id_has_one_form_and_it_stays(often: int) -> None:
    """IDN-1, INJ-6: idempotent, never too long, and nothing in it that cannot be seen."""

    @each(often, typed=ANY)
    def check(typed: str) -> None:
        form = canonical(typed)
        if form is not None:
            assert canonical(form) == form
            assert 0 < len(form.encode()) <= MAX_BYTES
            assert not {unicodedata.category(letter) for letter in form} & FORBIDDEN
            assert form.count("@") <= 1


@both
def test_spellings_of_one_user_id_meet(often: int) -> None:
    """IDN-1, IDN-2, THR-2: case, width, composition and spaces around make no second account and no second budget."""
    wide = {ord(" ") + number: 0xFF00 + number for number in range(1, 95)}

    @each(often, local=LOCALS, domain=st.sampled_from(["contoso.example", "b\u00fccher.example"]))
    def check(local: str, domain: str) -> None:
        form = canonical(f"{local}@{domain}")
        if form is None:
            return
        raised = "".join(up if (up := one.upper()).casefold() == one.casefold() else one for one in local)
        composed = [unicodedata.normalize(way, local) for way in ("NFC", "NFD", "NFKC", "NFKD")]
        for spelling in (raised, local.casefold(), local.translate(wide), *composed):
            assert canonical(f" {spelling}@{domain.upper()}\t") == form


@both
def test_an_address_can_only_be_one_address(often: int) -> None:
    """INJ-3, GAT-2: no header, no second recipient; and its mailbox stays its mailbox."""

    @each(often, typed=ANY | st.tuples(ANY, LOCALS).map("@".join) | LOCALS.map(lambda local: f"{local}@b.example"))
    def check(typed: str) -> None:
        form = canonical_mail(typed)
        if form is not None:
            assert canonical_mail(form) == form
            assert len(form.encode()) <= MAX_BYTES
            assert form.count("@") == 1
            assert not {unicodedata.category(letter) for letter in form} & FORBIDDEN
            assert not set(form) & set('",;:<>()[]\\')
            assert mailbox(mailbox(form)) == mailbox(form)


@both
def test_a_number_is_digits_or_nothing(often: int) -> None:
    """SND-1."""
    dialled = st.text("+0123456789 ()-/x.,;#*e\uff11\u0661", max_size=30) | ANY
    regions = st.sampled_from(["", "DE", "us", "GB", "FR", "XX"])

    @each(often, typed=dialled, region=regions)
    def check(typed: str, region: str) -> None:
        number = canonical_number(typed, region)
        if number is not None and number.possible:
            assert number.e164[0] == "+"
            assert number.e164[1:].isascii()
            assert number.e164[1:].isdigit()
            assert len(number.e164) <= 16
            assert identifiers.canonical_number(number.e164, "") == number


@both
def test_a_body_is_fields_or_refused(often: int) -> None:
    """WEB-5, WEB-6, COD-12, DOS-5: only what is declared, once, as text of fair size."""
    names = st.sampled_from(["user_id", "answer", "token", "gates", "user_id[]", "", "a"])
    values = st.none() | st.booleans() | st.integers() | ANY | st.lists(ANY, max_size=2) | st.just("x" * 5_000)
    objects = st.dictionaries(names, values, max_size=4).map(lambda one: json.dumps(one).encode())
    pairs = st.lists(st.tuples(names, ANY), max_size=5)
    forms = pairs.map(lambda some: "&".join(f"{a}={b}" for a, b in some).encode("utf-8", "surrogatepass"))
    kinds = st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "text/plain", "APPLICATION/JSON;x"]
    )

    @each(often, body=st.binary(max_size=80) | objects | forms, kind=kinds)
    def check(body: bytes, kind: str) -> None:
        fields: dict[str, str] = {}
        status = 200
        try:
            fields = guards.read_fields(body, kind, ("user_id", "answer"))
        except guards.Stop as stop:
            status = stop.status
        assert status in {200, 400, 415}
        assert set(fields) <= {"user_id", "answer"}
        for value in fields.values():
            assert len(value) <= guards.LARGEST_FIELD
            value.encode()


@both
def test_headers_and_reports_are_read_or_not(often: int) -> None:
    """WEB-3, WEB-5, INJ-6: cookies, proofs of work and browsers' reports."""
    places = st.recursive(ANY | st.none(), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(
        st.sampled_from(["csp-report", "body", "effective-directive", "blocked-uri", "blockedURL"]), inner, max_size=3,
    ))  # fmt: skip
    whole = st.binary(max_size=80) | places.map(lambda one: json.dumps(one).encode())

    @each(often, text=ANY, body=whole)
    def check(text: str, body: bytes) -> None:
        for value in read_cookies(f"keyback-visit={text}; keyback-journey={text}", secure=False).values():
            assert value.replace("-", "").isalnum()
        assert work.check(text, b"key", 0) is None
        report, status = {"directive": "none"}, 200
        try:
            report = reports.read_report(body, reports.MEDIA_TYPES[0])
        except guards.Stop as stop:
            status = stop.status
        assert status in {200, 400}
        for value in report.values():
            assert value.isascii()
            assert value.isprintable()
            assert 0 < len(value) <= 60


YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from([*Policy.__dataclass_fields__, "enabled_for", "preset", "email_code"]) | ANY, inner,
                      max_size=4),
    max_leaves=12,
)  # fmt: skip
PIECES = st.lists(
    st.sampled_from(
        ["self_service:", "methods:", " email_code: {}", "  - a", "&a", "*a", "<<: *a", "!!python/object:os.system",
         "!!binary x", "enabled_for: all", "limits:", "  sends_per_hour: 1e9", "? [a]", "%YAML 9", "---", "...", "\t",
         "{", "[", "'", '"', "|", ">-", "0o17", "2026-11-24", "passwords: {preset: entra}", "key: key", "\u2028", "#"]
    ),
    max_size=12,
)  # fmt: skip


@both
def test_a_policy_document_is_a_policy_or_told_what_is_wrong(often: int) -> None:
    """DOS-2, ADM-11: never a crash; what is accepted can be written down and read again as the same."""

    @each(often, data=st.binary(max_size=100) | YAML.map(lambda one: json.dumps(one).encode()) | PIECES.map(
        lambda some: "\n".join(some).encode()))  # fmt: skip
    def check(data: bytes) -> None:
        reading = read(data)
        if reading.mistakes:
            assert all(one.id.startswith("policy.") for one in reading.mistakes)
        else:
            assert read(write(reading.policy, "").encode()).policy == reading.policy


CELLS = st.sampled_from(
    ["ada@contoso.example", "bo@contoso.example", "ADA@CONTOSO.EXAMPLE", "=cmd|'/c calc'!A1", "+49 151 12345609", "@SUM(1)",
     "true", "no", "", " ", '"', 'a"b', "a\nb", "\ud800", "\0", "\u202eada@contoso.example", "x" * 400]
) | ANY  # fmt: skip
ROWS = st.lists(st.lists(CELLS, max_size=8), max_size=5)


def bytes_of(rows: list[list[str]], separator: str, encoding: str) -> bytes:
    """As a careless program writes it."""
    lines = [separator.join(HEADER), *(separator.join(row) for row in rows)]
    return "\r\n".join(lines).encode(encoding, "replace")


FILES = st.binary(max_size=200) | st.builds(
    bytes_of, ROWS, st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"])
)


def import_twice(living: Living, raw: bytes, *, skip_bad: bool) -> None:
    """All, or with `skip_bad` all but the lines that are named; and again it changes nothing."""
    heard = Heard()
    before = everything(living)
    try:
        report = bring_in(living, lambda: closing(io.BytesIO(raw)), heard, skip_bad=skip_bad)
    except Refused:
        assert everything(living) == before
        return
    assert report.bad == len({mistake.line for mistake in heard.mistakes})
    assert all(1 <= mistake.line <= raw.count(b"\n") + raw.count(b"\r") + 1 for mistake in heard.mistakes)
    after = everything(living)
    if not skip_bad and report.bad:
        assert after == before
        return
    assert len(after["person"]) == len(before["person"]) + report.added
    assert report.people == report.added + report.changed + report.unchanged + report.conflicts
    again = bring_in(living, lambda: closing(io.BytesIO(raw)), Heard(), skip_bad=skip_bad)
    assert (again.added, again.changed) == (0, 0)
    once_more = everything(living)
    for name in ("person", "contact", "credential", "readiness", "outbox"):
        assert once_more[name] == after[name]


@both
def test_a_people_file_is_imported_whole_or_named_line_by_line(quick: Living, often: int) -> None:
    """IDN-2, INJ-6, DOS-2: any bytes, any encoding, quotes, NULs, formulas."""
    snapshot = Snapshot(quick)

    @each(often, raw=FILES, skip_bad=st.booleans())
    @example(raw=bytes_of([["ada@contoso.example", "Ada", "true", "+4915112345609", "a@b.example", ""]], ",", "utf-8"),
             skip_bad=False)  # fmt: skip
    def check(raw: bytes, *, skip_bad: bool) -> None:
        snapshot.restore()
        import_twice(quick, raw, skip_bad=skip_bad)


@pytest.mark.parametrize("field", range(len(HEADER)))
def test_a_field_of_a_megabyte_is_one_bad_line(quick: Living, field: int) -> None:
    """DOS-2."""
    good = ["ada@contoso.example", "Ada", "true", "", "", ""]
    huge = [*good[:field], "a" * 1_000_000, *good[field + 1 :]]
    heard = Heard()
    report = bring_in(quick, table([huge, ["bo@contoso.example", "Bo", "true", "", "", ""]]), heard, skip_bad=True)
    assert LONGEST_LINE < 1_000_000
    assert (report.added, report.bad, {mistake.line for mistake in heard.mistakes}) == (1, 1, {2})
