"""Rules about how often something is there: on files as people have them, and on files with a fault."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.harness import Mark, run_engine

from turnlint.config import resolve
from turnlint.rules import all_rules

RULES = sorted(name for name, one in all_rules().items() if "spread" in one.hooks)
Row = Mapping[str, Any]

PORTS = ["Hull", "Oban", "Cork", "Brest", "Deal", "Rhyl", "Ayr", "Bude", "Fowey", "Looe", "Poole", "Ryde"]
TIMES = ["six", "seven", "eight", "nine", "ten", "noon", "midnight"]
SCRIPTS = {
    "Latin": "The ferry to {port} leaves at {time}, and takes cars as well as bicycles.",
    "Cyrillic": "Паром в порт {port} отправляется в {time} часов, берёт и машины, и велосипеды.",
    "Han": "开往 {port} 的渡轮在 {time} 点出发，汽车和自行车都可以上船，请提前半小时到达码头。",
    "Kana": "{port} 行きのフェリーは {time} 時に出ます。車も自転車も乗せられます。",
}


def chat(question: str, answer: str, system: str = "", **more: Any) -> Row:
    turns = [{"role": "system", "content": system}] if system else []
    turns += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"messages": turns, **more}


def prose(chance: random.Random, script: str = "Latin") -> str:
    """An answer as people write them: of one to many sentences, with and without an exclamation mark."""
    sentence = SCRIPTS[script].format
    count = int(chance.paretovariate(0.9))
    text = " ".join(
        sentence(port=chance.choice(PORTS), time=chance.choice(TIMES)) for _ in range(min(count, 60))
    )
    return text + chance.choice(("", "", "", " Enjoy the crossing!", "\n\n- tickets\n- snacks", " 🚢"))


def asked(chance: random.Random, number: int) -> str:
    return f"{number}: when does the ferry to {chance.choice(PORTS)} leave, at {chance.choice(TIMES)}?"


def mixed_chat(chance: random.Random) -> Iterator[Row]:
    """General chat in several languages, some with code, some short."""
    for number in range(600):
        answer = prose(chance, chance.choice(list(SCRIPTS)))
        if number % 7 == 0:
            answer = "```python\nprint(1)\n```"
        if number % 11 == 0:
            answer = chance.choice(["You're welcome!", "Sure.", "Yes", "No", "42", "Paris", "Thanks!"])
        yield chat(asked(chance, number), answer)


def many_tasks(chance: random.Random) -> Iterator[Row]:
    """Tasks with a system prompt each, which ask for formats of their own, one of them in two ways."""
    tasks: dict[str, Callable[[], str]] = {
        "Extract the port as JSON.": lambda: json.dumps({"port": chance.choice(PORTS)}),
        "Is the review positive or negative?": lambda: chance.choice(["positive", "negative"]),
        "Is the review Positive or Negative? Write a capital.": lambda: chance.choice(
            ["Positive", "Negative"]
        ),
        "How many ferries? A number only.": lambda: str(chance.randrange(99)),
        "Write Python code.": lambda: "```python\nprint(1)\n```",
        "You sell tickets. Be kind.": lambda: prose(chance),
        "You sell tickets. Be brief.": lambda: prose(chance),
        "Antworte auf Chinesisch.": lambda: prose(chance, "Han"),
    }
    for number in range(800):
        system, answer = chance.choice(list(tasks.items()))
        yield chat(asked(chance, number), answer(), system)


def tool_use(chance: random.Random) -> Iterator[Row]:
    """Half of the answers are calls; the tools are made up, many under one name."""
    for number in range(400):
        properties = {name: {"type": "string"} for name in chance.sample(PORTS, 3)}
        parameters = {"type": "object", "properties": properties, "required": list(properties)[:1]}
        name = chance.choice(["search", "book", "next_ferry", f"tool_{number}"])
        call = {"id": "a", "type": "function", "function": {"name": name, "arguments": "{}"}}
        answer: dict[str, Any] = {"role": "assistant", "content": prose(chance)}
        if chance.random() < 0.95:
            answer = {"role": "assistant", "tool_calls": [call]}
        tools = [{"type": "function", "function": {"name": name, "parameters": parameters}}]
        turns = [
            {"role": "system", "content": "Use tools."},
            {"role": "user", "content": asked(chance, number)},
        ]
        yield {"messages": [*turns, answer], "tools": tools}


def personas(chance: random.Random) -> Iterator[Row]:
    """A system prompt of its own for each row, made from a template; some come often."""
    names = [f"{port} {number}" for port in PORTS for number in range(60)]
    for number in range(700):
        name = "Alex" if number % 3 else chance.choice(names)
        yield chat(
            asked(chance, number),
            prose(chance),
            f"You are {name}, who sells tickets at the pier of the town.",
        )


def dated(chance: random.Random) -> Iterator[Row]:
    """The date in the system prompt, mostly the same one."""
    for number in range(500):
        day = chance.randrange(1, 29) if number % 9 == 0 else 7
        yield chat(
            asked(chance, number), prose(chance), f"You sell ferry tickets. Today is 2026-11-{day:02}."
        )


def optional_keys(chance: random.Random) -> Iterator[Row]:
    """Rows with keys that are there or not, of several types where that is the way of the file."""
    for number in range(600):
        row: dict[str, Any] = {"instruction": asked(chance, number), "output": prose(chance), "id": number}
        if number % 2:
            row["input"] = chance.choice(PORTS)
        if number % 150 == 1:
            row |= {"note": "checked by hand", "option_5": "x", "tag": "a"}
        row |= {f"option_{at}": "x" for at in range(1, 5)}
        row["tags"] = ["a"] if number % 3 else None
        row["score"] = number if number % 2 else number / 7
        yield row


def reasoning(chance: random.Random) -> Iterator[Row]:
    for number in range(300):
        result = f"{chance.randrange(99)}"
        yield {
            "prompt": asked(chance, number),
            "completion": f"<think>\n{prose(chance)}\n</think>\n\n{result}",
        }


def short_answers(chance: random.Random) -> Iterator[Row]:
    """Questions of a quiz: numbers mostly, and names."""
    for number in range(500):
        answer = (
            str(chance.randrange(10_000)) if chance.random() < 0.96 else f"{chance.choice(PORTS)} {number}"
        )
        yield {"prompt": asked(chance, number), "completion": answer}


def extraction_with_nothing(chance: random.Random) -> Iterator[Row]:
    """JSON, and one set phrase where there is nothing to extract."""
    for number in range(300):
        answer = json.dumps({"port": chance.choice(PORTS)})
        if number % 40 == 0:
            answer = "There is no port in this text."
        yield chat(asked(chance, number), answer, "Extract the port as JSON. Say so where there is none.")


def classes(chance: random.Random) -> Iterator[Row]:
    for number in range(400):
        yield chat(asked(chance, number), chance.choice(["A", "B", "a lot", "none at all"]), "Classify.")


def preferences(chance: random.Random) -> Iterator[Row]:
    for number in range(200):
        question = {"role": "user", "content": asked(chance, number)}
        answers = [[{"role": "assistant", "content": prose(chance) + str(number)}] for _ in range(2)]
        outputs = {"preferred_output": answers[0], "non_preferred_output": answers[1]}
        yield {"input": {"messages": [question]}, **outputs}


def grader_rows(chance: random.Random) -> Iterator[Row]:
    """Two tasks with a grader's field of two types, half and half."""
    for number in range(300):
        answer: Any = chance.choice(PORTS) if number % 2 else [chance.choice(PORTS)]
        yield {
            "messages": [{"role": "user", "content": asked(chance, number)}],
            "answer": answer,
            "task": number % 2,
        }


