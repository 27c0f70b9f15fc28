"""The other ways in to the engine: the command line and the server, judging the cases of tests/harness.py."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from queue import Empty, Queue
from typing import IO, Any

from tests.harness import Case, Mark, by_place, uncounted

__all__ = ["run_command", "run_server"]

START_TIMEOUT = 20
TIMEOUT = 8
"""Seconds that the server may be silent."""
SERVER = (sys.executable, "-m", "turnlint", "server")
PUBLISH = "textDocument/publishDiagnostics"
_SEVERITIES = ("", "error", "warning", "info", "hint")


def run_command(cases: Sequence[Case], folder: Path) -> list[list[Mark]]:
    """Check cases by `turnlint check`, as few times as their settings allow."""
    files = _write(cases, folder)
    marks: dict[str, list[Mark]] = {str(file): [] for file in files}
    for ignored, group in _groups(cases, files).items():
        for found in _command_findings(group, ignored):
            marks[found["path"]].append(_mark_of(found))
    return list(marks.values())


def _write(cases: Sequence[Case], folder: Path) -> list[Path]:
    """Write each case to a folder of its own, with its settings; give the files."""
    files = [folder / str(number) / case.name for number, case in enumerate(cases)]
    for case, file in zip(cases, files, strict=True):
        file.parent.mkdir()
        file.write_bytes(case.data)
        (file.parent / "turnlint.toml").write_text(case.toml, encoding="utf-8")
    return files


def _groups(cases: Sequence[Case], files: Sequence[Path]) -> dict[tuple[str, ...], list[Path]]:
    """The files by the rules that are to be ignored in them."""
    groups: dict[tuple[str, ...], list[Path]] = {}
    for case, file in zip(cases, files, strict=True):
        groups.setdefault(uncounted(case.settings), []).append(file)
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
    if row is None:
        return Mark(None, 0, 0, severity, rule, words=message)
    assert found["location"]["line"] == found["end_location"]["line"] == row
    start, end = found["location"]["column"] - 1, found["end_location"]["column"] - 1
    related = tuple(one["row"] - 1 for one in found["related"] if one["row"] != row)
    return Mark(row - 1, start, end, severity, rule, related, message)


def run_server(cases: Sequence[Case], folder: Path, wanted: Sequence[Sequence[Mark]]) -> list[list[Mark]]:
    """Open cases in `turnlint server`; give what it says once that is wanted, or nothing more comes."""
    files = _write(cases, folder)
    marks: dict[Path, list[Mark]] = {file: [] for file in files}
    goals = {file: sorted(goal, key=by_place) for file, goal in zip(files, wanted, strict=True)}
    for ignored, group in _groups(cases, files).items():
        with subprocess.Popen(SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            client = _Client(process)
            client.begin(folder, ignored)
            client.open(group)
            waiting = set(group)
            while waiting and (published := client.published()):
                file, marks[file] = published
                waiting.add(file)
                if marks[file] == goals[file]:
                    waiting.remove(file)
            client.end()
    return [marks[file] for file in files]


class _Client:
    """Speaks to a server over its standard streams."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._input = process.stdin
        self._answers: Queue[Mapping[str, Any]] = Queue()
        self._reader = threading.Thread(target=_pump, args=(process.stdout, self._answers), daemon=True)
        self._reader.start()

    def begin(self, folder: Path, ignored: Sequence[str]) -> None:
        """Shake hands, with the rules that are to be ignored everywhere."""
        capabilities = {
            "general": {"positionEncodings": ["utf-32"]},
            "textDocument": {"publishDiagnostics": {"relatedInformation": True, "dataSupport": True}},
        }
        options = {"ignore": list(ignored)}
        root = folder.as_uri()
        self._send("initialize", 1, capabilities=capabilities, rootUri=root, initializationOptions=options)
        answer = self._answers.get(timeout=START_TIMEOUT)
        assert answer["result"]["capabilities"]["positionEncoding"] == "utf-32"
        self._send("initialized")

    def end(self) -> None:
        """Say goodbye, and read what is left."""
        self._send("shutdown", 2)
        self._send("exit")
        self._reader.join(TIMEOUT)

    def open(self, files: Iterable[Path]) -> None:
        """Open files as editors do, which keep a byte order mark to themselves."""
        for file in files:
            text = file.read_bytes().decode("utf-8-sig")
            document = {"uri": file.as_uri(), "languageId": "jsonl", "version": 1, "text": text}
            self._send("textDocument/didOpen", textDocument=document)

    def published(self) -> tuple[Path, list[Mark]] | None:
        """Wait for diagnostics: of which file, and what they say; None once the server is silent."""
        try:
            while (answer := self._answers.get(timeout=TIMEOUT)).get("method") != PUBLISH:
                pass
        except Empty:
            return None
        uri, found = answer["params"]["uri"], answer["params"]["diagnostics"]
        marks = [_mark_of_diagnostic(one, uri) for one in found if not one["data"].get("echo")]
        return Path(uri.removeprefix("file://")), sorted(marks, key=by_place)

    def _send(self, method: str, number: int | None = None, /, **params: Any) -> None:
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if number is not None:
            message["id"] = number
        body = json.dumps(message).encode()
        self._input.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._input.flush()


def _pump(stream: IO[bytes], answers: Queue[Mapping[str, Any]]) -> None:
    """Read messages until the stream ends."""
    while header := stream.readline():
        if header.lower().startswith(b"content-length:"):
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            answers.put(json.loads(stream.read(length)))


def _mark_of_diagnostic(found: Mapping[str, Any], uri: str) -> Mark:
    """Read a diagnostic."""
    severity, rule, message = _SEVERITIES[found["severity"]], found["code"], found["message"]
    if found["data"].get("file"):
        return Mark(None, 0, 0, severity, rule, words=message)
    start, end = found["range"]["start"], found["range"]["end"]
    assert start["line"] == end["line"]
    places = [one["location"] for one in found.get("relatedInformation", ())]
    assert all(place["uri"] == uri for place in places)
    lines = [place["range"]["start"]["line"] for place in places]
    related = tuple(line for line in lines if line != start["line"])
    return Mark(start["line"], start["character"], end["character"], severity, rule, related, message)
