"""Output formats for CI systems: what they write is what the golden files hold, valid, and harmless.

`UPDATE=1` writes the golden files anew; look at each of them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests import rendering
from tests.findings import HOSTILE, ODD, RUN, SECRET, TRAIN, tally, tell, written
from tests.harness import updating
from tests.published import VALIDATORS, azure_command, github_command

from turnlint.model import Finding, Place, Severity
from turnlint.report import RowFindings, Style, load_report, report_names
from turnlint.report._fingerprints import Fingerprints
from turnlint.report._objects import finding_objects
from turnlint.report._paths import repository_path

GOLDEN = Path(__file__).parents[1] / "golden" / "reports"
SPOILERS = "ab [](){}<>&\"'`%:,;=#|\\\n\r\t\0\x1b\x85\u2028\ud83d\udcff\uffff你😀"
"""Characters that mean something somewhere, or are not allowed there."""
FINDINGS = [(row, finding) for file in RUN for row in file.rows for finding in row.findings]


@pytest.mark.parametrize("name", report_names())
def test_golden(name: str) -> None:
    found = written(name)
    if name == "sarif":
        document = json.loads(found)
        driver = document["runs"][0]["tool"]["driver"]
        driver["version"], driver["rules"] = "VERSION", [rule["id"] for rule in driver["rules"]]
        found = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    path = GOLDEN / f"{name}.txt"
    if updating():
        path.write_text(found, encoding="utf-8", errors="replace")
    assert found.encode("utf-8", "replace").decode() == path.read_bytes().decode()


def test_each_format_has_its_golden_file() -> None:
    assert {one.stem for one in GOLDEN.iterdir()} == set(report_names())


@pytest.mark.parametrize("name", report_names())
def test_nothing_in_the_data_takes_part(name: str) -> None:
    text = written(name)
    text.encode()
    assert [
        character for character in set(text) if not (character.isprintable() or character in "\n\u3000")
    ] == []
    assert SECRET[8:] not in text
    lines = text.split("\n")
    assert [line for line in lines if re.match(r"\s*::", line) and name != "github"] == []
    commands = [found for line in lines for found in re.findall(r"##\w*\[", line)]
    assert len(commands) == (len(FINDINGS) if name == "azure" else 0)


@pytest.mark.parametrize("name", VALIDATORS)
def test_each_format_is_what_others_publish_of_it(name: str) -> None:
    VALIDATORS[name](written(name))
    assert written(name).count("unknown-role") >= 3


@pytest.mark.parametrize("name", VALIDATORS)
@settings(max_examples=30, deadline=None)
@given(
    message=st.text(
        st.sampled_from("ab [](){}<>&\"'`%:,;=#|\\\n\r\t\0\x1b\x85\u2028\ud83d\udcff\uffff你😀"), min_size=1
    ),
    path=st.text(st.sampled_from("ab ./:%,;]<&\"'\n\r\x1b\udcff你😀"), min_size=1),
    raw=st.binary(max_size=20),
)
def test_whatever_is_said_of_whatever_file_is_valid(name: str, message: str, path: str, raw: bytes) -> None:
    finding = Finding("unknown-role", "roles", Severity.WARNING, message, Place(("a",)))
    parts: list[str] = []
    report = load_report(name)(parts.append, Style())
    report.begin()
    report.row(RowFindings(path, 0, raw, [finding] * 2))
    report.end_file(path, {"unknown-role": 1})
    report.end(replace(tally(), problems=[message]))
    written_bytes = "".join(parts).encode()
    VALIDATORS[name](written_bytes.decode())


def test_nothing_is_no_findings() -> None:
    for name in report_names():
        parts: list[str] = []
        report = load_report(name)(parts.append, Style())
        report.begin()
        report.end(replace(tally(), rules=Counter(), problems=[]))
        text = "".join(parts)
        if name in VALIDATORS:
            VALIDATORS[name](text)
        elif name == "json":
            assert json.loads(text) == []
        elif name == "markdown":
            assert "No problems in 4 files." in text
        else:
            assert text == ""


def test_sarif() -> None:
    document = json.loads(written("sarif"))
    (run,) = document["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["invocations"][0]["executionSuccessful"] is False
    rules = run["tool"]["driver"]["rules"]
    for result, (row, finding) in zip(run["results"], FINDINGS, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
        address = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert unquote_to_bytes(address) == row.path.removeprefix("./").encode("utf-8", "surrogateescape")
        assert re.fullmatch(r"[\w./~%-]+", address, re.ASCII)
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"].startswith("What it does:")
        assert "## What it does" in rule["help"]["markdown"]
        assert "helpUri" not in rule
    texts = [result["message"]["text"] for result in run["results"]]
    hostile = next(text for text in texts if "evil" in text)
    assert r"!\[a](https" in hostile
    assert "{{0}}" in hostile
    assert len({result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]}) >= 7


def test_sarif_names_files_outside_by_their_full_address() -> None:
    row = replace(RUN[0].rows[1], path="/else where/a.jsonl")
    parts: list[str] = []
    report = load_report("sarif")(parts.append, Style(root="/top"))
    report.row(row)
    (result,) = json.loads("[" + "".join(parts).split("\n")[1].rstrip(",") + "]")
    where = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert where["uri"] == "file:///else%20where/a.jsonl"


def test_fixes_lead_to_the_same_text_in_each_format() -> None:
    """Deleting and inserting what a format says gives what the finding's own fix gives."""
    fixed = {
        0: '"role":"user"',
        2: '"role":"x","content":"é"',
        4: "",
    }
    sarif = {
        result["locations"][0]["physicalLocation"]["region"]["startLine"] - 1: [
            (one["deletedRegion"], one["insertedContent"]["text"])
            for change in result["fixes"][0]["artifactChanges"]
            for one in change["replacements"]
        ]
        for result in json.loads(written("sarif"))["runs"][0]["results"]
        if "fixes" in result
    }
    rdjson = {
        one["location"]["range"]["start"]["line"] - 1: one["suggestions"]
        for one in json.loads(written("rdjson"))["diagnostics"]
        if one["suggestions"]
    }
    assert sarif.keys() == rdjson.keys() == fixed.keys()
    rows = {row.row: row.raw for row in RUN[0].rows}
    for number, expected in fixed.items():
        line = rows[number].decode() + "\n"
        assert expected in _by_regions(line, number + 1, sarif[number])
        assert expected in _by_bytes(line, number + 1, rdjson[number])
    assert _by_regions("  \n", 5, sarif[4]) == _by_bytes("  \n", 5, rdjson[4]) == ""