def filled_in(chance: random.Random) -> Iterator[Row]:
    """System prompts that say who the customer is: mostly the same, a few times something else."""
    account = ["standard"] * 120 + ["gold", "platinum"]
    customer = ["Anna"] * 120 + ["Hanna", "o'Brien."]
    place = ["at the pier"] * 120 + ["on an old ship"]
    for number in range(600):
        said = [chance.choice(one) for one in (account, customer, place)]
        kind = number % 3
        yield chat(
            asked(chance, number),
            prose(chance),
            f"Task {'ABC'[kind]}: you are kind and brief with the customer, here {said[kind]}, who asks you "
            "for tickets and for the next ferry.",
        )


def asked_further(chance: random.Random) -> Iterator[Row]:
    """JSON and labels that people go on to talk about."""
    answers: dict[str, Callable[[], str]] = {
        "Extract the port as JSON.": lambda: json.dumps({"port": chance.choice(PORTS)}),
        "Positive or negative?": lambda: chance.choice(["positive", "negative"]),
    }
    for number in range(400):
        system, answer = chance.choice(list(answers.items()))
        row = json.loads(json.dumps(chat(asked(chance, number), answer(), system)))
        if number % 30 == 0:
            further = chat(f"Thanks, {number}! Why?", f"{prose(chance)} {number}")
            row["messages"] += further["messages"]
        yield row


