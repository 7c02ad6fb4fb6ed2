"""Nothing that an author types becomes anything but text with simple marks."""

import pytest

from knowledge.differences import Change, differences
from knowledge.markdown import headings, render_markdown

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[кнопка](javascript:alert(1))",
    "[кнопка](JaVaScRiPt:alert(1))",
    "[кнопка](data:text/html;base64,PHNjcmlwdD4=)",
    "![рисунок](javascript:alert(1))",
    "<svg onload=alert(1)>",
    "<a href='x' hx-get='/deals/' hx-trigger='load'>",
    "<div data-hx-post='/x'>",
    "<iframe src=//evil.example></iframe>",
    "<style>body{display:none}</style>",
    '[a](https://ok.example "x\\" onmouseover=alert(1)")',
    "<form action=/x><input name=q></form>",
    "`<script>alert(1)</script>`",
    "<http://a onclick=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    '<math><mi//xlink:href="data:x,<script>alert(4)</script>">',
    "[x](vbscript:msgbox)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_makes_no_script_no_handler_and_no_foreign_address(text):
    html = render_markdown(f"Начало\n\n{text}\n\nконец")

    parsed = html.lower()
    for tag in ("<script", "<svg", "<iframe", "<style", "<form", "<input", "<math", "<div"):
        assert tag not in parsed
    inside_tags = [part.partition(">")[0] for part in parsed.split("<")[1:]]
    for attributes in inside_tags:
        assert " on" not in attributes.replace(" onmouseover=alert(1)", "", attributes.count("&quot;"))
        assert "hx-" not in attributes
        for scheme in ("javascript:", "vbscript:", "data:"):
            assert scheme not in attributes
    assert "Начало" in html
    assert "конец" in html


def test_what_markdown_is_for_works():
    html = render_markdown(
        "# Раздел\n\n**важно**\n\n- раз\n- два\n\n| а | б |\n|---|---|\n| 1 | 2 |\n\n[сайт](https://example.ru)"
    )

    assert '<h2 id="part-1">Раздел</h2>' in html
    assert "<strong>важно</strong>" in html
    assert html.count("<li>") == 2
    assert "<td>2</td>" in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_headings_begin_below_the_title_of_the_page_and_make_the_contents():
    text = "# Первое\n\n## Мельче\n\n# Второе"

    assert [(heading.anchor, heading.text) for heading in headings(text)] == [
        ("part-1", "Первое"),
        ("part-3", "Второе"),
    ]
    assert "<h1" not in render_markdown(text)


def test_differences_show_changed_lines_and_leave_out_the_equal_ones():
    before = "\n".join(f"строка {n}" for n in range(20))
    after = before.replace("строка 10", "строка десять")

    lines = differences(before, after)

    assert [line.text for line in lines if line.change == Change.REMOVED] == ["строка 10"]
    assert [line.text for line in lines if line.change == Change.ADDED] == ["строка десять"]
    assert len(lines) < 10
    assert differences(before, before) == []


def test_a_text_shows_its_own_files_and_no_pictures_from_elsewhere():
    files = {12: "/knowledge/files/12/"}

    html = render_markdown(
        "![схема](file:12) [договор](file:12) ![чужая](file:13) ![шпион](https://x.example/p.png)", files
    )

    assert '<img src="/knowledge/files/12/" alt="схема">' in html
    assert 'href="/knowledge/files/12/"' in html
    assert "/13/" not in html
    assert "x.example" not in html
