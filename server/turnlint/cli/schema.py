"""Print the JSON Schema of a format, the settings, or what other commands print as JSON.

examples:
  turnlint schema openai-chat
  turnlint schema settings  What turnlint.toml may hold
  turnlint schema stats     What `turnlint stats --output-format json` prints
  turnlint schema target    What `turnlint target FILE --output-format json` prints
"""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from turnlint.cli._program import one_of
from turnlint.cli._streams import Output
from turnlint.cli._tables import as_json
from turnlint.config.schema import DIALECT, settings_schema
from turnlint.formats import Format, all_formats, get_format

SETTINGS = "settings"
STATS = "stats"
TARGET = "target"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    known = one_of("format", lambda: [SETTINGS, STATS, TARGET, *(one.name for one in all_formats())])
    parser.add_argument("name", metavar="NAME", help="A format, `settings`, `stats` or `target`", type=known)


def run(args: argparse.Namespace, output: Output) -> int:
    """Print the schema."""
    others = {SETTINGS: settings_schema, STATS: stats_schema, TARGET: target_schema}
    output.write(
        as_json(others[args.name]() if args.name in others else format_schema(get_format(args.name)))
    )
    return 0


def format_schema(one: Format) -> dict[str, Any]:
    """The JSON Schema of the rows of a format."""
    return {"$schema": DIALECT, "title": one.title, **msgspec.json.schema(one.shape)}


def stats_schema() -> dict[str, Any]:
    """The JSON Schema of what `turnlint stats` prints as JSON."""
    from turnlint.report.statistics.json import StatisticsObject

    title = "Statistics of training data"
    return {"$schema": DIALECT, "title": title, **msgspec.json.schema(StatisticsObject)}


def target_schema() -> dict[str, Any]:
    """The JSON Schema of what `turnlint target` prints of files as JSON."""
    from turnlint.report.portability.json import PortabilityObject

    title = "What targets would do with training data"
    return {"$schema": DIALECT, "title": title, **msgspec.json.schema(PortabilityObject)}
