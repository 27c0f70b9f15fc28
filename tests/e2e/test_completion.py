"""Completion as shells do it: lines are typed, and what the shell makes of them is looked at."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from turnlint.cli._completion import actions, values_of

START = [sys.executable, "-m", "turnlint"]
SHELLS = ("bash", "zsh", "fish")
FILES = (
    *("b.jsonl", "b.txt", "more rows.ndjson", "packed.jsonl.gz", "sub/c.jsonl"),
    *("y\n$(touch z).jsonl", "yes `touch z`;$(touch z).jsonl"),
)

LINES = {
    "command": ("turnlint che", "check"),
    "option of the program": ("turnlint --ver", "--version"),
    "option": ("turnlint check --stdin-f", "--stdin-filename"),
    "value": ("turnlint check --fail-on er", "error"),
    "value of an option with a sign": ("turnlint check --fail-on=er", "--fail-on=error"),
    "model": ("turnlint check --target azure:gpt-4.1-n", "azure:gpt-4.1-nano"),
    "model behind a sign": ("turnlint check --target=azure:gpt-4.1-n", "--target=azure:gpt-4.1-nano"),
    "format": ("turnlint stats --format jeop", "jeopardy"),
    "rule of a list": ("turnlint check --select json,unknown-ro", "json,unknown-role"),
    "operand": ("turnlint rule unknown-ro", "unknown-role"),
    "family": ("turnlint rule consis", "consistency"),
    "operand of a command with a dash": ("turnlint --check --target azure --exit-z", "--exit-zero"),
    "rows": ("turnlint check b", "b.jsonl"),
    "rows in a file with a space": ("turnlint check mor", "more\\ rows.ndjson"),
    "rows below the home": ("turnlint check ~/su", "~/sub/"),
    "rows in a file with an odd name": (
        "turnlint check ye",
        "yes\\ \\`touch\\ z\\`\\;\\$\\(touch\\ z\\).jsonl",
    ),
    "packed rows": ("turnlint --check -q pac", "packed.jsonl.gz"),
    "file": ("turnlint check --output-file b.t", "b.txt"),
    "shell": ("turnlint completion fi", "fish"),
}
"""What is typed, and what stands at the end of the line once a tabulator was pressed."""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The scripts of the shells, in a folder with some files."""
    folder = tmp_path_factory.mktemp("completion")
    for name in FILES:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    made = {}
    for shell in SHELLS:
        made[shell] = folder / f".script.{shell}"
        with made[shell].open("wb") as file:
            subprocess.run([*START, "completion", shell], stdout=file, check=True)
    return made


def needs(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


@pytest.mark.parametrize("shell", SHELLS)
def test_scripts_are_valid(shell: str, scripts: Mapping[str, Path]) -> None:
    needs(shell)
    done = subprocess.run([shell, "-n", scripts[shell]], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


class Typist:
    """A shell on a terminal of its own."""

    def __init__(self, command: list[str], folder: Path, setup: str) -> None:
        self._main, side = pty.openpty()
        env = {"PATH": os.environ["PATH"], "TERM": "dumb", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
        self._process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=side, stdout=side, stderr=side, start_new_session=True
        )
        os.close(side)
        self._run(setup)

    def completed(self, line: str, expected: str) -> str:
        """Type a line and a tabulator; give the line as it is then, once it ends as expected."""
        self._send(line + "\t")
        shown = self._read_until(expected.encode())
        self._run("\x15")  # kills the line
        return shown

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._main)

    def _run(self, line: str) -> None:
        """Run a line, and wait for its end."""
        self._send(f'{line}\recho DO""NE\r')
        self._read_until(b"\nDONE")

    def _send(self, text: str) -> None:
        os.write(self._main, text.encode())

    def _read_until(self, end: bytes) -> str:
        deadline, read = time.monotonic() + 10, b""
        while end not in read and time.monotonic() < deadline:
            if select.select([self._main], [], [], 0.1)[0]:
                read += os.read(self._main, 1 << 16)
        return read.decode(errors="replace")


@pytest.fixture(scope="module")
def typists(scripts: Mapping[str, Path]) -> Iterator[dict[str, Typist]]:
    opened: dict[str, Typist] = {}
    yield opened
    for one in opened.values():
        one.close()


SETUPS = {
    "bash": (["bash", "--noprofile", "--norc", "-i"], "source .script.bash"),
    "zsh": (
        ["zsh", "-f", "-i"],
        "unsetopt zle_bracketed_paste; autoload -U compinit; compinit -D -u; source ./.script.zsh",
    ),
}


@pytest.mark.parametrize("shell", SETUPS)
@pytest.mark.parametrize("case", LINES)
def test_what_a_tabulator_makes_of_a_line(
    shell: str, case: str, scripts: Mapping[str, Path], typists: dict[str, Typist]
) -> None:
    needs(shell)
    if shell not in typists:
        typists[shell] = Typist(SETUPS[shell][0], scripts[shell].parent, SETUPS[shell][1])
    typed, expected = LINES[case]
    assert expected in typists[shell].completed(typed, expected)


@pytest.mark.parametrize("case", sorted(LINES.keys() - {"rows below the home"}))
def test_what_fish_proposes(case: str, scripts: Mapping[str, Path], tmp_path: Path) -> None:
    needs("fish")  # whose own function for suffixes knows no ~
    typed, expected = LINES[case]
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"source {scripts['fish']}; complete --do-complete '{typed}'"],
        cwd=scripts["fish"].parent,
        env=os.environ | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert expected.replace("\\", "") in [line.partition("\t")[0] for line in done.stdout.splitlines()]


def test_options_with_a_value_say_what_it_may_be() -> None:
    """What is neither a name that we know nor a file is a number, or free."""
    free = {"KEY", "N", "PORT", "PRICE", "NAME", "REVISION"}
    for command, declared in actions():
        for action in declared:
            values = values_of(action)
            if values is not None and not (values.names or values.is_file):
                assert action.metavar in free, (command, action.dest)
