"""Files that somebody reads for an editor."""

from __future__ import annotations

import os
from io import FileIO
from pathlib import Path

import pytest

from turnlint.lsp.reading import Reading, at_once


def test_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n")
    with Reading(path, print) as stream:
        assert stream.read() == b"{}\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    os.mkfifo(path)
    with pytest.raises(OSError, match="no regular file"):
        Reading(path, print)
    with pytest.raises(OSError, match="no regular file"):
        FileIO(path, opener=at_once)


def test_folders_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"no regular file|directory"):
        Reading(tmp_path, print)