def _by_regions(line: str, number: int, replacements: list[tuple[dict[str, int], str]]) -> str:
    for region, text in reversed(replacements):
        assert region["startLine"] == number
        end = region["endColumn"] - 1 if region["endLine"] == number else len(line)
        line = line[: region["startColumn"] - 1] + text + line[end:]
    return line


def _by_bytes(line: str, number: int, suggestions: list[dict[str, Any]]) -> str:
    (one,) = suggestions
    start, end = one["range"]["start"], one["range"]["end"]
    assert start["line"] == number
    raw = line.encode()
    last = end["column"] - 1 if end["line"] == number else len(raw)
    content: str = one["text"]
    return (raw[: start["column"] - 1] + content.encode() + raw[last:]).decode()


def test_rdjson() -> None:
    document = json.loads(written("rdjson"))
    for one, (row, finding) in zip(document["diagnostics"], FINDINGS, strict=True):
        assert one["code"]["value"] == finding.rule
        assert one["severity"] == {"HINT": "INFO"}.get(finding.severity.name, finding.severity.name)
        if finding.rule == "unknown-role":
            start, end = (one["location"]["range"][side]["column"] - 1 for side in ("start", "end"))
            assert row.raw[start:end] == b'"usr"'
    (wreck,) = (one for one in document["diagnostics"] if one["code"]["value"] == "not-utf8")
    assert wreck["location"]["range"]["start"]["column"] == 29


@pytest.mark.parametrize("name", ["gitlab", "sarif"])
def test_a_row_that_moves_keeps_its_fingerprint_and_one_that_changes_does_not(name: str) -> None:
    def identities(**changes: Any) -> list[str]:
        def changed_row(row: RowFindings) -> RowFindings:
            made = {key: change(row) for key, change in changes.items()}
            return row if row.row is None else replace(row, **made)

        parts: list[str] = []
        report = load_report(name)(parts.append, Style())
        tell(
            report,
            lambda row: (
                row
                if row.row is None
                else replace(row, **{key: change(row) for key, change in changes.items()})
            ),
        )
        document = json.loads("".join(parts))
        if name == "gitlab":
            return [str(one["fingerprint"]) for one in document]
        return [str(one["partialFingerprints"]) for one in document["runs"][0]["results"]]

    before = identities()
    assert identities(row=lambda row: row.row + 1000) == before
    changed = identities(raw=lambda row: row.raw + b"x")
    assert [old == new for old, new in zip(before, changed, strict=True)] == [
        row.row is None for row, _ in FINDINGS
    ]


def test_fingerprints_take_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("turnlint.report._fingerprints._MOST", 3)
    names = Fingerprints()
    finding = Finding("x", "json", Severity.ERROR, "")
    rows = [RowFindings("a", row, b"%d" % (row % 7), [finding] * 2) for row in range(20)]
    found = [name for row in rows for name in names.of(row)]
    assert len(set(found)) == len(found)
    assert sum("row" in name for name in found) == 22
    assert names.of(replace(rows[0], path="b")) == names.of(replace(rows[0], path="c"))


