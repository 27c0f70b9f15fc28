"""A real Vim in a terminal, with ALE and the linter that we ship."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.editors.faulty import FAULTS, ROWS, write
from tests.editors.programs import SHIPPED, environment, lacks, need
from tests.editors.terminal import Terminal

VIMRC = """\
set nocompatible encoding=utf-8 viminfo= noswapfile
execute 'set runtimepath^=' .. fnameescape('%s')
filetype plugin on
packadd ale
%s
"""
OPTIONS = "let g:ale_jsonl_turnlint_options = {'target': 'azure'}"
ALE = ("-u", "NONE", "-es", "-N", "-c", "packadd ale | if !exists('g:loaded_ale') | cquit | endif | quitall")


@contextmanager
def vim(file: Path, options: str = "") -> Iterator[Terminal]:
    """Vim with a file open, configured as our README says, and by `options`."""
    program = need("vim")
    if subprocess.run([program, *ALE], stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode:
        lacks("vim-ale")
    vimrc = file.parent / "vimrc"
    vimrc.write_text(VIMRC % (SHIPPED / "vim", options), encoding="utf-8")
    with Terminal([program, "-u", str(vimrc), file.name], file.parent, environment(file.parent)) as terminal:
        terminal.wait("> `usr` is not a role")
        yield terminal


def execute(terminal: Terminal, command: str) -> None:
    terminal.press(f":{command}", "Enter")


def found(terminal: Terminal, folder: Path) -> list[dict[str, Any]]:
    """What ALE knows of the buffer; columns are bytes, from 1, and ends inclusive."""
    report = folder / "report"
    execute(terminal, "call writefile([json_encode(ale#engine#GetLoclist(1))], 'part')")
    execute(terminal, "call rename('part', 'report')")
    terminal.wait(lambda _: report.exists())
    listed: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))
    report.unlink()
    return listed


@pytest.mark.parametrize("name", ["rows 1.jsonl", "rows.ndjson"])
def test_findings_come_and_go(tmp_path: Path, name: str) -> None:
    with vim(write(tmp_path / name)) as terminal:
        places = [
            (one["lnum"], one["col"], one["end_col"], one["code"], one["type"])
            for one in found(terminal, tmp_path)
        ]
        starts = [len(one.before.encode()) for one in FAULTS]
        assert places == [
            (one.row + 1, start + 1, start + len(one.text.encode()), one.rule, "E")
            for one, start in zip(FAULTS, starts, strict=True)
        ]
        terminal.press("ggO", '{"messages":[{"content":"😀","role":"rex"}]}')
        terminal.press("Escape")
        terminal.wait("> `rex` is not a role")
        terminal.press("dd")
        terminal.wait(lambda _: len(found(terminal, tmp_path)) == len(FAULTS))


def test_what_can_be_done_about_a_finding(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl")
    with vim(file) as terminal:
        execute(terminal, "ALENext")
        execute(terminal, "ALEHover")
        terminal.wait("Finds a role that no message may have")
        execute(terminal, "pclose")
        execute(terminal, "ALENext")
        execute(terminal, "ALECodeAction")
        menu = terminal.wait("Type number and <Enter>")
        number = re.search(r"(\d+)[.)] Write it as JSON", menu)
        assert number, menu
        terminal.press(number[1], "Enter")
        terminal.wait(lambda screen: "JSON allows no comma" not in screen)
        execute(terminal, "write")
        terminal.wait("written")
        assert file.read_text(encoding="utf-8").split("\n")[2] == ROWS[2].replace("},]}", "}]}")


def test_options(tmp_path: Path) -> None:
    with vim(write(tmp_path / "rows.jsonl"), OPTIONS) as terminal:
        execute(terminal, "ALEDetail")
        terminal.wait("`usr` is not a role: Azure")
