"""The other ways in to the engine: the command line and the server, judging the cases of tests/harness.py."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from tests.harness import Case, Mark, by_place
from tests.lsp_client import LspClient, ServerGoneError, is_echo
from tests.parity import mark_of

__all__ = ["run_command", "run_server"]

TIMEOUT = 15
"""Seconds that the server may be silent."""
PUBLISH = "textDocument/publishDiagnostics"


def run_command(cases: Sequence[Case], folder: Path) -> list[list[Mark]]:
    """Check cases by `turnlint check`, as few times as their settings allow."""
    files = _write(cases, folder)
    marks: dict[str, list[Mark]] = {str(file): [] for file in files}
    for ignored, group in _groups(cases, files).items():
        for found in _command_findings(group, ignored):
            marks[found["path"]].append(_mark_of(found))
    return [marks[str(file)] for file in files]


def _write(cases: Sequence[Case], folder: Path) -> list[Path]:
    """Write each case to a folder with its settings, and with the other files of its run; give the files."""
    folders: dict[Hashable, Path] = {}
    files = []
    for case in cases:
        alone = case.number if not case.corpus else None
        root = folders.setdefault((case.page, case.section, alone), folder / str(len(folders)))
        root.mkdir(exist_ok=True)
        (root / "turnlint.toml").write_text(case.toml, encoding="utf-8")
        files.append(root / case.name)
        files[-1].write_bytes(case.data)
    return files


def _groups(cases: Sequence[Case], files: Sequence[Path]) -> dict[tuple[str, ...], list[Path]]:
    """The files by the rules that are to be ignored in them."""
    groups: dict[tuple[str, ...], list[Path]] = {}
    for case, file in zip(cases, files, strict=True):
        groups.setdefault(case.off, []).append(file)
    return groups


def _command_findings(files: Iterable[Path], ignored: Sequence[str]) -> Iterator[dict[str, Any]]:
    options = ["--quiet", "--output-format", "json-lines", *(f"--ignore={rule}" for rule in ignored)]
    command = [sys.executable, "-m", "turnlint", "check", *options, *map(str, files)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    return map(json.loads, done.stdout.decode().split("\n")[:-1])


def _mark_of(found: Mapping[str, Any]) -> Mark:
    """Read a finding as the command line writes it."""
    row, severity, rule, message = (found[key] for key in ("row", "severity", "rule", "message"))
    file = Path(found["path"])
    related = tuple(
        one["row"] - 1 if one["path"] == str(file) else (Path(one["path"]).name, one["row"] - 1)
        for one in found["related"]
        if (one["path"], one["row"]) != (str(file), row)
    )
    words = message.replace(f"{file.parent}/", "")
    if row is None:
        return Mark(None, 0, 0, severity, rule, related, words)
    assert found["location"]["line"] == found["end_location"]["line"] == row
    start, end = found["location"]["column"] - 1, found["end_location"]["column"] - 1
    return Mark(row - 1, start, end, severity, rule, related, words)


def run_server(cases: Sequence[Case], folder: Path, wanted: Sequence[Sequence[Mark]]) -> list[list[Mark]]:
    """Open cases in `turnlint server`; give what it says once that is wanted, or nothing more comes."""
    files = _write(cases, folder)
    marks: dict[Path, list[Mark]] = {file: [] for file in files}
    goals = {file: sorted(goal, key=by_place) for file, goal in zip(files, wanted, strict=True)}
    by_uri = {file.as_uri(): file for file in files}
    for ignored, group in _groups(cases, files).items():
        with LspClient(options={"ignore": list(ignored)}, timeout=TIMEOUT) as client:
            for file in group:  # as editors do it, which keep a byte order mark to themselves
                client.open(file.as_uri(), file.read_bytes().decode("utf-8-sig"))
            waiting = set(group)
            while waiting and (published := _published(client)):
                file, marks[file] = by_uri[published[0]], published[1]
                waiting.add(file)
                if marks[file] == goals[file]:
                    waiting.remove(file)
    return [marks[file] for file in files]


def _published(client: LspClient) -> tuple[str, list[Mark]] | None:
    """Wait for diagnostics: of which document, and what they say; None once the server is silent."""
    try:
        while (message := client.receive(monotonic() + client.timeout)).get("method") != PUBLISH:
            pass
    except ServerGoneError:
        return None
    uri, found = message["params"]["uri"], message["params"]["diagnostics"]
    return uri, sorted((mark_of(one, uri) for one in found if not is_echo(one)), key=by_place)
