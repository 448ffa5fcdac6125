"""The organisation's name, logo and accent: what is refused, what is shown where, and who may change it."""

import io
import re
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from keyback.app.branding.logo import FITS, drawn_anew
from keyback.core.errors import Invalid
from keyback.core.rules import colour
from tests.admin.desk import Desk
from tests.living import Living


def picture(kind: str, size: tuple[int, int] = (800, 200), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, more.pop("fill", 120)).save(out, kind, **more)  # type: ignore[arg-type]
    return out.getvalue()


def animated() -> bytes:
    out = io.BytesIO()
    first, second = Image.new("RGB", (80, 80), "red"), Image.new("RGB", (80, 80), "blue")
    first.save(out, "GIF", save_all=True, append_images=[second], duration=100)
    return out.getvalue()


def with_place() -> bytes:
    """A photograph that says where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "taken at the founder's home"
    exif.get_ifd(0x8825)[1] = "N"
    return picture("JPEG", exif=exif.tobytes())


def bomb(width: int = 20_000, height: int = 20_000) -> bytes:
    """A PNG that says it is huge; its data is a few kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width // 8 + 1) * 1_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
REFUSED = {
    "an SVG": lambda: SVG,
    "HTML": lambda: HTML,
    "a truncated PNG": lambda: picture("PNG", fill=(1, 2, 3))[:-40],
    "a PNG of nothing but its head": lambda: picture("PNG")[:33],
    "a bomb": bomb,
    "too wide": lambda: picture("PNG", (4_097, 1)),
    "a format that is not allowed": lambda: picture("BMP", (10, 10)),
    "nothing": lambda: b"\0",
}
TAKEN: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: picture("PNG"),
    "PNG with transparency": lambda: picture("PNG", mode="RGBA", fill=(10, 20, 30, 40)),
    "CMYK JPEG": lambda: picture("JPEG", mode="CMYK", fill=(1, 2, 3, 4)),
    "WebP": lambda: picture("WEBP"),
    "animated GIF": animated,
    "JPEG with a place": with_place,
    "PNG and HTML in one": lambda: picture("PNG") + HTML,
    "palette": lambda: picture("PNG", mode="P"),
    "sixteen bits": lambda: picture("PNG", mode="I;16"),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_what_is_no_small_picture_is_refused(quick: Living, make: Callable[[], bytes]) -> None:
    """WEB-8: SVG, HTML, broken and huge files leave everything as it was, and say why."""
    desk = Desk(quick, quick.operator("global_administrator"))
    desk.get("/branding")
    page = desk.upload("/branding/logo", "logo", make(), "logo.png")
    errors = [one["error"]["id"] for one in desk.parts("Upload")]
    assert desk.status == 422
    assert errors in (["logo.not_a_picture"], ["logo.too_many_pixels"])
    assert page["state"] == "branding"
    assert quick.house.looks.current().logo is None


@pytest.mark.parametrize("make", TAKEN.values(), ids=TAKEN)
def test_a_picture_is_drawn_anew_and_holds_nothing_else(make: Callable[[], bytes]) -> None:
    """WEB-8: a PNG of our own, small, one frame, without metadata and without what stood behind the picture."""
    body = drawn_anew(make())
    with Image.open(io.BytesIO(body)) as found:
        found.load()
        assert found.format == "PNG"
        assert found.mode == "RGBA"
        assert found.width <= FITS[0]
        assert found.height <= FITS[1]
        assert getattr(found, "n_frames", 1) == 1
        assert not found.info
    assert set(re.findall(rb"(?:IHDR|PLTE|tRNS|IDAT|IEND|tEXt|iTXt|zTXt|eXIf|iCCP|gAMA|pHYs)", body)) <= {
        b"IHDR",
        b"IDAT",
        b"IEND",
    }
    assert b"script" not in body
    assert b"founder" not in body
    assert drawn_anew(body) == drawn_anew(body)


def test_the_first_picture_of_a_moving_one_is_taken() -> None:
    """WEB-8."""
    with Image.open(io.BytesIO(drawn_anew(animated()))) as found:
        assert found.getpixel((1, 1)) == (255, 0, 0, 255)


@pytest.mark.parametrize("size", [(20_000, 20_000), (5_000, 5_000), (4_097, 8)])
def test_a_bomb_is_refused_by_the_size_that_it_claims(size: tuple[int, int]) -> None:
    """WEB-8, DOS-1: looked at before anything is decoded, also where the library itself would still go on."""
    with pytest.raises(Invalid) as refused:
        drawn_anew(bomb(*size))
    assert refused.value.text.id in {"logo.not_a_picture", "logo.too_many_pixels"}
    assert size[0] == 20_000 or refused.value.text.id == "logo.too_many_pixels"


