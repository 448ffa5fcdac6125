"""Text messages over HTTP: as Twilio's own SDK sends them, and by a gateway that is described in settings."""

import json
import logging
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import pytest
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from keyback.channels.outbound import MOST_OCTETS, is_public
from keyback.channels.outbound import Gateway as Place
from keyback.channels.outbound import request as one_request
from keyback.channels.sms_http import SmsHttp, SmsHttpSettings
from keyback.channels.sms_twilio import Twilio, TwilioSettings
from keyback.core.errors import Invalid
from keyback.core.ports import Channel, DeliveryFailed, Letter
from tests.edges.gateway import Gateway, serving
from tests.edges.mail_server import Authority, free_port

ACCOUNT, TOKEN = "AC" + "0a" * 16, "s3cr3t-t0ken"
TEXT = "Contoso: 12345678 & {to} ist Ihr Code für äöü+%\n\n@reset.example #12345678"
LETTER = Letter("4f" * 16, "+4915112345609", "", TEXT, "", "de", "", 1_790_000_000_000)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving(Gateway()) as serving_gateway:
        yield serving_gateway


def twilio(gateway: Gateway, **changes: Any) -> Twilio:
    base = TwilioSettings(ACCOUNT, TOKEN, sender="+15005550006", base_url=gateway.url, allow_private=True, seconds=1)
    return Twilio(replace(base, **changes))


def generic(gateway: Gateway, **changes: Any) -> SmsHttp:
    template = '{"messages": [{"dst": "{to}", "body": "Msg: {text}", "flash": false, "n": 1}], "ref": "{id}"}'
    base = SmsHttpSettings(f"{gateway.url}/send?v=2", template, allow_private=True, seconds=1)
    return SmsHttp(replace(base, **changes))


def failure(channel: Channel, letter: Letter = LETTER) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as raised:
        channel.send(letter)
    for hidden in (TOKEN, letter.to, "12345678"):
        assert hidden not in raised.value.why
    return raised.value


