"""What is known of models: one TOML file for those that share it, in targets/models/.

names = ["gpt-4o", "chatgpt-4o"]       # without dates
encoding = "o200k_base"                # left out where the vocabulary does not ship with turnlint
context = 128000                       # tokens
source = "…"
date = 2026-11-22

[costs]                                # as in turnlint.model.TokenCosts; what is left out is as there
images = { base = 85, tile = 170 }
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct, convert

from turnlint.model import TokenCosts

__all__ = ["MODELS", "Model", "all_models", "bare", "find_model", "longest", "plain"]

MODELS = Path(__file__).parent.parent / "targets" / "models"
"""The folder of the files."""

_DRESS = (
    (r"(?:[\w.-]+/)+", ""),  # whose it is: openai/gpt-oss-20b
    (r"ft[:-](?:[\w.-]+/)*([^:]+)(?::.*)?", r"\1"),  # tuned: ft:gpt-4.1-2025-04-14:org::id
    (r"(.+?)[.:]ft-.*", r"\1"),  # at Azure gpt-4.1-2025-04-14.ft-0123, of old davinci-002:ft-org
    (r"gpt-35-", "gpt-3.5-"),  # at Azure
)
"""What the beginning of a name becomes."""

_MONTH, _DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_VERSIONS = re.compile(rf"(?:-(?:20[0-9]{{2}}-{_MONTH}-{_DAY}|{_MONTH}{_DAY}|latest|preview))*\Z")
"""What may stand behind the name of a model, to the end."""


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for some models, wherever they are trained."""

    names: tuple[str, ...]
    encoding: str = ""
    """Empty where the vocabulary does not ship with turnlint."""
    context: int = 0
    """Tokens; 0 where it is not known."""
    costs: TokenCosts = TokenCosts()
    source: str = ""
    date: Any = None


@cache
def all_models() -> Mapping[str, Model]:
    """Every model by name."""
    files = (path.read_text(encoding="utf-8") for path in sorted(MODELS.glob("*.toml")))
    models = (convert(tomllib.loads(text), Model) for text in files)
    return {name: one for one in models for name in one.names}


def find_model(name: str) -> Model | None:
    """Look up a model by a name in any spelling; None where it is not known."""
    found = longest(plain(name), all_models())
    return None if found is None else all_models()[found]


def plain(name: str) -> str:
    """Take from a name who owns and who tuned the model, and the spelling of one provider; the date stays."""
    name = name.lower()
    for dress, rest in _DRESS:
        name = re.sub("^" + dress, rest, name)
    return name


def longest(name: str, known: Iterable[str]) -> str | None:
    """The longest of the known names that a plain name is a version of: a date or the like may follow it."""
    fits = (one for one in known if name.startswith(one) and _VERSIONS.match(name, len(one)))
    return max(fits, key=len, default=None)


def bare(name: str) -> str:
    """Take the version from a plain name of any kind, known or not."""
    return _VERSIONS.sub("", name, 1)
