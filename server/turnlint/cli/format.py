"""Describe a format of training rows, or list all of them.

examples:
  turnlint format                      List the formats
  turnlint format openai-chat          Describe one
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from turnlint.cli._program import one_of
from turnlint.cli._streams import Output
from turnlint.cli._tables import table
from turnlint.cli.schema import format_schema
from turnlint.formats import Format, all_formats, get_format


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    known = one_of("format", lambda: (one.name for one in all_formats()))
    parser.add_argument("name", nargs="?", metavar="NAME", help="The format to describe", type=known)


def run(args: argparse.Namespace, output: Output) -> int:
    """Print what was asked for."""
    if args.name:
        output.write(_page(get_format(args.name)))
    else:
        output.write(table((one.name, one.stage, one.title) for one in all_formats()))
    return 0


def _page(one: Format) -> str:
    title = f"{one.name}: {one.title}"
    parts = [title, "=" * len(title), "", one.description, "", f"Stage: {one.stage}. Home: {one.home}.", ""]
    if one.compose:
        parts += [f"`turnlint convert --to {one.name}` writes it.", ""]
    schema = format_schema(one)
    todo = [schema["$ref"].rpartition("/")[2]]
    for name in todo:
        declared = schema["$defs"][name]
        todo += [ref for ref in _references(declared) if ref not in todo]
        parts += [f"{name}: {declared.get('description', '').partition(chr(10))[0]}", table(_keys(declared))]
    return "\n".join(parts)


def _keys(declared: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    required = declared.get("required", ())
    for key, member in declared.get("properties", {}).items():
        yield (
            f"  {key}",
            "required" if key in required else "",
            _type(member),
            member.get("description", ""),
        )


def _type(node: Mapping[str, Any]) -> str:
    """A type of JSON Schema in words."""
    if "$ref" in node:
        return str(node["$ref"]).rpartition("/")[2]
    if "anyOf" in node:
        return " or ".join(map(_type, node["anyOf"]))
    if "enum" in node or "const" in node:
        return " or ".join(str(value) for value in node.get("enum") or [node["const"]])
    kind = str(node.get("type", "anything"))
    return f"array of {_type(node['items'])}" if kind == "array" and "items" in node else kind


def _references(node: Any) -> Iterator[str]:
    """The objects that a type speaks of, in the order of the text."""
    todo = [node]
    while todo:
        one = todo.pop(0)
        if isinstance(one, Mapping):
            if "$ref" in one:
                yield str(one["$ref"]).rpartition("/")[2]
            todo += [value for key, value in one.items() if key != "discriminator"]
        elif isinstance(one, list):
            todo += one
