"""A run as reports see it, with all that CI systems, markup and terminals would trip over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from turnlint.model import Edit, Finding, Fix, Place, Related, Severity
from turnlint.report import Report, RowFindings, Style, Tally, load_report


class File(NamedTuple):
    """A file that was read: what is shown of it, and how many findings of each rule are not."""

    rows: tuple[RowFindings, ...]
    path: str
    hidden: Mapping[str, int] = {}


SECRET = "ghp_" + "Zq7Rk2Vw9Xp4Lm3Tn8Bs6Hd1Yc5J0fGaQeWu"
HOSTILE = (
    "\x1b[2J\x9b31m<img src=x onerror=alert(1)> ![a](https://evil.test/a.png) [b](https://evil.test) @root "
    "#12 ]]> ##vso[task.setvariable variable=PATH]x ##[add-mask]a | `c` & \"d\" 'e' 100%0A\r\n::error::f"
    "\u2028\u202e {0} \ud83d"
)
"""Words that would be commands, markup, links or worse."""
TRAIN = "./data/训练.jsonl"
ODD = "d a/\udcff<b>`,:;%]|@me.jsonl"
"""A file name with a byte that is not UTF-8."""
COMMAND = "::error::a.jsonl"

_ROLE = Place(("messages", 0, "role"))
_CONTENT = Place(("messages", 0, "content"))


def _row(content: str, role: str = "user") -> bytes:
    return f'{{"messages":[{{"name":"李雷 👩🏽‍🚀","role":"{role}","content":"{content}"}}]}}'.encode()


def _found(
    rule: str,
    severity: Severity,
    message: str,
    place: Place | None,
    *related: Related,
    fix: Fix | None = None,
) -> Finding:
    family, _, name = rule.partition("/")
    return Finding(name, family, severity, message, place, related, fix)


_NAMED = _row("你好", "usr")
_BROKEN = b'{"messages":[{"name":"caf\xe9","role":"user"}]} ##vso[task.complete result=Failed]x'
_ROWS: dict[int | None, tuple[bytes, list[Finding]]] = {
    None: (
        b"",
        [
            _found(
                "encoding/byte-order-mark",
                Severity.WARNING,
                "The file begins with a byte order mark.",
                None,
                fix=Fix("Remove it", safe=True, rewrite="remove-bom"),
            )
        ],
    ),
    0: (
        _NAMED,
        [
            _found(
                "roles/unknown-role",
                Severity.ERROR,
                "`usr` is not a role.",
                _ROLE,
                Related("the turn", None, Place(("messages", 0))),
                Related("a leak", 6, file=ODD),
                fix=Fix("Replace with `user`", (Edit(_ROLE, '"user"'),)),
            ),
            _found("roles/unknown-role", Severity.ERROR, "Once more.", _ROLE),
        ],
    ),
    1: (
        _row(" | ``` <b> ##[error]x"),
        [_found("schema/missing-key", Severity.HINT, HOSTILE, _CONTENT)],
    ),
    2: (
        _row("twice"),
        [
            _found(
                "content/empty-answer",
                Severity.INFO,
                "Two edits.",
                _CONTENT,
                fix=Fix("Mend both", (Edit(_CONTENT, '"é"'), Edit(_ROLE, '"x"'))),
            )
        ],
    ),
    3: (_row("twice"), [_found("content/empty-answer", Severity.INFO, "Two edits.", _CONTENT)]),
    4: (
        b"  ",
        [
            _found(
                "json/blank-row",
                Severity.WARNING,
                "The row is blank.",
                Place(),
                fix=Fix("Remove it", safe=True, removes_row=True),
            )
        ],
    ),
    5: (
        _BROKEN,
        [_found("encoding/not-utf8", Severity.ERROR, "Not UTF-8.", Place(columns=(28, 34)))],
    ),
    6: (
        _row(SECRET),
        [
            _found(
                "schema/wrong-type",
                Severity.ERROR,
                "It must be a string.",
                _CONTENT,
                fix=Fix("Quote it", (Edit(_CONTENT, f'"{SECRET}"'),), safe=True),
            )
        ],
    ),
}
_ODD = [_found("roles/unknown-role", Severity.ERROR, "Odd.", _ROLE)]
_COMMAND = [_found("json/invalid-json", Severity.ERROR, HOSTILE, Place())]
RUN = (
    File(
        tuple(RowFindings(TRAIN, number, raw, found) for number, (raw, found) in _ROWS.items()),
        TRAIN,
        {"unknown-role": 1234},
    ),
    File((), "data/clean.jsonl"),
    File((RowFindings(ODD, 9, _NAMED, _ODD),), ODD),
    File((RowFindings(COMMAND, 0, b"[", _COMMAND),), COMMAND),
)


def tally() -> Tally:
    """What the run adds up to."""
    problems = [f"gone/{HOSTILE}: No such file or directory"]
    total = Tally(files=len(RUN), files_with_findings=sum(bool(file.rows) for file in RUN), problems=problems)
    for finding in (one for file in RUN for row in file.rows for one in row.findings):
        total.rules[finding.family, finding.rule, finding.severity] += 1
    total.rules["roles", "unknown-role", Severity.ERROR] += 1234
    return total


def written(name: str) -> str:
    """What a format writes of the run."""
    parts: list[str] = []
    tell(load_report(name)(parts.append, Style()))
    return "".join(parts)


def tell(report: Report, change: Callable[[RowFindings], RowFindings] = lambda row: row) -> None:
    """Hand the run to a report, each row changed."""
    report.begin()
    for file in RUN:
        for row in file.rows:
            report.row(change(row))
        report.end_file(file.path, file.hidden)
    report.summary(tally())
    report.end(tally())
