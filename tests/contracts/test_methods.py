"""The contract of verification methods, over the whole shelf: a file added there is tested here at once."""

from dataclasses import replace

import pytest

from keyback.core.errors import Broken
from keyback.core.messages import Text
from keyback.core.ports import Opening, Right, Wrong
from tests.contracts.kit import FILES, SHELF, Case, Counting, case
from tests.people import ADA_MAIL

ODD_ANSWERS = {
    "empty": "",
    "space": " ",
    "long": "1" * 10_000,
    "letters": "abcdefgh",
    "nul": "123456\0",
    "only nul": "\0",
    "arabic digits": "١٢٣٤٥٦٧٨",
    "wide digits": "１２３４５６",
    "superscript": "¹²³⁴⁵⁶",
    "surrogate": "\ud800" * 6,
    "sign": "+12345",
    "underscore": "123_456",
    "recovery-like": "Ⅲ-K7QM-2XNB-9RTD-4WHE",
    "no index": "KK7QM2XNB9RTD4WHE",
    "newline": "123456\n123456",
    "sql": "' or 1=1 --",
}

every_method = pytest.mark.parametrize("name", FILES)


@pytest.fixture
def ada(name: str) -> Case:
    return case(name)


def test_the_shelf_holds_what_the_product_promises() -> None:
    assert set(FILES) >= {"email_code", "sms_code", "totp", "recovery_code"}


@every_method
def test_a_file_is_named_as_its_method(name: str) -> None:
    assert SHELF[name].name == name


def test_ranks_tell_all_methods_apart() -> None:
    assert len({method.rank for method in SHELF.values()}) == len(SHELF)
    assert len({method.audit_name for method in SHELF.values()}) == len(SHELF)


@every_method
@pytest.mark.parametrize("part", ["title", "about", "sent", "sent_to", "ask", "hint", "name"])
def test_every_sentence_is_there(name: str, part: str) -> None:
    assert SHELF[name].messages[f"method.{name}.{part}"].strip()


@every_method
def test_no_sentence_belongs_to_another_method(name: str) -> None:
    assert all(id_.startswith(f"method.{name}.") for id_ in SHELF[name].messages)


@every_method
def test_what_is_sent_is_told_without_saying_whether_it_was(ada: Case) -> None:
    """ENU-6"""
    sentence = ada.method.messages[f"method.{ada.method.name}.sent"]
    assert sentence.startswith("If ")
    assert "{" not in sentence


@every_method
def test_questions_use_known_sentences(ada: Case) -> None:
    ask = ada.method.ask("KX", b"")
    assert ask.length > 0
    for text in (ask.label, ask.hint):
        assert isinstance(text, Text)
        ada.method.messages[text.id].format(**text.values)


@every_method
def test_the_right_answer_is_right(ada: Case) -> None:
    tools = Counting().tools()
    opening = ada.method.begin(ada.enrolled, tools)
    verdict = ada.method.check(ada.enrolled, opening.state, ada.answer(opening), tools)
    assert isinstance(verdict, Right)
    assert verdict.enrolment in ada.enrolled


@every_method
def test_the_right_answer_with_spaces_and_dashes_is_right(ada: Case) -> None:
    tools = Counting().tools()
    opening = ada.method.begin(ada.enrolled, tools)
    answer = f" {ada.answer(opening)[:3]} {ada.answer(opening)[3:]} "
    assert isinstance(ada.method.check(ada.enrolled, opening.state, answer, tools), Right)


@every_method
def test_an_answer_used_once_leaves_nothing_to_use_again(ada: Case) -> None:
    """COD-4, TOT-1: what the verdict asks the store for makes the same answer wrong."""
    tools = Counting().tools()
    opening = ada.method.begin(ada.enrolled, tools)
    answer = ada.answer(opening)
    verdict = ada.method.check(ada.enrolled, opening.state, answer, tools)
    assert isinstance(verdict, Right)
    used = verdict.enrolment
    if verdict.counter is not None:
        left = tuple(replace(e, counter=verdict.counter) if e == used else e for e in ada.enrolled)
    elif verdict.spends:
        left = tuple(e for e in ada.enrolled if e != used)
    else:
        left = ada.enrolled
        opening = ada.method.begin(left, tools)  # the challenge was consumed; the next one has a code of its own
        assert ada.answer(opening) != answer
    assert ada.method.check(left, opening.state, answer, tools) == Wrong()


@every_method
@pytest.mark.parametrize("odd", ODD_ANSWERS.values(), ids=ODD_ANSWERS.keys())
@pytest.mark.parametrize("known", ["enrolled", "decoy"])
def test_odd_answers_are_wrong_and_raise_nothing(ada: Case, odd: str, known: str) -> None:
    """COD-12, COD-14"""
    tools = Counting().tools()
    enrolled = ada.enrolled if known == "enrolled" else ()
    opening = ada.method.begin(enrolled, tools)
    assert ada.method.check(enrolled, opening.state, odd, tools) == Wrong()


