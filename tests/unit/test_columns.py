"""Files that call the keys and roles of their format otherwise: judged as the format, in their own words."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.harness import FIXTURES

from turnlint.config import ConfigError, all_targets, resolve
from turnlint.config.columns import Layer, chosen
from turnlint.config.discovery import SettingsFinder
from turnlint.engine import RowChecker
from turnlint.engine.completion import propose
from turnlint.engine.facts import exchanges
from turnlint.formats import Format, all_formats, get_format
from turnlint.formats.declared import declared
from turnlint.formats.renamed import Names, members, name_of, roles_of
from turnlint.formats.shape import faults
from turnlint.model import Example, Finding, Place, Severity, Turn
from turnlint.tokens.conversation import conversation

TURNS = {"messages": "conversations", "messages.role": "from", "messages.content": "value"}
SPEAKERS = {"human": "user", "gpt": "assistant"}
QUESTIONS = {"prompt": "question", "completion": "answer"}
NESTED: Any = []
for _ in range(500):
    NESTED = [NESTED]
WRONG: tuple[Any, ...] = (None, 7, "", [], {}, [None], [{}])
CALL = {"id": "c1", "type": "function", "function": {"name": "get_tide", "arguments": '{"harbour":"Brest"}'}}


def written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def renamed(base: str, columns: Mapping[str, str] = {}, roles: Mapping[str, str] = {}) -> Format:
    return get_format(name_of(base, Names(columns, roles)))


def checker(known: Format, **settings: Any) -> RowChecker:
    return RowChecker(known, replace(resolve(**settings), format=known.name))


def judged(row: Any, known: Format, **settings: Any) -> list[Finding]:
    """What is found in a row the fast way, once it was seen, and the slow way: the same."""
    check, raw = checker(known, **settings), written(row)
    found = check.check(raw)[0]
    assert check.check(raw)[0] == found
    assert set(check.judge(raw)) == set(found)
    return list(found)


def called(value: Any, columns: Mapping[str, str], path: str = "") -> Any:
    """A row of a format with the keys that a file has instead."""
    if isinstance(value, list):
        return [called(one, columns, path) for one in value]
    if not isinstance(value, dict):
        return value
    return {columns.get(path + key, key): called(one, columns, f"{path}{key}.") for key, one in value.items()}


def pointed(pointer: tuple[str | int, ...], columns: Mapping[str, str]) -> tuple[str | int, ...]:
    """The same of a pointer."""
    found, path = [], ""
    for step in pointer:
        found.append(step if isinstance(step, int) else columns.get(path + step, step))
        path += "" if isinstance(step, int) else f"{step}."
    return tuple(found)


def valid_rows(known: Format) -> list[dict[str, Any]]:
    path = FIXTURES / "valid" / f"{known.name}.jsonl"
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line] if path.exists() else []


def broken(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows with what is wrong whatever the keys are called."""
    for key, value in row.items():
        for wrong in WRONG:
            yield {**row, key: wrong}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for inner in value[0]:
                for wrong in (None, 7, ""):
                    yield {**row, key: [{**value[0], inner: wrong}, *value[1:]]}
            yield {**row, key: [*value, value[-1]]}
            yield {**row, key: value[:-1]}


@pytest.mark.parametrize("known", all_formats(), ids=lambda one: one.name)
def test_rows_of_any_format_are_judged_alike_whatever_their_keys_are_called(known: Format) -> None:
    columns = {path: f"{path.rpartition('.')[2]}_它" for path in members(known.shape)}
    own = renamed(known.name, columns)
    plain, other = checker(known), checker(own)
    for number, row in enumerate(valid_rows(known)):
        for one in (row, row, *(broken(row) if number % 5 == 0 else ())):
            expected = Counter(map(kind_of, plain.check(written(one))[0]))
            found = other.check(written(called(one, columns)))[0]
            if {"mixed-formats", "missing-key", "unknown-key"}.isdisjoint(name for name, *_ in expected):
                moved = Counter({(*rest, pointed(at, columns)): n for (*rest, at), n in expected.items()})
                assert Counter(map(kind_of, found)) == moved, one
            assert set(other.judge(written(called(one, columns)))) == set(found)


