"""The pages in docs/ are what the code says now."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.docs import DOCS, pages, written


def test_docs_are_current() -> None:
    made = pages()
    found = written()
    stale = sorted(path for path in made.keys() | found.keys() if made.get(path) != found.get(path))
    assert not stale, f"run `make docs`: {stale}"


@pytest.mark.parametrize("judge", [("mandoc", "-Tlint", "-Werror"), ("groff", "-Tutf8", "-ww", "-man")])
def test_the_manual_page_is_one(judge: tuple[str, ...]) -> None:
    if shutil.which(judge[0]) is None:
        pytest.skip(f"{judge[0]} is not installed")
    done = subprocess.run([*judge, DOCS / "turnlint.1"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr == ""
