"""Print a script that lets a shell complete commands and options.

examples:
  source <(turnlint completion bash)  For this session, or put it into ~/.bashrc
  turnlint completion zsh > "${fpath[1]}/_turnlint"
  turnlint completion fish > ~/.config/fish/completions/turnlint.fish
"""

from __future__ import annotations

import argparse
from importlib import import_module

from turnlint.cli._program import one_of
from turnlint.cli._streams import Output

_SHELLS = ("bash", "zsh", "fish")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    shell = one_of("shell", lambda: _SHELLS)
    parser.add_argument("shell", metavar="SHELL", type=shell, help="bash, zsh or fish")


def run(args: argparse.Namespace, output: Output) -> int:
    """Print the script."""
    script: str = import_module(f"turnlint.cli._completion.{args.shell}").script()
    output.write(script)
    return 0
