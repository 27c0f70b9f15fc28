"""The Reviewdog Diagnostic Format, with fixes as suggestions.

Its columns are bytes of UTF-8. A suggestion stands for itself, so that all edits of a fix are one. Where rows
are not lines, the bytes before a place are not at hand: it has neither a column nor suggestions.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from typing import Any

from turnlint.report import RowFindings, Tally
from turnlint.report._machine import ArrayReport
from turnlint.report._objects import JsonObject, encode, finding_objects
from turnlint.text.decode import row_text
from turnlint.text.secrets import hide

__all__ = ["REPORT"]

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "info": "INFO", "hint": "INFO"}


class RdjsonReport(ArrayReport):
    """One object, each diagnostic on a line of its own."""

    def begin(self) -> None:
        self._write(f'{{"source":{encode({"name": "turnlint"})},"diagnostics":[')

    def row(self, found: RowFindings) -> None:
        if found.path in found.layouts:
            for one in finding_objects(found):
                self.item(_diagnostic(_of_lines(one, found.layouts)))
            return
        text = row_text(found.raw)
        line = 1 if found.row is None else found.row + 1
        objects = [_of_lines(_joined(one, text), found.layouts) for one in finding_objects(found)]
        places = [place for one in objects for place in _places(one) if place["line"] == line]
        columns = _in_bytes(text, {place["column"] - 1 for place in places})
        for place in places:
            place["column"] = columns[place["column"] - 1] + 1
        for one in objects:
            self.item(_diagnostic(one))

    def end(self, tally: Tally) -> None:
        self.close()
        self._write("}\n")


def _in_bytes(text: str, columns: Collection[int]) -> Mapping[int, int]:
    """Turn columns of a row, in code points from 0, into offsets in its bytes."""
    found: dict[int, int] = {}
    column = offset = 0
    for end in sorted(columns):
        offset += len(text[column:end].encode("utf-8", "surrogateescape"))
        column = end
        found[end] = offset
    return found


def _of_lines(one: JsonObject, files: Container[str]) -> JsonObject:
    """Leave the columns in these files out, and a fix that would need them."""
    for two in (one, *one["related"]):
        if two["path"] in files:
            for end in ("location", "end_location"):
                two[end] = {"line": two[end]["line"]}
    return one | {"fix": None} if one["path"] in files else one


def _diagnostic(one: JsonObject) -> JsonObject:
    return {
        "message": one["message"],
        "severity": _SEVERITIES[one["severity"]],
        "code": {"value": one["rule"]} | ({"url": one["url"]} if one["url"] else {}),
        "location": _location(one),
        "related_locations": [
            {"message": two["message"], "location": _location(two)} for two in one["related"]
        ],
        "suggestions": [{"range": _range(edit), "text": edit["content"]} for edit in _edits(one)],
    }


def _location(one: JsonObject) -> JsonObject:
    return {"path": one["path"], "range": _range(one)}


def _range(one: JsonObject) -> JsonObject:
    return {"start": one["location"], "end": one["end_location"]}


def _edits(one: JsonObject) -> Sequence[JsonObject]:
    return one["fix"]["edits"] if one["fix"] else ()


def _places(one: JsonObject) -> list[dict[str, Any]]:
    """The ends of all ranges of the finding in its file."""
    ranged = [one, *(two for two in one["related"] if two["path"] == one["path"]), *_edits(one)]
    return [two[end] for two in ranged for end in ("location", "end_location")]


def _joined(one: JsonObject, text: str) -> JsonObject:
    """Make one edit of those of a fix; leave the fix out where what stands between them is a secret."""
    edits = _edits(one)
    if len(edits) < 2:
        return one
    content, end = "", edits[0]["location"]["column"] - 1
    for edit in edits:
        content += text[end : edit["location"]["column"] - 1] + edit["content"]
        end = edit["end_location"]["column"] - 1
    whole = {
        "location": edits[0]["location"],
        "end_location": edits[-1]["end_location"],
        "content": content,
    }
    return one | {"fix": None if hide(content) != content else {"edits": [whole]}}


REPORT = RdjsonReport
