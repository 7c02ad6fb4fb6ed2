"""Every template compiles and keeps to the content security policy; every icon that is asked for exists."""

import gzip
import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string

BASE = Path(settings.BASE_DIR)
OWN = [BASE / "templates", *(path for path in BASE.glob("*/templates") if path.parent.name != ".venv")]
TEMPLATES = sorted(path for folder in OWN for path in folder.rglob("*") if path.suffix in {".html", ".txt"})
PAGES = [path for path in TEMPLATES if path.suffix == ".html"]
# A document for the PDF engine carries its own style sheet: no browser opens it.
PAPER = re.compile(r"(^|/)(pdf|print)/")
SPRITE = set(re.findall(r'<symbol id="([\w-]+)"', (BASE / "static/icons.svg").read_text()))
COMMENT = re.compile(r"{#.*?#}|{% comment.*?endcomment %}", re.S)
FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=", re.I),
    "a style element": re.compile(r"<style", re.I),
    "an inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"'{]", re.I),
    "an htmx handler, which needs eval": re.compile(r"hx-on[:-]|hx-vals\s*=\s*[\"']js:", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
}


def name_of(path: Path) -> str:
    return str(path.relative_to(BASE))


def source(path: Path) -> str:
    return COMMENT.sub("", path.read_text())


def asked_icons() -> set[tuple[str, str]]:
    """Names of icons written in templates and in Python code, with the place they stand in."""
    found = {(icon, name_of(path)) for path in PAGES for icon in re.findall(r'{% icon "([\w-]+)"', path.read_text())}
    for path in BASE.glob("*/**/*.py"):
        if not {".venv", "var", "node_modules"} & set(path.relative_to(BASE).parts):
            asked = re.findall(r"""icon(?:_html\(|=|"\s*:)\s*"([\w-]+)\"""", path.read_text())
            asked += re.findall(r"""\bItem\(\s*gettext_lazy\("[^"]+"\),\s*"([\w-]+)\"""", path.read_text())
            found |= {(icon, name_of(path)) for icon in asked}
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_compiles(path: Path) -> None:
    engines["django"].from_string(path.read_text())


@pytest.mark.parametrize("path", [path for path in PAGES if not PAPER.search(name_of(path))], ids=name_of)
def test_a_page_has_nothing_that_the_policy_forbids(path: Path) -> None:
    text = source(path)
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


def test_every_icon_that_is_asked_for_is_in_the_sprite() -> None:
    asked = asked_icons()
    assert len(asked) > 20
    assert {(icon, place) for icon, place in asked if icon not in SPRITE} == set()


@pytest.mark.parametrize("name", ["500.html", "404.html", "403.html", "400.html", "429.html", "sent_in_vain.html"])
def test_an_error_page_needs_neither_a_request_nor_a_database(name: str) -> None:
    page = render_to_string(name)
    assert "<h1" in page
    assert 'href="/"' in page


def test_what_others_wrote_is_named_with_its_licence_and_unchanged() -> None:
    static = BASE / "static"
    manifest = {entry["file"]: entry for entry in json.loads((static / "vendor/manifest.json").read_text())}
    foreign = {
        str(path.relative_to(static))
        for path in [*static.rglob("*.woff2"), *static.rglob("*.ttf"), *static.rglob("*.min.js")]
    }
    assert foreign | {"icons.svg"} == set(manifest)
    for file, entry in manifest.items():
        assert sha256((static / file).read_bytes()).hexdigest() == entry["sha256"], file
        assert entry["licence"]


def test_scripts_of_every_page_weigh_less_than_thirty_kilobytes() -> None:
    scripts = b"".join(path.read_bytes() for path in (BASE / "static/js").glob("*.js"))
    assert len(gzip.compress(scripts)) < 30_000


def test_style_sheets_name_no_raw_colours_outside_the_tokens() -> None:
    sheets = [path for path in (BASE / "static/css").rglob("*.css") if path.name != "tokens.css"]
    raw = {
        name_of(path): colours
        for path in sheets
        if (
            colours := re.findall(
                r"(?<![\w%&-])#(?:[0-9a-fA-F]{3,8})\b(?=[^{]*;)", re.sub(r'url\(".*?"\)', "", path.read_text())
            )
        )
    }
    assert raw == {}
