"""Images, videos and sounds in columns beside the turns, as trainers for several kinds of input read them.

Sources: hiyouga/LLaMA-Factory, data/README.md (2026); huggingface/trl, docs/source/dataset_formats.md (2026).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from turnlint.model import Place, ShapeFault
from turnlint.text.compact import compact

__all__ = ["COLUMNS", "read_media", "token_faults"]

COLUMNS = frozenset(("images", "image", "videos", "video", "audios", "audio"))


def read_media(value: dict[str, Any]) -> tuple[str, ...]:
    """Read what a row shows or plays beside its texts, each column as JSON text."""
    if COLUMNS.isdisjoint(value):
        return ()
    return tuple(compact(value[key]) for key in sorted(COLUMNS & value.keys()) if value[key])


_TOKENS = {"images": "<image>", "videos": "<video>", "audios": "<audio>"}
"""What stands for an item of a column in the texts of a row, in LLaMA-Factory."""


def token_faults(value: dict[str, Any], texts: Iterable[str]) -> Iterator[ShapeFault]:
    """The columns of a row with more or fewer items than the texts have tokens for them.

    `found` is how many items there are, `expected` how many tokens. One item may stand without its list.
    """
    shown = {column: value[column] for column in _TOKENS if value.get(column)}
    said = [*texts] if shown else []
    for column, items in shown.items():
        count = len(items) if type(items) is list else 1
        written = sum(text.count(_TOKENS[column]) for text in said)
        if written != count:
            name = "placeholder-count"
            yield ShapeFault(name, Place((column,)), "row", column, (str(written),), count, name)
