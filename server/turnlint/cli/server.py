"""Run the language server, for editors.

examples:
  turnlint server             Speak LSP over standard input and output
  turnlint server --tcp 2087  Listen on this machine alone, for debugging
"""

from __future__ import annotations

import argparse

from turnlint.cli._streams import Output


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--stdio", action="store_true", help="Speak over standard input and output [default]")
    ways.add_argument("--tcp", type=int, metavar="PORT", help="Listen on a port of this machine")


def run(args: argparse.Namespace, output: Output) -> int:
    """Serve until the client leaves."""
    from turnlint.lsp import main

    return main([] if args.tcp is None else ["--tcp", str(args.tcp)])
