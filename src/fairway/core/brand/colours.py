"""Colours of a vendor as the screens need them: read well on every ground, in the light and in the dark theme.

Pure. A colour is "#rrggbb". Lightness is moved in OKLCH, where the same step looks the same in every hue.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

TEXT_MIN = 4.5  # WCAG 2.2, 1.4.3; what holds for text holds for controls (3:1) too
HEX = re.compile(r"#[0-9a-f]{6}")
WHITE, NIGHT = "#ffffff", "#0c1a20"
DEFAULT_ACCENT, DEFAULT_ACCENT_DARK = "#0b6375", "#66c0d1"
# The grounds that words and controls of the accent stand on (static/fairway/css/tokens.css).
LIGHT_GROUNDS = ("#ffffff", "#f6f8f9")
DARK_GROUNDS = ("#141c23", "#0f161c")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a colour may be used; else the lowest contrast it would have, where, and the nearest that passes."""

    passes: bool
    ratio: float
    against: str
    nearest: str


@dataclass(frozen=True, slots=True)
class Palette:
    """Values of the accent's tokens in one theme."""

    accent: str
    accent_pressed: str
    accent_text: str
    tint: str
    row: str
    accent_2: str
    accent_3: str


def known(text: str) -> str:
    """The colour as "#rrggbb", from "#RGB", "RRGGBB" and the like; "" when it is none."""
    found = text.strip().lower().removeprefix("#")
    if len(found) == 3:
        found = "".join(2 * letter for letter in found)
    return f"#{found}" if HEX.fullmatch(f"#{found}") else ""


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _encoded(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def luminance(colour: str) -> float:
    red, green, blue = _channels(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def to_oklch(colour: str) -> tuple[float, float, float]:
    """(lightness 0…1, chroma, hue in radians)."""
    r, g, b = _channels(colour)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return light, math.hypot(a, b), math.atan2(b, a)


def _raw(light: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def from_oklch(light: float, chroma: float, hue: float) -> str:
    """The colour, with as much of the chroma as a screen can show."""
    light = min(1.0, max(0.0, light))
    for part in range(21):
        channels = _raw(light, chroma * (1 - part / 20), hue)
        if all(-0.002 <= value <= 1.002 for value in channels):
            break
    encoded = (_encoded(min(1.0, max(0.0, value))) for value in channels)
    return "#" + "".join(f"{round(255 * value):02x}" for value in encoded)


def nearest(colour: str, passes: Callable[[str], bool]) -> str:
    """The colour of the same hue, as little lighter or darker as it takes; black or white at the end of the way."""
    if passes(colour):
        return colour
    light, chroma, hue = to_oklch(colour)
    for step in range(1, 401):
        for moved in (light - step / 400, light + step / 400):
            candidate = from_oklch(moved, chroma, hue)
            if 0 <= moved <= 1 and passes(candidate):
                return candidate
    return next((end for end in ("#000000", "#ffffff") if passes(end)), "#000000")


def _toned(colour: str, light: float, chroma_most: float) -> str:
    _, chroma, hue = to_oklch(colour)
    return from_oklch(light, min(chroma, chroma_most), hue)


def light_palette(accent: str) -> Palette:
    light, chroma, hue = to_oklch(accent)
    return Palette(
        accent, from_oklch(light - 0.08, chroma, hue), WHITE, _toned(accent, 0.953, 0.016),
        _toned(accent, 0.963, 0.012), _toned(accent, 0.74, 0.09), _toned(accent, 0.92, 0.03),
    )  # fmt: skip


def dark_palette(accent: str) -> Palette:
    light, chroma, hue = to_oklch(accent)
    return Palette(
        accent, from_oklch(light + 0.07, chroma, hue), NIGHT, _toned(accent, 0.295, 0.045),
        _toned(accent, 0.26, 0.025), _toned(accent, 0.56, 0.09), _toned(accent, 0.33, 0.04),
    )  # fmt: skip


def _pairs(palette: Palette, grounds: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for ground in (*grounds, palette.tint, palette.row):
        yield palette.accent, ground
    yield palette.accent_text, palette.accent
    yield palette.accent_text, palette.accent_pressed


def _worst(palette: Palette, grounds: tuple[str, ...]) -> tuple[float, str]:
    """The lowest contrast of all the accent is used for, and the colour beside which it is."""
    found = ((contrast(one, other), other if one == palette.accent else one) for one, other in _pairs(palette, grounds))
    return min(found)


def _verdict(colour: str, worst: Callable[[str], tuple[float, str]]) -> Verdict:
    ratio, against = worst(colour)
    passes = ratio >= TEXT_MIN
    return Verdict(passes, ratio, against, colour if passes else nearest(colour, lambda one: worst(one)[0] >= TEXT_MIN))


def judge_accent(accent: str) -> Verdict:
    """May this colour carry links, filled buttons and the mark of focus in the light theme?"""
    return _verdict(accent, lambda one: _worst(light_palette(one), LIGHT_GROUNDS))


def judge_accent_dark(accent: str) -> Verdict:
    """The same in the dark theme."""
    return _verdict(accent, lambda one: _worst(dark_palette(one), DARK_GROUNDS))


def judge_header(header: str) -> Verdict:
    """May white or night-blue words stand on this ground?"""
    return _verdict(header, lambda one: max((contrast(text, one), text) for text in (WHITE, NIGHT)))


def text_on(ground: str) -> str:
    """White or night blue, whichever reads better there."""
    return max((WHITE, NIGHT), key=lambda text: contrast(text, ground))


def accent_for_dark(accent: str) -> str:
    """The accent of the dark theme where none was chosen: the same hue, light enough."""
    return judge_accent_dark(accent).nearest


_TOKENS = ("accent", "accent_pressed", "accent_text", "tint", "row", "accent_2", "accent_3")


def style_sheet(accent: str, accent_dark: str, header: str, *, scope: str = ":root") -> str:
    """The tokens of a look; colours that are "" stay those of the house."""
    rules = []
    if accent or accent_dark:
        light = light_palette(accent or DEFAULT_ACCENT)
        dark = dark_palette(accent_dark or accent_for_dark(accent))
        rules += [
            f"--fw-{name.replace('_', '-')}:light-dark({getattr(light, name)},{getattr(dark, name)})"
            for name in _TOKENS
        ]
    if header:
        rules += [f"--fw-header:{header}", f"--fw-header-text:{text_on(header)}"]
    return f"{scope}{{{';'.join(rules)}}}\n" if rules else ""
