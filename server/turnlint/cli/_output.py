"""Where results go and how they may look there: options that several commands share."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from turnlint.cli._inputs import STDIN, Inputs, Source
from turnlint.cli._program import one_of
from turnlint.cli._streams import Output, UsageError
from turnlint.config.discovery import absolute
from turnlint.report import Style

__all__ = ["add_colour_option", "add_text_or_json_option", "style_of", "without_output"]

_WIDTH = 100
"""Columns of output that no terminal limits."""


def add_colour_option(add: Any) -> None:
    """Declare `--color` by the `add_argument` of a parser or group."""
    add(
        "--color",
        type=one_of("colour", lambda: ("auto", "always", "never")),
        default="auto",
        metavar="WHEN",
        help="auto, always or never [default: auto]",
    )


def add_text_or_json_option(add: Any, about: str = "") -> None:
    """Declare `--output-format` of what is for people or for scripts; `about` says more of that."""
    add(
        "--output-format",
        type=one_of("output format", lambda: ("text", "json")),
        default="text",
        metavar="NAME",
        help=f"text or json{about} [default: text]",
    )


def style_of(output: Output, when: str) -> Style:
    """What the output can show; `when` is what `--color` says."""
    is_terminal = output.is_terminal()
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return Style(
        _terminal_width() if is_terminal else _WIDTH,
        _has_colour(when, is_terminal),
        blocks=is_terminal and not plain and output.encoding == "utf-8",
    )


def without_output(inputs: Inputs, paths: list[str], file: str, option: str) -> Inputs:
    """Leave the output file of an earlier run out of what is read; never overwrite what was named.

    `paths` are the arguments, `file` is what `option` names. Raises UsageError.
    """
    path = absolute(file)
    named = {absolute(one) for one in paths if one != STDIN}
    kept = []
    for source in inputs.sources:
        if not _is_same(source, path):
            kept.append(source)
        elif source.stdin or source.path in named:
            name = "standard input" if source.stdin else source.name
            raise UsageError(f"{option} would overwrite {name}, which is to be read")
    return replace(inputs, sources=kept)


def _terminal_width() -> int:
    from shutil import get_terminal_size  # takes long to load

    return get_terminal_size((_WIDTH, 24)).columns


def _has_colour(when: str, is_terminal: bool) -> bool:
    """Whether to write colours: by the option, then the environment (NO_COLOR first), then the terminal."""
    if when != "auto":
        return when == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_terminal and os.environ.get("TERM") != "dumb"


def _is_same(source: Source, path: Path) -> bool:
    """Whether a source is the file at `path`, by whatever name or stream."""
    if not source.stdin and source.path == path:
        return True
    try:
        known = os.fstat(sys.stdin.fileno()) if source.stdin else source.path.stat()
        return stat.S_ISREG(known.st_mode) and os.path.samestat(known, path.stat())
    except (AttributeError, OSError, ValueError):  # where there is no such file, or no standard input
        return False
