"""What happens to tests where a program is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.editors import programs

AWAY = "Debian's archive cannot be reached"
OTHERS = "Debian testing does not offer it today"


@pytest.mark.parametrize(
    ("reason", "ci", "outcome"),
    [
        (AWAY, "", pytest.skip.Exception),
        (AWAY, "true", pytest.skip.Exception),
        (OTHERS, "", pytest.skip.Exception),
        (OTHERS, "true", pytest.fail.Exception),
        (None, "", pytest.skip.Exception),
        (None, "true", pytest.fail.Exception),
    ],
)
def test_a_missing_program_is_told(
    reason: str | None, ci: str, outcome: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_BROUGHT", tmp_path)
    monkeypatch.setenv("CI", ci)
    if reason is not None:
        (tmp_path / "missing").write_text(f"vi: {AWAY}\nno-such-editor: {reason}\n", encoding="utf-8")
    with pytest.raises(outcome, match=f"no-such-editor: {reason or 'it is not installed; `make editors`'}"):
        programs.need("no-such-editor")


def test_what_was_brought_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_BROUGHT", tmp_path)
    program = tmp_path / "bin" / "sh"
    program.parent.mkdir()
    program.touch(mode=0o755)
    assert programs.need("sh") == str(program)
    program.unlink()
    assert Path(programs.need("sh")).name == "sh"
