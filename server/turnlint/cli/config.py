"""Show the settings that hold for a file or folder.

examples:
  turnlint config                      Show what holds in this folder
  turnlint config data/train.jsonl --target azure
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable

from turnlint.cli._options import add_settings_options, say_notes, settings_finder
from turnlint.cli._streams import Output
from turnlint.cli._tables import table
from turnlint.config.discovery import absolute
from turnlint.model import Settings, Severity
from turnlint.rules import quote


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("path", nargs="?", default=os.curdir, metavar="PATH", help="A file or folder")
    add_settings_options(parser)


def run(args: argparse.Namespace, output: Output) -> int:
    """Print the settings."""
    finder = settings_finder(args)
    path = absolute(args.path)
    config = finder.config(path if path.is_dir() else path.parent)
    settings = finder.resolve(config, path)
    facts = {
        "settings file": config.path,
        "target": settings.target + "; each format is judged by its home" * bool(settings.homes),
        "format": settings.format or "as the rows tell",
        "stage": settings.stage,
        "data set": quote(settings.dataset.name) if settings.dataset.name else None,
        "split": " and ".join(settings.dataset.listed) or settings.split,
        "grader reads": ", ".join(map(quote, _fields(settings))) or None,
        "fail on": (finder.fail_on(path) or Severity.WARNING).word,
        **_tokens(settings),
    }
    output.write(table((f"{name}:", str(value)) for name, value in facts.items() if value is not None))
    say_notes(settings, set())
    output.write("\nrules that are on:\n")
    output.write(table((f"  {name}", one.severity.word) for name, one in settings.rules.items()))
    return 0


def _fields(settings: Settings) -> Iterable[str]:
    """What the grader of the data set reads of each row."""
    rule = settings.rules.get("missing-grader-item")
    return rule.parameters["fields"] if rule else ()


def _tokens(settings: Settings) -> dict[str, object]:
    """How tokens are counted, and how many may be."""
    tokens = settings.tokens
    limits = {f" ({one.target_title})": one.tokens.limit for one in settings.homes.values()}
    if tokens.limit or not limits:
        limits = {"": tokens.limit}
    return {
        "model": tokens.model or None,
        "tokenizer": tokens.tokenizer,
        "chat template": tokens.template,
        "token limit": ", ".join(f"{n:,}{whose}" for whose, n in limits.items() if n) or "not known",
    }
