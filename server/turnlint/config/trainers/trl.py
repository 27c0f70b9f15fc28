"""YAML for TRL's command line: the data set, whose columns tell the format. That of texts may be named.

Source: huggingface/trl, trl/scripts/utils.py and trl/trainer/sft_config.py at f2cd577 (2026-07-24).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from turnlint.config.trainers import Entry, strings, text_at
from turnlint.formats.renamed import Names

TARGET = "trl"


def reads(name: str, document: Mapping[str, Any]) -> bool:
    """Whether it names a model and data as TRL does: of others, one has another name."""
    has_data = "dataset_name" in document or isinstance(document.get("datasets"), list)
    return "model_name_or_path" in document and has_data


def entries(document: Mapping[str, Any]) -> Iterator[Entry]:
    """What is said of the data."""
    field = text_at(document, "dataset_text_field")
    is_text = field not in (None, "text")
    listed = document.get("datasets")
    for one in (document, *(listed if isinstance(listed, list) else ())):
        keys = ("dataset_name",) if one is document else ("path", "data_files", "data_dir")
        files = tuple(word for key in keys if isinstance(one, dict) for word in strings(one.get(key)))
        if files:
            yield Entry(files, "text" if is_text else "", Names({"text": str(field)} if is_text else {}))