@pytest.mark.parametrize(
    ("path", "root", "shown"),
    [
        ("a/b.jsonl", "", "a/b.jsonl"),
        ("./a.jsonl", "", "a.jsonl"),
        (".//./a.jsonl", "", "a.jsonl"),
        ("../a.jsonl", "", "../a.jsonl"),
        ("{here}/a.jsonl", "", "a.jsonl"),
        ("a.jsonl", "{here}/..", "{name}/a.jsonl"),
        ("../a.jsonl", "{here}/..", "a.jsonl"),
        ("../../a.jsonl", "{here}/..", "../../a.jsonl"),
        ("/elsewhere/a.jsonl", "{here}", "/elsewhere/a.jsonl"),
        ("..a.jsonl", "{here}", "..a.jsonl"),
    ],
)
def test_paths(path: str, root: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    repository_path.cache_clear()
    names = {"here": str(tmp_path), "name": tmp_path.name}
    assert repository_path(path.format(**names), root.format(**names)) == shown.format(**names)


def test_junit() -> None:
    suites = {one.get("name"): one for one in ElementTree.fromstring(written("junit"))}
    assert len(suites) == len(RUN) + 1
    failures = sum(finding.severity >= Severity.WARNING for _, finding in FINDINGS)
    assert sum(int(suite.get("failures", "")) for suite in suites.values()) == failures
    (clean,) = suites["data/clean.jsonl"].findall("testcase")
    assert len(clean) == 0
    assert suites["turnlint"].get("errors") == "1"


def test_junit_waits_in_a_file_once_it_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = written("junit")
    monkeypatch.setattr("turnlint.report.junit._IN_MEMORY", 10)
    monkeypatch.setattr("turnlint.report.junit._PIECE", 7)
    assert written("junit") == expected


def test_github() -> None:
    commands = [github_command(line) for line in written("github").splitlines()]
    last, told = commands[-1], commands[:-1]
    for (kind, properties, message), (row, finding) in zip(told, FINDINGS, strict=True):
        assert kind == {"ERROR": "error", "WARNING": "warning"}.get(finding.severity.name, "notice")
        assert set(properties) == {"title", "file", "line", "col", "endLine", "endColumn"}
        assert properties["title"] == f"turnlint ({finding.rule})"
        assert properties["line"] == str((row.row or 0) + 1)
        if row.path == TRAIN:
            assert properties["file"] == TRAIN.removeprefix("./")
        assert f"[{finding.rule}] " in message
    assert last[:2] == ("notice", {"title": "turnlint"})
    assert "1,234 of them are not in this log" in last[2]


def test_github_keeps_a_notice_for_how_many_there_are() -> None:
    lines: list[str] = []
    report = load_report("github")(lines.append, Style())
    report.begin()
    advice = [Finding("x", "json", Severity.INFO, "m", Place())] * 12
    report.row(RowFindings("a", 0, b"{}", advice))
    report.end_file("a", {})
    report.end(tally())
    assert len(lines) == 10
    assert "3 of them are not in this log" in lines[-1]


def test_azure() -> None:
    for line, (row, finding) in zip(written("azure").splitlines(), FINDINGS, strict=True):
        properties, message = azure_command(line)
        assert properties["type"] == ("error" if finding.severity == Severity.ERROR else "warning")
        assert properties["code"] == finding.rule
        assert properties["linenumber"] == str((row.row or 0) + 1)
        if finding.message != HOSTILE:
            assert message == finding.message
        if row.path == ODD:
            assert properties["sourcepath"] == ODD.replace("\udcff", "\ufffd")


@pytest.mark.parametrize("text", [HOSTILE, *rendering.HOSTILE])
def test_markdown(text: str) -> None:
    ours = rendering.OURS | {"heading_open", "heading_close"}
    finding = Finding("unknown-role", "roles", Severity.ERROR, f"`{text}` is wrong: {text}", Place(("a",)))
    parts: list[str] = []
    report = load_report("markdown")(parts.append, Style())
    report.begin()
    raw = json.dumps({"a": text}, ensure_ascii=False).encode("utf-8", "replace")
    report.row(RowFindings(text, 0, raw, [finding]))
    report.end_file(text, {"unknown-role": 2})
    report.end(replace(tally(), problems=[text]))
    page = "".join(parts)
    found = [token.type for token in rendering.tokens(page)]
    assert {one for one in found if not re.match("t(able|head|body|r|h|d)_", one)} <= ours
    assert found.count("heading_open") == 2
    (fence,) = rendering.code(page)
    assert fence.count("\n") == 1
    assert page.endswith("\n\n")


def test_markdown_stays_small() -> None:
    parts: list[str] = []
    report = load_report("markdown")(parts.append, Style())
    report.begin()
    raw = b'{"a": "' + "汉".encode() * 100_000 + b'"}'
    for number in range(5_000):
        report.row(
            RowFindings(
                f"{number}.jsonl", 0, raw, [Finding("x", "json", Severity.ERROR, HOSTILE, Place(("a",)))]
            )
        )
        report.end_file(f"{number}.jsonl", {"x": 3})
    report.end(tally())
    page = "".join(parts)
    assert len(page.encode()) < 256 * 1024
    assert "There is no room here for other findings" in page


def test_objects_of_fixes() -> None:
    fixes = {one["rule"]: one["fix"] for row, _ in FINDINGS for one in finding_objects(row)}
    assert fixes["byte-order-mark"] is None
    assert fixes["blank-row"]["edits"] == [
        {"location": {"line": 5, "column": 1}, "end_location": {"line": 6, "column": 1}, "content": ""}
    ]
    assert fixes["wrong-type"] is None
