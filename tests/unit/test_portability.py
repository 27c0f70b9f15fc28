"""What targets would do with files: all at once as one by one, in the words of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from io import BytesIO
from itertools import islice
from pathlib import Path
from time import process_time

import pytest
from tests.benchmarks.data import rows_of

from turnlint.config import all_targets, resolve
from turnlint.config.candidates import candidates, trainers
from turnlint.engine import check_stream
from turnlint.engine.portability import SAFE, UNSAFE, Assessment, Candidate, Outcome, Remedy, Verdict, assess
from turnlint.engine.resources import Resources
from turnlint.engine.row import RowChecker
from turnlint.formats import get_format
from turnlint.formats.renamed import Names
from turnlint.model import Severity

FIXTURES = Path(__file__).parents[2] / "fixtures"
ALL = candidates(resolve())


def _files() -> Mapping[str, bytes]:
    """The published examples, right and wrong ones, a file for each of their formats; and the valid rows."""
    found: dict[str, list[bytes]] = {}
    for name in ("openai-examples", "other-examples"):
        for line in (FIXTURES / "formats" / f"{name}.jsonl").read_bytes().splitlines():
            case = json.loads(line)
            raw = case["raw"] if "raw" in case else json.dumps(case["example"], ensure_ascii=False)
            if raw.strip() and "\n" not in raw:
                found.setdefault(case["format"], []).append(raw.encode("utf-8", "surrogatepass"))
    for path in sorted((FIXTURES / "valid").glob("*.jsonl")):
        found[f"valid {path.stem}"] = path.read_bytes().splitlines()
    return {name: b"\n".join(rows) + b"\n" for name, rows in found.items()}


FILES = _files()


def judged(
    data: bytes, some: Iterable[Candidate] = ALL, name: str = "train.jsonl", **options: object
) -> Assessment:
    return assess(BytesIO(data), list(some), name=name, **options)  # type: ignore[arg-type]


def outcomes(data: bytes, *names: str, **options: object) -> dict[str, Outcome]:
    found = judged(data, candidates(resolve(), names), **options)  # type: ignore[arg-type]
    return {one.candidate.name: one for one in found.outcomes}


@cache
def alone(candidate: Candidate, format_name: str | None) -> RowChecker:
    """What judges rows for one target."""
    return RowChecker(get_format(format_name) if format_name else None, candidate.settings)


@pytest.mark.parametrize("name", FILES)
def test_all_targets_at_once_say_of_rows_what_each_says_alone(name: str) -> None:
    rows = FILES[name].splitlines()
    found = judged(2 * FILES[name])  # the second time, much is known of the rows
    assert [one.candidate.name for one in found.outcomes] == trainers()
    for one in found.outcomes:
        if ("format-not-accepted", Severity.ERROR) in [(why.rule, why.severity) for why in one.reasons]:
            assert not one.candidate.takes(one.format)
            assert (one.refused, one.degraded) == (0, 0)
            continue
        checker, spoken = alone(one.candidate, one.format), one.candidate.spoken(one.format)
        refused, degraded = set(), set()
        for at, raw in enumerate(rows):
            for finding in checker.judge(raw):
                if finding.severity is Severity.ERROR:
                    refused.add(at)
                elif finding.severity is Severity.WARNING and finding.rule in spoken:
                    degraded.add(at)
        label = one.candidate.name, one.format
        counted = label, 2 * len(refused), 2 * len(degraded - refused)
        assert (label, one.refused, one.degraded) == counted


@pytest.mark.parametrize(
    "resources", [Resources(task_bytes=1), Resources(jobs=2, alone_bytes=0, task_rows=3)]
)
def test_it_does_not_depend_on_who_judges_which_rows(resources: Resources) -> None:
    data = (
        FILES["valid openai-chat"]
        + b"\n\n"
        + b"".join(FILES[name] for name in ("valid mistral-chat", "mistral-instruct"))
    )
    assert _plain(judged(data, resources=resources)) == _plain(judged(data))


def _plain(found: Assessment) -> object:
    return (
        found.format,
        found.rows,
        [
            (one.candidate.name, one.format, one.refused, one.degraded, one.reasons, one.cure)
            for one in found.outcomes
        ],
    )


CHAT = b'{"messages":[{"role":"user","content":"Say %d"},{"role":"assistant","content":"It is %d."}]}\n'
WEIGHTED = b'{"messages":[{"role":"user","content":"Hi","weight":1},{"role":"assistant","content":"Hey"}]}\n'
ALPACA = b'{"instruction":"Name a prime.","output":"7"}\n'


def chat(count: int) -> bytes:
    return b"".join(CHAT % (at, at) for at in range(count))


def reasons(one: Outcome) -> list[tuple[str, str, int | None, int | None]]:
    return [(each.rule, each.severity.word, each.rows, each.first) for each in one.reasons]


def test_a_clean_file_is_accepted() -> None:
    found = outcomes(chat(10), "openai", "hf-datasets")
    assert [(one.verdict, one.format, one.reasons) for one in found.values()] == [
        (Verdict.ACCEPTED, "openai-chat", ())
    ] * 2


def test_each_target_is_judged_by_its_own_parameters() -> None:
    part = '{"type":"image_url","image_url":{"url":"https://example.com/%d.png"}}'
    content = ",".join(part % at for at in range(11))
    row = (
        f'{{"messages":[{{"role":"user","content":[{content}]}},{{"role":"assistant","content":"Yes."}}]}}\n'
    )
    found = outcomes(chat(10) + row.encode(), "openai", "azure")
    assert reasons(found["openai"]) == [("too-many-images", "error", 1, 10)]
    assert found["azure"].verdict is Verdict.ACCEPTED


def test_reasons_are_told_in_the_words_of_the_rule_and_the_effect_of_the_target() -> None:
    (one,) = outcomes(chat(10) + 2 * WEIGHTED, "openai").values()
    assert (one.verdict, one.refused, reasons(one)) == (
        Verdict.REFUSED,
        2,
        [("weight-outside-assistant", "error", 2, 10)],
    )
    (reason,) = one.reasons
    assert reason.effect == "OpenAI refuses the file"
    assert "weight" in reason.message
    assert "refuses" not in reason.message


def test_the_worst_comes_first_then_the_file_as_a_whole_then_what_is_most_frequent() -> None:
    broken, bare = b'{"messages":[\n', b'{"messages":[{"role":"assistant","content":"Hey"}]}\n'
    (one,) = outcomes(broken + 2 * WEIGHTED + bare, "openai").values()
    assert reasons(one) == [
        ("too-few-examples", "error", None, None),
        ("weight-outside-assistant", "error", 2, 1),
        ("invalid-json", "error", 1, 0),
        ("no-user", "warning", 1, 3),
    ]
    assert (one.refused, one.degraded) == (3, 1)


def test_blank_rows_count_unless_nothing_follows() -> None:
    found = outcomes(chat(5) + b"\n \n" + chat(5), "openai")["openai"]
    assert (found.verdict, reasons(found)) == (Verdict.DEGRADED, [("blank-row", "warning", 2, 5)])
    tasks = Resources(task_bytes=1, chunk_bytes=1)
    assert reasons(outcomes(chat(5) + b"\n \n" + chat(5), "openai", resources=tasks)["openai"]) == reasons(
        found
    )
    assert outcomes(chat(10) + b"\n\n", "openai")["openai"].verdict is Verdict.ACCEPTED


def test_another_format_is_refused_as_a_whole_and_its_conversion_is_named() -> None:
    found = judged(20 * ALPACA, candidates(resolve(), ["openai", "hf-datasets"]))
    openai, loader = found.outcomes
    assert (found.format, reasons(openai)) == ("alpaca", [("format-not-accepted", "error", None, None)])
    assert found.remedy(openai) == Remedy("openai-chat")
    assert loader.verdict is Verdict.ACCEPTED


def test_rows_of_a_format_that_a_target_may_take_are_judged() -> None:
    row = {
        "conversations": [{"from": "human", "value": "<image><image>a"}, {"from": "gpt", "value": "b"}],
        "images": ["a.png"],
    }
    outcome = outcomes(b"\n".join(json.dumps({**row, "n": at}).encode() for at in range(12)), "trl")["trl"]
    assert [one.rule for one in outcome.reasons] == ["placeholder-count", "format-not-accepted"]
    assert (outcome.verdict, outcome.refused) == (Verdict.REFUSED, 12)


def test_what_no_target_knows_is_refused_by_those_that_want_a_format() -> None:
    found = outcomes(20 * b'{"level":"info","at":1}\n', "openai", "hf-datasets")
    assert reasons(found["openai"]) == [("format-not-accepted", "error", None, None)]
    assert found["hf-datasets"].verdict is Verdict.ACCEPTED


def test_rows_none_of_which_is_json_are_told_as_such() -> None:
    (one,) = outcomes(20 * b"{'messages': []\n", "openai").values()
    assert reasons(one) == [("invalid-json", "error", 20, 0)]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty-file"),
        (b"\x1f\x8b\x08\0", "binary-file"),
        (chat(3).decode().encode("utf-16"), "not-utf8"),
    ],
)
def test_what_is_no_jsonl_is_refused_as_a_whole(data: bytes, rule: str) -> None:
    found = judged(data, candidates(resolve(), ["openai", "azure"]))
    assert found.rows == 0
    assert [reasons(one) for one in found.outcomes] == [[(rule, "error", None, None)]] * 2


def test_an_array_is_refused_by_targets_that_take_rows_alone() -> None:
    found = outcomes(chat(10), "openai", "hf-datasets", is_array=True)
    assert reasons(found["openai"]) == [("json-array-file", "error", None, None)]


SOFT = b'{"messages":[{"role":"User","content":"Hi"},{"role":"assistant","content":"Hey"}]}\n'


@pytest.mark.parametrize(
    ("rows", "cure"),
    [
        (SOFT, SAFE),
        (SOFT + CHAT.replace(b"]}", b",]}") % (1, 1), UNSAFE),
        (SOFT + b"{\n", 0),
        (b"", 0),
    ],
)
def test_fixes_are_named_where_they_cure_all_errors(rows: bytes, cure: int) -> None:
    found = judged(chat(10) + rows, candidates(resolve(), ["openai"]))
    (one,) = found.outcomes
    assert one.cure == cure
    assert found.remedy(one) == (Remedy(is_safe=cure == SAFE) if cure else None)


def test_examples_that_are_too_long_are_cut() -> None:
    words = " ".join(f"word{at}" for at in range(40_000))
    row = json.dumps(
        {"messages": [{"role": "user", "content": "Say it"}, {"role": "assistant", "content": words}]}
    )
    (one,) = outcomes(chat(10) + row.encode(), "openai").values()
    assert (one.verdict, one.degraded) == (Verdict.DEGRADED, 1)
    assert reasons(one)[0] == ("example-too-long", "warning", 1, 10)
    assert one.reasons[0].effect == "OpenAI cuts off the rest"


def test_a_key_that_a_loader_does_not_expect_stops_it() -> None:
    found = outcomes(
        20 * (b'{"prompt":"Say %s","completion":"Yes"}\n' % (b"x" * 600_000))
        + b'{"prompt":"a","completion":"b","late":1}\n',
        "hf-datasets",
    )
    (one,) = found.values()
    assert ("late-key", "error", 1, 20) in reasons(one)
    assert one.reasons[0].effect == "Hugging Face datasets refuses the file"


def test_a_named_format_counts_where_a_target_takes_it() -> None:
    named = candidates(resolve(format="openai-chat", stage="sft", split="validation"))
    for one in named:
        settings = one.settings
        assert settings.format == ("openai-chat" if one.takes("openai-chat") else None)
        assert (settings.stage, settings.split) == ("sft", "validation")


def test_what_the_user_says_of_rules_does_not_count() -> None:
    said = resolve("openai", ignore=["roles"], severity={"unknown-key": "hint"}, select=["json"])
    assert [one.settings.rules for one in candidates(said, ["openai"])] == [resolve("openai").rules]


def test_nobody_trains_without_a_target() -> None:
    assert trainers() == [name for name in all_targets() if name not in ("generic", "hf-datasets")]


def test_a_model_is_judged_by_its_own_limits() -> None:
    (one,) = candidates(resolve(), ["openai:gpt-4.1-mini"])
    assert one.settings.tokens.model == "gpt-4.1-mini"
    assert "model-lacks-vision" in one.spoken("openai-chat")


def test_columns_by_other_names_are_those_of_the_format_for_who_can_be_told() -> None:
    names = Names(columns={"prompt": "question", "completion": "answer"})
    said = resolve(format="prompt-completion", names=names)
    kept = {one.name: one.settings.format for one in candidates(said)}
    assert kept["mlx-lm"] == said.format
    assert kept["openai"] is None
    data = b'{"question":"When is high tide in Brest?","answer":"At four."}\n' * 12
    asked = candidates(said, ["mlx-lm", "openai"])
    told, untold = (found := judged(data, asked, format_name=said.format)).outcomes
    assert "missing-key" not in {one.rule for one in told.reasons}
    assert [one.rule for one in untold.reasons] == ["format-not-accepted"]
    assert found.remedy(untold) == Remedy("prompt-completion")
    plain = resolve(format="prompt-completion")
    for one in candidates(plain):
        assert one.settings.format == ("prompt-completion" if one.takes("prompt-completion") else None)


def test_all_at_once_costs_far_less_than_one_by_one() -> None:
    data = b"\n".join(islice(rows_of("chat"), 300)) + b"\n"
    assess(BytesIO(data), ALL)  # loads what is loaded once
    together = _seconds(lambda: assess(BytesIO(data), ALL))
    one_by_one = _seconds(lambda: [list(check_stream(BytesIO(data), one.settings)) for one in ALL])
    assert together < one_by_one * 2 / 3


def _seconds(work: Callable[[], object]) -> float:
    """The processor time that something takes."""
    start = process_time()
    work()
    return process_time() - start
