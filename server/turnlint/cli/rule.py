"""Explain a rule, or list a family or all of them.

examples:
  turnlint rule                        List the rules
  turnlint rule duplicates             List a family
  turnlint rule unknown-role           Explain one
  turnlint rule --all --output-format json
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any

from turnlint.cli._output import add_text_or_json_option
from turnlint.cli._program import one_of
from turnlint.cli._streams import Output, UsageError
from turnlint.cli._tables import as_json, table
from turnlint.rules import RuleModule, all_rules

_HEADING = re.compile(r"^(\w[\w ]*):\n", re.MULTILINE)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "rule", nargs="?", metavar="NAME", help="The rule to explain, or the family to list", type=_known
    )
    parser.add_argument("--all", action="store_true", help="Explain all rules")
    add_text_or_json_option(parser.add_argument)


def run(args: argparse.Namespace, output: Output) -> int:
    """Print what was asked for."""
    if args.rule and args.all:
        raise UsageError("name a rule or write --all, not both")
    is_one = args.rule in all_rules()
    chosen = [one for one in all_rules().values() if args.rule in (None, one.name, one.family)]
    if args.output_format == "json":
        objects = [_object(one) for one in chosen]
        output.write(as_json(objects[0] if is_one else objects))
    elif is_one or args.all:
        output.write("\n".join(map(_page, chosen)))
    else:
        output.write(table(_rows(chosen)))
    return 0


def _known(word: str) -> str:
    families = (one.family for one in all_rules().values())
    return one_of("rule or family", lambda: {*all_rules(), *families})(word.rpartition("/")[2])


def _rows(rules: Iterable[RuleModule]) -> Iterable[tuple[str, ...]]:
    for one in rules:
        summary = sections(one.page).get("What it does", "").partition(". ")[0].rstrip(".")
        severity = one.rule.severity.word if one.rule.default else "off"
        yield f"{one.family}/{one.name}", severity, summary


def _page(one: RuleModule) -> str:
    state = "on" if one.rule.default else "off"
    title = f"{one.family}/{one.name}"
    parts = [title, "=" * len(title), "", f"Severity: {one.rule.severity.word}. By default: {state}."]
    if one.rule.formats:
        parts.append(f"Formats: {', '.join(one.rule.formats)}.")
    for name, value in one.rule.parameters.items():
        parts.append(f"Parameter: {name} = {value!r}")
    return "\n".join([*parts, "", one.page.strip(), ""])


def _object(one: RuleModule) -> dict[str, Any]:
    return {
        "name": one.name,
        "family": one.family,
        "severity": one.rule.severity.word,
        "default": one.rule.default,
        "formats": one.rule.formats,
        "parameters": one.rule.parameters,
        "page": sections(one.page),
    }


def sections(page: str) -> dict[str, str]:
    """Take a page apart: the text under each of its headings, on one line where it is prose."""
    _, *parts = _HEADING.split(page)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {heading: _body(heading, text) for heading, text in pairs}


def _body(heading: str, text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines()]
    return ("\n" if heading in ("Example", "Use instead", "Sources") else " ").join(lines)
