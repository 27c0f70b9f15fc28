"""A real Emacs in a terminal, with eglot and the mode that we ship."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.editors.faulty import FAULTS, ROWS, write
from tests.editors.programs import SHIPPED, environment, need
from tests.editors.terminal import Terminal

PACKAGE = SHIPPED / "emacs"
INIT = """\
(add-to-list 'load-path "%s")
(require 'turnlint)
(add-hook 'jsonl-mode-hook #'eglot-ensure)
%s
"""
OPTIONS = '(setq-default eglot-workspace-configuration \'(:turnlint (:target "azure")))'


@contextmanager
def emacs(file: Path, options: str = "") -> Iterator[Terminal]:
    """Emacs with a file open and eglot on its way, configured as our README says, and by `options`."""
    init = file.parent / "init.el"
    init.write_text(INIT % (PACKAGE, options), encoding="utf-8")
    command = [need("emacs"), "-nw", "-Q", "--load", str(init), file.name]
    with Terminal(command, file.parent, environment(file.parent)) as terminal:
        terminal.wait("(JSONL")
        terminal.press("Right")  # eglot waits for the first command
        terminal.wait("Flymake[5 0]")
        yield terminal


def execute(terminal: Terminal, command: str) -> None:
    terminal.press("M-x")
    terminal.wait("\nM-x")
    terminal.press(command, "Enter")


@pytest.mark.parametrize("name", ["rows 1.jsonl", "rows.ndjson"])
def test_findings_come_and_go(tmp_path: Path, name: str) -> None:
    file = write(tmp_path / name)
    with emacs(file) as terminal:
        execute(terminal, "flymake-show-buffer-diagnostics")
        told = terminal.wait(lambda screen: screen.count("turnlint [") == len(FAULTS))
        places = re.findall(r"^ +(\d+) +(\d+) error .*turnlint \[(\S+)\]", told, re.MULTILINE)
        assert places == [(str(one.row + 1), str(one.start), one.rule) for one in FAULTS]
        terminal.press("M-<")
        terminal.press('{"messages":[{"content":"😀","role":"rex"}]}', "Enter")
        terminal.wait("`rex` is not a role")
        terminal.press("C-x", "u")
        terminal.wait("Flymake[5 0]")


def test_what_can_be_done_about_a_finding(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl")
    with emacs(file) as terminal:
        execute(terminal, "flymake-goto-next-error")
        terminal.wait("`usr` is not a role")
        execute(terminal, "eldoc")
        terminal.wait("error: unknown-role")
        execute(terminal, "eldoc-doc-buffer")
        terminal.wait("Finds a role that no message may have")
        execute(terminal, "flymake-goto-next-error")
        terminal.wait("JSON allows no comma")
        execute(terminal, "eglot-code-action-quickfix")
        terminal.wait("[eglot] Pick an action")
        terminal.press("Write it as JSON", "Enter")
        terminal.wait("Flymake[4 0]")
        terminal.press("C-x", "C-s")
        terminal.wait("Wrote")
        assert file.read_text(encoding="utf-8").split("\n")[2] == ROWS[2].replace("},]}", "}]}")
        execute(terminal, "eglot-code-actions")
        terminal.wait("[eglot] Pick an action")
        terminal.press("Show this row pretty-printed", "Enter")
        terminal.wait('"content": "é 😀 ﷽"')


def test_typing_and_finding_rows(tmp_path: Path) -> None:
    with emacs(write(tmp_path / "rows.jsonl")) as terminal:
        execute(terminal, "imenu")
        terminal.wait("Index item")
        terminal.press("2", "Tab", "Enter", "us", "Tab", "Enter")  # the row, then the turn
        terminal.wait(re.compile(r"L2 +\(JSONL").search)
        terminal.press("M->")
        terminal.press('{"messages":[{"role":"us')
        terminal.wait("Flymake[6 0]")
        execute(terminal, "completion-at-point")
        terminal.wait('{"messages":[{"role":"user"\n')


def test_options(tmp_path: Path) -> None:
    with emacs(write(tmp_path / "rows.jsonl"), OPTIONS) as terminal:
        execute(terminal, "flymake-goto-next-error")
        terminal.wait("`usr` is not a role: Azure")


def test_the_package_compiles_without_a_warning(tmp_path: Path) -> None:
    package = shutil.copy(PACKAGE / "turnlint.el", tmp_path)
    strict = "(setq byte-compile-error-on-warn t)"
    command = [need("emacs"), "-Q", "--batch", "--eval", strict, "--funcall", "batch-byte-compile", package]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
