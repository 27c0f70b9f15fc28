"""The options that several commands share."""

from __future__ import annotations

import argparse
import os
from datetime import date
from pathlib import Path

from turnlint.cli._program import from_environment, one_of
from turnlint.cli._streams import UsageError, say
from turnlint.config import ConfigError, get_target
from turnlint.config.discovery import Overrides, SettingsFinder
from turnlint.config.inline import is_inline, read_inline
from turnlint.model import Settings

__all__ = [
    "ALL",
    "add_file_settings",
    "add_settings_options",
    "natural",
    "processors",
    "say_notes",
    "settings_finder",
    "target_name",
]

ALL = "all"
"""What stands for every target, where a command takes that."""
_GROUP = "settings, which win over turnlint.toml"


def add_settings_options(parser: argparse.ArgumentParser, *, takes_all: bool = False) -> None:
    """Declare what decides how rows are judged. `takes_all` has the target be `all`, too."""
    group = parser.add_argument_group(_GROUP)
    add = group.add_argument
    from_environment(
        add(
            "--target",
            type=_target_or_all if takes_all else target_name,
            metavar="NAME[:MODEL]",
            help="Who will train on the data (see `turnlint target`)"
            + (", or `all` for a table of what each would do" if takes_all else ""),
        )
    )
    _add_kinds(group)
    for option, words in _SELECTIONS.items():
        add(option, action="append", default=[], metavar="RULES", help=words)
    add(
        "--tokenizer",
        metavar="NAME",
        help="Count by an encoding, a tokenizer.json or a model on this machine",
    )
    add("--chat-template", metavar="FILE", help="Write rows out by this template [default: the model's]")
    add("--token-limit", type=_limit, metavar="N", help="So many tokens of an example are trained on")
    _add_config(group)


def add_file_settings(parser: argparse.ArgumentParser) -> None:
    """Declare those of these options that say what the files are, and nothing of rules."""
    group = parser.add_argument_group(_GROUP)
    _add_kinds(group)
    _add_config(group)
    lists = {option.removeprefix("--").replace("-", "_") for option in _SELECTIONS}
    parser.set_defaults(**{name: [] if name in lists else None for name in (*_OVERRIDING, *lists)})


def _add_kinds(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--format", metavar="NAME", help="The format of the rows (see `turnlint format`)")
    add(
        "--stage",
        type=one_of("stage", lambda: ("sft", "preference", "reinforcement")),
        metavar="NAME",
        help="The training method: sft, preference or reinforcement",
    )


def _add_config(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    from_environment(
        add(
            "--config",
            action="append",
            default=[],
            type=_settings_word,
            metavar="FILE|KEY=VALUE",
            help="The settings file to use in place of all others, or a setting in TOML that wins over files",
        )
    )
    add("--isolated", action="store_true", help="Use no settings file")


def settings_finder(args: argparse.Namespace) -> SettingsFinder:
    """Make a finder of settings from what was declared above. Raises ConfigError, and UsageError."""
    overrides = Overrides(
        args.target,
        args.format,
        args.stage,
        _selectors(args.select),
        _selectors(args.ignore),
        _selectors(args.extend_select),
        tokenizer=args.tokenizer,
        chat_template=args.chat_template,
        token_limit=args.token_limit,
    )
    files = [Path(word) for word in args.config if not is_inline(word)]
    if len(files) > 1:
        raise UsageError(f"--config names two settings files, {files[0]} and {files[1]}: one counts alone")
    return SettingsFinder(
        overrides,
        file=files[0] if files else None,
        isolated=args.isolated,
        inline=read_inline(filter(is_inline, args.config)),
        today=date.today(),
    )


def overrides_settings(args: argparse.Namespace) -> bool:
    """Whether a run asks other rules than the settings files do, or asks them otherwise."""
    return any(getattr(args, one) for one in _OVERRIDING) or any(map(is_inline, args.config))


_OVERRIDING = ("target", "format", "stage", "select", "ignore", "tokenizer", "chat_template", "token_limit")
_SELECTIONS = {
    "--select": "The rules and families to judge by, or ALL, separated by commas",
    "--ignore": "The rules and families to leave out",
    "--extend-select": "Rules and families to judge by besides the usual ones",
}


def say_notes(settings: Settings, said: set[str]) -> None:
    """Tell what the user should know of settings, but for what was said before; adds to that."""
    for words in settings.notes:
        if words not in said:
            say(f"Note: {words}")
            said.add(words)


def processors() -> int:
    """How many processors there are for this process."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


def natural(word: str, what: str) -> int:
    """Read a number from 1 on; `what` says what it is, and behind which option. Raises UsageError."""
    if not (word.isascii() and word.isdecimal() and int(word[:9])) or len(word) > 9:
        raise UsageError(f"`{word}` is not {what}")
    return int(word)


def target_name(word: str) -> str:
    """An argument type: a target, with a model or without. Raises UsageError."""
    try:
        get_target(word)
    except ConfigError as error:
        raise UsageError(str(error)) from None
    return word


def _target_or_all(word: str) -> str:
    return word if word == ALL else target_name(word)


def _settings_word(word: str) -> str:
    if not is_inline(word) and not os.path.exists(word):  # noqa: PTH110 - does not raise
        raise UsageError(f"{word}: No such file or directory; a setting is written KEY=VALUE")
    return word


def _limit(word: str) -> int:
    try:
        number = int(word)
    except ValueError:  # or of too many digits
        number = 0
    if number < 1:
        raise UsageError(f"`{word}` is not a number of tokens (--token-limit)")
    return number


def _selectors(lists: list[str]) -> tuple[str, ...]:
    return tuple(word.strip() for words in lists for word in words.split(",") if word.strip())
