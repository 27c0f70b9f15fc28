"""A real Helix in a terminal, with the configuration that we ship."""

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

OPTIONS = '[language-server.turnlint.config]\ntarget = "azure"\n'


@contextmanager
def helix(file: Path, options: str = "") -> Iterator[Terminal]:
    """Helix with a file open, configured as our README says. `options` come behind the configuration."""
    home = file.parent / "home"
    shutil.copytree(SHIPPED / "helix", home / "config" / "helix")
    with (home / "config" / "helix" / "languages.toml").open("a", encoding="utf-8") as languages:
        languages.write(f"\n{options}")
    with Terminal([need("hx"), file.name], file.parent, environment(home)) as terminal:
        yield terminal


def leave(terminal: Terminal, sign: str) -> None:
    """Leave what has a sign on the screen. Keys behind Escape would be taken for a part of it."""
    terminal.press("Escape")
    terminal.wait(lambda screen: sign not in screen)


def save(terminal: Terminal) -> None:
    terminal.press(":w", "Enter")
    terminal.wait("written")


def text_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")


@pytest.mark.parametrize("name", ["rows 1.jsonl", "rows.ndjson"])
def test_findings_come_and_go(tmp_path: Path, name: str) -> None:
    file = write(tmp_path / name)
    with helix(file) as terminal:
        terminal.wait("└─`usr` is not a role")
        for fault in FAULTS:
            terminal.press("]", "d")  # selects what the finding is about
            end = fault.start + len(fault.text)
            terminal.wait(f" {fault.row + 1}:{end}\n")
        terminal.press(" ", "d")
        told = terminal.wait(f" {len(FAULTS)}/{len(FAULTS)} ")
        assert re.findall(r"(ERROR) +turnlint (\S+)", told) == [("ERROR", fault.rule) for fault in FAULTS]
        leave(terminal, f" {len(FAULTS)}/{len(FAULTS)} ")
        terminal.press("g", "g", "]", "d", "c", '"user"')
        terminal.wait(lambda screen: "`usr`" not in screen)
        leave(terminal, " INS ")
        terminal.press("O", '{"messages":[{"content":"😀","role":"rex"}]}')
        terminal.wait("`rex` is not a role")
        leave(terminal, " INS ")
        save(terminal)
        assert text_of(file)[1:] == [ROWS[0].replace("usr", "user"), *ROWS[1:]]


def test_what_can_be_done_about_a_finding(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl")
    with helix(file) as terminal:
        terminal.wait("└─`usr` is not a role")
        terminal.press("]", "d", " ", "k")
        terminal.wait("error: unknown-role")
        leave(terminal, "error: unknown-role")
        terminal.press("]", "d", " ", "a")
        terminal.wait("Write it as JSON")
        terminal.press("Enter")
        terminal.wait(lambda screen: "JSON allows no comma" not in screen)
        save(terminal)
        assert text_of(file)[2] == ROWS[2].replace("},]}", "}]}")
        terminal.press("g", "g", " ", "a")
        terminal.wait("Show this row pretty-printed")
        terminal.press("Up", "Enter")
        terminal.wait('"content": "漢字 😀 é"')


def test_typing_and_finding_rows(tmp_path: Path) -> None:
    with helix(write(tmp_path / "rows.jsonl")) as terminal:
        terminal.wait("└─`usr` is not a role")
        terminal.press(" ", "s")
        terminal.wait(re.compile(r"namespace 2: 😀😀 ok").search)
        leave(terminal, "namespace")
        terminal.press("g", "g", "O", '{"messages":[{"role":"')
        terminal.wait("assistant value")
        terminal.press("us")
        terminal.wait(lambda screen: "assistant value" not in screen)
        terminal.press("Tab", "Enter")
        terminal.wait('{"messages":[{"role":"user"}]}')


def test_options(tmp_path: Path) -> None:
    with helix(write(tmp_path / "rows.jsonl"), OPTIONS) as terminal:
        terminal.wait("`usr` is not a role: Azure")


def test_helix_knows_the_language(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "helix", tmp_path / "config" / "helix")
    command = [need("hx"), "--health", "jsonl"]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=True)
    for part in ("Highlight", "Textobject", "Indent", "Rainbow"):
        assert re.search(rf"{part} queries:.*✓", done.stdout), done.stdout
