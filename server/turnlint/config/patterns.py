"""File patterns as they stand in a .gitignore, which match in a time that no pattern can blow up.

The regular expressions that pathspec makes of them try each way to divide a name between several stars. The
first place where the piece behind a star fits is as good as any later one, so that alone is tried here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from turnlint.config.errors import ConfigError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = ["SUFFIXES", "compiled", "ignore_patterns", "name_ends"]

SUFFIXES = tuple(
    suffix + packed for suffix in (".jsonl", ".ndjson") for packed in ("", ".gz", ".bz2", ".xz", ".zst")
)
"""What the names of files end with that are found in folders."""

# What pathspec writes for `*` and for `/**`, and for the pieces that stand between two of a kind.
_STAR, _FOLDERS = re.escape("[^/]*"), re.escape("(?:/.+)?")
_PIECE = r"((?:\\.|\[\^/\](?!\*)|\[(?!\^/\])(?:\\.|[^\]\\])+\]|[^/()\[\\*?+|^$])+)"
_NAME = r"(/(?:\[\^/\]|\\.|[^/\\])+?)"
_FIRST_FIT = (
    (re.compile(rf"{_STAR}{_PIECE}(?={_STAR})"), r"(?>[^/]*?\1)"),
    (re.compile(rf"{_FOLDERS}{_NAME}(?={_FOLDERS}/)"), r"(?>(?:/.+?)??\1(?=/))"),
)


def compiled(patterns: Iterable[str]) -> GitIgnoreSpec:
    """Compile patterns. Raises ValueError for one that is none."""
    from pathspec import GitIgnoreSpec

    # The other backends compile for longer than a few patterns take to match.
    found = GitIgnoreSpec.from_lines(patterns, backend="simple").patterns
    linear = [type(one)(_linear(one.regex), one.include) if one.regex is not None else one for one in found]
    return GitIgnoreSpec(linear, backend="simple")


@cache
def ignore_patterns(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """Compile patterns of the kind that stand in a .gitignore. Raises ConfigError for one that is none."""
    try:
        return compiled(patterns)
    except ValueError as error:
        raise ConfigError(f"not a file pattern: {error}") from None


def name_ends(patterns: Iterable[str]) -> Iterator[str]:
    """What patterns say of the names of files, as patterns: nothing of those that take all in a folder."""
    ends = (one.rpartition("/")[2] for one in patterns if one[:1] != "!")
    return (one for one in ends if one.strip("*"))


def _linear(regex: re.Pattern[str]) -> re.Pattern[str]:
    words = regex.pattern
    for several, first in _FIRST_FIT:
        words = several.sub(first, words)
    return re.compile(words)
