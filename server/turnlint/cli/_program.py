"""From arguments to a command, with help that fits on a screen and errors that say what was meant."""

from __future__ import annotations

import argparse
import gc
import os
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn

import turnlint.cli
from turnlint import __version__
from turnlint.cli._streams import Output, UsageError, say
from turnlint.modules import modules_of

__all__ = [
    "OneOf",
    "Parser",
    "SomeOf",
    "command_names",
    "from_environment",
    "one_of",
    "parser_of",
    "run",
    "summary_of",
]

_HELP = """\
turnlint {version}: a linter for the files that language models are fine-tuned on.

Usage: turnlint COMMAND [OPTIONS]

Commands:
{commands}

Options:
  -h, --help     Print help; `turnlint COMMAND --help` says more
  -V, --version  Print the version

Examples:
  turnlint init               Write settings for the files of this folder
  turnlint check              Check all JSONL files of this folder
  turnlint check train.jsonl --target openai:gpt-4.1-mini
  turnlint check --fix        Fix what is safe to fix
  turnlint stats train.jsonl  Count its tokens
  turnlint rule unknown-role  Explain a rule
"""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises UsageError, and suggests what was meant by an unknown option."""

    output: Output
    """Where help goes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.register("type", None, str)  # what is read is a plain string, an `_Operand` too

    def format_help(self) -> str:
        self.formatter_class = partial(_Formatter, width=_width())
        return super().format_help()

    def print_help(self, file: object = None) -> None:
        self.output.write(self.format_help())
        self.output.finish()

    def error(self, message: str) -> NoReturn:
        words = message.removeprefix("argument ").replace(": expected one argument", " needs a value")
        raise UsageError(f"{words}\nFor help: {self.prog} --help")

    def parse(self, arguments: list[str]) -> argparse.Namespace:
        """Read arguments; options and others may come in any order, and behind `--` are no options.

        `variables` of what it gives names the variables that were used, by what they set.
        """
        at = arguments.index("--") if "--" in arguments else len(arguments)
        for word in arguments[:at]:
            # Names come from patterns and hooks, too: a file must not be able to give an order.
            if word[:1] == "-" and word != "-" and os.path.lexists(word):
                self.error(
                    f"`{word}` names a file and looks like an option; write `./{word}`, or `--` before it"
                )
        operands = [_Operand(word) for word in arguments[at + 1 :]]
        by_variable = [one for one in self._actions if os.environ.get(getattr(one, _VARIABLE, ""))]
        for option in by_variable:
            option.default = None  # which no option has that is given
        found, strange = self.parse_known_intermixed_args([*arguments[:at], *operands])
        if strange:
            word = strange[0].partition("=")[0]
            if isinstance(strange[0], _Operand) or word[0:1] != "-":
                self.error(f"unexpected argument `{strange[0]}`")
            self.error(f"unknown option `{word}`{_suggest(word, self._option_string_actions)}")
        found.variables = {}
        for option in by_variable:
            if getattr(found, option.dest) is None:
                setattr(found, option.dest, self._said_by_variable(option))
                found.variables[option.dest] = getattr(option, _VARIABLE)
        return found

    def _said_by_variable(self, option: argparse.Action) -> Any:
        """What the variable of an option says. Raises UsageError, which names the variable."""
        name = getattr(option, _VARIABLE)
        word = os.environ[name]
        if option.nargs == 0:
            if word.lower() not in _SWITCHES:
                raise UsageError(f"{name}: `{word}` is neither true nor false")
            return _SWITCHES[word.lower()]
        try:
            value = self._get_value(option, word)
        except (UsageError, argparse.ArgumentError) as error:
            raise UsageError(f"{name}: {error}") from None
        return [value] if isinstance(option, argparse._AppendAction) else value

    def _parse_optional(self, arg_string: str) -> Any:
        # Reading options and others in any order takes two passes, and `--` does not survive the first.
        return None if isinstance(arg_string, _Operand) else super()._parse_optional(arg_string)


_VARIABLE = "variable"
"""Which attribute of an option names its variable."""
_SWITCHES = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def from_environment(option: argparse.Action) -> None:
    """Let a variable say an option where it is not given: TURNLINT_OUTPUT_FILE is for `--output-file`."""
    name = f"TURNLINT_{option.dest.upper()}"
    setattr(option, _VARIABLE, name)
    option.help = f"{option.help} [env: {name}]"


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
    parser = parser_of(name)
    if not gc.isenabled():  # this process is ours alone, and what is loaded stays
        gc.freeze()
        gc.enable()
    parser.output = output
    status: int = _load(name).run(parser.parse(rest), output)
    return status


