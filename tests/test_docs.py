"""The pages in docs/ are what the code says now."""

from __future__ import annotations

from tests.docs import DOCS, pages


def test_docs_are_current() -> None:
    made = pages()
    found = {
        file.relative_to(DOCS).as_posix(): file.read_text(encoding="utf-8") for file in DOCS.rglob("*.md")
    }
    stale = sorted(path for path in made.keys() | found.keys() if made.get(path) != found.get(path))
    assert not stale, f"run `make docs`: {stale}"
