"""What lines say of each other after any edits, against a document that was opened with the text as it is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

import pytest

from turnlint.config import resolve
from turnlint.engine import RowChecker
from turnlint.engine.facts import example_of, exchanges, facts_of, row_key
from turnlint.formats import get_format
from turnlint.lsp import relations as relations_module
from turnlint.lsp.document import Paper
from turnlint.lsp.protocol import dump
from turnlint.lsp.relations import Foreign
from turnlint.lsp.render import of_row
from turnlint.lsp.rows import Rows
from turnlint.model import Finding, Settings
from turnlint.rules import all_rules
from turnlint.rules.compare import Member, Origin
from turnlint.text.lines import LineStore

CHAT = '{"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}'
LONG = (
    '{"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"},'
    '{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}'
)
TEXTS = [
    *(
        CHAT % (prompt, answer)
        for prompt in ("Is it?", "is  it?", "What 😀?")
        for answer in ("Yes", "No", "7")
    ),
    *(LONG % ("Is it?", answer, "And so?", other) for answer in ("Yes", "No") for other in ("No", "漢字")),
    *(
        CHAT % (f"{prompt} 👋", answer)
        for prompt in "abcdef"
        for answer in ("Yes", "yes", "[1]", "It is so.")
    ),
    (CHAT % ("h", "Yes")).replace("[", '[{"role":"system","content":"You are brief."},'),
    (CHAT % ("i", "Yes")).replace("[", '[{"role":"system","content":"You are brief!"},'),
    (CHAT % ("j", "Yes")).replace('{"messages"', '{"message":1,"messages"'),
    "\t" + CHAT % ("Is it?", "Yes"),
    "\ufeff" + CHAT % ("Is it?", "Yes"),
    "",
    "{}",
    "[1]",
    '{"messages":[',
    '{"messages":[{"role":"user","content":"\udcff"}]}',
]
ROWS = [text for text in TEXTS if text.isascii()]
FORMAT = get_format("openai-chat")
EAGER = {"rows": 3, "share": 0.4, "few": 0.4, "schemas": 1}
"""Parameters by which rules speak of a few rows."""
SETTINGS = resolve(
    select=["ALL"],
    format="openai-chat",
    parameters={
        name: {key: EAGER[key] for key in module.rule.parameters if key in EAGER}
        for name, module in all_rules().items()
        if "spread" in module.hooks
    },
)


class Others(Foreign):
    """Rows of two other files, one before the document and one behind it."""

    @property
    def origin(self) -> Origin:
        return Origin("train.jsonl", "train", "sft")

    def __init__(self, dice: random.Random) -> None:
        self.rows_of = [[row.encode() for row in dice.choices(ROWS, k=3)] for _ in range(2)]
        self.joins = [[facts_of(raw, FORMAT).joins for raw in rows] for rows in self.rows_of]
        self.is_gone = dice.random() < 0.2

    def rows(self, key: int) -> tuple[Sequence[int], Sequence[int]]:
        before, behind = (
            [-1 - 10 * file - at for at, joins in enumerate(rows) if key in joins]
            for file, rows in enumerate(self.joins)
        )
        return before, behind

    def member(self, handle: int) -> Member:
        file, at = divmod(-1 - handle, 10)
        origin = Origin(f"{file}.jsonl", ("train", "test")[file], "sft")
        example = partial(example_of, format=FORMAT)
        return Member(handle, origin, lambda _: self.bytes_of(file, at), example, exchanges, row_key)

    def members(self) -> Iterator[Member]:
        for file, rows in enumerate(self.rows_of):
            yield from (self.member(-1 - 10 * file - at) for at in range(len(rows)))

    def is_before(self, handle: int) -> bool:
        return handle >= -10

    def bytes_of(self, file: int, at: int) -> bytes:
        if self.is_gone:
            raise OSError("it is gone")
        return self.rows_of[file][at]

    def read(self, file: str, row: int) -> bytes:
        return self.bytes_of(int(file.partition(".")[0]), row)

    def name(self, handle: int) -> tuple[int, str]:
        file, at = divmod(-1 - handle, 10)
        return at, f"{file}.jsonl"

    def uri(self, file: str) -> str:
        return f"file:///{file}"


def judging(store: LineStore, settings: Settings = SETTINGS) -> Rows:
    rows = Rows(store)
    rows.judge_by(RowChecker(get_format(settings.format or ""), settings), settings)
    return rows


def settled(rows: Rows) -> Rows:
    while rows.pending or rows.rest(1):
        rows.work(1)
    return rows


def told(rows: Rows) -> list[tuple[int | None, Finding]]:
    """All that is said because of other lines, with the numbers of lines."""
    found: list[tuple[int | None, Finding]] = [(None, one) for one in rows.relations.of_file()]
    for number, line in enumerate(rows.store):
        said = map(rows.relations.finding, rows.relations.said_of(line))
        found += [(number, one) for one in said if one is not None]
    return sorted(found, key=repr)


def edit(rows: Rows, dice: random.Random) -> None:
    """A few edits at once, most of them within a line."""
    changes = []
    for _ in range(dice.choice((1, 1, 1, 2, 5))):
        first = dice.randrange(rows.store.count)
        if dice.random() < 0.3:
            length = len(rows.store.line(first).text)
            at = dice.randint(0, length)
            changes.append(rows.store.replace((first, at), (first, at), dice.choice(("x", " ", "\n", '"'))))
            continue
        last = min(rows.store.count - 1, first + dice.choice((0, 0, 0, 1, 3)))
        text = "\n".join(dice.choice(TEXTS) for _ in range(dice.choice((1, 1, 1, 2, 4))))
        changes.append(rows.store.replace((first, 0), (last, 999), text))
    rows.replace(changes)


@pytest.mark.parametrize("few", [0, 2, 32])
@pytest.mark.parametrize("seed", [*range(8), 117])
def test_after_any_edits_all_is_as_if_opened_so(monkeypatch: pytest.MonkeyPatch, seed: int, few: int) -> None:
    monkeypatch.setattr(relations_module, "_FEW", few)
    monkeypatch.setattr(relations_module, "_STEP", 20)
    dice = random.Random(seed)
    rows = judging(LineStore("\n".join(dice.choices(TEXTS, k=30)), block_lines=4))
    others: Others | None = None
    seen: set[str] = set()
    for _ in range(60):
        edit(rows, dice)
        if dice.random() < 0.5:
            rows.work(dice.choice((0, 1)))
        if dice.random() < 0.5:
            rows.rest(0)
        if dice.random() < 0.5:
            drawn(rows)
        if dice.random() < 0.2:
            others = Others(dice) if dice.random() < 0.7 else None
            rows.relations.compare_with(others)
        if dice.random() < 0.1:
            rows.accept({})
        if dice.random() < 0.6:
            settled(rows)
            text = "\n".join(line.text for line in rows.store)
            fresh = judging(LineStore(text))
            fresh.relations.compare_with(others)
            settled(fresh)
            assert told(rows) == told(fresh)
            seen.update(finding.rule for _, finding in told(fresh))
            shown, left = rows.shown(10_000)
            assert left == 0
            assert +rows.tally() == Counter(
                (said or line.result.findings[at]).severity for _, line, at, said in shown
            )
            expected = [(number, at) for number, _, at, _ in fresh.shown(10_000)[0]]
            assert [(number, at) for number, _, at, _ in shown] == expected
            assert drawn(rows) == drawn(fresh)
    for hook in ("group", "spread"):
        assert len(seen & {name for name, module in all_rules().items() if hook in module.hooks}) > 1


def test_values_are_judged_anew_only_where_something_else_may_be_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An answer that refuses is no break of a format, and its facts are those of one that is."""
    judged: list[relations_module.Relations] = []
    judge = relations_module.Relations._judge_spreads

    def noted(self: relations_module.Relations) -> Iterator[None]:
        judged.append(self)
        return judge(self)

    monkeypatch.setattr(relations_module.Relations, "_judge_spreads", noted)
    answers = [*(f'{{\\"port\\": {port}}}' for port in range(6)), "I am sorry, that is not known."]
    lines = [CHAT % (f"Port {at}?", answer) for at, answer in enumerate(answers)]
    settings = resolve(
        select=["answer-format-drift"],
        format="openai-chat",
        parameters={"answer-format-drift": {"rows": 3, "share": 0.4}},
    )
    rows = settled(judging(LineStore("\n".join(lines)), settings))
    assert (len(judged), "answer-format-drift" in {one.rule for _, one in told(rows)}) == (1, False)
    at = lines[6].index("I am")
    for line, start, end, text, times, is_told in (
        (6, at, at + 30, "It lies south, that is known.", 2, True),
        (6, at, at + 29, "I am sorry, that is not known.", 3, False),
        (3, lines[3].index("Port"), lines[3].index("Port") + 4, "Dock", 3, False),
    ):
        rows.replace([rows.store.replace((line, start), (line, end), text)])
        settled(rows)
        assert (len(judged), "answer-format-drift" in {one.rule for _, one in told(rows)}) == (times, is_told)


def drawn(rows: Rows) -> list[bytes]:
    paper = Paper("file:///train.jsonl", "utf-16")
    return sorted(dump(of_row(paper, one)) for one in rows.shown(10_000)[0])
