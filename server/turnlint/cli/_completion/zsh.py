"""Completion in zsh, with the help of each option."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from turnlint.cli._completion import PROGRAM_OPTIONS, actions, quoted, values_of
from turnlint.cli._program import summary_of

__all__ = ["script"]

_SCRIPT = r"""#compdef turnlint
# Completion of turnlint in zsh: turnlint completion zsh > "${fpath[1]}/_turnlint"

_turnlint() {
    local command=${words[2]} curcontext=$curcontext
    local -a commands=(
@COMMANDS@
    )
    if (( ${words[(I)--check]} && ${words[(I)--check]} != CURRENT )); then
        command=check
    elif (( CURRENT == 2 )); then
        _describe command commands
        return
    else
        shift words
        (( CURRENT-- ))
    fi
    curcontext="${curcontext%:*:*}:turnlint-$command:"
    case $command in
@CASES@
    esac
}

if [[ ${funcstack[1]} == _turnlint ]]; then
    _turnlint "$@"
else
    compdef _turnlint turnlint
fi
"""


_OPERANDS: dict[int | str | None, str] = {"*": "*", "+": "*", "?": ":"}
"""What stands before an operand that may be repeated or left out."""


def script() -> str:
    """Make the script."""
    cases, commands = [], []
    for command, declared in actions():
        commands.append(f"{command}:{_escaped(summary_of(command).rstrip('.'))}")
        specs = [spec for action in declared for spec in _specs(action)]
        if command == "check":
            specs.append("--check[" + _escaped(PROGRAM_OPTIONS["--check"]) + "]")
        lines = " \\\n".join(f"            {quoted(spec)}" for spec in specs)
        cases.append(f"    {command})\n        _arguments -S : \\\n{lines}\n        ;;")
    commands += [f"{option}:{_escaped(words)}" for option, words in PROGRAM_OPTIONS.items()]
    listed = "\n".join(f"        {quoted(one)}" for one in commands)
    return _SCRIPT.replace("@COMMANDS@", listed).replace("@CASES@", "\n".join(cases))


def _specs(action: argparse.Action) -> Iterator[str]:
    """What `_arguments` is told of an option in each of its spellings, or of an operand."""
    words = _escaped(action.help or "")
    takes = _taken(action)
    if not action.option_strings:
        yield _OPERANDS.get(action.nargs, "") + takes
    is_repeated = isinstance(action, argparse._AppendAction)
    others = "*" if is_repeated else f"({' '.join(action.option_strings)})"
    for option in action.option_strings:
        sign = "" if not takes else "=" if option.startswith("--") else "+"
        yield f"{others}{option}{sign}[{words}]{takes}"


def _taken(action: argparse.Action) -> str:
    """The message and the action of what an option takes; empty where it takes nothing."""
    values = values_of(action)
    if values is None:
        return ""
    names = " ".join(map(_escaped, values.names))
    if values.is_list:
        how = f"_sequence compadd - {names}"
    elif values.suffixes:
        how = '_files -g "*(' + "|".join(values.suffixes) + ')(-.)"'
    else:
        how = "_files" if values.is_file else f"({names})" * bool(names) or " "
    return f":{_escaped(str(action.metavar))}:{how}"


def _escaped(text: str) -> str:
    return "".join("\\" + one if one in "\\[]:" else one for one in text)
