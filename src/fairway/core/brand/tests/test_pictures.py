"""What may come in as a picture, and what is made of it."""

import io
import struct
import zlib

import pytest
from PIL import Image

from fairway.core.brand import drawing, pictures
from fairway.core.refusals import Refused

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 50">{}<rect width="200" height="50" fill="#b00"/></svg>'


def picture(width: int, height: int, kind: str = "PNG", **extra: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (width, height), (200, 10, 10, 255)).save(out, kind, **extra)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_logo_is_drawn_anew_at_the_size_it_is_needed(kind):
    made = pictures.draw(picture(900, 300, kind), "logo")
    assert (made.width, made.height) == (288, 96)
    assert pictures.kind_of(made.png) == "png"


def test_an_icon_is_made_square():
    made = pictures.draw(picture(900, 300), "icon")
    assert (made.width, made.height) == (192, 192)


def test_a_drawing_becomes_pixels_and_loses_its_script():
    made = pictures.draw(SVG.format("<script>alert(1)</script>").encode(), "logo")
    assert (made.width, made.height) == (384, 96)
    assert b"alert" not in made.png
    assert Image.open(io.BytesIO(made.png)).convert("RGB").getpixel((9, 9)) == (187, 0, 0)


def test_what_a_file_says_beside_its_pixels_is_gone():
    from PIL.PngImagePlugin import PngInfo

    note = PngInfo()
    note.add_text("Comment", "<script>secret</script>")
    made = pictures.draw(picture(100, 100, pnginfo=note) + b"PK\x03\x04 more", "logo")
    assert b"secret" not in made.png
    assert b"PK" not in made.png


def flat_png(side: int) -> bytes:
    """A picture of many pixels in few bytes: nothing but one colour."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + side // 8)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    parts = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)), (b"IDAT", body), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


LAUGHS = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
    '<g id="a0"><rect width="1" height="1"/></g>'
    + "".join(f'<g id="a{n}">' + f'<use xlink:href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, 9))
    + "</svg>"
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GIF89a......", "PNG, WebP or SVG"),
        (b"%PDF-1.7", "PNG, WebP or SVG"),
        (b"", "PNG, WebP or SVG"),
        (b"<html><svg></svg></html>", "PNG, WebP or SVG"),
        (picture(600, 200)[:80], "cannot be read"),
        (picture(6, 6), "too small"),
        (flat_png(20_000), "too large to draw"),
        (b"\x89PNG\r\n\x1a\n" + bytes(1_000_000), "larger than 1 MB"),
        (b"<svg", "cannot be read"),
        (SVG.format('<image href="/etc/hostname.png" width="9" height="9"/>').encode(), "parts from elsewhere"),
        (SVG.format('<image href="http://127.0.0.1/x.png"/>').encode(), "parts from elsewhere"),
        (SVG.format('<image href="data:image/svg+xml;base64,AAAA"/>').encode(), "parts from elsewhere"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;").encode(), "entities"),
        (LAUGHS.encode(), "r"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="90000" height="90000"><g/></svg>', "r"),
    ],
    ids=["gif", "pdf", "nothing", "html", "cut", "tiny", "bomb", "heavy", "broken svg", "our file", "our network",
         "svg in svg", "entities", "laughs", "vast svg"],
)  # fmt: skip
def test_what_is_no_picture_or_too_much_is_refused_in_words(data, said):
    with pytest.raises(Refused, match=said) as refused:
        pictures.draw(data, "logo")
    assert refused.value.field == "logo"


def test_references_inside_the_drawing_are_allowed():
    inside = '<defs><g id="a"><rect width="5" height="5"/></g></defs><use href="#a"/>'
    assert drawing.is_complete_in_itself(SVG.format(inside))
