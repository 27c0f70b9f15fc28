"""Checking again whenever files or settings change, until the user interrupts it.

Times and sizes are looked at again and again: that works on every file system and needs no library.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NoReturn, TypeAlias

from turnlint.cli._baseline import Baselines
from turnlint.cli._inputs import STDIN, find_inputs
from turnlint.cli._options import settings_finder
from turnlint.cli._streams import Output, UsageError, complain, say
from turnlint.config import ConfigError
from turnlint.config.files import state_of
from turnlint.tokens import TokensError

__all__ = ["watch"]

_PAUSE = 0.5
"""Seconds between two looks,"""
_SHARE = 10
"""and at least so many times as long as a look takes."""
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
_SETTINGS = "settings"
_SHOWN = 3
"""So many files that changed are named."""

_State: TypeAlias = Mapping[str, object]
"""What is looked at, by the name under which it is told, and something that differs once it has changed."""


def watch(args: argparse.Namespace, check: Callable[[], object], output: Output) -> NoReturn:
    """Call `check` at once and after every change. Raises UsageError for standard input."""
    if STDIN in args.paths:
        raise UsageError("standard input cannot be watched (--watch)")
    state = _look(args)
    changed = "Checking"
    while True:
        if output.is_terminal():
            output.write(_CLEAR)
        say(f"{time.strftime('%H:%M:%S')} {changed} …")
        try:
            check()
        except (ConfigError, TokensError, UsageError) as error:
            complain(str(error))
        output.finish()
        say("Watching for changes; Ctrl-C ends it.")
        before, state = state, _changed_state(args, state)
        changed = f"{_named(_differing(before, state))} changed, checking"


def _changed_state(args: argparse.Namespace, before: _State) -> _State:
    """Wait until something is not as it was."""
    while True:
        started = time.monotonic()
        now = _look(args)
        if now != before:
            return now
        time.sleep(max(_PAUSE, _SHARE * (time.monotonic() - started)))


def _look(args: argparse.Namespace) -> _State:
    """Look at the files to check, their settings and their baselines; of settings with an error, at that."""
    try:
        finder = settings_finder(args)
        inputs = find_inputs(args, finder)
        baselines = Baselines(args, finder)
        folders = {*inputs.folders, *(one.path.parent for one in inputs.sources)}
        settings = {finder.config(one).path for one in folders}
        accepted = {baselines.file(one) for one in inputs.sources}
    except (ConfigError, UsageError) as error:
        return {_SETTINGS: str(error)}
    beside = {_shown(path): path for path in settings | accepted if path is not None}
    files = {one.name: one.path for one in inputs.sources} | beside
    problems = {name: words for name, _, words in (one.partition(": ") for one in inputs.problems)}
    return {name: _identity(path) for name, path in files.items()} | problems


def _identity(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return state_of(found)


def _differing(before: _State, now: _State) -> list[str]:
    """What changed, came or went, in its order; of settings with an error, these alone."""
    if _SETTINGS in before or _SETTINGS in now:
        return [_SETTINGS]
    missing = object()
    return [name for name in {**before, **now} if before.get(name, missing) != now.get(name, missing)]


def _named(names: Iterable[str]) -> str:
    first, rest = list(names)[:_SHOWN], list(names)[_SHOWN:]
    return ", ".join(first) + (f" and {len(rest):,} more" if rest else "")


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
