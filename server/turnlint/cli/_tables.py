"""What commands print: aligned columns, and JSON for scripts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

__all__ = ["as_json", "table"]


def as_json(value: Any) -> str:
    """Write a value as indented JSON with a final line end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Align columns, the last of which is not padded; empty for no rows."""
    lines = list(rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )
