"""Images, videos and sounds in columns beside the turns, as trainers for several kinds of input read them.

Sources: hiyouga/LLaMA-Factory, data/README.md (2026); huggingface/trl, docs/source/dataset_formats.md (2026).
"""

from __future__ import annotations

from typing import Any

from turnlint.text.compact import compact

__all__ = ["read_media"]

_COLUMNS = frozenset(("images", "image", "videos", "video", "audios", "audio"))


def read_media(value: dict[str, Any]) -> tuple[str, ...]:
    """Read what a row shows or plays beside its texts, each column as JSON text."""
    if _COLUMNS.isdisjoint(value):
        return ()
    return tuple(compact(value[key]) for key in sorted(_COLUMNS & value.keys()) if value[key])