@every_method
def test_truncated_and_padded_answers_are_wrong(ada: Case) -> None:
    """COD-14"""
    tools = Counting().tools()
    opening = ada.method.begin(ada.enrolled, tools)
    right = ada.answer(opening)
    for answer in (right[:-1], right[1:], right + "0", "0" + right, right + right):
        assert ada.method.check(ada.enrolled, opening.state, answer, tools) == Wrong()


@every_method
def test_a_decoy_is_wrong_even_with_the_very_code(ada: Case) -> None:
    """ENU-2"""
    tools = Counting().tools()
    opening = ada.method.begin((), tools)
    known = ada.method.begin(ada.enrolled, tools)
    for answer in (ada.answer(opening if opening.deliver else known), ada.answer(known)):
        assert ada.method.check((), opening.state, answer, tools) == Wrong()
        assert ada.method.check((), known.state, answer, tools) == Wrong()


def shape(opening: Opening) -> object:
    message = opening.deliver
    sent = message and (message.channel, message.template, sorted(message.values))
    return len(opening.state), sent


@every_method
def test_a_decoy_sees_and_costs_the_same(ada: Case) -> None:
    """ENU-2: same question, same state, same hashes and keyed hashes, whatever is typed."""
    known, decoy = Counting(), Counting()
    one, other = ada.method.begin(ada.enrolled, known.tools()), ada.method.begin((), decoy.tools())
    assert shape(one) == shape(other)
    assert ada.method.ask("KX", one.state) == ada.method.ask("KX", other.state)
    assert known.calls == decoy.calls
    for answer in (ada.answer(one), "12345678", "0" * 17, "1-AAAA-AAAA-AAAA-AAAA", "", "x" * 10_000):
        known.calls.clear()
        decoy.calls.clear()
        ada.method.check(ada.enrolled, one.state, answer, known.tools())
        ada.method.check((), other.state, answer, decoy.tools())
        assert known.calls == decoy.calls
        assert known.calls.count("verify") == (1 if ada.method.slow else 0)


@every_method
def test_a_message_for_a_decoy_goes_nowhere(ada: Case) -> None:
    message = ada.method.begin((), Counting().tools()).deliver
    assert message is None or message.to == ""


@every_method
def test_what_is_kept_does_not_hold_the_code(ada: Case) -> None:
    """COD-8"""
    opening = ada.method.begin(ada.enrolled, Counting().tools())
    code = ada.answer(opening).replace("-", "")
    kept = opening.state
    for form in (code.encode(), code[::-1].encode(), code.encode("utf-16-le"), code.encode().hex().encode()):
        assert form not in kept
    if code.isdigit():
        assert int(code).to_bytes(4) not in kept
    assert code not in str(ada.method.ask("KX", opening.state))


@every_method
def test_an_answer_belongs_to_its_own_challenge(ada: Case) -> None:
    """COD-5: a kept state is worth nothing in another journey, for another purpose or person."""
    opening = ada.method.begin(ada.enrolled, Counting("challenge-1").tools())
    if opening.deliver:
        elsewhere = Counting("challenge-2").tools()
        assert ada.method.check(ada.enrolled, opening.state, ada.answer(opening), elsewhere) == Wrong()
    else:
        assert opening.state == b""  # nothing that could be carried over


@every_method
def test_an_answer_belongs_to_its_own_person(ada: Case) -> None:
    """COD-5"""
    tools = Counting().tools()
    opening = ada.method.begin(ada.enrolled, tools)
    others = case(ada.method.name).enrolled
    if ada.method.contact_kind is not None:
        others = tuple(replace(e, secret=b"bo@mail.example") for e in ada.enrolled)
    assert ada.method.check(others, opening.state, ada.answer(opening), tools) == Wrong()


@every_method
def test_what_an_attacker_must_control_is_named(ada: Case) -> None:
    """GAT-2"""
    for enrolment in ada.enrolled:
        roots = ada.method.trust_roots(enrolment)
        assert roots
        assert all(root == "paper" or ":" in root for root in roots)


@every_method
def test_a_mask_shows_no_secret(ada: Case) -> None:
    enrolment = ada.enrolled[0]
    masked = ada.method.masked(enrolment)
    assert masked
    assert enrolment.secret.decode("latin-1") not in masked
    assert ADA_MAIL not in masked


@every_method
def test_registration_proves_that_the_owner_has_it(ada: Case) -> None:
    """TOT-4"""
    counting, method = Counting(), ada.method
    if method.contact_kind is not None:
        with pytest.raises(Broken):
            method.register_begin("ada@example.org", "Example", counting, counting)
        return
    made = method.register_begin("ada@example.org", "Example", counting, counting)
    for odd in ODD_ANSWERS.values():
        assert method.register_check(made, odd, counting.tools()) is None
    assert made.secrets
    assert len(set(made.secrets)) == len(made.secrets)
    assert counting.calls.count("hash") == (len(made.secrets) if method.slow else 0)
