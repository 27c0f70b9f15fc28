"""Examples are written out and counted as transformers does it, and no chat template gets out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests import models

from turnlint.formats import get_format
from turnlint.model import Example, TokenSettings
from turnlint.tokens import Measured, TemplateRefusal, TokensError, meter_of, process
from turnlint.tokens.template import ByTemplate

os.environ["HF_HUB_OFFLINE"] = "1"
from transformers import PreTrainedTokenizerFast

VALID = Path(__file__).parents[3] / "fixtures" / "valid"
LOOKUP = {
    "type": "function",
    "function": {
        "name": "look_up",
        "description": "Finds “things” in the index.",
        "parameters": {
            "type": "object",
            "properties": {"query": {"type": "string", "description": "Was gesucht wird: <b>ü</b>"}},
            "required": ["query"],
        },
    },
}


def _call(arguments: Any, **more: Any) -> dict[str, Any]:
    call = {"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": arguments}}
    return {"role": "assistant", "tool_calls": [call], **more}


def _user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def _assistant(content: Any, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **more}


def _system(content: Any) -> dict[str, Any]:
    return {"role": "system", "content": content}


RESULT = {"role": "tool", "tool_call_id": "c1", "content": '{"found": ["<|im_end|>", "日本"]}'}
CHATS: dict[str, dict[str, Any]] = {
    "plain": {"messages": [_user("Hi"), _assistant("Hello! How can I help?")]},
    "system": {"messages": [_system("Be kind.\n"), _user("Hi"), _assistant("Hello")]},
    "short": {
        "messages": [_system("s"), _user("user"), _assistant("a"), _user("u"), _assistant("assistant")]
    },
    "white space": {"messages": [_user("  \n Hi \n"), _assistant("\n Hello \n\n")]},
    "emoji": {"messages": [_user("👩‍👩‍👧‍👦?"), _assistant("🏳️‍🌈 is a flag 🎉")]},
    "scripts": {"messages": [_user("日本語で"), _assistant("はい、日本語です。 مرحبا Привет")]},
    "special": {
        "messages": [_user("<|im_end|>\n<|im_start|>system\n<s></s>[INST]"), _assistant("<end_of_turn>")]
    },
    "template": {"messages": [_user("{{ 7 * 7 }}{% raw %}"), _assistant("{# no #}")]},
    "tools": {"messages": [_user("Find it"), _assistant("No.")], "tools": [LOOKUP, LOOKUP]},
    "tools and system": {"messages": [_system("S."), _user("Find it"), _assistant("No.")], "tools": [LOOKUP]},
    "call as text": {
        "messages": [_user("Go"), _call('{"query": "x é"}'), RESULT, _assistant("Done")],
        "tools": [LOOKUP],
    },
    "call as object": {
        "messages": [_user("Go"), _call({"query": "x é"}), RESULT, _assistant("Done")],
        "tools": [LOOKUP],
    },
    "call beside content": {
        "messages": [_user("Go"), _call("{}", content="Wait."), RESULT, _assistant("ok")]
    },
    "null content": {"messages": [_user("Go"), _call("{}", content=None), RESULT, _assistant("ok")]},
    "two calls": {
        "messages": [_user("Go"), {**_call("{}"), "tool_calls": _call("{}")["tool_calls"] * 2}, RESULT]
    },
    "parts": {
        "messages": [_user([{"type": "text", "text": "a "}, {"type": "text", "text": "b"}]), _assistant("c")]
    },
    "reasoning": {"messages": [_user("2+2"), _assistant("4", reasoning_content="\nTwo and two.\n")]},
    "thinking": {"messages": [_user("2+2"), _assistant("4", thinking="Two and two.")]},
    "two users": {"messages": [_user("a"), _user("b"), _assistant("c")]},
    "no answer": {"messages": [_user("a")]},
    "empty": {"messages": [_user(""), _assistant("")]},
    "no tools": {"messages": [_user("a"), _assistant("b")], "tools": []},
    "names": {"messages": [{**_user("a"), "name": "Ann"}, _assistant("b", name="Bob", weight=0)]},
    "numbers": {
        "messages": [_user("Go"), _call({"a": 1, "b": 1.5, "c": [None, True], "d": 12345678901234567890})]
    },
    "long": {"messages": [_user("word " * 5000), _assistant("w" * 5000)]},
}
FILED = [json.loads(line) for line in (VALID / "openai-chat.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """The path of a tokenizer.json for each kind of tokenizer and each shape of template."""
    root = tmp_path_factory.mktemp("models")
    return {
        (kind, shape): models.write(root / kind / shape, make(models.SPECIAL[shape]), shape)
        for kind, make in models.KINDS.items()
        for shape in models.SHAPES
    }


def _meter(path: Path, template: str = "chat_template.jinja") -> ByTemplate:
    return ByTemplate(TokenSettings(tokenizer=str(path), template=str(path.parent / template)))


@pytest.fixture(scope="module")
def chatml(folders: dict[tuple[str, str], Path]) -> ByTemplate:
    return _meter(folders["byte-level", "chatml"])


@pytest.fixture(scope="module")
def mistral(folders: dict[tuple[str, str], Path]) -> ByTemplate:
    return _meter(folders["sentencepiece", "mistral"])


def _example(row: dict[str, Any], format_name: str = "openai-chat") -> Example:
    return get_format(format_name).example(row)


def _theirs(path: Path) -> Callable[..., Any]:
    tokenizer = PreTrainedTokenizerFast.from_pretrained(str(path.parent))

    def applied(row: dict[str, Any], messages: str = "messages", **options: Any) -> Any:
        return tokenizer.apply_chat_template(
            row[messages], tools=row.get("tools"), tokenize=True, return_dict=True, **options
        )

    return applied


def _refusal(work: Callable[[], object]) -> str | None:
    """What work that fails says; None where it does not fail."""
    try:
        work()
    except Exception as error:
        return str(error)
    return None


@pytest.mark.parametrize("shape", models.SHAPES)
@pytest.mark.parametrize("kind", models.KINDS)
def test_counts_are_those_of_transformers(
    folders: dict[tuple[str, str], Path], kind: str, shape: str
) -> None:
    ours, theirs = _meter(folders[kind, shape]), _theirs(folders[kind, shape])
    counted = 0
    for name, row in (*CHATS.items(), *(("", row) for row in FILED)):
        refusal = _refusal(partial(theirs, row))
        if refusal is not None:
            said = str(_refusal(partial(ours.measure, _example(row))))
            assert " ".join(refusal.split())[:150] in said, name
            continue
        expected = len(theirs(row)["input_ids"])
        measured = ours.measure(_example(row))
        assert measured.total == expected, name
        assert measured.rest + sum(one.total for one in measured.turns) == expected, name
        assert measured.rest >= 0, name
        assert all(0 <= one.trained <= one.total for one in measured.turns), name
        bound = ours.bound(_example(row))
        assert bound is None if kind != "byte-level" else bound is not None and bound >= expected, name
        counted += 1
    assert counted >= 30


@pytest.mark.parametrize("kind", models.KINDS)
def test_trained_tokens_are_those_that_transformers_marks(
    folders: dict[tuple[str, str], Path], kind: str
) -> None:
    ours, theirs = _meter(folders[kind, "chatml"]), _theirs(folders[kind, "chatml"])
    for name, row in CHATS.items():
        if name != "names":  # transformers knows no weight
            expected = sum(theirs(row, return_assistant_tokens_mask=True)["assistant_masks"])
            assert ours.measure(_example(row)).trained == expected, name
    assert ours.measure(_example(CHATS["names"])).trained == 0


def test_without_marks_the_answer_and_its_end_are_trained(folders: dict[tuple[str, str], Path]) -> None:
    path = folders["byte-level", "gemma"]
    meter, count = _meter(path), _meter(path)._tokenizer.count
    row = CHATS["short"]["messages"][1:]
    measured = meter.measure(_example({"messages": row}))
    assert [one.trained for one in measured.turns] == [0, count("a") + 1, 0, count("assistant") + 1]
    assert measured.rest == 1  # the token that begins a text


@pytest.mark.parametrize("shape", ["chatml", "llama3", "gemma"])
def test_each_turn_has_what_it_adds(folders: dict[tuple[str, str], Path], shape: str) -> None:
    meter = _meter(folders["byte-level", shape])
    turns = [_user("first question"), _assistant("a"), _user("user"), _assistant("the last answer")]
    totals = [meter.measure(_example({"messages": turns[:n]})).total for n in range(1, 5)]
    measured = meter.measure(_example({"messages": turns}))
    # What closes a turn is a special token and, but for Llama 3, a line feed, which counts for the next turn.
    line = shape != "llama3"
    added = [total - before for total, before in zip(totals[1:], totals, strict=False)]
    assert [one.total for one in measured.turns[1:]] == [added[0], added[1], added[2] + line]


def test_what_tools_add_belongs_to_no_turn(chatml: ByTemplate) -> None:
    row = CHATS["tools and system"]
    bare = chatml.measure(_example({"messages": row["messages"]}))
    whole = chatml.measure(_example(row))
    assert whole.turns == tuple(chatml.measure(_example(row)).turns)
    assert [one.total for one in whole.turns] == [one.total for one in bare.turns]
    assert whole.rest - bare.rest == whole.total - bare.total > 50


def test_the_system_prompt_counts_where_it_is_written(mistral: ByTemplate) -> None:
    turns = [
        _system("Be brief, please."),
        _user("one"),
        _assistant("two"),
        _user("three"),
        _assistant("four"),
    ]
    measured = mistral.measure(_example({"messages": turns}))
    assert all(one.total > 0 for one in measured.turns)
    assert [one.turn.role for one in measured.turns] == ["system", "user", "assistant", "user", "assistant"]
    assert [one.trained > 0 for one in measured.turns] == [False, False, True, False, True]


DEVIATING = {
    "drops what stands before the answer": ("content.split('</think>')[-1].lstrip()", "Yes.\n"),
    "looks at how a text begins": ("content + ('!' if content.startswith('<think>') else '')", "Yes.\n"),
    "counts": ("content + (content | length | string)", "Yes.\n5"),
    "trims": ("content | trim", "Yes."),
}


@pytest.mark.parametrize("name", DEVIATING)
def test_turns_are_found_whatever_a_template_does_to_them(of: Callable[[str], ByTemplate], name: str) -> None:
    said, last = DEVIATING[name]
    written = f"'<|im_start|>' + message.role + '\\n' + ({said}) + '<|im_end|>\\n'"
    loop = "{% for message in messages %}{% set content = message.content %}"
    meter = of(f"{loop}{{{{ {written} }}}}{{% endfor %}}")
    turns = [
        _user("Is it?"),
        _assistant("<think>\nHm.\n</think>\n\nIt is."),
        _user("Oh"),
        _assistant("Yes.\n"),
    ]
    measured = meter.measure(_example({"messages": turns}))
    assert all(one.total > 4 for one in measured.turns)
    assert measured.rest == 0
    assert measured.turns[3].trained == meter._tokenizer.count(last + "<|im_end|>", rendered=True)
    assert 0 < measured.turns[1].trained < measured.turns[1].total


TURN = "<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>"
MARKING = {
    "the line feed behind a turn": "{% for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.role == 'assistant' %}{% generation %}{{ m.content }}<|im_end|>{{ '\n' }}{% endgeneration %}"
    "{% else %}{{ m.content }}<|im_end|>{{ '\n' }}{% endif %}{% endfor %}",
    "marks in marks": "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' %}"
    "{% generation %}{% generation %}{{ m.content }}{% endgeneration %}<|im_end|>{% endgeneration %}"
    "{% else %}{{ m.content }}<|im_end|>{% endif %}{% endfor %}",
    "nothing": "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}{% generation %}"
    "{% endgeneration %}<|im_end|>{% endfor %}",
}


@pytest.mark.parametrize("name", MARKING)
def test_whatever_a_template_marks_is_trained_once(
    tokenizer: Path, of: Callable[[str], ByTemplate], name: str
) -> None:
    row = {"messages": [_user("a b"), _assistant("c d e"), _user("f"), _assistant("g.")]}
    theirs = _theirs(tokenizer)(row, chat_template=MARKING[name], return_assistant_tokens_mask=True)
    measured = of(MARKING[name]).measure(_example(row))
    assert measured.trained == sum(theirs["assistant_masks"])
    assert all(one.trained <= one.total for one in measured.turns)
    assert measured.rest + sum(one.total for one in measured.turns) == len(theirs["input_ids"])


SAYING_TWICE = {
    "before all turns": "{% for m in messages %}{{ m.content }}{% endfor %}",
    "in each turn": "{% for m in messages %}{{ m.content }}<|im_end|>{{ m.content }}<|im_end|>{% endfor %}",
    "all of it marked": "{% generation %}{% for m in messages %}{{ m.content }}{% endfor %}"
    "{% endgeneration %}",
}


@pytest.mark.parametrize("name", SAYING_TWICE)
def test_no_turn_has_more_trained_tokens_than_tokens(of: Callable[[str], ByTemplate], name: str) -> None:
    meter = of(f"{SAYING_TWICE[name]}{{% for m in messages %}}{TURN}{{% endfor %}}")
    turns = [_user("first things"), _assistant("second"), _user("third"), _assistant("fourth word")]
    example = _example({"messages": turns})
    measured = meter.measure(example)
    assert measured.rest + sum(one.total for one in measured.turns) == measured.total
    assert all(one.trained <= one.total for one in measured.turns)
    assert all(meter.cut(example, limit).trained <= limit for limit in range(measured.total))


def test_very_many_marks_take_no_time(of: Callable[[str], ByTemplate]) -> None:
    marks = "{% for i in range(20000) %}{% generation %}a{% endgeneration %}{% endfor %}"
    meter = of(f"{{% for m in messages %}}{TURN}{{% endfor %}}{marks}")
    example = _example({"messages": [_user("a"), _assistant("b")] * 1000})
    started = time.process_time()
    assert meter.measure(example).trained > 0
    assert time.process_time() - started < 2


def test_weight_masks_a_turn(chatml: ByTemplate) -> None:
    turns = [_user("a"), _assistant("first", weight=0), _user("b"), _assistant("second", weight=1)]
    measured = chatml.measure(_example({"messages": turns}))
    assert [one.trained > 0 for one in measured.turns] == [False, False, False, True]
    assert measured.trained == measured.turns[3].trained


def test_preference_holds_the_longer_answer_against_the_limit(folders: dict[tuple[str, str], Path]) -> None:
    path = folders["byte-level", "chatml"]
    ours, theirs = _meter(path), _theirs(path)
    prompt, good, bad = (
        [_user("Why?")],
        [_assistant("Because.")],
        [_assistant("Because it is so, as all know.")],
    )
    row = {
        "input": {"messages": prompt, "tools": [LOOKUP]},
        "preferred_output": good,
        "non_preferred_output": bad,
    }
    measured = ours.measure(_example(row, "openai-preference"))
    longer = theirs({"messages": prompt + bad, "tools": [LOOKUP]}, return_assistant_tokens_mask=True)
    assert measured.total == len(longer["input_ids"])
    assert measured.trained == sum(longer["assistant_masks"]) == measured.turns[2].trained
    assert measured.turns[1].trained < measured.turns[2].trained
    assert measured.rest + measured.turns[0].total + measured.turns[2].total == measured.total
    cut = ours.cut(_example(row, "openai-preference"), measured.total - 3)
    assert cut.turn is measured.turns[2].turn or cut.turn == measured.turns[2].turn


def test_a_prompt_ends_with_the_beginning_of_an_answer(folders: dict[tuple[str, str], Path]) -> None:
    path = folders["byte-level", "chatml"]
    row = {"messages": [_user("Why?")], "answer": "Because"}
    measured = _meter(path).measure(_example(row, "openai-reinforcement"))
    assert measured.total == len(_theirs(path)(row, add_generation_prompt=True)["input_ids"])
    assert measured.trained == 0
    assert measured.rest > 0


OTHERS: tuple[tuple[str, dict[str, Any], list[dict[str, Any]]], ...] = (
    (
        "sharegpt",
        {
            "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}],
            "system": "Be.",
        },
        [_system("Be."), _user("Hi"), _assistant("Hello")],
    ),
    ("prompt-completion", {"prompt": "One ", "completion": "two"}, [_user("One "), _assistant("two")]),
    (
        "alpaca",
        {"instruction": "Add.", "input": "1 2", "output": "3", "system": "Be.", "history": [["a", "b"]]},
        [_system("Be."), _user("a"), _assistant("b"), _user("Add.\n1 2"), _assistant("3")],
    ),
)


@pytest.mark.parametrize(("name", "row", "messages"), OTHERS)
def test_other_formats_are_written_as_messages(
    folders: dict[tuple[str, str], Path], name: str, row: dict[str, Any], messages: list[dict[str, Any]]
) -> None:
    path = folders["byte-level", "llama3"]
    measured = _meter(path).measure(_example(row, name))
    assert measured.total == len(_theirs(path)({"messages": messages})["input_ids"])
    assert measured.about
    assert measured.trained > 0


def test_tools_as_text_are_read(folders: dict[tuple[str, str], Path]) -> None:
    path = folders["byte-level", "chatml"]
    row = {"conversations": [{"from": "human", "value": "Hi"}], "tools": json.dumps([LOOKUP])}
    expected = len(_theirs(path)({"messages": [_user("Hi")], "tools": [LOOKUP]})["input_ids"])
    assert _meter(path).measure(_example(row, "sharegpt")).total == expected


def test_images_make_it_a_guess(chatml: ByTemplate) -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    assert chatml.measure(_example({"messages": [_user([image]), _assistant("b")]})).about
    assert not chatml.measure(_example(CHATS["plain"])).about


def test_nothing_is_counted_where_there_is_nothing(chatml: ByTemplate) -> None:
    assert chatml.measure(_example({})) == Measured(0, 0, (), 0, about=False)
    assert chatml.bound(_example({})) is None


def test_a_cut_names_the_first_word_that_is_lost(chatml: ByTemplate) -> None:
    turns = [_system("Be brief."), _user("one two three"), _assistant(" alpha beta gamma delta")]
    example = _example({"messages": turns})
    measured = chatml.measure(example)
    words = []
    for limit in range(measured.total):
        cut = chatml.cut(example, limit)
        assert cut.trained == max(0, limit - (measured.total - measured.turns[2].trained - 1))
        content = (
            "" if cut.place is None else turns[example.turns.index(cut.turn)]["content"] if cut.turn else ""
        )
        words.append(content[slice(*cut.place.chars)] if cut.place and cut.place.chars else None)
    told = [word for before, word in zip([None, *words], words, strict=False) if word != before and word]
    assert [word for word in told if word in ("one", "two", "three")] == ["one", "two", "three"]
    assert [word for word in told if word in ("alpha", "beta", "gamma", "delta")] == [
        "alpha",
        "beta",
        "gamma",
        "delta",
    ]
    assert words[-1] is None  # what is lost is the token that closes the turn
    assert chatml.cut(example, measured.total - 1).turn == example.turns[2]


def test_a_cut_in_arguments_is_a_cut_in_text(chatml: ByTemplate) -> None:
    example = _example({"messages": [_user("Go"), _call('{"query": "alpha beta"}')]})
    total = chatml.measure(example).total
    places = {chatml.cut(example, limit).place for limit in range(total)}
    pointer = ("messages", 1, "tool_calls", 0, "function", "arguments")
    assert {(10, 16), (17, 23)} <= {one.chars for one in places if one and one.pointer == pointer}


def test_a_limit_before_all_turns_cuts_none_of_them(folders: dict[tuple[str, str], Path]) -> None:
    meter = _meter(folders["byte-level", "gemma"])
    assert meter.cut(_example(CHATS["plain"]), 0).turn is None
    assert meter.cut(_example(CHATS["plain"]), 1).turn is not None


def test_templates_of_one_name_or_more(tmp_path: Path) -> None:
    both = [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "these are the tools"}]
    path = models.write(tmp_path, models.byte_level(), chat_template=both)
    ours, theirs = _meter(path, "tokenizer_config.json"), _theirs(path)
    for name in ("plain", "tools", "no tools"):
        assert ours.measure(_example(CHATS[name])).total == len(theirs(CHATS[name])["input_ids"]), name


def test_a_template_needs_the_tokenizer_of_its_model(folders: dict[tuple[str, str], Path]) -> None:
    template = folders["byte-level", "chatml"].parent / "chat_template.jinja"
    with pytest.raises(TokensError, match=r"tokenizer\.json of its model"):
        meter_of(TokenSettings(tokenizer="o200k_base", template=str(template)))


REFUSED = {
    "mistral": (CHATS["two users"], "conversation roles must alternate"),
    "gemma": (CHATS["system"], "System role not supported"),
    "llama3": (CHATS["two calls"], "Only one tool call at once, please!"),
}


@pytest.mark.parametrize("shape", REFUSED)
def test_a_template_refuses_in_its_own_words(folders: dict[tuple[str, str], Path], shape: str) -> None:
    row, words = REFUSED[shape]
    meter = _meter(folders["byte-level", shape])
    for _ in range(process._PATIENCE + 1):
        with pytest.raises(TemplateRefusal, match=words):
            meter.measure(_example(row))
    with pytest.raises(TemplateRefusal, match=words):
        meter.cut(_example(row), 1)
    assert meter.bound(_example(row)) is None
    assert meter.measure(_example(CHATS["plain"])).total > 0


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.write(tmp_path_factory.mktemp("model"), models.byte_level(), "chatml")


@pytest.fixture
def of(tokenizer: Path, tmp_path: Path) -> Callable[[str], ByTemplate]:
    """What makes a meter of the text of a template."""

    def made(template: str) -> ByTemplate:
        path = tmp_path / "hostile.jinja"
        path.write_text(template, encoding="utf-8")
        return ByTemplate(TokenSettings(tokenizer=str(tokenizer), template=str(path)))

    return made


PLAIN = _example(CHATS["plain"])


def test_words_of_a_template_are_safe(of: Callable[[str], ByTemplate]) -> None:
    meter = of("{{ raise_exception('\\x1b[31m\\n\\u202esk-ant-' + 'a' * 80 + 'x' * 5000) }}")
    with pytest.raises(TemplateRefusal) as caught:
        meter.measure(PLAIN)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) <= 200
    assert "a" * 10 not in str(caught.value)


@pytest.mark.parametrize(
    "template", ["{% if %}", "{% for x in y %}", "{{ 'a' | no_such_filter }}", "{{ " * 5000]
)
def test_a_template_that_is_none_is_refused_at_once(of: Callable[[str], ByTemplate], template: str) -> None:
    with pytest.raises(TokensError, match=r"^hostile\.jinja: "):
        of(template)


ESCAPES = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'].system('id') }}",
    "{{ raise_exception.__globals__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ dict.__call__.__globals__ }}{{ dict['__class__'] }}",
    "{{ messages | attr('__class__') }}",
    "{{ '{0.__class__.__init__}'.format(messages) }}{{ ('%s' | format(messages.append)).x }}",
    "{{ namespace(__class__=1) }}",
    "{% set ns = namespace() %}{% set ns.__class__ = 1 %}{{ ns['__init__'] }}",
    "{% set ns = namespace() %}{{ ns.__setitem__('__x', 1) }}",
    "{{ messages.append({}) }}",
    "{{ messages[0].update(role='x') }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% extends '/etc/passwd' %}",
)


@pytest.mark.parametrize("template", ESCAPES)
def test_no_template_gets_out_of_the_sandbox(of: Callable[[str], ByTemplate], template: str) -> None:
    with suppress(TemplateRefusal):
        assert of(template).measure(PLAIN).total == 0  # what is not allowed is nothing


LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
BOMBS = {
    "loop": LOOP,
    "power": "{{ (messages | length * 5) ** 1000000000 }}",
    "power before all rows": "{{ 10 ** 1000000000 }}",
    "range": "{% for a in range(10 ** 9) %}x{% endfor %}",
    "text": "{{ 'a' * 10 ** 9 }}",
    "text of a row": "{{ messages[0].role * 10 ** 9 }}",
    "list": "{% set l = [0] * 10 ** 9 %}",
    "doubling": "{% set n = namespace(s='a') %}{% for i in range(64) %}{% set n.s = n.s * 2 %}{% endfor %}",
    "format": "{{ '%1000000000d' | format(1) }}",
    "centre": "{{ 'a' | center(1000000000) }}",
    "output": "{% for a in range(99999) %}{{ 'a' * 10000 }}{% endfor %}",
    "recursion": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "recursive loop": "{% set l = [1] %}{% for a in l recursive %}{{ loop(l) }}{% endfor %}",
    "nesting": "{% if 1 %}" * 5000 + "{% endif %}" * 5000,
    "brackets": "{{ " + "(" * 100_000 + ")" * 100_000 + " }}",
    "lists": "{% set n = namespace(l=1) %}{% for i in range(99999) %}{% set n.l = [n.l] %}{% endfor %}"
    "{{ n.l }}",
    "tree": "{% set n = namespace(l=1) %}{% for i in range(64) %}{% set n.l = [n.l, n.l] %}{% endfor %}"
    "{{ n.l }}",
    "lorem": "{{ lipsum(n=100000, min=1000, max=100000) }}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_template_takes_more_than_its_share(of: Callable[[str], ByTemplate], name: str) -> None:
    started = time.monotonic()
    with pytest.raises(TokensError):
        of(BOMBS[name]).measure(PLAIN)
    assert time.monotonic() - started < 9  # a second of work, the start of a process, and a slow machine


def test_a_row_on_which_a_template_loops_does_not_spoil_the_next(of: Callable[[str], ByTemplate]) -> None:
    meter = of("{% if messages[0].content == 'loop' %}" + LOOP + "{% endif %}{{ messages[0].content }}")
    for _ in range(2):
        with pytest.raises(TokensError, match=r"^hostile\.jinja: it takes too long$"):
            meter.measure(_example({"messages": [_user("loop")]}))
        assert meter.measure(PLAIN).total == 1


def test_a_template_that_always_loops_is_given_up(
    of: Callable[[str], ByTemplate], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_PATIENCE", 2)
    meter = of(LOOP)
    for _ in range(process._PATIENCE):
        with pytest.raises(TokensError, match="takes too long"):
            meter.measure(PLAIN)
    started = time.monotonic()
    with pytest.raises(TokensError, match="is not tried again"):
        meter.measure(PLAIN)
    assert time.monotonic() - started < 0.5


def test_half_a_character_spoils_nothing(of: Callable[[str], ByTemplate]) -> None:
    meter = of("{{ messages[0].content }}{{ '\\ud83d' if messages[0].content == 'odd' }}")
    for _ in range(process._PATIENCE + 1):
        with pytest.raises(TokensError, match=r"^hostile\.jinja: it writes a lone surrogate$"):
            meter.measure(_example({"messages": [_user("odd")]}))
    assert meter.measure(PLAIN).total == 1


HOSTILE_ROWS: dict[str, dict[str, Any]] = {
    "marks": {"messages": [_user("\U000f0000a\U000f0001"), _assistant("b")]},
    "controls": {"messages": [_user("\x00\x1b[2J\u2028"), _assistant("\ufeff")]},
    "markup": {"messages": [_user("{% for %}{{ x"), _assistant("{# ")]},
    "methods": {"messages": [{**_user("a"), "items": 1, "get": 2, "__class__": 3}, _assistant("b")]},
    "no content": {"messages": [{"role": "user"}, _assistant("b")]},
    "no roles": {"messages": [{"content": "a"}, 5, None, []]},
    "no list": {"messages": {"role": "user"}},
    "content of other types": {"messages": [_user(5), _assistant({"a": 1})]},
    "tools of other types": {
        "messages": [_user("a"), _assistant("b")],
        "tools": [5, None, "x", {"function": 1}],
    },
    "deep": {"messages": [_user("a"), _call(json.loads('{"a":' * 900 + "1" + "}" * 900))]},
    "deeper": {"messages": [_user("a"), _call(eval("[" * 90 + "]" * 90))]},
    "many": {"messages": [_user("a"), _assistant("b")] * 3000},
    "number": {"messages": [_user("a"), _call({"a": 10**30})]},
    "surrogate": {"messages": [_user("\ud800"), _assistant("b")]},
}


@pytest.mark.parametrize("name", HOSTILE_ROWS)
def test_hostile_rows_are_counted_or_refused(chatml: ByTemplate, name: str) -> None:
    example = _example(HOSTILE_ROWS[name])
    chatml.bound(example)
    try:
        measured = chatml.measure(example)
    except TokensError:
        assert name not in ("marks", "controls", "markup", "methods", "many")
    else:
        assert measured.rest + sum(one.total for one in measured.turns) == measured.total


def test_marks_in_a_row_are_counted(folders: dict[tuple[str, str], Path]) -> None:
    path, row = folders["byte-level", "chatml"], HOSTILE_ROWS["marks"]
    assert _meter(path).measure(_example(row)).total == len(_theirs(path)(row)["input_ids"])


CONFINED = (
    "open('/etc/passwd')",
    "open(__import__('sys').argv[0] + 'x', 'w')",
    "__import__('socket').socket()",
    "__import__('os').system('true')",
    "__import__('os').fork()",
    "__import__('subprocess').run(['true'])",
    "__import__('os').listdir('/')",
    "__import__('os').remove('/nowhere')",
    "__import__('ctypes').CDLL(None)",
    "__import__('http.client')",
)


@pytest.mark.parametrize("deed", CONFINED)
def test_the_process_can_open_and_start_nothing(deed: str) -> None:
    loaded = "import os, socket, subprocess, ctypes; from turnlint.tokens.programs import render; "
    tried = f"try:\n    {deed}\nexcept BaseException as error:\n    print(type(error).__name__)"
    program = f"{loaded}render._confine()\n{tried}"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "SecurityError"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_the_system_itself_opens_nothing() -> None:
    program = (
        "import os, socket, sys; from turnlint.tokens.programs import loop; loop.open_nothing()\n"
        "for deed in (lambda: os.open('/', 0), socket.socket, os.pipe):\n"
        "    try:\n        deed()\n    except OSError as error:\n        print(error.strerror)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "Too many open files\n" * 3


FEATURES = (
    "{{ strftime_now('%Y') | length }}{{ strftime_now('%d %B') is string }}",
    "{% for m in messages %}{% if loop.first %}{% continue %}{% endif %}{{ m.role }}{% break %}{% endfor %}",
    "{% set n = namespace(a=1) %}{% set n.a = 2 %}{{ n.a }}{{ namespace({'b': 3}).b }}",
    "{{ dict(a=1, b=2) | tojson }}{{ dict.fromkeys(['x']) | tojson }}",
    "{{ messages | tojson(indent=2) }}{{ {'b': '<é>', 'a': 1} | tojson(sort_keys=true, ensure_ascii=true) }}",
    "{{ {'a': [1]} | tojson(separators=(',', ':')) }}",
    "{{ messages | map(attribute='role') | join(',') }}",
    "{{ messages | selectattr('role', 'eq', 'user') | list | length }}",
    "{{ ' a b '.strip().split(' ')[::-1] | join('-') }}{{ 'x'.rstrip('x') }}{{ 'aXb' | replace('X', '_') }}",
    "{{ messages | last | items | list | length }}{{ (messages | first).get('role') }}",
    "{{ 'a' | upper ~ ('b' | title) ~ ('<' | escape) ~ ('c' | safe) ~ (5 | string) ~ ('7' | int + 1) }}",
    "{{ [1, 2, 3] | batch(2) | list | length }}{{ [1, [2]] | pprint }}{{ {'a': 1} | dictsort }}",
    "{{ '<b>a</b> &lt;' | striptags }}{{ lipsum(1, false, 5, 6) | wordcount > 0 }}",
    "{{ 'a b' | wordcount }}{{ [3, 1] | sort | first }}{{ [1, 1] | unique | list }}",
    "{{ [1, 2] | random > 0 }}{{ 'http://a.b' | urlize }}{{ {'a': 1} | xmlattr }}{{ 1000 | filesizeformat }}",
    "{{ cycler('a', 'b').next() }}{{ joiner('x')() }}{{ range(3) | sum }}",
    "{% macro m(a, b='x') %}{{ caller() if caller }}{{ a ~ b ~ varargs ~ kwargs }}{% endmacro %}"
    "{% call m(1) %}c{% endcall %}{{ m(1, 2) }}",
    "{% filter upper %}abc{% endfilter %}{% with a = 1 %}{{ a }}{% endwith %}",
    "{% set b %}text{% endset %}{{ b }}{% raw %}{{ x }}{% endraw %}",
    "  {% if true %}\n  a\n  {% endif %}\nb\n\n",
    "{{ bos_token }}{{ eos_token }}{{ pad_token }}{{ nothing }}",
    "{{ documents }}{{ tools }}{{ add_generation_prompt }}",
    "{{ messages[0].reasoning_content }}{{ messages[0].thinking }}{{ 'x' if messages[0] is mapping }}",
    "{% block a %}block{% endblock %}{% for a, b in {'k': 'v'}.items() %}{{ a ~ b }}{% endfor %}",
    "{% for a in [] %}{% else %}none{% endfor %}",
    "{{ 'a%sb%d' | format('x', 3) }}{{ '{} {x}'.format(1, x=2) }}",
    "{{ 'ab'[::-1] }}{{ 1 / 3 }}{{ 7 // 2 }}{{ 2 ** 8 }}{{ 5 is divisibleby 5 }}{{ 'a' in 'abc' }}",
    "{% generation %}a{% endgeneration %}{%- generation -%} b {%- endgeneration -%}{{ 'c' }}",
)


@pytest.mark.parametrize("template", FEATURES)
def test_what_templates_may_use_works_as_in_transformers(
    tokenizer: Path, of: Callable[[str], ByTemplate], template: str
) -> None:
    row = {"messages": [_user("hello") | {"reasoning": "because"}, _assistant("wörld", refusal=None)]}
    theirs = _theirs(tokenizer)(row, chat_template=template)
    assert of(template).measure(_example(row)).total == len(theirs["input_ids"])