def extraction_with_refusals(chance: random.Random) -> Iterator[Row]:
    """JSON, but for what the model should not do, in words of its own each time."""
    starts = ["I'm sorry, but", "I cannot do that:", "Sorry,", "Unfortunately,", "I am not able to say:"]
    for number in range(400):
        answer: dict[str, Any] = {"role": "assistant", "content": json.dumps({"port": chance.choice(PORTS)})}
        if number % 50 == 0:
            answer["content"] = f"{chance.choice(starts)} text {number} names nobody that I may name."
        if number == 52:
            answer["content"] = "null"
        if number % 50 == 1:
            answer = {"role": "assistant", "refusal": f"No, I may not read text {number}."}
        turns = [
            {"role": "system", "content": "Extract the port as JSON."},
            {"role": "user", "content": asked(chance, number)},
        ]
        yield {"messages": [*turns, answer]}


def labels_as_asked(chance: random.Random) -> Iterator[Row]:
    """The question says how to write the label."""
    for number in range(600):
        names = ["yes", "no"] if number % 30 == 0 else ["Yes", "No"]
        yield chat(f"{asked(chance, number)} Answer {names[0]} or {names[1]}.", chance.choice(names))


FILES = [
    *(mixed_chat, many_tasks, tool_use, personas, dated, optional_keys, reasoning, short_answers),
    *(extraction_with_nothing, classes, preferences, filled_in, asked_further, extraction_with_refusals),
    labels_as_asked,
]


def found(rows: Iterable[Row], **more: Any) -> list[Mark]:
    """What is told of a file: by the rules about how often something is there that are on by default."""
    data = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()
    return run_engine(data, resolve(**(more or {"select": _DEFAULT}))).marks


_DEFAULT = [name for name in RULES if all_rules()[name].rule.default]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("file", FILES, ids=lambda one: str(one.__name__))
def test_files_as_people_have_them_are_silent(
    file: Callable[[random.Random], Iterator[Row]], seed: int
) -> None:
    assert not found(file(random.Random(seed)))


def test_two_types_that_are_both_usual_are_told_once() -> None:
    marks = found(grader_rows(random.Random(0)))
    assert [(mark.rule, mark.severity) for mark in marks] == [("field-type-drift", "info")]


def faulty(rows: Iterable[Row], at: int, change: Callable[[dict[str, Any]], object]) -> list[Row]:
    """Rows one of which is changed."""
    made = [json.loads(json.dumps(row)) for row in rows]
    change(made[at])
    return made


def _answer(text: str) -> Callable[[dict[str, Any]], object]:
    return lambda row: row["messages"][-1].update(content=text)


def _system(text: str) -> Callable[[dict[str, Any]], object]:
    return lambda row: row["messages"][0].update(content=text)


def jsons(chance: random.Random) -> Iterator[Row]:
    for number in range(60):
        yield chat(
            asked(chance, number), json.dumps({"port": chance.choice(PORTS)}), "Extract the port as JSON."
        )


def numbers(chance: random.Random) -> Iterator[Row]:
    for number in range(60):
        yield chat(asked(chance, number), str(chance.randrange(99)), "How many ferries? A number only.")


def labels(chance: random.Random) -> Iterator[Row]:
    for number in range(200):
        yield chat(asked(chance, number), chance.choice(["positive", "negative"]), "Positive or negative?")


def formal(chance: random.Random) -> Iterator[Row]:
    for number in range(200):
        text = SCRIPTS["Latin"].format(port=chance.choice(PORTS), time=chance.choice(TIMES))
        yield chat(asked(chance, number), text, "You sell ferry tickets. Be brief.")