def kind_of(found: Finding) -> tuple[Any, ...]:
    assert found.place is not None
    return found.rule, found.severity, found.place.part, found.place.pointer


@pytest.mark.parametrize("known", all_formats(), ids=lambda one: one.name)
def test_plain_rows_stay_on_the_fast_way(known: Format) -> None:
    columns = {path: f"{path.rpartition('.')[2]}_own" for path in members(known.shape)}
    own = renamed(known.name, columns)
    assert (own.outline is None) == (known.outline is None)
    if known.outline is None:
        return
    plain, other = checker(known), checker(own)
    for row in valid_rows(known):
        plain.check(written(row))
        other.check(written(called(row, columns)))
        assert len(plain._outlines) == len(other._outlines), row


def test_a_row_in_its_own_words() -> None:
    known = renamed("prompt-completion", QUESTIONS)
    assert judged({"question": "Tide?", "answer": "At four."}, known) == []
    (wrong,) = judged({"question": 1, "answer": "At four."}, known)
    assert (wrong.rule, wrong.place) == ("wrong-type", Place(("question",)))
    assert wrong.message.startswith("`question` must be a string")
    (missing,) = judged({"question": "Tide?", "completion": "At four."}, known)
    assert (missing.rule, missing.place) == ("missing-key", Place(("completion",), part="key"))
    assert "Rename `completion` to `answer`" in missing.message
    assert missing.fix is not None
    assert missing.fix.edits[0].content == '"answer"'
    strange = judged({"question": "Tide?", "answer": "At four.", "prompt": "x"}, known)
    assert [(one.rule, one.place) for one in strange] == [("unknown-key", Place(("prompt",), part="key"))]


def test_keys_and_roles_of_messages() -> None:
    known = renamed("openai-chat", TURNS, SPEAKERS)
    row = {"conversations": [{"from": "human", "value": "Tide?"}, {"from": "gpt", "value": "At four."}]}
    assert judged(row, known) == []
    example = known.example(row)
    assert [turn.role for turn in example.turns] == ["user", "assistant"]
    assert example.turns[0].role_place == Place(("conversations", 0, "from"))
    assert example.turns[1].texts[0].pointer == ("conversations", 1, "value")
    assert (example.format, example.declared_by) == ("openai-chat", known.name)

    row["conversations"][0]["from"] = "user"
    (found,) = judged(row, known)
    assert (found.rule, found.place) == ("unknown-role", Place(("conversations", 0, "from")))
    assert found.fix is not None
    assert found.fix.edits[0].content == '"human"'

    row["conversations"][0] = {"from": "human", "text": "Tide?"}
    (found,) = judged(row, known)
    assert found.message.endswith("Rename it to `value`.")


def test_a_role_that_is_listed_keeps_its_name_besides() -> None:
    known = renamed("openai-chat", {}, {"human": "user", "user": "user"})
    for role in ("human", "user"):
        row = {"messages": [{"role": role, "content": "Tide?"}, {"role": "assistant", "content": "At four."}]}
        assert judged(row, known) == []


def test_roles_may_change_places() -> None:
    known = renamed("openai-chat", {}, {"user": "assistant", "assistant": "user"})
    row = {"messages": [{"role": "assistant", "content": "Tide?"}, {"role": "user", "content": "At four."}]}
    assert judged(row, known) == []
    assert [turn.role for turn in known.example(row).turns] == ["user", "assistant"]


def test_names_may_change_places() -> None:
    known = renamed("prompt-completion", {"prompt": "completion", "completion": "prompt"})
    example = known.example({"completion": "Tide?", "prompt": "At four."})
    assert [turn.text for turn in example.turns] == ["Tide?", "At four."]


def test_a_name_of_another_key_takes_its_place() -> None:
    known = renamed("alpaca", {"instruction": "input", "output": "response"})
    example = known.example({"input": "Tide?", "response": "At four.", "instruction": "not read"})
    assert [turn.text for turn in example.turns] == ["Tide?", "At four."]
    assert judged({"input": "Tide?", "response": "At four."}, known) == []
    assert "instruction" not in {one.name for one in declared(known, {}, ()).keys}  # type: ignore[union-attr]


