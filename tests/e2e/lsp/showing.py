"""Documents of rows, and what a client was asked to show of them."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.lsp_client import LspClient, codes

__all__ = ["SHOWS", "opened", "shown"]

SHOWS = {"window": {"showDocument": {"support": True}}}
"""What a client can do that shows documents."""
_NUMBERS = count()


def opened(
    client: LspClient, *rows: str, name: str = "train.jsonl", until: tuple[int, str] | None = None
) -> str:
    """Open a document of rows, and wait until a line is told of by a rule, if they are given; give its URI.

    Without them, rows of megabytes may still be being judged.
    """
    uri = f"file:///data/{next(_NUMBERS)}/{name}"
    found = client.show(uri, "".join(f"{row}\n" for row in rows))
    while until is not None and until not in codes(found):
        found = client.published(uri)
    return uri


def shown(client: LspClient) -> list[Path]:
    """The files that the client was asked to show since it forgot what it was asked."""
    client.settle()
    asked = [one["params"] for one in client.requests if one["method"] == "window/showDocument"]
    assert all(one["takeFocus"] and not one.get("external") for one in asked)
    return [Path(unquote(urlsplit(one["uri"]).path)) for one in asked]
