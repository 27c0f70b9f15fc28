"""Look at the files of a folder, and write a turnlint.toml for them.

examples:
  turnlint init                          Write turnlint.toml in this folder
  turnlint init data --target azure:gpt-4.1
  turnlint init --stdout                 Only show what it would write

exit status:
  0  written, or shown
  2  there are settings already, or the folder cannot be read
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from pathlib import Path

from turnlint.cli._baseline import relative
from turnlint.cli._files import WholeFile
from turnlint.cli._inputs import find_inputs
from turnlint.cli._options import target_name
from turnlint.cli._streams import Output, UsageError, say
from turnlint.cli._unpacking import UNPACKERS, read_some
from turnlint.config.datasets import files_below
from turnlint.config.discovery import NAMES, SettingsFinder, absolute, document_of
from turnlint.config.proposal import Proposal, proposed
from turnlint.engine import vote
from turnlint.formats import Format
from turnlint.text.label import counted
from turnlint.text.rows import BOM

_FILE = "turnlint.toml"
_HEAD = 1 << 20
"""So many bytes of a file, unpacked, are read."""
_MOST = 1_000
"""So many files are looked at."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "folder", nargs="?", default=os.curdir, metavar="FOLDER", help="Where to write it [default: here]"
    )
    parser.add_argument(
        "--target",
        type=target_name,
        metavar="NAME[:MODEL]",
        help="Who will train on the data [default: as the format says]",
    )
    parser.add_argument("--stdout", action="store_true", help="Write to standard output, and no file")
    parser.add_argument("--force", action="store_true", help="Replace a turnlint.toml that is there")
    parser.add_argument("-q", "--quiet", action="store_true", help="Say nothing of what was found")


def run(args: argparse.Namespace, output: Output) -> int:
    """Write settings for what is in a folder."""
    folder = absolute(args.folder)
    if not os.path.isdir(folder):  # noqa: PTH112 - does not raise
        raise UsageError(f"{args.folder}: no such folder")
    if not args.stdout:
        _refuse_settings(folder, force=args.force)
    files, is_ignored = _files(folder)
    formats = {path: _format(path) for path in files}
    proposal = proposed(folder, formats, target=args.target or "", ignored=is_ignored)
    if args.stdout:
        output.write(proposal.text)
    else:
        with WholeFile(str(folder / _FILE), replaces=args.force) as file:
            file.write(proposal.text)
            file.finish()
    if not args.quiet:
        for line in _words(folder, formats, proposal, named=args.target, is_written=not args.stdout):
            say(line)
        above = SettingsFinder().config(folder.parent).path
        if above is not None and not args.stdout:
            say(f"Note: {above} counts no more for the files in here.")
    return 0


def _refuse_settings(folder: Path, *, force: bool) -> None:
    """Raise UsageError where settings would be overwritten, or would count in place of the new ones."""
    for name in NAMES:
        file = folder / name
        if not os.path.lexists(file) or (name == "pyproject.toml" and document_of(file) is None):
            continue
        if not (force and name == _FILE):
            hint = "; --force replaces it" if name == _FILE else " has settings: change them there"
            raise UsageError(f"{relative(file)}{' is there already' * (name == _FILE)}{hint}")


def _files(folder: Path) -> tuple[list[Path], bool]:
    """The files to look at, and whether .gitignore lists them; those with settings of their own are not."""
    finder = SettingsFinder()
    args = argparse.Namespace(paths=[str(folder)], force_exclude=False, stdin_filename=None)
    found = [source.path for source in find_inputs(args, finder).sources]
    is_ignored = not found
    found = found or files_below(folder)
    own = [one for one in found if not _is_below(finder.config(one.parent).path, folder)]
    return own[:_MOST], is_ignored and bool(own)


def _is_below(settings: Path | None, folder: Path) -> bool:
    """Whether a settings file stands in a folder of this one, and counts in place of what is written here."""
    return settings is not None and settings.parent != folder and settings.is_relative_to(folder)


def _format(path: Path) -> Format | None:
    """The format of a file by its first rows; None where they tell none, or it cannot be read."""
    try:
        with path.open("rb") as file:
            unpacked = UNPACKERS.get(path.suffix.lower(), lambda one: one)(file)
            head = b""
            while len(head) < _HEAD and (more := read_some(unpacked, _HEAD)):
                head += more
    except (OSError, ImportError):
        return None
    rows = head.removeprefix(BOM).split(b"\n")
    return vote(rows if len(head) < _HEAD else rows[:-1])


def _words(
    folder: Path,
    formats: dict[Path, Format | None],
    proposal: Proposal,
    *,
    named: str | None,
    is_written: bool,
) -> list[str]:
    """What was found and written, and what to do next."""
    kinds = Counter(one.name if one else "no known format" for one in formats.values())
    found = ", ".join(f"{counted(count, 'file')} of {kind}" for kind, count in kinds.most_common())
    sets = f"; {counted(proposal.datasets, 'data set')} of several files" if proposal.datasets else ""
    lines = [f"Found {found or 'no JSONL files yet'}{sets}."]
    if not proposal.target:
        lines.append("Nothing here tells who will train on the data: set `target` to say it.")
    elif not named:
        lines.append(f"Set the target to {proposal.target}, whose format that is: change it if others train.")
    lines += [
        f"Note: no pattern can name {name!a}; it is left out of its data set." for name in proposal.left_out
    ]
    if is_written:
        where = "" if folder == Path.cwd() else f" {relative(folder)}"
        lines += [
            f"Wrote {relative(folder / _FILE)}. Next:",
            f"  turnlint check{where}                 see what is wrong",
            f"  turnlint check{where} --fix           fix what can be fixed safely",
            f"  turnlint check{where} --add-baseline  accept the rest, so that only what is new is shown",
            "Then let the hook `turnlint` of pre-commit run it at each commit.",
        ]
    return lines