def test_a_name_may_look_like_a_path_or_be_strange() -> None:
    known = get_format(resolve(format="openai-chat", names=Names({"messages": "messages.role"})).format or "")
    row = {"messages.role": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "At four."}]}
    assert judged(row, known) == []
    for name in (" ", "答え", "it's", "a/b~1", "`", "{", "__init__", "class", "\u200b", "é", "1"):
        columns = {"prompt": name, "completion": "a"}
        known = get_format(resolve(format="prompt-completion", names=Names(columns)).format or "")
        (found,) = judged({name: 1, "a": "At four."}, known)
        assert (found.rule, found.place) == ("wrong-type", Place((name,)))


def test_an_empty_name_says_that_a_key_is_not_read() -> None:
    known = renamed("alpaca", {"instruction": "q", "output": "a", "input": ""})
    example = known.example({"q": "Tide?", "input": "in Brest", "a": "At four."})
    assert [turn.text for turn in example.turns] == ["Tide?", "At four."]


def test_a_rule_finds_keys_by_what_the_file_calls_them() -> None:
    known = renamed("openai-chat", {**TURNS, "messages.weight": "loss"}, SPEAKERS)
    turns = [{"from": "human", "value": "Tide?"}, {"from": "gpt", "value": "At four.", "loss": 0}]
    (found,) = judged({"conversations": turns}, known)
    assert (found.rule, found.place) == ("weights-all-zero", Place(("conversations", 1, "loss")))
    assert found.fix is not None
    assert found.fix.edits[0].place.pointer == ("conversations", 1, "loss")


def test_completion_and_hover_know_the_names_of_the_file() -> None:
    known = renamed("openai-chat", TURNS, SPEAKERS)
    place = declared(known, {"conversations": [{"from": "human"}]}, ("conversations", 0))
    assert place is not None
    assert [one.name for one in place.keys] == ["from", "value", "name"]
    assert place.owner == "user message"
    speaker = declared(known, {"conversations": [{}]}, ("conversations", 0, "from"))
    assert speaker is not None
    of_format = roles_of(get_format("openai-chat").shape)
    assert of_format is not None
    assert {one.value for one in speaker.choices} == (of_format - {"user", "assistant"}) | set(SPEAKERS)
    text = '{"conversations":[{"from":"hu'
    found = propose(text, len(text), (known,), replace(resolve(), format=known.name), overwrites=True)
    assert found is not None
    assert "human" in [one.label for one in found.items]


def test_chat_templates_see_the_messages_of_the_format() -> None:
    known = renamed("openai-chat", {**TURNS, "tools": "functions_here"}, SPEAKERS)
    tool = {"type": "function", "function": {"name": "get_tide"}}
    row = {
        "conversations": [{"from": "human", "value": "Tide?"}, {"from": "gpt", "tool_calls": [CALL]}],
        "functions_here": [tool],
    }
    example = known.example(row)
    written_out = conversation(example, example.turns)
    assert written_out.messages == [
        {"role": "user", "content": "Tide?"},
        {"role": "assistant", "tool_calls": [CALL]},
    ]
    assert written_out.tools == [tool]


def test_rows_with_the_same_words_answer_each_other_whatever_their_keys() -> None:
    row = {
        "messages": [{"role": "user", "content": "Tide?"}, {"role": "assistant", "content": [{"type": "x"}]}]
    }
    known = renamed("openai-chat", {path: f"{path}_own" for path in ("messages",)})
    plain, own = get_format("openai-chat").example(row), known.example({"messages_own": row["messages"]})
    assert [replace(one, turns=()) for one in exchanges(plain)] == [
        replace(one, turns=()) for one in exchanges(own)
    ]


