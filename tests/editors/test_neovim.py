"""A real Neovim, headless, with the configuration that we ship."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.editors.neovim import MISSING, neovim, run_lua

pytestmark = pytest.mark.skipif(neovim() is None, reason=MISSING)

ROWS = [
    '{"messages":[{"content":"漢字 😀 é","role":"usr"},{"role":"assistant","content":"a"}]}',
    '{"messages":[{"role":"user","content":"fi\rne"},{"role":"assistant","content":"b"}]}',
    '{"messages":[{"content":"a\u2028b\u0085","role":"bot"},{"role":"assistant","content":"c"}]}',
    '{"messages":[',
]
NEEDLES = [(0, '"usr"', "unknown-role"), (2, '"bot"', "unknown-role"), (3, "[", "invalid-json")]
SETTINGS = 'select = ["unknown-role", "invalid-json"]\n'


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.ndjson"])
def test_findings_come_and_go(tmp_path: Path, name: str) -> None:
    (tmp_path / "turnlint.toml").write_text(SETTINGS, encoding="utf-8")
    file = tmp_path / name
    file.write_text("\n".join(ROWS) + "\n", encoding="utf-8")
    report = run_lua("probe.lua", file, tmp_path)
    assert report["filetype"] == "jsonl"
    assert report["encodings"] == ["utf-8"]
    assert report["opened"], report
    assert places(report["before"]) == [expected(*one) for one in NEEDLES]
    assert {one["source"] for one in report["before"]} == {"turnlint"}
    assert {one["severity"] for one in report["before"]} == {1}
    assert report["edited"], report
    assert places(report["after"]) == [expected(*one) for one in NEEDLES[1:]]
    assert report["detached"]
    assert report["left"] == 0


def places(shown: list[dict[str, Any]]) -> list[tuple[int, int, int, str]]:
    return sorted((one["row"], one["start"], one["stop"], one["code"]) for one in shown)


def expected(row: int, needle: str, code: str) -> tuple[int, int, int, str]:
    """Where the editor shows it: columns are bytes, as in every buffer of Neovim."""
    start = ROWS[row].encode().rindex(needle.encode())
    return row, start, start + len(needle.encode()), code


HOSTILE = 'vim: set makeprg=false: | <img src=x> %#Error#%{system("true")} \\u001b[31m'
COPIED = (
    f'{{"messages":[{{"role":"user","content":"漢\\n😀 {HOSTILE.replace(chr(34), chr(92) + chr(34))}"}},'
    '{"role":"assistant","content":"a"}]}'
)


def test_rows_are_compared_in_a_tab_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "turnlint.toml").write_text('select = ["exact-duplicate"]\n', encoding="utf-8")
    file = tmp_path / "100% %{system('true')}.jsonl"
    file.write_text(f"{ROWS[0]}\n {COPIED}\n{COPIED}\n", encoding="utf-8")
    report = run_lua("compare.lua", file, tmp_path)
    assert report["found"], report
    assert report["shown"], report
    names = [window.pop("name").replace("%%", "%") for window in report["windows"]]
    assert names == [f"{file.name} row 2", f"{file.name} row 3"]
    left, right = report["windows"]
    assert left == right
    assert left.pop("lines")[:5] == [
        "{",
        '  "messages": [',
        "    {",
        '      "role": "user",',
        '      "content": "漢\\n',
    ]
    assert left == {"diff": True, "wrap": True, "filetype": "", "kind": "nofile", "modifiable": False}
    assert report["left"] == 0
    assert report["back"]
    assert report["told"] == "turnlint: there is no such finding any more"
    assert report["tabs"] == 1
