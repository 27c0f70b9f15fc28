"""The judges judged: the oracle refuses wrong spans, and the harness sees every difference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.harness import Mark, cases_of, differences, rewrite, run_case, updating
from tests.oracle import members, verify

from turnlint.model import Place

ROW = (
    '{"a\\u0062": ["x", "x", {"k": 1, "k": "tab\\tÅ😀"}], "n": null, '
    '"args": "{\\"q\\": [1, \\"\\\\u00e9\\"]}"}'
)
KEYED = ("ab", 2, "k")

RIGHT = [
    (Place(), '{"a', 1),
    (Place(("ab",)), '["x', 1),
    (Place(("ab",), part="key"), '"a\\u0062"', 9),
    (Place(("ab", 1)), '"x", {', 3),
    (Place(("ab", 2)), '{"k', 1),
    (Place(KEYED), '"tab', 9),
    (Place(KEYED, chars=(3, 5)), "\\tÅ", 3),
    (Place(KEYED, part="key"), '"k": "tab', 3),
    (Place(("n",)), "null", 4),
    (Place(("n", "gone")), "null", 4),
    (Place(("args",), inner=Place(("q", 1))), '\\"\\\\u00e9', 11),
    (Place(("args",), inner=Place(("q",), part="key")), '\\"q', 5),
    (Place(KEYED, part="key", columns=(32, 35)), '"k": "tab', 3),
]


@pytest.mark.parametrize(("place", "beginning", "length"), RIGHT)
def test_oracle_takes_the_right_span_alone(place: Place, beginning: str, length: int) -> None:
    start = ROW.index(beginning)
    right = (start, start + length)
    verify(ROW, place, *right)
    for wrong in [(right[0] + 1, right[1]), (right[0], right[1] + 1), (right[0] - 1, right[1] - 1)]:
        with pytest.raises((AssertionError, ValueError)):
            verify(ROW, place, *wrong)


def test_members_agree_with_the_standard_library() -> None:
    for pointer, member in members(ROW).items():
        value = json.loads(ROW)
        for step in pointer:
            value = value[step]
        assert json.loads(ROW[member.start : member.end]) == value


PAGE = """# unknown-role

```toml
target = "openai"
extend-select = ["exact-duplicate"]
```

```jsonl
{"messages": [{"role": "usr", "content": "hi"}, {"role": "assistant", "content": "yo"}]}
#@ row error unknown-role
#@ 24-28 warning unknown-role "usr"
{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}]}
#@ file hint odd-name
{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}]}
```
"""


def test_differences_and_rewriting(tmp_path: Path) -> None:
    page = tmp_path / "unknown-role.md"
    page.write_text(PAGE, encoding="utf-8")
    (case,) = cases_of(page)
    assert case.settings == {"target": "openai", "extend-select": ["exact-duplicate"]}
    assert [mark[:5] for mark in case.markers] == [
        (0, 0, 1, "error", "unknown-role"),
        (0, 23, 28, "warning", "unknown-role"),
        (None, 0, 0, "hint", "odd-name"),
    ]
    outcome = run_case(case)
    told = differences(case, outcome.marks).splitlines()
    assert [line.split()[0] for line in told if line.startswith("  ")].count("-") == 3
    assert sum(line.startswith("  +") for line in told) == 3  # the role, the copy and its related row
    rewrite(page, [outcome])
    (case,) = cases_of(page)
    assert not differences(case, run_case(case).marks)
    assert "#@                     ^^^^^ error unknown-role" in page.read_text(encoding="utf-8")
    assert "#@ ~2 exact-duplicate" in page.read_text(encoding="utf-8")


def test_a_marker_needs_its_words_and_related_rows() -> None:
    found = Mark(1, 0, 1, "warning", "exact-duplicate", (0,), "This row repeats row 1.")
    assert found.answers(found._replace(words="repeats row 1"))
    assert not found.answers(found._replace(words="row 2"))
    assert not found.answers(found._replace(related=()))


def test_machines_cannot_bless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPDATE", "1")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(RuntimeError):
        updating()


RUN = """# leaked-row

```toml
[[dataset]]
train = ["train.jsonl"]
validation = ["valid.jsonl"]
```

```jsonl train.jsonl
{"prompt": "Name a lake.", "completion": "Baikal"}
{"prompt": "Name the deepest lake.", "completion": "Baikal"}
```

```jsonl valid.jsonl
{"prompt": "Name the deepest lake.", "completion": "Baikal"}
#@ row warning leaked-row "row 2 of train.jsonl"
#@ ~train.jsonl:2 leaked-row
```

```toml
select = ["leaked-row"]
```

```jsonl
{"prompt": "Name the deepest lake.", "completion": "Baikal"}
```
"""


def test_files_of_one_run(tmp_path: Path) -> None:
    page = tmp_path / "leaked-row.md"
    page.write_text(RUN, encoding="utf-8")
    train, valid, alone = cases_of(page)
    assert [name for name, _ in train.corpus] == ["train.jsonl", "valid.jsonl"]
    assert train.corpus == valid.corpus
    assert not alone.corpus
    assert valid.markers[0].related == (("train.jsonl", 1),)
    outcomes = [run_case(case) for case in (train, valid, alone)]
    assert not any(differences(case, one.marks) for case, one in zip(cases_of(page), outcomes, strict=True))
    rewrite(page, outcomes)
    assert page.read_text(encoding="utf-8") == RUN
    wrong = valid.markers[0]._replace(related=(1,))
    assert not outcomes[1].marks[0].answers(wrong)


def test_files_of_one_run_need_names(tmp_path: Path) -> None:
    page = tmp_path / "leaked-row.md"
    page.write_text(RUN.replace("jsonl valid.jsonl", "jsonl train.jsonl"), encoding="utf-8")
    with pytest.raises(ValueError, match="names of their own"):
        cases_of(page)
