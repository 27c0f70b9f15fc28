"""Models that the Hugging Face hub's client has downloaded. Nothing is ever downloaded from here."""

from __future__ import annotations

import os
import re
from os.path import expanduser, expandvars
from pathlib import Path

__all__ = ["cached_model", "is_hub_name"]

_PART = re.compile(r"\w[\w.-]{,95}", re.ASCII)
"""Half the name of a model, no longer than the hub allows, or a revision."""


_LONGEST = 100
"""More is no revision, however much there is."""


def is_hub_name(word: str) -> bool:
    """Whether a word can be the name of a model there: `organisation/name`."""
    parts = word.split("/")
    return len(parts) == 2 and all(_PART.fullmatch(part) for part in parts)


def cached_model(name: str) -> Path | None:
    """The folder with the main revision of a model, by its name; None where it is not in the cache."""
    model = _cache() / f"models--{name.replace('/', '--')}"
    main = model / "refs" / "main"
    try:
        if not main.is_file():  # opening a pipe would wait
            return None
        with main.open(encoding="utf-8") as file:
            revision = file.read(_LONGEST).strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = model / "snapshots" / revision
    return folder if _PART.fullmatch(revision) and folder.is_dir() else None


def _cache() -> Path:
    """Where the client keeps models, by the variables that it obeys."""
    named = os.environ
    if cache := named.get("HF_HUB_CACHE") or named.get("HUGGINGFACE_HUB_CACHE"):
        return _expanded(cache)
    home = named.get("HF_HOME") or os.path.join(named.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")  # noqa: PTH118
    return _expanded(home) / "hub"


def _expanded(path: str) -> Path:
    return Path(expandvars(expanduser(path)))  # noqa: PTH111 - Path.expanduser raises where there is no home