class SdkToStub(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's SDK as it is, sent to the stub instead of api.twilio.com."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        return super().request(method, url.replace("https://api.twilio.com", self._base), *args, **kwargs)


@pytest.mark.parametrize("sender", [{"sender": "+15005550006"}, {"sender": "", "messaging_service_sid": "MG12"}])
def test_twilio_gets_the_same_request_from_us_as_from_its_own_sdk(gateway: Gateway, sender: dict[str, str]) -> None:
    gateway.body = json.dumps({"sid": "SM4711", "status": "queued"}).encode()
    client = SdkToStub(gateway.url)
    theirs = {"from_": sender["sender"]} if sender["sender"] else {"messaging_service_sid": "MG12"}
    sdk = Client(ACCOUNT, TOKEN, http_client=client)
    assert sdk.messages.create(to=LETTER.to, body=LETTER.text, **theirs).sid == "SM4711"
    client.session.close()

    assert twilio(gateway, **sender).send(LETTER).reference == "SM4711"

    first, second = gateway.asked
    assert (second.method, second.path) == (first.method, first.path)
    assert dict(parse_qsl(second.body.decode())) == dict(parse_qsl(first.body.decode()))
    for header in ("authorization", "content-type"):
        assert second.headers[header] == first.headers[header]


def test_the_letter_is_its_own_idempotency_key_at_twilio(gateway: Gateway) -> None:
    """F15: both attempts carry the same token."""
    channel = twilio(gateway)
    channel.send(LETTER)
    channel.send(LETTER)
    assert [asked.headers["i-twilio-idempotency-token"] for asked in gateway.asked] == [LETTER.id, LETTER.id]


@pytest.mark.parametrize(
    ("status", "code", "words", "for_ever"),
    [
        (400, 21211, "not valid", True),
        (400, 21610, "send nothing more", True),
        (401, 20003, "refused the account", False),
        (403, 21408, "geographic permissions", False),
        (429, 20429, "HTTP 429, Twilio 20429", False),
        (400, 29999, "HTTP 400, Twilio 29999", True),
    ],
)
def test_twilios_refusals_are_put_into_words(
    gateway: Gateway, status: int, code: int, words: str, *, for_ever: bool
) -> None:
    gateway.status = status
    gateway.body = json.dumps({"code": code, "message": f"The number {LETTER.to} ...", "status": status}).encode()
    failed = failure(twilio(gateway))
    assert words in failed.why
    assert (failed.for_ever, failed.doubt) == (for_ever, False)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_gateway_in_trouble_leaves_a_doubt(gateway: Gateway, status: int) -> None:
    """F15."""
    gateway.status, gateway.body = status, b"<html>"
    failed = failure(twilio(gateway))
    assert (failed.for_ever, failed.doubt) == (False, True)


# --- any gateway -----------------------------------------------------------------------------------------------


def test_values_are_put_into_json_as_values(gateway: Gateway) -> None:
    """INJ-4: quotes, braces and line breaks in a text change nothing around it."""
    gateway.body = b'{"messages": [{"id": "abc-1"}]}'
    nasty = replace(LETTER, text='a", "to": "+1666", "x": "\n{id} \\')
    assert generic(gateway, receipt="/messages/0/id").send(nasty).reference == "abc-1"
    asked = gateway.asked[0]
    assert (asked.method, asked.path) == ("POST", "/send?v=2")
    assert asked.headers["content-type"] == "application/json"
    message = {"dst": nasty.to, "body": f"Msg: {nasty.text}", "flash": False, "n": 1}
    assert json.loads(asked.body) == {"messages": [message], "ref": nasty.id}


def test_values_are_put_into_a_form_as_values(gateway: Gateway) -> None:
    gateway.status, gateway.body = 200, b"OK"
    channel = generic(gateway, template="user=kb&to={to}&text=Hi+{text}", encoding="form", receipt="/id", method="PUT")
    assert channel.send(replace(LETTER, text="a&to=+1666&b=ü")).reference == ""
    asked = gateway.asked[0]
    assert asked.method == "PUT"
    assert parse_qs(asked.body.decode()) == {"user": ["kb"], "to": [LETTER.to], "text": ["Hi a&to=+1666&b=ü"]}


def test_headers_carry_the_key_and_the_idempotency_key(gateway: Gateway) -> None:
    channel = generic(gateway, headers={"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "kb-{id}"})
    channel.send(LETTER)
    assert gateway.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert gateway.asked[0].headers["idempotency-key"] == f"kb-{LETTER.id}"


def test_only_a_listed_status_is_success(gateway: Gateway) -> None:
    gateway.status = 202
    assert "HTTP 202" in failure(generic(gateway, success=frozenset({200}))).why


@pytest.mark.parametrize("to", ["015112345609", "+49 151", "ada@mail.example", "+4915112345609\r\nX: y", ""])
def test_only_numbers_in_international_form_are_sent_to(gateway: Gateway, to: str) -> None:
    for channel in (generic(gateway), twilio(gateway)):
        with pytest.raises(DeliveryFailed) as raised:
            channel.send(replace(LETTER, to=to))
        assert raised.value.for_ever
    assert gateway.asked == []


# --- the way out -----------------------------------------------------------------------------------------------


def test_a_redirect_is_not_followed(gateway: Gateway) -> None:
    """INJ-8."""
    gateway.status, gateway.location = 307, f"{gateway.url}/elsewhere"
    assert "a redirect, which is not followed" in failure(generic(gateway)).why
    assert len(gateway.asked) == 1


@pytest.mark.parametrize("url", ["https://127.0.0.1:{port}", "https://localhost:{port}", "https://[::1]:{port}"])
def test_a_private_address_needs_its_exception(url: str) -> None:
    """INJ-8: refused before a connection is made."""
    template = '{"a": "{to}{text}"}'
    channel = SmsHttp(SmsHttpSettings(url.format(port=free_port()), template))
    assert "is in a private network" in failure(channel).why


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "0.0.0.0",  # noqa: S104
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    """INJ-8."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_time_runs_out_as_a_whole_even_if_octets_keep_coming(gateway: Gateway) -> None:
    """INJ-8, F15: one deadline, and a doubt, because the request has arrived."""
    gateway.drip, gateway.body = True, b" " * 100
    failed = failure(generic(gateway, seconds=0.5))
    assert failed.doubt
    assert len(gateway.asked) == 1


def test_a_slow_gateway_leaves_a_doubt_and_a_dead_one_does_not(gateway: Gateway) -> None:
    """F15."""
    gateway.wait = 0.6
    assert failure(generic(gateway, seconds=0.3)).doubt
    dead = failure(generic(gateway, url=f"http://127.0.0.1:{free_port()}"))
    assert (dead.why, dead.doubt) == ("127.0.0.1 refuses connections.", False)


def test_a_name_that_cannot_be_resolved_or_points_elsewhere_gets_nothing(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F35: no name service, or one that lies: nothing was sent, nothing is encrypted less, and it is tried again."""

    def away(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_AGAIN, "no name service")

    place = gateway.url.replace("127.0.0.1", "gateway.example")
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", away)
        failed = failure(generic(gateway, url=place))
    assert (failed.for_ever, failed.doubt) == (False, False)
    poisoned = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(gateway.url.rpartition(":")[2])))]
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lambda *_, **__: poisoned)
        encrypted = failure(generic(gateway, url=place.replace("http://", "https://")))
    assert not encrypted.doubt
    assert gateway.asked == []


