"""SARIF 2.1.0, which GitHub code scanning and other dashboards read: findings with fixes, and their rules.

It holds everything, written as it comes. GitHub refuses more than 25,000 results in a file and shows 5,000,
the worst first: where a data set has more, `--max-diagnostics` bounds how many there are of each rule and
file. Nothing of a row is quoted but in messages and fixes, and fixes that would show a secret are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from turnlint import __version__
from turnlint.report import RowFindings, Style, Tally
from turnlint.report._fingerprints import Fingerprints
from turnlint.report._machine import ArrayReport
from turnlint.report._objects import JsonObject, encode, finding_objects
from turnlint.report._paths import repository_path
from turnlint.rules import all_rules
from turnlint.rules.page import markdown, sections, url

__all__ = ["REPORT"]

_HEAD = '{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"results":['
_LEVELS = {"error": "error", "warning": "warning", "info": "note", "hint": "note"}
_KINDS = {"error": "error", "warning": "warning", "note": "recommendation"}
"""How GitHub calls the levels in a rule."""
_LINK = re.compile(r"\[(?=[^\]]*\]\()")
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


class SarifReport(ArrayReport):
    """One run: a result a line, and behind them the tool with its rules, in the order in which they came."""

    def __init__(self, write: Callable[[str], object], style: Style) -> None:
        super().__init__(write, style)
        self._rules: dict[str, int] = {}
        self._fingerprints = Fingerprints()

    def begin(self) -> None:
        self._write(_HEAD)

    def row(self, found: RowFindings) -> None:
        for one, name in zip(finding_objects(found), self._fingerprints.of(found), strict=True):
            self.item(self._result(one, name))

    def end(self, tally: Tally) -> None:
        self.close()
        driver = {"name": "turnlint", "version": __version__, "rules": [_rule(name) for name in self._rules]}
        told = [{"level": "error", "message": {"text": _message(problem)}} for problem in tally.problems]
        invocation = {"executionSuccessful": not told, "toolExecutionNotifications": told}
        rest = {"tool": {"driver": driver}, "invocations": [invocation], "columnKind": "unicodeCodePoints"}
        self._write(f",\n{encode(rest)[1:]}]}}\n")

    def _result(self, one: JsonObject, fingerprint: str) -> JsonObject:
        result = {
            "ruleId": one["rule"],
            "ruleIndex": self._rules.setdefault(one["rule"], len(self._rules)),
            "level": _LEVELS[one["severity"]],
            "message": {"text": _message(one["message"])},
            "locations": [self._location(one)],
            "partialFingerprints": {"primaryLocationLineHash": fingerprint},
        }
        if one["related"]:
            result["relatedLocations"] = [
                {"id": number, **self._location(two), "message": {"text": _message(two["message"])}}
                for number, two in enumerate(one["related"], 1)
            ]
        if one["fix"]:
            result["fixes"] = [self._fix(one)]
        return result

    def _location(self, one: JsonObject) -> JsonObject:
        region = {"startLine": 1} if one["row"] is None else _region(one)
        return {"physicalLocation": {"artifactLocation": self._file(one["path"]), "region": region}}

    def _fix(self, one: JsonObject) -> JsonObject:
        fix = one["fix"]
        replacements = [
            {"deletedRegion": _region(edit), "insertedContent": {"text": edit["content"]}}
            for edit in fix["edits"]
        ]
        return {
            "description": {"text": _message(fix["message"])},
            "artifactChanges": [{"artifactLocation": self._file(one["path"]), "replacements": replacements}],
            "properties": {"applicability": fix["applicability"]},
        }

    def _file(self, path: str) -> JsonObject:
        """A file as a URI: relative to the repository where it is in there."""
        path = repository_path(path, self._style.root)
        written = quote(path, safe="/", errors="surrogateescape")
        return {"uri": f"file://{written}" if path.startswith("/") else written}


def _region(one: JsonObject) -> JsonObject:
    start, end = one["location"], one["end_location"]
    return {
        "startLine": start["line"],
        "startColumn": start["column"],
        "endLine": end["line"],
        "endColumn": end["column"],
    }


def _message(text: str) -> str:
    """A message in which nothing is a link or a placeholder."""
    return _PLACEHOLDER.sub(r"{{\1}}", _LINK.sub(r"\\[", text))


def _rule(name: str) -> JsonObject:
    module = all_rules()[name]
    what = sections(module.page)["What it does"]
    level = _LEVELS[module.rule.severity.word]
    address = url(name)
    return {
        "id": name,
        "name": name,
        "shortDescription": {"text": " ".join(what.split("\n\n")[0].split())},
        "fullDescription": {"text": " ".join(what.split())},
        "help": {"text": module.page.strip(), "markdown": markdown(module)},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": [module.family], "problem.severity": _KINDS[level]},
        **({"helpUri": address} if address else {}),
    }


REPORT = SarifReport
