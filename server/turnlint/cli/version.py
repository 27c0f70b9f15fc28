"""Print the version."""

from __future__ import annotations

import argparse

from turnlint import __version__
from turnlint.cli._streams import Output


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no options."""


def run(args: argparse.Namespace, output: Output) -> int:
    """Print the version."""
    output.write(f"turnlint {__version__}\n")
    return 0
