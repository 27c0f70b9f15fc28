"""Markdown as an editor renders it: CommonMark, the extensions of GitHub, HTML, links made of bare words."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["HOSTILE", "OURS", "code", "tokens", "words"]

_PARSER = MarkdownIt("gfm-like", {"html": True}).enable(["linkify", "table", "strikethrough"])
_PARSER.linkify.set({"fuzzy_ip": True, "fuzzy_link": True, "fuzzy_email": True})  # type: ignore[union-attr]

OURS = frozenset(
    (
        *("paragraph_open", "paragraph_close", "inline", "text", "softbreak", "code_inline", "fence", "hr"),
        *("strong_open", "strong_close", "bullet_list_open", "bullet_list_close"),
        *("list_item_open", "list_item_close"),
    )
)
"""What our Markdown consists of."""

HOSTILE = (
    "",
    " ",
    "\n",
    "plain words, and a sentence.",
    "[click](https://evil.example/x)",
    "![pixel](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<!-- comment",
    "<https://evil.example>",
    "https://evil.example/x?a=1&b=2",
    "see http://evil.example, or ftp://evil.example/x.",
    "www.evil.example and evil.example and 10.0.0.1",
    "mailto:mallory@evil.example",
    "mallory@evil.example",
    "[run](command:workbench.action.terminal.new)",
    "[file](file:///etc/passwd)",
    "[a]: https://evil.example\n\n[a]",
    "$(alert) $(sync~spin)",
    "# heading",
    "heading\n===",
    "heading\n---",
    "| a | b |\n| --- | --- |\n| 1 | 2 |",
    "a | b\n--- | ---",
    "- item\n* item\n+ item",
    "1. item",
    "1) item",
    "> quote",
    "    indented",
    "\tindented",
    "---",
    "***bold*** __bold__ ~~gone~~",
    "`code` ``co`de``",
    "`",
    "``",
    "```",
    "```\n# out\n```",
    "~~~\n# out\n~~~",
    "````\n```\n# out",
    "` ``` ```` `",
    "&lt;b&gt; &#x3c;b&#x3e; &amp;amp;",
    "\\[x\\](y) \\`x\\`",
    "back\\\nslash\\",
    "two  \nspaces",
    "esc \x1b[31mred\x1b[0m nul \x00 bel \x07 del \x7f csi \x9b31m",
    "bidi \u202eevil\u202c \u2066x\u2069 \u200f",
    "zero\u200bwidth \ufeffbom \u200e joiner\u200dhere",
    "line\u2028separator\u2029paragraph\x85next\x0bvt\x0cff\rcr\r\nend",
    "half \ud83d pair \udc80",
    "private \ue0b0 codicon \uea60",
    "漢字 「です。」 😀 👩\u200d👩\u200d👧 é e\u0301 مرحبا שלום",
    "http\u2024//evil.example",
    "$x^2$ $$y$$ :smile: @user #1",
    "{{ template }} {% x %} <|im_start|>",
)
"""Texts that would be more than texts."""


def tokens(markdown: str) -> Iterator[Token]:
    """Every token of a rendered text."""
    for token in _PARSER.parse(markdown):
        yield token
        yield from token.children or ()


def words(markdown: str) -> str:
    """What a reader sees, without line ends of our own and without the languages of fences."""
    return "".join(token.content for token in tokens(markdown) if token.type != "inline")


def code(markdown: str) -> list[str]:
    """What stands in fences, without the line feed that ends each."""
    return [token.content.removesuffix("\n") for token in tokens(markdown) if token.type == "fence"]
