"""Static files as production serves them: named by content, compressed, kept for ever, and light."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client, override_settings

from fairway.core.http import statics, tags
from fairway.core.http.assets import JOINED_STYLESHEET, STYLESHEETS

pytestmark = pytest.mark.django_db

# Bytes of all that stands in the way of the first picture of a page, as a browser that knows brotli receives them.
FIRST_PAINT_STYLES = 14_000
FIRST_PAINT_SCRIPTS = 28_000
FIRST_PAINT_ALL = 100_000  # with the font and the icons

YEARS = "max-age=315360000, public, immutable"


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("static")
    changed: dict[str, Any] = {
        "STATIC_ROOT": folder,
        "STATIC_IS_COLLECTED": True,
        "WHITENOISE_USE_FINDERS": False,
        "STORAGES": {**settings.STORAGES, "staticfiles": {"BACKEND": f"{statics.__name__}.CollectedStorage"}},
    }
    with override_settings(**changed):
        _draw_anew()
        assert statics.collect() is True
        yield folder
    _draw_anew()


def _draw_anew() -> None:
    """Forget what was drawn with other addresses of files."""
    for kept in (tags._files, tags._icon, tags._page_end, tags._shell_part):
        kept.cache_clear()


def body(answer: Any) -> bytes:
    content = b"".join(answer.streaming_content)
    answer.close()
    return content


def page(client: Client) -> str:
    return client.get("/accounts/login/").content.decode()


def test_collecting_again_does_nothing_until_a_file_changes(collected: Path) -> None:
    assert statics.collect() is False
    (collected / statics.STAMP).write_text('{"fingerprint": "older"}')
    assert statics.collect() is True


def test_every_file_of_a_page_is_named_by_its_content_and_kept_for_ever(collected: Path) -> None:
    client = Client()
    addresses = re.findall(r'(?:href|src)="(/static/[^"#]+)', page(client))
    assert len(addresses) >= 6
    for address in addresses:
        answer = client.get(address)
        assert body(answer)
        assert (answer.status_code, answer["Cache-Control"]) == (200, YEARS), address
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", address), address


def test_a_name_without_its_content_is_not_there(collected: Path) -> None:
    assert not (collected / "fairway/css/base.css").exists()
    assert Client().get("/static/fairway/css/base.css").status_code == 404


def test_a_browser_is_sent_brotli_or_gzip_or_plain_as_it_asks(collected: Path) -> None:
    address = staticfiles_storage.url(JOINED_STYLESHEET)
    sizes = {}
    for asked, said in (("br, gzip", "br"), ("gzip", "gzip"), ("identity", "")):
        answer = Client().get(address, headers={"accept-encoding": asked})
        assert (answer.get("Content-Encoding", ""), answer["Vary"]) == (said, "Accept-Encoding")
        sizes[said] = len(body(answer))
    assert sizes["br"] < sizes["gzip"] < sizes[""] / 4


def test_one_style_sheet_holds_all_of_them_with_their_pictures(collected: Path) -> None:
    links = re.findall(r'rel="stylesheet" href="([^"]+)"', page(Client()))
    assert links == [staticfiles_storage.url(JOINED_STYLESHEET)]
    sheet = (collected / staticfiles_storage.stored_name(JOINED_STYLESHEET)).read_text()
    named = re.findall(r'url\("?([^")]+)"?\)', sheet)
    assert len(named) >= 10
    for name in named:
        assert (collected / "fairway/css" / name).resolve().exists(), name
    for path in STYLESHEETS:
        own = (collected / staticfiles_storage.stored_name(path)).read_text()
        first_rule = next(line for line in own.splitlines() if "{" in line and "url(" not in line)
        assert first_rule in sheet, path


def test_addresses_in_a_style_sheet_are_rewritten_for_its_new_place() -> None:
    sheet = "a { src: url(./files/x.woff2) } b { src: url(\"data:x\"); c: url(/y); d: url('../img/z.svg') }"
    assert statics.moved(sheet, "vendor/inter/wght.css", "fairway/css/all.css") == (
        'a { src: url("../../vendor/inter/files/x.woff2") } b { src: url("data:x"); c: url(/y); '
        'd: url("../../vendor/img/z.svg") }'
    )


def test_the_first_picture_of_a_page_is_light(collected: Path) -> None:
    text = page(Client())
    styles = sent(re.findall(r'rel="stylesheet" href="([^"]+)"', text))
    scripts = sent(re.findall(r'<script[^>]* src="([^"]+)"', text))
    rest = sent({*re.findall(r'rel="preload" href="([^"]+)"', text), staticfiles_storage.url("fairway/icons.svg")})
    assert 5_000 < styles <= FIRST_PAINT_STYLES
    assert 5_000 < scripts <= FIRST_PAINT_SCRIPTS
    assert styles + scripts + rest <= FIRST_PAINT_ALL


def sent(addresses: Any) -> int:
    """Bytes of the files under these addresses, as brotli where that is known."""
    total = 0
    for address in addresses:
        answer = Client().get(address, headers={"accept-encoding": "br"})
        assert answer.status_code == 200, address
        total += len(body(answer))
    return total


def test_pages_are_compressed_for_browsers_that_ask(db: None) -> None:
    plain = Client().get("/accounts/login/")
    packed = Client().get("/accounts/login/", headers={"accept-encoding": "gzip"})
    assert (plain.get("Content-Encoding"), packed["Content-Encoding"]) == (None, "gzip")
    assert len(packed.content) < len(plain.content) / 2
    assert packed["Content-Security-Policy"] == plain["Content-Security-Policy"]