def test_a_logo_is_looked_at_before_it_is_shown(living: Living) -> None:
    """issue 5: sent, looked at, used; on every page of both faces, and gone again when removed."""
    person = living.operator("global_administrator")
    desk, browser = Desk(living, person), living.browser()
    before = browser.http.get("/reset", headers={"accept": "text/html"}).text
    desk.get("/branding")
    desk.upload("/branding/logo", "logo", picture("PNG"), "logo.png")
    assert desk.status == 200
    assert living.house.looks.current().logo is None
    preview = next(one["src"] for one in desk.parts("Picture"))
    assert desk.http.get(preview).content.startswith(b"\x89PNG")
    press = next(one for one in desk.parts("Press") if one["href"] == "/branding/logo/use")
    desk.post(press["href"], **dict(press["values"]))
    logo = living.house.looks.current().logo
    assert logo is not None
    for face in (browser.http, desk.http):
        shown = face.get("/reset" if face is browser.http else "/branding", headers={"accept": "text/html"}).text
        assert f'<img class="logo" src="{logo.path}" alt="Contoso">' in shown
        got = face.get(logo.path)
        assert got.status_code == 200
        assert got.content == logo.body
        assert "immutable" in got.headers["cache-control"]
        assert got.headers["content-type"] == "image/png"
        assert got.headers["x-content-type-options"] == "nosniff"
    desk.get("/branding")
    desk.post("/branding/logo/remove", version="1")
    assert browser.http.get("/reset", headers={"accept": "text/html"}).text.count("<img") == before.count("<img") == 0
    lines = [line for line in living.story() if line["activity"] == "Set company branding"]
    assert ["logo" in line["details"] for line in lines] == [True, True]


def test_only_who_sent_a_picture_can_use_it(quick: Living) -> None:
    """WEB-8: a picture that waits is nobody else's."""
    one, other = quick.operator("global_administrator", "one"), quick.operator("global_administrator", "other")
    sender, reader = Desk(quick, one), Desk(quick, other)
    sender.get("/branding")
    sender.upload("/branding/logo", "logo", picture("PNG"))
    waiting = sender.went_to.partition("=")[2]
    reader.get(f"/branding/logo/{waiting}")
    assert reader.status == 404
    reader.get("/branding")
    reader.post("/branding/logo/use", upload=waiting, version="0")
    assert reader.status == 404
    assert quick.house.looks.current().logo is None


def test_another_file_that_waits_is_no_picture(quick: Living) -> None:
    """WEB-8: a file of people is sent as it is; it must not be given out as a logo that was drawn anew."""
    desk = Desk(quick, quick.operator("global_administrator"))
    desk.upload("/users/import", "file", b"user_id\n<script>alert(1)</script>@contoso.example\n")
    [form] = desk.parts("Form")
    other = form["action"].rpartition("/")[2]
    desk.get(f"/branding/logo/{other}")
    assert desk.status == 404
    desk.get("/branding")
    desk.post("/branding/logo/use", upload=other, version="0")
    assert desk.status == 404
    assert quick.house.looks.current().logo is None


def test_a_large_file_is_refused_unread(quick: Living) -> None:
    """issue 5: 50 MB are 413; a little too much is told on the page."""
    desk = Desk(quick, quick.operator("global_administrator"))
    desk.get("/branding")
    desk.upload("/branding/logo", "logo", bytes(50_000_000))
    assert desk.status == 413
    desk.get("/branding")
    desk.upload("/branding/logo", "logo", bytes((1 << 20) + 1))
    assert desk.status == 422
    assert [one["error"]["id"] for one in desk.parts("Upload")] == ["logo.too_large"]


def test_the_name_follows_everywhere_without_a_restart(living: Living) -> None:
    """issue 5: pages, mails' sender, authenticator apps; HTML in it is text."""
    living.ada()
    desk = Desk(living, living.operator("global_administrator"))
    desk.get("/branding")
    desk.post("/branding", name="  Fabrikam <b>&amp;</b>  Söhne ", accent="", version="0")
    name = "Fabrikam <b>&amp;</b> Söhne"
    assert desk.told() == []
    assert living.house.tenant_name == name
    html = living.browser().http.get("/reset", headers={"accept": "text/html"}).text
    assert "<b>&amp;</b>" not in html
    assert "Fabrikam &lt;b&gt;" in html
    browser = living.browser()
    browser.start()
    browser.choose("email_code")
    assert name in living.delivered()[-1]["text"]
    made = living.methods["totp"].register_begin("ada", living.house.tenant_name, living.random, living.hasher)
    assert "Fabrikam" in str(made.show)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\u200bb", "\u202eevil"])
def test_a_name_that_cannot_be_seen_is_refused(quick: Living, name: str) -> None:
    """issue 5: what was typed is kept, and nothing is changed."""
    desk = Desk(quick, quick.operator("global_administrator"))
    desk.get("/branding")
    desk.post("/branding", name=name, accent="#0b5cad", version="0")
    lines = {one["name"]: one for one in desk.parts("Line")}
    assert desk.status == 422
    assert lines["name"]["error"]["id"] == "brand.name"
    assert lines["accent"]["value"] == "#0b5cad"
    assert quick.house.tenant_name == "Contoso"


