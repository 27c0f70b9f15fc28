"""`turnlint check` with several processes: what it leaves behind however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")

START = [sys.executable, "-m", "turnlint", "check", "--isolated", "--target", "openai", "--jobs", "2"]
SECONDS = 30


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that takes seconds and is judged in several processes, with a finding in every tenth row."""
    path = tmp_path_factory.mktemp("large") / "a.jsonl"
    answer = "At high water the tide is in. " * 60
    with path.open("w") as stream:
        for number in range(16_000):
            role = "usr" if number % 10 == 0 else "user"
            question = {"role": role, "content": f"Question {number}"}
            row = {"messages": [question, {"role": "assistant", "content": f"{number} {answer}"}]}
            stream.write(json.dumps(row) + "\n")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where temporary files go; nothing may be left there."""
    yield tmp_path
    assert not [*tmp_path.iterdir()]


def _start(large: Path, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"TMPDIR": str(folder), "COLUMNS": "100"}
    return subprocess.Popen(
        [*START, *options, large.name],
        cwd=large.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _helpers(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes that a process has started."""
    try:
        listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        threads = Path(f"/proc/{process.pid}/task").iterdir()
        return [int(pid) for task in threads for pid in (task / "children").read_text().split()] or [
            int(pid) for pid in listed.split()
        ]
    except OSError:
        return []


def _busy(process: subprocess.Popen[bytes]) -> list[int]:
    """Wait until others help; give them."""
    end = monotonic() + SECONDS
    while monotonic() < end and process.poll() is None:
        helpers = _helpers(process)
        if len(helpers) == 2:
            sleep(0.3)  # they load what they need
            return helpers
        sleep(0.01)
    raise AssertionError(f"nobody helps: {process.communicate()}")


def _are_gone(pids: list[int]) -> bool:
    end = monotonic() + SECONDS
    while monotonic() < end:
        if not any(_is_there(pid) for pid in pids):
            return True
        sleep(0.05)
    return False


def _is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_findings_are_those_of_one_process(large: Path, folder: Path) -> None:
    both = []
    for jobs in ("1", "2"):
        with _start(large, folder, "--jobs", jobs, "--output-format", "json-lines") as process:
            output, errors = process.communicate(timeout=2 * SECONDS)
        assert (process.returncode, errors) == (1, b"")
        both.append(output)
    assert both[0] == both[1]
    assert both[0].count(b'"unknown-role"') == 1_600


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGKILL, -9)]
)
def test_a_run_that_is_ended_leaves_nothing(
    large: Path, folder: Path, number: signal.Signals, status: int
) -> None:
    with _start(large, folder) as process:
        helpers = _busy(process)
        if number == signal.SIGINT:  # the terminal sends it to all of them
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        _, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, errors) == (status, b"")
    assert _are_gone(helpers)


def test_a_helper_that_ends_is_told(large: Path, folder: Path) -> None:
    with _start(large, folder) as process:
        helpers = _busy(process)
        os.kill(helpers[0], signal.SIGKILL)
        _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 2
    assert errors == b"turnlint: a process that judges rows has ended unexpectedly (-9)\n"
    assert _are_gone(helpers)


def test_a_reader_that_has_seen_enough(large: Path, folder: Path) -> None:
    with _start(large, folder, "--max-diagnostics", "0") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        helpers = _busy(process)
        assert b"unknown-role" in process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=SECONDS) == 0
        assert process.stderr.read() == b""
    assert _are_gone(helpers)


def test_what_does_not_fit_into_memory_has_no_name() -> None:
    from turnlint.cli._reading import temporary_file

    with tempfile.TemporaryDirectory() as place:
        before = tempfile.tempdir
        tempfile.tempdir = place
        try:
            with temporary_file() as stream:
                stream.write(b"a")
                assert not [*Path(place).iterdir()]
        finally:
            tempfile.tempdir = before
