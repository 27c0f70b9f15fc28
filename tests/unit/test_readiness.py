"""Readiness: small data sets with the verdict that each question deserves, and the truth of what it says."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from turnlint.config import Counting, resolve
from turnlint.engine.check import check_files
from turnlint.engine.contents import Contents
from turnlint.engine.file import Input
from turnlint.engine.readiness import Answered, Checklist, Verdict, all_questions, checklists, judged
from turnlint.engine.resources import Resources
from turnlint.engine.statistics import survey
from turnlint.model import DatasetSettings, Severity
from turnlint.rules import all_rules

FIXTURES = Path(__file__).parents[2] / "fixtures"
WORDS = [
    "harbour",
    "ferry",
    "ticket",
    "bicycle",
    "cabin",
    "captain",
    "island",
    "lantern",
    "anchor",
    "compass",
    "morning",
    "winter",
    "deck",
]
TOOL = {"type": "function", "function": {"name": "book", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "a", "type": "function", "function": {"name": "book", "arguments": "{}"}}


def as_bytes(rows: Sequence[Any] | bytes) -> bytes:
    if isinstance(rows, bytes):
        return rows
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(
        "utf-8", "surrogatepass"
    )


def asked_of(files: Mapping[str, Sequence[Any] | bytes], **settings: Any) -> list[Checklist]:
    """The checklists about files that are one data set."""
    chosen = resolve(**{"target": "openai", **settings})
    found = []
    for name, rows in files.items():
        stream, contents = io.BytesIO(as_bytes(rows)), Contents()
        surveyed = survey(stream, chosen, contents)
        stream.seek(0)
        found.append((Input(stream, chosen, name, name), surveyed, contents))
    return list(checklists(judged(found, lambda one, error: None, Resources())))


def answers(files: Mapping[str, Sequence[Any] | bytes], **settings: Any) -> dict[str, Answered]:
    (only,) = asked_of(files, **settings)
    return {one.name: one for one in only.answers}


def said(at: int, words: int = 6) -> str:
    """A sentence that is like no other."""
    return " ".join(WORDS[at // 13**place % 13] + str(at) for place in range(words)).capitalize()


def chat(question: str, answer: str, system: str = "", **more: Any) -> dict[str, Any]:
    turns = [("system", system)] if system else []
    turns += [("user", question), ("assistant", answer)]
    return {"messages": [{"role": role, "content": text} for role, text in turns], **more}


def good(count: int, start: int = 0, system: str = "Sell ferry tickets.") -> list[dict[str, Any]]:
    return [chat(f"{said(at)}?", f"{said(at + 5_000)}.", system) for at in range(start, start + count)]


def pair(at: int, better: str, worse: str) -> dict[str, Any]:
    outputs = {"preferred_output": better, "non_preferred_output": worse}
    return {"input": {"messages": [{"role": "user", "content": f"{said(at)}?"}]}} | {
        name: [{"role": "assistant", "content": text}] for name, text in outputs.items()
    }


def prompt(at: int, **fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": f"{said(at)}?"}], **fields}


GOOD = {"train.jsonl": good(60), "valid.jsonl": good(12, start=100)}
READY = (
    *("format-fits", "check-passes", "enough-examples", "held-out", "leaks", "fits-limit"),
    *("something-to-learn", "system-prompt", "duplicates", "contradictions", "diverse-prompts"),
    *("diverse-answers", "repeated-text"),
)


def test_good_data_is_ready() -> None:
    found = {name: one.answer.verdict for name, one in answers(GOOD).items()}
    ready = {name for name, verdict in found.items() if verdict is Verdict.READY}
    assert ready == set(READY)
    assert {found[name] for name in found if name not in ready} == {Verdict.NOT_ASKED}


def train(*rows: Any) -> dict[str, Any]:
    """The same with other rows to train on."""
    return {**GOOD, "train.jsonl": list(rows)}


CASES: list[tuple[str, Mapping[str, Any], dict[str, Any], str, str, str]] = [
    # what, files, settings, question, verdict, words of the answer
    ("no target", GOOD, {"target": "generic"}, "format-fits", "not-known", "--target"),
    (
        "sharegpt",
        {"a.jsonl": [{"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}]},
        {},
        "format-fits",
        "not-ready",
        "Convert",
    ),
    (
        "another method",
        GOOD,
        {"stage": "preference", "format": "openai-chat"},
        "format-fits",
        "not-ready",
        "",
    ),
    ("logs", {"a.jsonl": [{"level": "info", "at": 1}]}, {}, "format-fits", "not-known", "--format"),
    (
        "an array",
        {**GOOD, "test.jsonl": b'[{"messages": []}]\n'},
        {},
        "format-fits",
        "not-ready",
        "1 file is in none",
    ),
    ("empty", {"a.jsonl": b""}, {}, "format-fits", "not-ready", ""),
    ("UTF-16", {"a.jsonl": '{"a": 1}\n'.encode("utf-16")}, {}, "format-fits", "not-ready", ""),
    (
        "an error",
        train(*good(60), {"messages": []}),
        {},
        "check-passes",
        "not-ready",
        "1 error in 1 row (1.4%).",
    ),
    ("a warning", train(*good(60), good(1)[0]), {}, "check-passes", "look", "1 warning in 1 row (1.4%)."),
    (
        "advice alone",
        train(*good(60), chat("A?", "B.", name="x")),
        {"ignore": ["schema"]},
        "check-passes",
        "ready",
        "",
    ),
    ("nine", train(*good(9)), {}, "enough-examples", "not-ready", "9 examples"),
    ("ten", train(*good(10)), {}, "enough-examples", "look", "Collect 50"),
    ("49", train(*good(49)), {}, "enough-examples", "look", "49 examples"),
    ("50", train(*good(50)), {}, "enough-examples", "ready", "50 examples"),
    ("none to train on", {"valid.jsonl": good(12)}, {}, "enough-examples", "not-known", "Name the files"),
    (
        "prompts",
        {"a.jsonl": [prompt(at, answer=at) for at in range(12)]},
        {"format": "openai-reinforcement"},
        "enough-examples",
        "ready",
        "nobody has published",
    ),
    ("no split", {"train.jsonl": good(60)}, {}, "held-out", "look", "Hold 10 to 20%"),
    (
        "a split elsewhere",
        {"train.jsonl": good(60)},
        {"dataset": DatasetSettings("a", ("train", "validation"), ("train",))},
        "held-out",
        "not-known",
        "Name them",
    ),
    (
        "a small split",
        {**GOOD, "valid.jsonl": good(9, start=100)},
        {},
        "held-out",
        "look",
        "9 rows of 69 (13.0%).",
    ),
    ("a split", GOOD, {}, "held-out", "ready", "12 rows of 72 (16.7%)."),
    (
        "a leak",
        {**GOOD, "valid.jsonl": [*good(12, start=100), good(1)[0]]},
        {},
        "leaks",
        "look",
        "1 held-out row is in the training data, too.",
    ),
    (
        "the same file",
        {**GOOD, "valid.jsonl": good(60)},
        {},
        "leaks",
        "look",
        "1 file has the same rows as another.",
    ),
    ("no split to leak", {"train.jsonl": good(60)}, {}, "leaks", "not-asked", ""),
    ("leaks are not looked for", GOOD, {"ignore": ["dataset"]}, "leaks", "not-asked", ""),
    (
        "too long",
        train(*good(60)),
        {"counting": Counting(limit=40)},
        "fits-limit",
        "look",
        "over the limit of 40",
    ),
    (
        "no limit",
        {"a.jsonl": [{"instruction": f"{said(at)}?", "output": said(at + 99)} for at in range(60)]},
        {"target": "generic"},
        "fits-limit",
        "not-known",
        "--token-limit",
    ),
    (
        "no answer",
        train(*good(60), {"messages": [{"role": "user", "content": "A?"}]}),
        {},
        "something-to-learn",
        "not-ready",
        "1 example has none",
    ),
    ("one without", train(*good(60), chat("A?", "B.")), {}, "system-prompt", "look", "1 example has none."),
    ("none has one", train(*good(60, system="")), {}, "system-prompt", "ready", "No example has one"),
    (
        "a mixture",
        train(*(one for at in range(30) for one in (good(1, at)[0], chat(f"{at}?", f"{at}.", said(at))))),
        {},
        "system-prompt",
        "ready",
        "31 different system prompts; the most frequent is in 50.0%",
    ),
    (
        "a typo",
        train(*good(60), *good(1, start=70, system="Sell fery tickets.")),
        {},
        "system-prompt",
        "look",
        "2 different system prompts",
    ),
    ("a copy", train(*good(60), good(1)[0]), {}, "duplicates", "look", "1 row repeats another (1.4%)."),
    (
        "copies are not looked for",
        train(*good(60), good(1)[0]),
        {"ignore": ["duplicates"]},
        "duplicates",
        "not-asked",
        "",
    ),
    (
        "a contradiction",
        train(*good(60), chat(f"{said(0)}?", "No, never at all.", "Sell ferry tickets.")),
        {},
        "contradictions",
        "look",
        "1 row contradicts another (1.4%).",
    ),
    (
        "one prompt",
        train(*(chat("Tell me something.", f"{said(at)}.") for at in range(60))),
        {},
        "diverse-prompts",
        "look",
        "1 prompt in 60 examples (1.7%).",
    ),
    (
        "refusals",
        train(
            *good(40), *(chat(f"{said(at)}?", "I can not answer that one, I fear.") for at in range(60, 80))
        ),
        {},
        "diverse-answers",
        "look",
        "the most frequent is that of 33.3%",
    ),
    (
        "labels are asked elsewhere",
        train(*(chat(f"{said(at)}?", ("Yes", "No")[at % 2]) for at in range(60))),
        {},
        "diverse-answers",
        "not-asked",
        "",
    ),
    (
        "labels",
        train(*(chat(f"{said(at)}?", ("Yes", "No")[at % 3 == 0]) for at in range(60))),
        {},
        "label-balance",
        "ready",
        "2 labels: the most frequent has 66.7% of the answers, the rarest 33.3%.",
    ),
    (
        "one label",
        train(*(chat(f"{said(at)}?", "Yes") for at in range(60))),
        {},
        "label-balance",
        "look",
        "one and the same",
    ),
    (
        "mostly one label",
        train(*(chat(f"{said(at)}?", "No" if at == 7 else "Yes") for at in range(120))),
        {},
        "label-balance",
        "look",
        "99.2%",
    ),
    (
        "names are no labels",
        train(*(chat(f"{said(at)}?", said(at, 1)) for at in range(60))),
        {},
        "label-balance",
        "not-asked",
        "",
    ),
    (
        "idle tools",
        train(*(one | {"tools": [TOOL]} for one in good(60))),
        {},
        "tool-examples",
        "look",
        "0 examples call one",
    ),
    (
        "tools",
        train(
            *good(59),
            {
                "messages": [{"role": "user", "content": "A?"}, {"role": "assistant", "tool_calls": [CALL]}],
                "tools": [TOOL],
            },
        ),
        {},
        "tool-examples",
        "ready",
        "1 example defines tools; 1 example calls one (1.7% of all)",
    ),
    (
        "JSON",
        train(*(chat(f"{said(at)}?", json.dumps({"port": said(at, 1)})) for at in range(60))),
        {},
        "structured-answers",
        "ready",
        "60 answers are JSON that parses (100.0% of all), with 1 set of keys",
    ),
    (
        "broken JSON",
        train(*good(59), chat("A?", '{"port": "Hull",}')),
        {},
        "structured-answers",
        "look",
        "1 answer looks like JSON without being it",
    ),
    (
        "brackets are no JSON",
        train(*good(59), chat("A?", "[see the timetable]")),
        {},
        "structured-answers",
        "not-asked",
        "",
    ),
    (
        "pairs",
        {"a.jsonl": [pair(at, said(at, at % 3 + 1), said(at + 99, 2)) for at in range(12)]},
        {},
        "preference-pairs",
        "ready",
        "in 33.3% of 12 pairs; no pair has two equal answers.",
    ),
    (
        "equal pairs",
        {"a.jsonl": [pair(at, said(at), said(at)) for at in range(12)]},
        {},
        "preference-pairs",
        "look",
        "12 pairs have two equal answers",
    ),
    (
        "longer is better",
        {"a.jsonl": [pair(at, said(at, 4), said(at + 99, 2)) for at in range(60)]},
        {},
        "preference-pairs",
        "look",
        "100.0% of 60 pairs",
    ),
    (
        "grader fields",
        {"a.jsonl": [prompt(at, answer=at) for at in range(12)]},
        {},
        "graded",
        "ready",
        "12 examples have fields for a grader (100.0%).",
    ),
    (
        "one without a grader field",
        {"a.jsonl": [prompt(at, **({"answer": at} if at else {})) for at in range(12)]},
        {"format": "openai-reinforcement"},
        "graded",
        "look",
        "11 examples have fields",
    ),
    ("short instructions", GOOD, {}, "repeated-text", "ready", "of prompt tokens"),
    (
        "long instructions",
        train(*good(60, system="Sell ferry tickets. " * 400)),
        {},
        "repeated-text",
        "ready",
        "cache",
    ),
]


@pytest.mark.parametrize(
    ("files", "settings", "question", "verdict", "words"),
    [pytest.param(*case, id=f"{case[2]}: {what}") for what, *case in CASES],
)
def test_verdicts(
    files: Mapping[str, Any], settings: dict[str, Any], question: str, verdict: str, words: str
) -> None:
    one = answers(files, **settings)[question]
    assert (one.answer.verdict.key, one.answer) == (verdict, one.answer)
    assert words in f"{one.answer.figure} {one.answer.todo}"


def test_every_question_has_a_case_in_which_it_is_ready_and_one_in_which_it_is_not() -> None:
    seen = {(question, verdict) for _, _, _, question, verdict, _ in CASES}
    for name in all_questions():
        assert (name, "ready") in seen or name in READY, name
        assert {(name, "look"), (name, "not-ready")} & seen or name == "repeated-text", name


def test_questions_name_rules_and_documents() -> None:
    rules = all_rules()
    names = {*rules, *(one.family for one in rules.values())}
    places = [question.place for question, _ in all_questions().values()]
    assert places == sorted(set(places))
    for question, _ in all_questions().values():
        assert names.issuperset(question.rules)
        assert question.sources
        assert question.asks.endswith("?")
        assert not question.todo or question.todo.endswith(".")


@pytest.mark.parametrize(
    "path",
    [*(FIXTURES / "valid").iterdir(), *(FIXTURES / "bytes").glob("*.jsonl"), *(FIXTURES / "demo").iterdir()],
    ids=lambda path: path.stem,
)
@pytest.mark.parametrize("target", ["generic", "openai", "azure"])
def test_it_says_what_the_check_says(path: Path, target: str) -> None:
    data = path.read_bytes()
    settings = resolve(target)
    found = list(check_files([Input(io.BytesIO(data), settings, path.name, path.name)]))
    worst = max((located.finding.severity for _, located in found), default=Severity.HINT)
    for checklist in asked_of({path.name: data}, target=target):
        by_name = {one.name: one for one in checklist.answers}
        wanted = {Severity.ERROR: Verdict.NOT_READY, Severity.WARNING: Verdict.LOOK}.get(worst, Verdict.READY)
        assert by_name["check-passes"].answer.verdict == wanted
        for one in checklist.answers:
            if any(each.severity == Severity.ERROR for each in one.found):
                assert one.answer.verdict is Verdict.NOT_READY
            assert one.answer.verdict is not Verdict.NOT_READY or worst == Severity.ERROR
            assert one.answer.todo or one.answer.verdict in (Verdict.READY, Verdict.NOT_ASKED)


def test_each_training_method_has_a_checklist() -> None:
    files = {"train.jsonl": good(60), "pairs.jsonl": [pair(at, said(at), said(at + 99)) for at in range(12)]}
    found = asked_of({**files, "log.jsonl": [{"a": 1}]})
    assert [one.evidence.stage for one in found] == ["sft", "preference"]
    assert [len(one.evidence.files) for one in found] == [2, 1]


def test_hostile_rows_are_no_part_of_what_is_said() -> None:
    texts = (
        "\x1b[2J\x1b]0;x\x07",
        "\u202e\u2066",
        "\ud800",
        "<script>alert(1)</script>",
        "sk-proj-" + "Ab3" * 16,
    )
    rows: list[Any] = [chat(text, text, text, **{text: text}) for text in texts for _ in range(12)]
    rows += [{**chat(text, json.dumps({text: text})), "tools": [{**TOOL, "x": text}]} for text in texts]
    data = (
        "".join(json.dumps(row) + "\n" for row in rows).encode()
        + b'{"messages": [{"role": "\xff\xfe"}]}\n\x00\n'
    )
    for checklist in asked_of({"train.jsonl": data, "valid.jsonl": data + data}):
        for one in checklist.answers:
            words = f"{one.answer.figure}{one.answer.todo}{dict(one.answer.numbers)}{one.found}"
            assert words.isprintable()
            assert "alert" not in words
            assert "sk-" not in words
