"""What the server and the process that judges files from disk (`turnlint.cli._disk`) tell each other.

The process reads a `Job` from standard input and writes a `Report` a line to standard output.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from turnlint.config.discovery import Overrides
from turnlint.text.units import Encoding

__all__ = ["NOTHING", "End", "Job", "Report", "Scope"]

NOTHING = msgspec.Raw(b"null")

Scope: TypeAlias = Literal["file", "dataset", "folder"]
"""What is judged: a file, all files of its data set, or the data sets in a folder."""


class Job(msgspec.Struct, frozen=True):
    """What is to be judged, and how it is to be told."""

    scope: Scope
    path: bytes
    """As `os.fsencode` gives it: not all names are text."""
    encoding: Encoding
    """The position encoding of the client."""
    limit: int
    """So many diagnostics of a file are given, the most severe ones."""
    overrides: Overrides
    trusted: bool = False
    """As in `ServerOptions`."""
    workspace: tuple[bytes, ...] = ()
    """The folders of the workspace: without trust no file elsewhere is read for the sake of another."""


class End(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of the work."""

    files: int = 0
    """How many were read to their end."""
    findings: int = 0
    """In all of them, shown or not."""
    problems: tuple[str, ...] = ()
    """What kept files from being read, each in words for the user that begin with its name."""
    failure: str = ""
    """What kept everything from being judged, in words for the user."""


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was found to be judged, or how far the work is, or what is wrong in one file, or the end."""

    uris: tuple[str, ...] | None = None
    """The files,"""
    total: int = 0
    """and how much work they are."""
    done: int = 0
    """So much of it is done."""
    uri: str = ""
    """The file that was judged,"""
    diagnostics: msgspec.Raw = NOTHING
    """and all its diagnostics."""
    end: End | None = None
    """Nothing more will come."""