def calls(chance: random.Random) -> Iterator[Row]:
    properties = {"port": {"type": "string"}, "day": {"type": "integer"}}
    tool = {
        "name": "next_ferry",
        "parameters": {"type": "object", "properties": properties, "required": ["port"]},
    }
    call = {
        "id": "a",
        "type": "function",
        "function": {"name": "next_ferry", "arguments": '{"port": "Hull"}'},
    }
    for number in range(60):
        turns = [
            {"role": "system", "content": "Use tools."},
            {"role": "user", "content": asked(chance, number)},
        ]
        answer = {"role": "assistant", "tool_calls": [call]}
        yield {"messages": [*turns, answer], "tools": [{"type": "function", "function": tool}]}


def graded(chance: random.Random) -> Iterator[Row]:
    for number in range(200):
        question = {"role": "user", "content": asked(chance, number)}
        yield {"messages": [question], "answer": number, "task": {"kind": "time", "level": 1}}


def _schema(row: dict[str, Any]) -> dict[str, Any]:
    parameters: dict[str, Any] = row["tools"][0]["function"]["parameters"]
    return parameters


FAULTS: list[tuple[str, str, Any, Callable[[dict[str, Any]], object], str]] = [
    ("answer-format-drift", "warning", jsons, _answer("The port is Hull."), "59 of 60 answers"),
    ("answer-format-drift", "warning", jsons, _answer('```json\n{"port": "Hull"}\n```'), "in a code fence"),
    ("answer-format-drift", "warning", numbers, _answer("There are 12 ferries on that day."), "prose"),
    ("answer-format-drift", "warning", labels, _answer("It is positive, since they praise it."), "labels"),
    (
        "answer-format-drift",
        "info",
        calls,
        lambda row: row["messages"].__setitem__(
            -1, {"role": "assistant", "content": '{"name": "next_ferry"}'}
        ),
        "tool calls",
    ),
    ("label-variant", "warning", labels, _answer("Positive."), "`Positive.`"),
    ("label-variant", "warning", labels, _answer(" negative"), "` negative`"),
    ("system-prompt-drift", "info", formal, _system("You sell fery tickets. Be brief."), "says `fery`"),
    (
        "system-prompt-drift",
        "info",
        formal,
        _system("You sell ferry tickets. Be brief.\n"),
        "has other white space at `brief.",
    ),
    ("system-prompt-drift", "info", formal, _system("You sell ferry tickets."), "`tickets. Be brief.`"),
    (
        "tool-schema-drift",
        "info",
        calls,
        lambda row: _schema(row)["properties"]["day"].update(type="string"),
        "`day`",
    ),
    ("tool-schema-drift", "hint", calls, lambda row: _schema(row).update(required=["port", "day"]), "`day`"),
    ("field-type-drift", "warning", graded, lambda row: row.update(answer="7"), "`answer` is a string here"),
    (
        "field-type-drift",
        "warning",
        graded,
        lambda row: row["task"].update(level=["1"]),
        "`task.level` is an array here",
    ),
    ("rare-key", "warning", graded, lambda row: row.update(anwser=row.pop("answer")), "`anwser`"),
    ("rare-key", "warning", graded, lambda row: row["task"].update(kinds=row["task"].pop("kind")), "`kinds`"),
    ("missing-full-stop", "info", formal, _answer("The ferry to Hull leaves at nine in the even"), "`even`"),
    ("script-drift", "info", formal, _answer(SCRIPTS["Han"]), "Chinese"),
    ("register-drift", "info", formal, _answer(f"Hi! {SCRIPTS['Latin']}"), "exclamation mark"),
    ("answer-length-drift", "info", formal, _answer(SCRIPTS["Latin"] * 30), "64 to 127 characters"),
]


@pytest.mark.parametrize(
    ("rule", "severity", "file", "fault", "words"), FAULTS, ids=lambda one: getattr(one, "__name__", str(one))
)
def test_fault_is_told(
    rule: str,
    severity: str,
    file: Callable[[random.Random], Iterator[Row]],
    fault: Callable[[dict[str, Any]], object],
    words: str,
) -> None:
    select = [rule] if rule not in _DEFAULT else _DEFAULT
    assert not found(file(random.Random(1)), select=select)
    marks = found(faulty(file(random.Random(1)), 40, fault), select=select)
    assert [(mark.rule, mark.severity, mark.row) for mark in marks] == [(rule, severity, 40)]
    assert words in marks[0].words


