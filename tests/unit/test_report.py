"""Reports: what they write is safe to print, fits the terminal, and points at the right characters."""

from __future__ import annotations

import json
from unicodedata import east_asian_width

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnlint.model import Edit, Finding, Fix, Place, Related, Severity, Span
from turnlint.report import RowFindings, Style, Tally, load_report, report_names
from turnlint.report._frame import frame
from turnlint.report._text import visible
from turnlint.text.units import without_surrogates

ROW = b'{"messages":[{"role":"usr","content":"hi"}]}'
ROLE = Place(("messages", 0, "role"))
FINDING = Finding(
    "unknown-role",
    "roles",
    Severity.ERROR,
    "`usr` is not a role.",
    ROLE,
    (Related("first copy", 2), Related("the turn", None, Place(("messages", 0)))),
    Fix("Replace with `user`", (Edit(ROLE, '"user"'),)),
)
OF_FILE = Finding("empty-file", "dataset", Severity.WARNING, "No rows.", None)
TALLY = Tally(3, 2)
TALLY.rules.update(
    {("roles", "unknown-role", Severity.ERROR): 1200, ("json", "blank-row", Severity.WARNING): 1}
)

HOSTILE = "\x1b[2J \u202e \u2028 \u2066 \x07 \x7f \x85 \r \udc9f \ufeff \u200b"


def write(name: str, *found: RowFindings, style: Style | None = None, tally: Tally | None = None) -> str:
    parts: list[str] = []
    report = load_report(name)(parts.append, style or Style())
    report.begin()
    for one in found:
        report.row(one)
    if tally is not None:
        report.statistics(tally)
    report.end(tally or TALLY)
    return "".join(parts)


def test_formats_are_found_by_their_files() -> None:
    people = ["concise", "full", "grouped", "markdown"]
    programs = ["azure", "checkstyle", "github", "gitlab", "json", "json-lines", "junit", "pylint"]
    assert report_names() == sorted([*people, *programs, "rdjson", "sarif"])
    assert all(load_report(name).__doc__ for name in report_names())


def test_concise() -> None:
    found = RowFindings("a.jsonl", 6, ROW, [FINDING])
    assert write("concise", found) == "a.jsonl:7:22: error[unknown-role] `usr` is not a role.\n"
    assert write("concise", RowFindings("a.jsonl", None, b"", [OF_FILE])) == (
        "a.jsonl: warning[empty-file] No rows.\n"
    )


def test_full() -> None:
    assert write("full", RowFindings("a.jsonl", 6, ROW, [FINDING])) == (
        "a.jsonl:7:22: error[unknown-role] `usr` is not a role.\n"
        "  |\n"
        '7 | {"messages":[{"role":"usr","content":"hi"}]}\n'
        "  |                      ^^^^^\n"
        "  = help: Replace with `user`\n"
        "  = note: first copy (a.jsonl:3)\n"
        "  = note: the turn (column 14)\n"
        "\n"
    )


def test_rows_of_other_files_have_their_path() -> None:
    other = Finding(
        "near-leak", "dataset", Severity.INFO, "…", Place(), (Related("in training", 4, file="b\n.jsonl"),)
    )
    found = RowFindings("a.jsonl", 6, ROW, [other])
    assert "  = note: in training (b␊.jsonl:5)\n" in write("full", found)
    (related,) = json.loads(write("json-lines", found))["related"]
    assert (related["path"], related["row"]) == ("b\n.jsonl", 5)


def test_secrets_are_masked_in_every_frame_of_their_row() -> None:
    raw = b'{"messages":[{"role":"usr","content":"key sk-abcdef now"}]}'
    secret = Place(("messages", 0, "content"), chars=(4, 13))
    shown = write("full", RowFindings("a.jsonl", 0, raw, [FINDING], [secret]))
    assert '"key ••••••••• now"' in shown
    assert "sk-" not in shown


def test_json_and_json_lines_agree() -> None:
    found = (RowFindings("a.jsonl", 6, ROW, [FINDING]), RowFindings("a.jsonl", None, b"", [OF_FILE]))
    objects = json.loads(write("json", *found))
    assert [json.loads(line) for line in write("json-lines", *found).splitlines()] == objects
    assert json.loads(write("json")) == []
    here = {"location": {"line": 7, "column": 22}, "end_location": {"line": 7, "column": 27}}
    assert objects[0] == {
        "rule": "unknown-role",
        "family": "roles",
        "severity": "error",
        "message": "`usr` is not a role.",
        "url": None,
        "path": "a.jsonl",
        "row": 7,
        "pointer": "/messages/0/role",
        "part": "value",
        "inner": None,
        **here,
        "related": [
            {
                "path": "a.jsonl",
                "row": 3,
                "message": "first copy",
                "location": {"line": 3, "column": 1},
                "end_location": {"line": 3, "column": 2},
            },
            {
                "path": "a.jsonl",
                "row": 7,
                "message": "the turn",
                "location": {"line": 7, "column": 14},
                "end_location": {"line": 7, "column": 15},
            },
        ],
        "fix": {
            "applicability": "unsafe",
            "message": "Replace with `user`",
            "edits": [{**here, "content": '"user"'}],
        },
    }
    assert objects[1]["row"] is objects[1]["pointer"] is objects[1]["part"] is None


