"""Delete what is remembered of large files.

examples:
  turnlint clean
  turnlint clean --cache-dir /tmp/cache

exit status:
  0  nothing is remembered any more
  2  it cannot be deleted, or the options are wrong
"""

from __future__ import annotations

import argparse

from turnlint.cli._cache import add_folder_option, cache_folder
from turnlint.cli._streams import Output, UsageError
from turnlint.text.label import counted

_MEGABYTE = 1_000_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_folder_option(parser.add_argument)


def run(args: argparse.Namespace, output: Output) -> int:
    """Delete the entries of the cache; returns the exit status. Raises UsageError where that fails."""
    from turnlint.cli._entries import clean

    folder = cache_folder(args.cache_dir)
    try:
        count, size = clean(folder) if folder is not None else (0, 0)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from None
    output.write(f"Deleted {counted(count, 'entry', 'entries')}, {size / _MEGABYTE:.1f} MB.\n")
    output.finish()
    return 0