def test_fields_of_a_grader_answer_under_any_name() -> None:
    known = renamed("openai-reinforcement", {"answer": "gold"})
    row = {"messages": [{"role": "user", "content": "What is 6 * 7?"}], "answer": "42", "topic": "sums"}
    plain = get_format("openai-reinforcement").example(row)
    own = known.example({"gold" if key == "answer" else key: said for key, said in row.items()})
    assert own.fields == plain.fields == {"answer": "42", "topic": "sums"}
    assert [one.answer for one in exchanges(own)] == [one.answer for one in exchanges(plain)]


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"conversations": None},
        {"conversations": [1, None, [], {"from": []}, {"value": {"from": 1}}]},
        {"conversations": {"conversations": []}, "messages": [{"role": "user"}]},
        {"\ud800": "\udfff"},
        {"conversations": NESTED, "messages": NESTED, "prompt": [{"content": NESTED}]},
    ],
)
def test_any_object_is_read(value: dict[str, Any]) -> None:
    for base in all_formats():
        columns = {path: "conversations" for path, _ in [*members(base.shape).items()][:1]}
        known = renamed(base.name, columns, {})
        assert isinstance(known.example(value), Example)
        faults(known.shape, value)
        list(known.verify(value) if known.verify and not faults(known.shape, value) else ())


def test_the_name_is_all_that_another_process_needs() -> None:
    settings = resolve(names=Names(QUESTIONS))
    again = pickle.loads(pickle.dumps(settings))
    assert (
        again.format
        == settings.format
        == 'prompt-completion{"columns":{"completion":"answer","prompt":"question"}}'
    )
    assert get_format(again.format).example({"question": "Tide?"}).turns[0].role == "user"


# Which format it is


@pytest.mark.parametrize(
    ("columns", "target", "expected"),
    [
        (QUESTIONS, "generic", "prompt-completion"),
        ({"messages": "chat"}, "generic", "openai-chat"),
        ({"messages.role": "speaker"}, "openai", "openai-chat"),
        ({"messages": "chat"}, "trl", "chat"),
        ({"instruction": "q", "output": "a"}, "generic", "alpaca"),
        ({"conversations": "turns"}, "generic", "sharegpt"),
        (
            {"input": "i", "preferred_output": "good", "non_preferred_output": "bad"},
            "generic",
            "openai-preference",
        ),
    ],
)
def test_columns_name_their_format(columns: Mapping[str, str], target: str, expected: str) -> None:
    assert resolve(target, names=Names(columns)).format == name_of(expected, Names(columns))


@pytest.mark.parametrize(
    ("format_", "columns", "roles", "words"),
    [
        (
            "alpaca",
            {"instructoin": "q"},
            {},
            "`alpaca` has no `instructoin` for `columns`; did you mean `instruction`",
        ),
        ("openai-chat", {"messages.rolle": "x"}, {}, "did you mean `messages.role`"),
        (None, {"promt": "q", "completion": "a"}, {}, "no format has `promt`; did you mean `prompt`"),
        (None, {"completion": "a"}, {}, "name the `format`"),
        (None, {}, {"human": "user"}, "name it with `format`"),
        ("prompt-completion", {"prompt": "", "completion": "a"}, {}, "`columns.prompt` must not be empty"),
        (
            "prompt-completion",
            {"prompt": "x", "completion": "x"},
            {},
            "calls both `prompt` and `completion` `x`",
        ),
        ("prompt-completion", {"prompt": "completion"}, {}, "say what `completion` is then"),
        ("openai-chat", {}, {"human": "usr"}, "`roles.human` cannot be `usr`; did you mean `user`"),
        ("alpaca", {}, {"human": "user"}, "`alpaca` has no `roles`"),
        ("nothing", QUESTIONS, {}, "unknown format `nothing`"),
        (None, {**QUESTIONS, "prompt": 'q"'}, {}, "cannot be the name of a key or role"),
        (None, {**QUESTIONS, "prompt": "q\\"}, {}, "cannot be the name of a key or role"),
        (None, {**QUESTIONS, "prompt": "q\n"}, {}, "cannot be the name of a key or role"),
        (None, {**QUESTIONS, "prompt": "\ud800"}, {}, "cannot be the name of a key or role"),
        ("openai-chat", {}, {"\udfff": "user"}, "cannot be the name of a key or role"),
    ],
)
def test_what_cannot_be(
    format_: str | None, columns: Mapping[str, str], roles: Mapping[str, str], words: str
) -> None:
    with pytest.raises(ConfigError) as error:
        resolve(format=format_, names=Names(columns, roles))
    assert words in str(error.value)