def test_json_survives_lone_surrogates_and_a_fix_that_has_no_place() -> None:
    lost = Fix("Remove it", (Edit(Place(("nowhere",)), remove=True),))
    finding = Finding("x", "json", Severity.HINT, "half \ud83d here", Place(), (), lost)
    (found,) = json.loads(write("json", RowFindings("caf\udce9.jsonl", 0, b"{}", [finding])))
    assert found["message"] == "half \ufffd here"
    assert found["path"] == "caf\ufffd.jsonl"
    assert found["fix"] is None


def test_inner_pointer() -> None:
    raw = b'{"a": "{\\"b\\": 1}"}'
    finding = Finding("x", "tools", Severity.ERROR, "m", Place(("a",), inner=Place(("b",))))
    (found,) = json.loads(write("json", RowFindings("a", 0, raw, [finding])))
    assert (found["pointer"], found["inner"]) == ("/a", "/b")
    assert found["location"]["column"] == raw.index(b"1") + 1


def test_statistics() -> None:
    assert write("concise", tally=TALLY) == (
        "1,200  error    roles/unknown-role\n    1  warning  json/blank-row\n"
    )
    assert json.loads(write("json", tally=TALLY)) == [
        {"rule": "unknown-role", "family": "roles", "severity": "error", "count": 1200},
        {"rule": "blank-row", "family": "json", "severity": "warning", "count": 1},
    ]


def test_summary_and_more() -> None:
    parts: list[str] = []
    report = load_report("full")(parts.append, Style())
    report.summary(TALLY)
    report.summary(Tally(1, 0))
    report.summary(Tally())
    report.end_file("a\x1b.jsonl", {"unknown-role": 12345})
    assert "".join(parts) == (
        "Found 1,201 problems (1,200 errors, 1 warning) in 2 files.\n"
        "No problems found in 1 file.\n"
        "a␛.jsonl: … and 12,345 more unknown-role\n"
    )


@pytest.mark.parametrize("name", ["full", "concise"])
def test_data_cannot_steer_the_terminal(name: str) -> None:
    raw = json.dumps({"messages": [{"role": HOSTILE}]}, ensure_ascii=False).encode("utf-8", "surrogateescape")
    finding = Finding("unknown-role", "roles", Severity.ERROR, f"bad {HOSTILE}", ROLE)
    shown = write(name, RowFindings(f"{HOSTILE}.jsonl", 0, raw, [finding]))
    assert all(character.isprintable() or character == "\n" for character in shown)


def test_colours_wrap_words_and_change_nothing_else() -> None:
    import re

    found = RowFindings("a.jsonl", 6, ROW, [FINDING])
    coloured = write("full", found, style=Style(colour=True))
    assert "\x1b[1;31merror\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == write("full", found)


def test_carets_stand_under_wide_characters() -> None:
    text = '"你好😀" bad "e\u0301"'
    start = text.index("bad")
    cut = frame(text, Span(start, start + 3), 80)
    assert cut.indent == len('""') + 6 + 1
    assert cut.length == 3


@pytest.mark.parametrize("start", [0, 50, 5_000, 999_997])
def test_long_rows_are_cut_around_the_span(start: int) -> None:
    text = "a" * start + "XYZ" + "b" * (1_000_000 - start - 3)
    cut = frame(text, Span(start, start + 3), 60)
    assert len(cut.line) == 60 - (start == 0) - (start == 999_997)
    assert cut.line[cut.indent : cut.indent + cut.length] == "XYZ"
    assert cut.line.startswith("…") == (start > 0)
    assert cut.line.endswith("…") == (start < 999_997)


@settings(max_examples=200)
@given(
    st.text(st.sampled_from('ab"你😀é\u0301\u200d\x1b\u202e\u3000'), max_size=80),
    st.integers(0, 80),
    st.integers(0, 80),
    st.integers(20, 60),
)
def test_frames_fit_and_the_caret_is_where_the_span_is(
    text: str, start: int, length: int, width: int
) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    cut = frame(text, Span(start, end), width)
    columns = sum(_columns(character) for character in cut.line)
    assert columns <= width
    assert cut.length >= 1
    assert cut.indent <= columns
    assert cut.indent + cut.length <= max(columns, cut.indent + 1)


def _columns(character: str) -> int:
    return 0 if character == "\u0301" else 1 + (east_asian_width(character) in "WF")


def test_visible_text_keeps_what_can_be_read() -> None:
    assert visible("naïve 你好 😀 non\u00a0breaking") == "naïve 你好 😀 non\u00a0breaking"
    assert visible("a\x1b[0m\n\t\u202e") == "a␛[0m␊␉\ufffd"
    assert without_surrogates("a\ud800b 😀") == "a\ufffdb 😀"