class OneOf:
    """An argument type: one of these names, with a suggestion for others."""

    def __init__(self, what: str, names: Callable[[], Iterable[str]]) -> None:
        self.names = names
        self._what = what

    def __call__(self, word: str) -> str:
        """Give the word back. Raises UsageError for one that is not known."""
        known = list(self.names())
        if word in known:
            return word
        raise UsageError(f"unknown {self._what} `{word}`{_suggest(word, known)}")


class SomeOf(OneOf):
    """An argument type: some of these names, separated by commas, or ALL."""

    def __call__(self, word: str) -> Any:
        """Give the names as a list. Raises UsageError for one that is not known."""
        if word == "ALL":
            return list(self.names())
        return [super(SomeOf, self).__call__(one.strip()) for one in word.split(",") if one.strip()]


def one_of(what: str, names: Callable[[], Iterable[str]]) -> OneOf:
    """An argument type that takes one of these names; `what` says what they are."""
    return OneOf(what, names)


def command_names() -> list[str]:
    """The names of all commands."""
    return [name for name in modules_of(turnlint.cli.__path__) if name[0] != "_"]


def summary_of(name: str) -> str:
    """What a command does, in a sentence."""
    return (_load(name).__doc__ or "").partition("\n")[0]


def parser_of(name: str) -> Parser:
    """The parser of a command, with all that it declares."""
    command = _load(name)
    parser = Parser(
        prog=f"turnlint {name}",
        description=summary_of(name),
        epilog=_capitalised((command.__doc__ or "").partition("\n")[2].strip()),
        add_help=False,
        allow_abbrev=False,
        formatter_class=_Formatter,
    )
    parser._positionals.title = "arguments"
    parser.add_argument("-h", "--help", action="help", help="Print this help")
    command.arguments(parser)
    operands = [_OPERAND.get(one.nargs, "{}").format(one.metavar) for one in parser._get_positional_actions()]
    parser.usage = " ".join([parser.prog, *operands, "[OPTIONS]"])
    return parser


def _command(arguments: list[str]) -> tuple[str, list[str]]:
    """Take the command out of the arguments; `--check` is the command `check`, wherever it stands."""
    first, *rest = arguments
    is_option = first[0:1] == "-"
    if not is_option and first in command_names():
        return first, rest
    operands = arguments.index("--") if "--" in arguments else len(arguments)
    if "--check" in arguments[:operands]:
        at = arguments.index("--check")
        return "check", arguments[:at] + arguments[at + 1 :]
    if first == "help" and rest:
        return _command([*rest, "--help"])
    if first in ("-h", "--help", "help"):
        return first, rest
    if first in ("-V", "--version"):
        return "version", rest
    if is_option:
        known = ["--check", "--help", "--version"]
        raise UsageError(f"unknown option `{first}`{_suggest(first, known)}\nFor help: turnlint --help")
    hint = _suggest(first, command_names())
    if os.path.exists(first):  # noqa: PTH110 - does not raise
        hint = f"; to check the file, write `turnlint check {first}`"
    raise UsageError(f"unknown command `{first}`{hint}")


def _load(name: str) -> ModuleType:
    return import_module(f"turnlint.cli.{name}")


_WIDEST = 100
"""Columns of help at most."""
_OPERAND: dict[int | str | None, str] = {"?": "[{}]", "*": "[{}…]"}
"""How an operand is shown that may be left out."""


def _capitalised(text: str) -> str:
    """Have headings, which end in a colon, begin with a capital."""
    return "\n".join(
        line[:1].upper() + line[1:] if line.endswith(":") else line for line in text.splitlines()
    )


def _width() -> int:
    """Columns of help: those of the terminal, between what can hold it and what is read with ease."""
    from shutil import get_terminal_size  # takes long to load

    return max(60, min(_WIDEST, get_terminal_size((_WIDEST, 24)).columns - 1))


class _Formatter(argparse.HelpFormatter):
    """One short line of usage, and room for long options."""

    def __init__(self, prog: str, width: int = _WIDEST) -> None:
        super().__init__(prog, max_help_position=32, width=width)

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Any, prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, prefix or "Usage: ")

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        fill = super()._fill_text
        return "\n".join(line if line[:1] == " " else fill(line, width, indent) for line in text.splitlines())

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading and heading.capitalize())


def _help() -> str:
    lines = []
    for name in command_names():
        lines.append(f"  {name:<12}{summary_of(name).rstrip('.')}")
    return _HELP.format(version=__version__, commands="\n".join(lines))


def _suggest(word: str, known: Iterable[str]) -> str:
    from turnlint.config import suggest

    return suggest(word, known)