def test_which_layer_of_settings_counts() -> None:
    names, others = Names(QUESTIONS), Names({"instruction": "q"})
    pair, alpaca = "prompt-completion", "alpaca"
    assert chosen([Layer(), Layer(pair, names)]) == Layer(pair, names)
    assert chosen([Layer(pair), Layer(None, names)]) == Layer(pair, names)
    assert chosen([Layer(alpaca), Layer(pair, names)]) == Layer(alpaca)
    assert chosen([Layer(None, others), Layer(pair, names)]) == Layer(None, others)
    assert chosen([Layer(), Layer()]) == Layer()
    assert chosen([Layer("nothing"), Layer(None, names)]) == Layer("nothing")


@pytest.mark.parametrize(
    ("target", "format_", "columns", "roles", "is_told"),
    [
        ("openai", "openai-chat", TURNS, SPEAKERS, False),
        ("openai", "openai-chat", {}, {}, True),
        ("axolotl", "chat", TURNS, SPEAKERS, True),
        ("axolotl", "jeopardy", {"question": "q"}, {}, False),
        ("llama-factory", "sharegpt", {"conversations.from": "role"}, {"user": "human"}, True),
        ("mlx-lm", "prompt-completion", QUESTIONS, {}, True),
        ("mlx-lm", "chat", {"messages": "talk"}, {}, True),
        ("mlx-lm", "chat", {"messages.role": "from"}, {}, False),
        ("torchtune", "chat", {}, SPEAKERS, False),
        ("generic", "openai-chat", TURNS, SPEAKERS, True),
    ],
)
def test_a_target_that_cannot_be_told_the_names_is_noted(
    target: str, format_: str, columns: Mapping[str, str], roles: Mapping[str, str], is_told: bool
) -> None:
    known = resolve(target, format=format_, names=Names(columns, roles))
    assert bool(known.notes) != is_told
    assert is_told or f"turnlint convert --to {format_})" in known.notes[0]


def test_what_targets_can_be_told_is_about_their_formats() -> None:
    for target in all_targets().values():
        for name, patterns in (target.renames.keys if target.renames else {}).items():
            assert name in target.formats, target.name
            shape = get_format(name).shape
            keys = [*members(shape), *(["roles"] if roles_of(shape) != frozenset() else [])]
            assert all(any(fnmatchcase(key, one) for key in keys) for one in patterns), (target.name, name)


def settings_of(folder: Path, text: str, name: str = "a.jsonl") -> str | None:
    (folder / "turnlint.toml").write_text(text)
    return SettingsFinder().settings(folder / name).format


def test_tables_of_data_sets_have_columns_of_their_own(tmp_path: Path) -> None:
    text = (
        'columns = { prompt = "question", completion = "answer" }\n'
        '[[dataset]]\ntrain = ["a.jsonl"]\nformat = "openai-chat"\n'
        'roles = { human = "user" }\n[dataset.columns]\n"messages.role" = "from"\n'
    )
    own = Names({"messages.role": "from"}, {"human": "user"})
    assert settings_of(tmp_path, text) == name_of("openai-chat", own)
    assert settings_of(tmp_path, text, "b.jsonl") == name_of("prompt-completion", Names(QUESTIONS))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("columns = 1", "`columns` must be a table"),
        ("columns = { prompt = 1 }", "`columns.prompt` must be a string, not `1`"),
        (
            'columns = { messages = { role = "from" } }',
            '`columns.messages` must be a string, not a table: write `"messages.…" = …`',
        ),
        ('[[dataset]]\nroles = { human = ["user"] }', "`dataset[0].roles.human` must be a string"),
        ('column = { prompt = "q" }', "did you mean `columns`?"),
    ],
)
def test_settings_that_say_it_wrongly(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        settings_of(tmp_path, text)
    assert words in str(error.value)
    assert str(tmp_path) in str(error.value)


def test_findings_of_the_base_have_the_severity_of_its_home() -> None:
    (found,) = judged(
        {"question": "Tide?", "answer": "At four.", "id": 1}, renamed("prompt-completion", QUESTIONS)
    )
    assert (found.rule, found.severity) == ("unknown-key", Severity.ERROR)
    assert isinstance(Turn("user", ()).content_name, str)
