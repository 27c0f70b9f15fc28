"""What others publish of the output formats, to hold ours against: schemas, and grammars in words.

tests/schemas/NOTICE says where the schemas come from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import jsonschema_rs
import xmlschema

__all__ = ["VALIDATORS", "azure_command", "github_command"]

_SCHEMAS = Path(__file__).parent / "schemas"
_CODE_QUALITY = ("info", "minor", "major", "critical", "blocker")


@cache
def _json_schema(name: str) -> jsonschema_rs.Validator:
    text = (_SCHEMAS / name).read_text()
    text = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$")  # one bracket too many, in two patterns of SARIF's
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


@cache
def _xml_schema(name: str) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(_SCHEMAS / name)


def _sarif(text: str) -> None:
    _json_schema("sarif-2.1.0-rtm.5.json").validate(json.loads(text))


def _rdjson(text: str) -> None:
    _json_schema("rdjson.json").validate(json.loads(text))


def _gitlab(text: str) -> None:
    """By the schema, and by https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format."""
    found = json.loads(text)
    for one in found:
        _json_schema("codeclimate.json").validate(one)
        assert one["severity"] in _CODE_QUALITY
        assert one["check_name"]
        assert not one["location"]["path"].startswith("./")
        assert one["location"]["positions"]["begin"]["line"] > 0
    assert len({one["fingerprint"] for one in found}) == len(found)


def _junit(text: str) -> None:
    _xml_schema("junit-10.xsd").validate(text)
    for suite in ElementTree.fromstring(text):
        assert suite.get("tests") == str(len(suite.findall("testcase")))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
        assert suite.get("errors") == str(len(suite.findall("testcase/error")))


def _checkstyle(text: str) -> None:
    """By https://checkstyle.org/result_reports.html: files, and in them errors."""
    root = ElementTree.fromstring(text)
    assert (root.tag, set(root.attrib)) == ("checkstyle", {"version"})
    for file in root:
        assert (file.tag, set(file.attrib)) == ("file", {"name"})
        for error in file:
            assert (error.tag, len(error)) == ("error", 0)
            assert set(error.attrib) == {"line", "column", "severity", "message", "source"}
            assert error.get("severity") in ("error", "warning", "info")
            assert min(int(error.get("line", "")), int(error.get("column", ""))) > 0


def github_command(line: str) -> tuple[str, Mapping[str, str], str]:
    """The name, properties and message of a command, as GitHub's `Workflow commands` and toolkit have it."""
    found = re.fullmatch(r"::([a-z]+)(?: ([^\n]*?))?::([^\r\n]*)", line)
    assert found is not None, line
    escapes = {"%0D": "\r", "%0A": "\n", "%25": "%"}
    pairs = (pair.split("=", 1) for pair in (found[2] or "").split(","))
    properties = {key: _unescaped(value, escapes | {"%3A": ":", "%2C": ","}) for key, value in pairs}
    return found[1], properties, _unescaped(found[3], escapes)


def azure_command(line: str) -> tuple[Mapping[str, str], str]:
    """The properties and message of a task.logissue, as `Logging commands` and the agent's docs have it."""
    found = re.fullmatch(r"##vso\[task\.logissue ((?:[a-z]+=[^;\]\r\n]*;)+)\]([^\r\n]*)", line)
    assert found is not None, line
    escapes = {"%0D": "\r", "%0A": "\n", "%AZP25": "%"}
    pairs = (pair.split("=", 1) for pair in found[1].split(";") if pair)
    properties = {key: _unescaped(value, escapes | {"%3B": ";", "%5D": "]"}) for key, value in pairs}
    return properties, _unescaped(found[2], escapes)


def _unescaped(text: str, escapes: Mapping[str, str]) -> str:
    """Replace escapes; a percent sign that begins none is wrong."""
    parts = re.split(f"({'|'.join(escapes)})", text)
    assert not any("%" in part for part in parts[::2]), text
    return "".join(escapes.get(part, part) for part in parts)


def _github(text: str) -> None:
    for line in text.splitlines():
        name, properties, _ = github_command(line)
        assert name in ("error", "warning", "notice")
        assert set(properties) in ({"title"}, {"title", "file", "line", "col", "endLine", "endColumn"})


def _azure(text: str) -> None:
    for line in text.splitlines():
        properties, _ = azure_command(line)
        assert set(properties) == {"type", "sourcepath", "linenumber", "columnnumber", "code"}
        assert properties["type"] in ("error", "warning")


def _pylint(text: str) -> None:
    for line in text.splitlines():
        assert re.fullmatch(r".+:[1-9][0-9]*: \[[a-z0-9-]+\] .+", line)


VALIDATORS: Mapping[str, Callable[[str], None]] = {
    "azure": _azure,
    "checkstyle": _checkstyle,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
    "pylint": _pylint,
    "rdjson": _rdjson,
    "sarif": _sarif,
}
"""For each format what raises where a text is none of it."""