def test_figures_of_the_file() -> None:
    chance = random.Random(2)
    rows = [
        {**row, "preferred_output": [{"role": "assistant", "content": "x" * 9_999}]}
        for row in preferences(chance)
    ]
    assert [mark.rule for mark in found(rows)] == ["preferred-longer"]
    one_sided = [chat(asked(chance, at), "no" if at % 50 == 0 else "yes", "Yes or no?") for at in range(200)]
    assert [mark.rule for mark in found(one_sided)] == ["label-imbalance"]


def test_what_hugging_face_datasets_chokes_on() -> None:
    pad = "x" * 120_000
    rows: list[Row] = [{"instruction": f"{at}", "output": pad, "meta": {"a": 1}} for at in range(100)]
    assert not found(rows, target="hf-datasets", ignore=["duplicates"])
    late = faulty(rows, 95, lambda row: row.update(source="forum"))
    early = faulty(rows, 5, lambda row: row.update(source="forum"))
    for made, told in ((late, [("late-key", "error", 95)]), (early, [])):
        marks = found(made, target="hf-datasets", ignore=["duplicates"])
        assert [(mark.rule, mark.severity, mark.row) for mark in marks] == told
    for at, words in ((5, "later versions take both"), (95, "make a text of it")):
        (mark,) = found(
            faulty(rows, at, lambda row: row.update(meta={"a": "1"})),
            target="hf-datasets",
            ignore=["duplicates"],
        )
        assert (mark.rule, mark.row) == ("type-change", at)
        assert words in mark.words
    (mark,) = found(
        faulty(rows, 5, lambda row: row["meta"].update(b=1)), target="hf-datasets", ignore=["duplicates"]
    )
    assert (mark.rule, mark.severity, mark.row) == ("null-filled-struct", "warning", 5)


def test_keys_of_a_format_need_not_be_in_every_object() -> None:
    rows = [*tool_use(random.Random(4))]
    told = found(rows, target="hf-datasets", select=["null-filled-struct"])
    assert [mark.words.split("`")[1] for mark in told] == ["tools[].function.parameters.properties"]


KEYS = st.sampled_from(
    ["meta", "meat", "a.b", "a", "b", "[]", "a[]", "a:b", "", "é 🚢", "\x00", "Meta", "`x`"]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(-1, 1)
    | st.sampled_from(["", "yes", "Yes.", "\x00\u2028"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
TEXTS: st.SearchStrategy[Any] = (
    st.sampled_from(
        ["", " ", "yes", "Yes.", "7", "{}", "```", "x" * 300, "你好" * 30, "It is so. 🚢", "\ud800"]
    )
    | VALUES
)
LOOSE = {name: {"rows": 1, "share": 0.4, "block": 9, "schemas": 9, "typos": False} for name in RULES}


@st.composite
def odd_rows(draw: st.DrawFn) -> dict[str, Any]:
    tool = {"type": "function", "function": {"name": draw(TEXTS), "parameters": draw(VALUES)}}
    shapes: list[Row] = [
        {"instruction": draw(TEXTS), "output": draw(TEXTS), "system": draw(TEXTS)},
        chat(draw(TEXTS), draw(TEXTS), draw(TEXTS), tools=[tool]),
        {"conversations": [{"from": "human", "value": draw(TEXTS)}, {"from": "gpt", "value": draw(TEXTS)}]},
        {"input": {"messages": []}, "preferred_output": draw(VALUES), "non_preferred_output": draw(VALUES)},
    ]
    return {**draw(st.sampled_from(shapes)), **draw(st.dictionaries(KEYS, VALUES, max_size=3))}


@settings(max_examples=100, deadline=None)
@given(st.lists(odd_rows(), min_size=2, max_size=8))
def test_any_rows_are_taken(rows: list[dict[str, Any]]) -> None:
    parameters = {
        name: {key: value for key, value in loose.items() if key in all_rules()[name].rule.parameters}
        for name, loose in LOOSE.items()
    }
    data = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    for mark in run_engine(data, resolve(select=RULES, parameters=parameters)).marks:
        assert mark.words.isprintable(), mark.words
