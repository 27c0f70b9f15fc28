"""Completion in fish, with the help of each option."""

from __future__ import annotations

import argparse

from turnlint.cli._completion import PROGRAM_OPTIONS, actions, quoted, values_of
from turnlint.cli._program import summary_of

__all__ = ["script"]

_SCRIPT = r"""# Completion of turnlint in fish, for ~/.config/fish/completions/turnlint.fish

function __turnlint_command --description 'The command of the line so far'
    set --local words (commandline --tokenize --cut-at-cursor --current-process)
    if contains -- --check $words
        echo check
    else if set --query words[2]
        echo $words[2]
    end
end

function __turnlint_is
    set --local command (__turnlint_command)
    test "$command" = $argv[1]
end

complete --command turnlint --no-files
"""
_ADD = "complete --command turnlint"


def script() -> str:
    """Make the script."""
    lines = [
        f"{_ADD} --condition '__turnlint_is \"\"' --long-option {option[2:]} --description {quoted(words)}"
        for option, words in PROGRAM_OPTIONS.items()
    ]
    for command, declared in actions():
        words = quoted(summary_of(command).rstrip("."))
        lines.append(f"{_ADD} --condition '__turnlint_is \"\"' --arguments {command} --description {words}")
        lines += [_line(command, action) for action in declared]
    return _SCRIPT + "\n".join(lines) + "\n"


def _line(command: str, action: argparse.Action) -> str:
    parts = [_ADD, f"--condition '__turnlint_is {command}'"]
    for option in action.option_strings:
        parts.append(
            f"--long-option {option[2:]}" if option.startswith("--") else f"--short-option {option[1:]}"
        )
    if action.option_strings:
        parts.append(f"--description {quoted(action.help or '')}")
    values = values_of(action)
    if values is None:
        return " ".join(parts)
    if action.option_strings:
        parts.append("--require-parameter")
    if values.suffixes:
        endings = " ".join(values.suffixes)
        parts.append(f"--keep-order --arguments '(__fish_complete_suffix {endings})'")
    elif values.is_file:
        parts.append("--force-files")
    elif values.is_list:
        parts.append(f"--arguments '(__fish_complete_list , \"printf %s\\\\\\n {' '.join(values.names)}\")'")
    elif values.names:
        parts.append(f"--arguments {quoted(' '.join(values.names))}")
    return " ".join(parts)