@pytest.mark.parametrize(
    ("accent", "error"),
    [("#ffd400", "brand.contrast"), ("red", "brand.colour"), ("#12345", "brand.colour"),
     ("#0b5cad;}body{display:none", "brand.colour"), ("#ffffff", "brand.contrast")],
)  # fmt: skip
def test_a_colour_that_cannot_be_read_is_refused_with_one_that_can(quick: Living, accent: str, error: str) -> None:
    """issue 5: contrast is checked; the nearest colour that passes is named, and passes."""
    desk = Desk(quick, quick.operator("global_administrator"))
    desk.get("/branding")
    desk.post("/branding", name="Contoso", accent=accent, version="0")
    line = next(one for one in desk.parts("Line") if one["name"] == "accent")
    assert (desk.status, line["error"]["id"], line["value"]) == (422, error, accent)
    if error == "brand.contrast":
        named = re.findall(r"#[0-9a-f]{6}", line["error"]["text"])[1]
        desk.post("/branding", name="Contoso", accent=named, version="0")
        assert quick.house.looks.current().accent is not None


@pytest.mark.parametrize("chosen", ["#000000", "#0b5cad", "#b3261e", "#7a4d00", "#136c3a", "#5f259f"])
def test_an_accent_can_be_read_in_light_and_dark(chosen: str) -> None:
    """issue 5: at least 4.5 to 1 between it and what is written on it, and between it and what it is written on."""
    made = colour.accent(chosen)
    assert colour.contrast(made.light, made.on_light) >= 4.5
    assert colour.contrast(made.light, colour.LIGHT) >= 4.5
    assert colour.contrast(made.dark, made.on_dark) >= 4.5
    assert colour.contrast(made.dark, colour.DARK) >= 4.5


def test_the_accent_is_a_style_sheet_of_its_own(living: Living) -> None:
    """WEB-3, issue 5: no inline style; both faces; immutable under a name made from its content."""
    desk = Desk(living, living.operator("authentication_policy_administrator"))
    desk.get("/branding")
    desk.post("/branding", name="Contoso", accent="#0B5CAD", version="0")
    accent = living.house.looks.current().accent
    assert accent is not None
    browser = living.browser()
    html = browser.http.get("/reset", headers={"accept": "text/html"}).text
    assert f'<link rel="stylesheet" href="{accent.path}">' in html
    assert "style=" not in html
    assert accent.path in desk.html("/branding")
    for face in (browser.http, desk.http):
        got = face.get(accent.path)
        assert "--accent:#0b5cad" in got.text
        assert got.headers["content-type"].startswith("text/css")
        assert "immutable" in got.headers["cache-control"]
        assert face.get("/brand/accent.000000000000.css").status_code == 404
        assert face.get("/brand/../reset/x").status_code == 404


def test_the_second_of_two_administrators_is_shown_the_difference(living: Living) -> None:
    """issue 5: two saving at once."""
    first = Desk(living, living.operator("global_administrator", "first"))
    second = Desk(living, living.operator("global_administrator", "second"))
    first.get("/branding")
    second.get("/branding")
    first.post("/branding", name="Fabrikam", accent="#0b5cad", version="0")
    second.post("/branding", name="Northwind", accent="", version="0")
    assert second.status == 409
    assert second.told() == ["brand.changed_meanwhile"]
    [changes] = second.parts("Changes")
    assert (changes["changes"][0]["old"], changes["changes"][0]["new"]) == ("Fabrikam", "Northwind")
    assert living.house.tenant_name == "Fabrikam"
    hidden = {one["name"]: one["value"] for one in second.parts("Hidden")}
    lines = {one["name"]: one["value"] for one in second.parts("Line")}
    second.post("/branding", **hidden, **lines)
    assert living.house.tenant_name == "Northwind"


def test_who_may_only_read_changes_nothing(quick: Living) -> None:
    """ADM-1: a reader sees the page without buttons, and is refused by the verb's route."""
    desk = Desk(quick, quick.operator("global_reader"))
    page = desk.get("/branding")
    assert page["state"] == "branding"
    assert all(one["disabled"] for one in desk.parts("Line"))
    assert desk.parts("Press") == desk.parts("Upload") == []
    desk.post("/branding", name="Evil", accent="", version="0")
    assert desk.status == 403
    assert quick.house.tenant_name == "Contoso"


def test_saving_needs_a_proof_of_the_last_minutes(quick: Living) -> None:
    """ADM-3: what was typed comes along."""
    desk = Desk(quick, quick.operator("global_administrator"), fresh=False)
    desk.get("/branding")
    page = desk.post("/branding", name="Fabrikam", accent="", version="0")
    assert page["state"] == "prove"
    assert quick.house.tenant_name == "Contoso"
    hidden = {one["name"]: one["value"] for one in desk.parts("Hidden")}
    desk.post("/branding", **hidden, proof=quick.code_of_app())
    assert quick.house.tenant_name == "Fabrikam"


def test_every_change_is_in_the_audit_log(living: Living) -> None:
    """AUD-1: who, and what it was before."""
    person = living.operator("global_administrator")
    desk = Desk(living, person)
    desk.get("/branding")
    desk.post("/branding", name="Fabrikam", accent="#0b5cad", version="0")
    [line] = [line for line in living.story() if line["activity"] == "Set company branding"]
    assert line["actor"] == person
    assert "Contoso -> Fabrikam" in line["details"]
    assert "- -> #0b5cad" in line["details"]
