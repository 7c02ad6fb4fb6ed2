"""The articles that a new installation begins with, written from the department's manual: first_articles/*.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "first_articles"


@dataclass(frozen=True)
class FirstArticle:
    title: str
    section: str
    rules: list[str]
    audience: str
    body: str


def first_articles() -> Iterator[FirstArticle]:
    """Each file: "name: value" lines, an empty line, the text in Markdown."""
    for path in sorted(FOLDER.glob("*.md")):
        head, _empty, body = path.read_text(encoding="utf-8").partition("\n\n")
        values = dict(line.split(": ", 1) for line in head.splitlines())
        yield FirstArticle(
            title=values["title"],
            section=values["section"],
            rules=values["rules"].split(", "),
            audience=values.get("audience", "staff"),
            body=body.strip(),
        )
