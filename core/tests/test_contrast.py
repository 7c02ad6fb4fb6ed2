"""The contrast table of the design language, recomputed from the style sheet."""

import re
from pathlib import Path

import pytest
from django.conf import settings

SHEET = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text()
BLOCKS = {
    "light": r":root \{(.*?)\n  \}",
    "dark": r':root\[data-theme="dark"\] \{(.*?)\n    \}',
    "dark by the system": r':root\[data-theme="system"\] \{(.*?)\n    \}',
}
THEMES = {
    name: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", re.search(pattern, SHEET, re.S)[1]))
    for name, pattern in BLOCKS.items()
}
TEXT = [
    ("text", ["surface", "surface-2", "bg", "sunken", "accent-soft"]),
    ("text-2", ["surface", "surface-2", "bg", "sunken", "chip", "accent-soft"]),
    ("text-3", ["surface", "surface-2", "bg", "sunken", "accent-soft"]),
    ("accent-text", ["surface", "surface-2", "bg", "accent-soft"]),
    ("on-accent", ["accent", "accent-hover"]),
    ("on-inverse", ["inverse"]),
    ("ok", ["surface", "surface-2", "bg", "ok-soft", "accent-soft"]),
    ("warn", ["surface", "surface-2", "bg", "warn-soft", "accent-soft"]),
    ("bad", ["surface", "surface-2", "bg", "bad-soft", "accent-soft"]),
]
SHAPES = [
    ("field", ["surface", "surface-2"]),
    ("accent", ["surface", "bg"]),
    ("ok-solid", ["surface"]),
    ("warn-solid", ["surface"]),
    ("bad-solid", ["surface"]),
    ("c1", ["surface"]),
    ("c2", ["surface"]),
]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pairs(table: list[tuple[str, list[str]]]) -> list[tuple[str, str, str]]:
    return [(theme, ink, ground) for theme in THEMES for ink, grounds in table for ground in grounds]


@pytest.mark.parametrize(("theme", "ink", "ground"), pairs(TEXT))
def test_text_can_be_read(theme: str, ink: str, ground: str) -> None:
    assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize(("theme", "ink", "ground"), pairs(SHAPES))
def test_shapes_can_be_seen(theme: str, ink: str, ground: str) -> None:
    assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= 3


def test_the_two_dark_sets_are_the_same() -> None:
    assert THEMES["dark"] == THEMES["dark by the system"]


def test_a_token_of_one_theme_is_in_the_other() -> None:
    assert THEMES["light"].keys() == THEMES["dark"].keys()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#1a1b1e", "#ffffff", 17.2), ("#686a71", "#edede8", 4.6)],
)
def test_contrast_is_computed_as_the_guidelines_say(one: str, other: str, expected: float) -> None:
    assert round(contrast(one, other), 1) == expected
