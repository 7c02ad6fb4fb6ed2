"""Markdown to HTML that is safe to show: no HTML of the author's passes, and what is made is cleaned once more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

SCHEMES = {"http", "https", "mailto", "tel"}
TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "hr", "img", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}} | {
    heading: {"id"} for heading in ("h2", "h3", "h4")
}
LOWEST_HEADING = 4
FILE = "file:"

_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_is_harmless = _parser.validateLink
_parser.validateLink = lambda url: url.startswith(FILE) or _is_harmless(url)


@dataclass(frozen=True)
class Heading:
    """A line of the table of contents."""

    anchor: str
    text: str


def render_markdown(text: str, files: Mapping[int, str] | None = None) -> SafeString:
    """The text as HTML. Headings begin at h2, because the page has an h1 of its own.

    `files` are the addresses of the article's own files by number: `![scheme](file:12)` shows one of them.
    """
    tokens = _parse(text)
    _link_files(tokens, files or {})
    html = _parser.renderer.render(tokens, _parser.options, {})
    # What remains has passed an allow-list of tags, attributes and schemes.
    return mark_safe(  # noqa: S308
        nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow")
    )


def headings(text: str) -> list[Heading]:
    """The headings of the first level, for the table of contents."""
    tokens = _parse(text)
    return [
        Heading(str(token.attrs["id"]), tokens[at + 1].content)
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h2"
    ]


def _parse(text: str) -> list[Token]:
    tokens = _parser.parse(text)
    opened = 0
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, LOWEST_HEADING)}"
        if token.type == "heading_open":
            opened += 1
            token.attrs["id"] = f"part-{opened}"
    return tokens


def _link_files(tokens: list[Token], files: Mapping[int, str]) -> None:
    """Put the addresses of the article's files in the place of their numbers; a foreign number leads nowhere.

    Pictures from elsewhere are left out: a page of ours tells no other site who reads it.
    """
    for token in _all(tokens):
        name = {"image": "src", "link_open": "href"}.get(token.type)
        if name is None:
            continue
        target = str(token.attrs.get(name, ""))
        if target.startswith(FILE):
            number = target.removeprefix(FILE)
            token.attrs[name] = files.get(int(number), "") if number.isdecimal() else ""
        elif token.type == "image":
            token.attrs[name] = ""


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])