def test_a_huge_answer_is_cut(gateway: Gateway) -> None:
    """INJ-8."""
    gateway.body = b"x" * (MOST_OCTETS * 3)
    answer = one_request(Place(gateway.url, allow_private=True), "POST", {}, b"")
    assert len(answer.body) == MOST_OCTETS


def test_the_certificate_of_a_gateway_is_verified(tmp_path: Path) -> None:
    """CRY-6."""
    with serving(Gateway()) as gateway:
        place = gateway.url.replace("http://127.0.0.1", "https://localhost")
        failed = failure(generic(gateway, url=place))
        assert failed.why == "No encrypted connection to localhost could be made."
    assert Authority(tmp_path).context().verify_mode is ssl.CERT_NONE


def test_no_secret_is_logged(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    """SND-10."""
    with caplog.at_level(logging.DEBUG):
        twilio(gateway).send(LETTER)
        generic(gateway, headers={"Authorization": TOKEN}).send(LETTER)
    assert caplog.records == []
    assert TOKEN not in repr(TwilioSettings(ACCOUNT, TOKEN))
    assert TOKEN not in repr(SmsHttpSettings("https://x.example", "", headers={"Authorization": TOKEN}))


# --- settings --------------------------------------------------------------------------------------------------


def test_every_mistake_in_twilios_settings_is_named_at_once() -> None:
    with pytest.raises(Invalid) as raised:
        Twilio(TwilioSettings("AC1", "", base_url="http://api.twilio.com"))
    assert {mistake.id.removeprefix("twilio.settings.") for mistake in raised.value.mistakes} == {
        "account",
        "auth",
        "sender",
        "url",
    }


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"url": "http://sms.example/send"}, "url"),
        ({"url": "https://user:pass@sms.example/"}, "url"),
        ({"url": "ftp://sms.example/"}, "url"),
        ({"url": "https://sms.example/a b"}, "url"),
        ({"method": "GET"}, "method"),
        ({"encoding": "xml"}, "encoding"),
        ({"template": '{"to": "{to}"}'}, "template"),
        ({"template": "{to} {text}"}, "template"),
        ({"template": '{"{to}": "{text}"}'}, "template"),
        ({"headers": {"X": "a\r\nb"}}, "headers"),
        ({"headers": {"X": "{text}"}}, "headers"),
        ({"success": frozenset({200, 302})}, "success"),
        ({"receipt": "id"}, "receipt"),
    ],
)
def test_mistakes_in_a_gateways_settings_are_named(changes: dict[str, Any], mistake: str) -> None:
    good = SmsHttpSettings("https://sms.example/send", '{"to": "{to}", "text": "{text}"}')
    assert good.mistakes() == ()
    assert [each.id for each in replace(good, **changes).mistakes()] == [f"sms_http.settings.{mistake}"]
