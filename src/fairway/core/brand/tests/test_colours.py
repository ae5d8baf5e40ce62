"""Colours that can be read, and the nearest that can."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.core.brand import colours

ANY = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
JUDGES = [colours.judge_accent, colours.judge_accent_dark, colours.judge_header]
INK_3, INK_3_DARK = "#5f6b76", "#8f9ba7"


def test_contrast_is_that_of_wcag():
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@given(ANY)
def test_a_colour_comes_back_from_oklch_as_it_was(colour):
    back = colours.from_oklch(*colours.to_oklch(colour))
    assert all(abs(int(colour[at : at + 2], 16) - int(back[at : at + 2], 16)) <= 1 for at in (1, 3, 5))


@pytest.mark.parametrize("judge", JUDGES)
@given(colour=ANY)
def test_the_nearest_colour_passes_and_one_that_passes_stays(judge, colour):
    verdict = judge(colour)
    assert verdict.passes == (verdict.ratio >= 4.5)
    assert judge(verdict.nearest).passes
    assert not verdict.passes or verdict.nearest == colour


@given(ANY)
def test_an_accent_that_passes_can_be_read_wherever_it_is_used(colour):
    if not colours.judge_accent(colour).passes:
        return
    light = colours.light_palette(colour)
    for ground in ("#ffffff", "#f6f8f9", light.tint, light.row):
        assert colours.contrast(colour, ground) >= 4.5
    assert colours.contrast("#ffffff", light.accent_pressed) >= 4.5
    dark = colours.dark_palette(colours.accent_for_dark(colour))
    for ground in ("#141c23", "#0f161c", dark.tint, dark.row):
        assert colours.contrast(dark.accent, ground) >= 4.5
    assert colours.contrast(dark.accent_text, dark.accent) >= 4.5


@given(ANY)
def test_grey_words_stay_readable_on_every_tint(colour):
    light, dark = colours.light_palette(colour), colours.dark_palette(colour)
    assert min(colours.contrast(INK_3, light.tint), colours.contrast(INK_3, light.row)) >= 4.5
    assert min(colours.contrast(INK_3_DARK, dark.tint), colours.contrast(INK_3_DARK, dark.row)) >= 4.5


@pytest.mark.parametrize(
    ("written", "colour"),
    [("#0B6375", "#0b6375"), (" 0b6375 ", "#0b6375"), ("#abc", "#aabbcc"), ("red", ""), ("#12345", ""), ("", ""),
     ("#0b6375;}body{display:none", "")],
)  # fmt: skip
def test_a_colour_is_six_digits_and_nothing_else(written, colour):
    assert colours.known(written) == colour


def test_a_look_without_colours_has_no_style_sheet():
    assert colours.style_sheet("", "", "") == ""
    assert colours.style_sheet("", "", "#123456") == ":root{--fw-header:#123456;--fw-header-text:#ffffff}\n"
