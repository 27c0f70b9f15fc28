"""Bad input is daily bread: whatever the bytes, `check` ends with 0 or 1 and says so without a traceback."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.harness import every_row
from tests.lsp_client import LspClient

MUTATIONS = 10_000
PREFIXES = 400
_INTERESTING = [
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"'", b"\x00", b"\n", b"\r", b"\xff", b"\xef\xbb\xbf"),
    *(b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"null", b"NaN", b"1e999", b"[[[[[[", b"\xe2\x80\xa8"),
    *(b"<|im_end|>", b'"role"'),
]


def _mutate(row: bytes, rng: random.Random) -> bytes:
    at, width = rng.randrange(len(row) + 1), rng.randrange(1, 12)
    match rng.randrange(4):
        case 0:
            return row[:at] + bytes([rng.randrange(256)]) + row[at + 1 :]
        case 1:
            return row[:at] + row[at + width :]
        case 2:
            return row[:at] + rng.choice(_INTERESTING) + row[at:]
        case _:
            return row[:at] + row[at : at + width] + row[at:]


def _files(folder: Path) -> Iterator[Path]:
    """Mutated rows, forty to a file, and prefixes of whole files."""
    rng = random.Random(7)
    seeds = every_row()
    for number in range(MUTATIONS // 40):
        path = folder / f"mutated-{number}.jsonl"
        path.write_bytes(b"\n".join(_mutate(rng.choice(seeds), rng) for _ in range(40)))
        yield path
    whole = b"\n".join(rng.sample(seeds, 40))
    for number in range(PREFIXES):
        path = folder / f"prefix-{number}.jsonl"
        path.write_bytes(whole[: rng.randrange(len(whole))])
        yield path


def test_check_survives_mutations_and_prefixes(tmp_path: Path) -> None:
    files = list(map(str, _files(tmp_path)))
    command = [sys.executable, "-m", "turnlint", "check", "--isolated", "--quiet"]
    for form, some in (("full", files[::2]), ("json-lines", files[1::2])):
        told = [*command, "--output-format", form, *some]
        done = subprocess.run(told, capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stderr.decode()[-2_000:]
        assert b"Traceback" not in done.stderr
        assert b"\x00" not in done.stdout
        assert b"\x1b" not in done.stdout
    assert len(files) == MUTATIONS // 40 + PREFIXES


def test_server_survives_mutations_and_prefixes(tmp_path: Path) -> None:
    with LspClient() as client:
        for path in _files(tmp_path):
            client.diagnose(path.read_bytes())
        answer = client.diagnose(b'{"messages": [{"role": "usr", "content": "hi"}]}')
        assert "unknown-role" in [one["code"] for one in answer]
        assert client.close() == 0
