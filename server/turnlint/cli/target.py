"""Describe a target, who trains on the data, or list all of them.

examples:
  turnlint target                      List the targets
  turnlint target azure                Describe one
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from turnlint.cli._streams import Output
from turnlint.cli._tables import table
from turnlint.config import Target, all_targets, get_target


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("target", nargs="?", metavar="NAME", help="The target to describe")


def run(args: argparse.Namespace, output: Output) -> int:
    """Print what was asked for."""
    if args.target:
        output.write(_page(get_target(args.target)[0]))
    else:
        output.write(table((name, one.title, one.description) for name, one in all_targets().items()))
    return 0


def _page(one: Target) -> str:
    title = f"{one.name}: {one.title}"
    parts = [title, "=" * len(title), "", one.description, ""]
    if one.formats:
        parts.append(f"Formats: {', '.join(one.formats)}.")
    return "\n".join([*parts, "Models:", table(_models(one)), "Rules:", table(_rules(one))])


def _models(one: Target) -> Iterator[tuple[str, ...]]:
    if one.limit:
        yield "  (not named)", str(one.limit), one.encoding, str(one.status or "")
    for name, trained, known in one.listed():
        limit = str(trained.limit) if trained.limit else "limit not known"
        yield f"  {name}", limit, known.encoding or "a vocabulary of its own", str(trained.status or "")


def _rules(one: Target) -> Iterator[tuple[str, ...]]:
    for name, layer in one.rules.items():
        switch = {None: "", True: "on", False: "off"}[layer.on]
        said = [word for word in (switch, layer.effect, layer.severity) if word]
        said += [f"{key} = {value}" for key, value in layer.parameters.items()]
        source = " ".join(str(word) for word in (layer.source, layer.date) if word)
        yield f"  {name}", ", ".join(said), source
