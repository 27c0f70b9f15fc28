"""From arguments to a command, with help that fits on a screen and errors that say what was meant."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, NoReturn

import turnlint.cli
from turnlint import __version__
from turnlint.cli._streams import Output, UsageError, say

__all__ = ["Parser", "one_of", "run"]

_HELP = """\
turnlint {version}: a linter for the files that language models are fine-tuned on.

Usage: turnlint COMMAND [OPTIONS]

Commands:
{commands}

Options:
  -h, --help     Print help; `turnlint COMMAND --help` says more
  -V, --version  Print the version

Examples:
  turnlint check                          Check all JSONL files of this folder
  turnlint check train.jsonl --target openai:gpt-4.1-mini
  turnlint stats train.jsonl              Count its tokens
  turnlint rule unknown-role              Explain a rule
"""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises UsageError, and suggests what was meant by an unknown option."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.register("type", None, str)  # what is read is a plain string, an `_Operand` too

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\nFor help: {self.prog} --help")

    def parse(self, arguments: list[str]) -> argparse.Namespace:
        """Read arguments; options and others may come in any order, and behind `--` are no options."""
        at = arguments.index("--") if "--" in arguments else len(arguments)
        operands = [_Operand(word) for word in arguments[at + 1 :]]
        found, strange = self.parse_known_intermixed_args([*arguments[:at], *operands])
        if strange:
            word = strange[0].partition("=")[0]
            if isinstance(strange[0], _Operand) or word[0:1] != "-":
                self.error(f"unexpected argument `{strange[0]}`")
            self.error(f"unknown option `{word}`{_suggest(word, self._option_string_actions)}")
        return found

    def _parse_optional(self, arg_string: str) -> Any:
        # Reading options and others in any order takes two passes, and `--` does not survive the first.
        return None if isinstance(arg_string, _Operand) else super()._parse_optional(arg_string)


class _Operand(str):
    """An argument that is no option, whatever it begins with."""

    __slots__ = ()


def run(arguments: list[str], output: Output) -> int:
    """Run the command that the arguments name; returns the exit status. Raises UsageError."""
    if not arguments:
        say(_help().rstrip())
        return 2
    name, rest = _command(arguments)
    if name in ("help", "-h", "--help"):
        output.write(_help())
        return 0
    command = _load(name)
    args = _parser(name, command, output).parse(rest)
    status: int = command.run(args, output)
    return status


def one_of(what: str, names: Callable[[], Iterable[str]]) -> Callable[[str], str]:
    """An argument type: one of these names, with a suggestion for others."""

    def read(word: str) -> str:
        known = list(names())
        if word in known:
            return word
        raise UsageError(f"unknown {what} `{word}`{_suggest(word, known)}")

    return read


def _command(arguments: list[str]) -> tuple[str, list[str]]:
    """Take the command out of the arguments; `--check` is the command `check`."""
    first, *rest = arguments
    if first in ("-h", "--help", "help"):
        return first, rest
    if first in ("-V", "--version"):
        return "version", rest
    if first[0:1] == "-":
        if "--check" not in arguments:
            known = ["--check", "--help", "--version"]
            raise UsageError(f"unknown option `{first}`{_suggest(first, known)}\nFor help: turnlint --help")
        at = arguments.index("--check")
        return "check", arguments[:at] + arguments[at + 1 :]
    if first not in _names():
        hint = _suggest(first, _names())
        if os.path.exists(first):  # noqa: PTH110 - does not raise
            hint = f"; to check the file, write `turnlint check {first}`"
        raise UsageError(f"unknown command `{first}`{hint}")
    return first, rest


def _names() -> list[str]:
    return sorted(one.name for one in iter_modules(turnlint.cli.__path__) if one.name[0] != "_")


def _load(name: str) -> ModuleType:
    return import_module(f"turnlint.cli.{name}")


def _parser(name: str, command: ModuleType, output: Output) -> Parser:
    summary, _, more = (command.__doc__ or "").partition("\n")
    parser = Parser(
        prog=f"turnlint {name}",
        description=summary,
        epilog=more.strip(),
        add_help=False,
        allow_abbrev=False,
        formatter_class=_Formatter,
    )
    parser.add_argument("-h", "--help", action=_HelpAction, output=output, help="Print this help")
    command.arguments(parser)
    operands = [_OPERAND.get(one.nargs, "{}").format(one.metavar) for one in parser._get_positional_actions()]
    parser.usage = " ".join([parser.prog, *operands, "[OPTIONS]"])
    return parser


_OPERAND: dict[int | str | None, str] = {"?": "[{}]", "*": "[{}…]"}
"""How an operand is shown that may be left out."""


class _HelpAction(argparse.Action):
    """Prints help where results go."""

    def __init__(self, option_strings: list[str], dest: str, output: Output, help: str) -> None:  # noqa: A002
        super().__init__(option_strings, dest, nargs=0, help=help)
        self._output = output

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        self._output.write(parser.format_help())
        self._output.finish()
        parser.exit()


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """One short line of usage, and room for long options."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=100)

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Any, prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, prefix or "Usage: ")

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading and heading.capitalize())


def _help() -> str:
    lines = []
    for name in _names():
        summary = (_load(name).__doc__ or "").partition("\n")[0].rstrip(".")
        lines.append(f"  {name:<9}{summary}")
    return _HELP.format(version=__version__, commands="\n".join(lines))


def _suggest(word: str, known: Iterable[str]) -> str:
    from turnlint.config import suggest

    return suggest(word, known)
