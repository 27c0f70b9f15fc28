"""Rules that compare rows, against comparing all pairs of rows by what they decode to."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, combinations, product
from typing import Any, NamedTuple, TypeAlias
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnlint.config import resolve
from turnlint.corpus.exact import ExactIndex
from turnlint.corpus.tally import Tally
from turnlint.engine import Input, check_files, facts_of, row_key
from turnlint.engine.compare import GROUP_CAP, Judge
from turnlint.engine.facts import example_of, exchanges
from turnlint.formats import get_format
from turnlint.model import Example, Finding, Severity
from turnlint.rules import all_rules
from turnlint.rules.compare import Member, Origin, Verdict

SPLITS = ("train", "validation", "test")
RULES = (
    *("exact-duplicate", "crowded-prompt", "normalised-duplicate", "prefix-repeated"),
    *("pair-swapped", "pair-answer-both-ways"),
    *("conflicting-label", "conflicting-answer", "prefix-diverges"),
    *("leaked-row", "leaked-prompt", "taught-then-rejected"),
)
ON = [rule for rule in RULES if all_rules()[rule].rule.default]
LABEL_ROWS = 2

Spot: TypeAlias = tuple[str, int]
"""The split and the number of a row."""
Told: TypeAlias = tuple[str, Spot, tuple[Spot, ...], str]
"""A rule, the row it is about, those that it names, and the severity."""
Data: TypeAlias = "dict[str, list[dict[str, Any]]]"


class Turn(NamedTuple):
    role: str
    text: str
    weight: int | None = None


def chat(turns: Iterable[Turn]) -> dict[str, Any]:
    messages = []
    for role, text, weight in turns:
        message: dict[str, Any] = {"role": role, "content": text}
        messages.append(message if weight is None else {**message, "weight": weight})
    return {"messages": messages}


def comparison(question: str, preferred: str, other: str) -> dict[str, Any]:
    return {
        "input": {"messages": [{"role": "user", "content": question}]},
        "preferred_output": [{"role": "assistant", "content": preferred}],
        "non_preferred_output": [{"role": "assistant", "content": other}],
    }


QUESTIONS = ("How many legs has it, please?", "how many legs has it,  please?", "Is it a sea animal?", "  ")
ANSWERS = (
    *("It has 8 legs.", "it has 8  legs.", "It has 6 legs.", "yes", "no"),
    *("Nobody has ever counted them, I fear.", "Nobody has ever counted those, I fear."),
)
CLASHES = ({"ithas8legs.", "ithas6legs."}, {"yes", "no"})
REWORDED = {"nobodyhasevercountedthem,ifear.", "nobodyhasevercountedthose,ifear."}


def plain(text: str) -> str:
    """The normal form, written down once more."""
    return "".join(normalize("NFKC", text).casefold().split())


turns = st.tuples(
    st.sampled_from(("", "", "Be brief.")),
    st.lists(
        st.tuples(
            st.sampled_from(QUESTIONS), st.sampled_from(ANSWERS), st.sampled_from((None, None, None, 0, 1))
        ),
        min_size=1,
        max_size=3,
    ),
    st.booleans(),
)


def conversation(made: tuple[str, list[tuple[str, str, int | None]], bool]) -> dict[str, Any]:
    system, pairs, is_open = made
    found = [Turn("system", system)] if system else []
    for question, answer, weight in pairs:
        found += Turn("user", question), Turn("assistant", answer, weight)
    return chat(found[:-1] if is_open and len(pairs) > 1 else found)


conversations = turns.map(conversation)
comparisons = st.tuples(
    st.sampled_from(QUESTIONS[:3]), st.sampled_from(ANSWERS), st.sampled_from(ANSWERS)
).map(lambda made: comparison(*made))


def datasets(rows: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Data]:
    return st.fixed_dictionaries({split: st.lists(rows, max_size=7) for split in SPLITS})


OWN = {
    split: chat([Turn("user", f"Which file is this, {split}?"), Turn("assistant", f"It is that of {split}")])
    for split in SPLITS
}
"""A last row that makes each file another one: of two equal files only the first is compared."""


def written(rows: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def run(data: Data, rules: Iterable[str] = RULES) -> list[tuple[str, int | None, Finding]]:
    """What the rules find, by split and row."""
    parameters = {rule: {"rows": LABEL_ROWS} for rule in ("conflicting-label", "prefix-diverges")}
    inputs = [
        Input(
            io.BytesIO(written([*rows, OWN[split]])),
            resolve(select=rules, split=split, parameters=parameters),
            split,
            f"{split}.jsonl",
        )
        for split, rows in data.items()
        if rows
    ]
    return [(one.name, located.row, located.finding) for one, located in check_files(inputs)]


def told(data: Data) -> Counter[Told]:
    return Counter(
        (
            finding.rule,
            (split, row),
            tuple((near.file or split, near.row) for near in finding.related if near.row is not None),
            finding.severity.word,
        )
        for split, row, finding in run(data)
        if row is not None
    )


class Said(NamedTuple):
    """An answer of a row, and all that comes before it."""

    spot: Spot
    before: tuple[tuple[str, str], ...]
    answer: str
    raw: str
    is_last: bool
    is_taught: bool
    is_final: bool
    """No other answer stands behind it."""

    @property
    def is_asked(self) -> bool:
        return any(role == "user" and text for role, text in self.before)

    @property
    def size(self) -> int:
        return sum(len(text) for role, text in self.before if role == "user")


class Oracle:
    """Compares every row with every other one."""

    def __init__(self, data: Data) -> None:
        self.rows = [((split, at), row) for split in SPLITS for at, row in enumerate(data[split])]
        self.said = [one for spot, row in self.rows for one in self._said(spot, row)]
        self.labels = Counter({one.spot: one.raw for one in self.said}.values())

    def _said(self, spot: Spot, row: dict[str, Any]) -> Iterator[Said]:
        messages = row["messages"]
        places = [at for at, one in enumerate(messages) if one["role"] == "assistant"]
        for at in places:
            yield Said(
                spot,
                tuple((one["role"], plain(one["content"])) for one in messages[:at]),
                plain(messages[at]["content"]),
                messages[at]["content"],
                at == len(messages) - 1,
                messages[at].get("weight") != 0,
                at == places[-1],
            )

    def content(self, row: dict[str, Any]) -> Hashable:
        return tuple((one["role"], plain(one["content"]), one.get("weight") == 0) for one in row["messages"])

    def earlier(self, at: int, same: Callable[[dict[str, Any], dict[str, Any]], bool]) -> Spot | None:
        """The first row of the same split before one that is the same."""
        spot, row = self.rows[at]
        return next(
            (before for before, other in self.rows[:at] if before[0] == spot[0] and same(other, row)), None
        )

    def exact_duplicate(self) -> Iterator[Told]:
        for at, (spot, _) in enumerate(self.rows):
            first = self.earlier(at, lambda one, other: json.dumps(one) == json.dumps(other))
            if first:
                yield "exact-duplicate", spot, (first,), "warning"

    def normalised_duplicate(self) -> Iterator[Told]:
        for at, (spot, _) in enumerate(self.rows):
            copied = self.earlier(at, lambda one, other: json.dumps(one) == json.dumps(other))
            first = self.earlier(at, lambda one, other: self.content(one) == self.content(other))
            if first and not copied:
                yield "normalised-duplicate", spot, (first,), "warning"

    def prefix_repeated(self) -> Iterator[Told]:
        seen: set[Hashable] = set()
        for one in self.said:
            key = one.spot[0], one.before, one.answer
            if one.is_last and one.is_taught and one.size >= 16 and key not in seen:
                seen.add(key)
                longer = (
                    other.spot
                    for other in self.said
                    if (other.spot[0], other.before, other.answer) == key
                    and not other.is_last
                    and other.is_taught
                )
                if whole := next(longer, None):
                    yield "prefix-repeated", one.spot, (whole,), "info"

    def parted(self, *, inner: bool) -> Iterator[list[Said]]:
        """The first row with each answer to each prompt of a split."""
        groups: dict[Hashable, dict[str, Said]] = {}
        for one in self.said:
            if one.is_taught and one.is_asked and (inner or one.is_last):
                groups.setdefault((one.spot[0], one.before), {}).setdefault(one.answer, one)
        return (list(group.values()) for group in groups.values() if len(group) > 1)

    def is_label(self, one: Said) -> bool:
        return len(one.raw.split()) <= 4 and self.labels[one.raw] >= LABEL_ROWS

    def conflicting_label(self) -> Iterator[Told]:
        for first, *others in self.parted(inner=False):
            for one in others:
                if self.is_label(first) and self.is_label(one):
                    yield "conflicting-label", one.spot, (first.spot,), "warning"

    def conflicting_answer(self) -> Iterator[Told]:
        labelled = {spot for _, spot, _, _ in self.conflicting_label()}
        for rows in self.parted(inner=False):
            for at, one in enumerate(rows[: 4 if len(rows) < 4 else 0]):
                if one.spot in labelled:
                    continue
                clashing = [other for other in rows[:at] if {one.answer, other.answer} in CLASHES]
                alike = any({one.answer, other.answer} == REWORDED for other in rows[:at])
                if clashing:
                    yield "conflicting-answer", one.spot, (clashing[0].spot,), "warning"
                elif at and not alike and one.size >= 16:
                    yield "conflicting-answer", one.spot, (rows[0].spot,), "info"

    def prefix_diverges(self) -> Iterator[Told]:
        for first, *others in self.parted(inner=True):
            for one in others:
                if not (first.is_last and one.is_last):
                    closed = self.is_label(first) and self.is_label(one)
                    yield "prefix-diverges", one.spot, (first.spot,), "warning" if closed else "hint"

    def leaked(self) -> Iterator[Told]:
        for one in self.said:
            if one.is_last and one.is_taught:
                yield from self._leaked(one)

    def _leaked(self, one: Said) -> Iterator[Told]:
        for split in SPLITS[: SPLITS.index(one.spot[0])]:
            asked = [
                other
                for other in self.said
                if other.spot[0] == split and other.is_taught and other.before == one.before
                # what answers nothing is found by the answer alone
                if one.is_asked or (other.is_final and other.answer == one.answer)
            ]
            same = [other for other in asked if other.answer == one.answer]
            severity = "warning" if split == "train" else "info"
            if same:
                yield "leaked-row", one.spot, (same[0].spot,), "info" if 0 < one.size < 16 else severity
                return
            if asked:
                if one.is_asked:
                    yield "leaked-prompt", one.spot, (asked[0].spot,), severity if one.size >= 16 else "info"
                return

    def all(self) -> Counter[Told]:
        rules = (
            *(self.exact_duplicate, self.normalised_duplicate, self.prefix_repeated, self.conflicting_label),
            *(self.conflicting_answer, self.prefix_diverges, self.leaked),
        )
        return Counter(one for rule in rules for one in rule())


@settings(deadline=None, max_examples=200, derandomize=True)
@given(data=datasets(conversations))
def test_conversations(data: Data) -> None:
    assert told(data) == Oracle(data).all()


def opposed(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    """Which comparisons say the opposite of those before them, by the closure of all that these prefer."""
    known: dict[str, set[tuple[str, str]]] = {}
    seen: set[Hashable] = set()
    for at, row in enumerate(rows):
        asked = plain(row["input"]["messages"][0]["content"])
        preferred, other = (
            plain(row[key][0]["content"]) for key in ("preferred_output", "non_preferred_output")
        )
        held = known.setdefault(asked, set())
        if preferred == other or (asked, preferred, other) in seen:
            continue
        seen.add((asked, preferred, other))
        if (other, preferred) in held:
            yield "pair-swapped", at
        elif (other, preferred) in closure(held):
            yield "pair-answer-both-ways", at
        else:
            held.add((preferred, other))


def closure(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    found = set(pairs)
    for middle in {one for pair in pairs for one in pair}:
        into = [one for one, other in found if other == middle]
        out = [other for one, other in found if one == middle]
        found |= set(product(into, out))
    return found


@settings(deadline=None, max_examples=150, derandomize=True)
@given(rows=st.lists(comparisons, max_size=12))
def test_comparisons(rows: list[dict[str, Any]]) -> None:
    found = [(finding.rule, row) for _, row, finding in run({"train": rows})]
    assert sorted(one for one in found if one[0].startswith("pair-")) == sorted(opposed(rows))
    assert {rule for rule, _ in found} <= {
        rule for rule in RULES if rule.startswith(("pair-", "exact-", "norm"))
    }


@settings(deadline=None, max_examples=100, derandomize=True)
@given(taught=st.lists(conversations, max_size=5), compared=st.lists(comparisons, max_size=5))
def test_stages(taught: list[dict[str, Any]], compared: list[dict[str, Any]]) -> None:
    inputs = [
        Input(io.BytesIO(written(rows)), resolve(select=["taught-then-rejected"], split="train"), name)
        for name, rows in (("sft", taught), ("dpo", compared))
        if rows
    ]
    found = [(located.row, located.finding.related[0].row) for _, located in check_files(inputs)]
    wanted = []
    for one in Oracle({"train": taught, "validation": [], "test": []}).said:
        against = [
            at
            for at, row in enumerate(compared)
            if one.before == (("user", plain(row["input"]["messages"][0]["content"])),)
            and one.answer == plain(row["non_preferred_output"][0]["content"])
            and one.answer != plain(row["preferred_output"][0]["content"])
        ]
        if against and one.is_taught:
            wanted.append((one.spot[1], against[0]))
    assert sorted(found, key=str) == sorted(wanted, key=str)


def verdicts(rows: Sequence[dict[str, Any]], order: Iterable[int]) -> set[Verdict]:
    """What is said of rows that are added in some order, and some of them removed and added again."""
    chosen = get_format("openai-chat")
    raws = [json.dumps(row).encode() for row in rows]
    facts = [facts_of(raw, chosen) for raw in raws]

    def member(handle: int) -> Member:
        return Member(
            handle, Origin(), raws.__getitem__, partial(example_of, format=chosen), exchanges, row_key
        )

    index, labels = ExactIndex(), Tally()
    for turn, handle in enumerate(order):
        for key in set(facts[handle].joins):
            index.add(key, handle)
            if turn % 3 == 0:
                index.remove(key, handle)
                index.add(key, handle)
        labels.add(facts[handle].label, handle)
    judge = Judge(chosen, resolve(select=RULES), member)
    return {one for key in index.groups() for one in judge.group(key, index.group(key), labels)}


@settings(deadline=None, max_examples=100, derandomize=True)
@given(rows=st.lists(conversations, max_size=10), seed=st.integers(0, 9))
def test_the_order_in_which_rows_come_makes_no_difference(rows: list[dict[str, Any]], seed: int) -> None:
    order = random.Random(seed).sample(range(len(rows)), len(rows))
    assert verdicts(rows, order) == verdicts(rows, range(len(rows)))


@pytest.mark.parametrize("size", [GROUP_CAP + 5, 5 * GROUP_CAP])
def test_every_copy_is_told_however_many_there_are(size: int) -> None:
    rows = [asked("Name a prime number, please.", "7")] * size
    found = run({"train": rows})
    assert [row for _, row, finding in found if finding.rule == "exact-duplicate"] == list(range(1, size))
    assert [(row, finding.rule) for _, row, finding in found if finding.rule != "exact-duplicate"] == [
        (0, "crowded-prompt")
    ]


def test_of_a_prompt_that_many_rows_have_the_first_rows_of_each_split_are_compared() -> None:
    """And it is said that there are more."""
    taught = [asked("Name a prime number, please.", f"{number}") for number in range(GROUP_CAP + 5)]
    held = [asked("Name a prime number, please.", answer) for answer in ("7", "none", "7")]
    found = run({"train": taught, "validation": held, "test": held[1:2]})
    assert [one[:2] for one in found if one[2].rule == "crowded-prompt"] == [("train", 0)]
    assert sorted((split, row, finding.rule) for split, row, finding in found if split != "train") == [
        ("test", 0, "leaked-prompt"),
        ("validation", 0, "leaked-row"),
        ("validation", 1, "conflicting-label"),
        ("validation", 1, "leaked-prompt"),
        ("validation", 2, "exact-duplicate"),
        ("validation", 2, "leaked-row"),
    ]


def test_one_copy_is_taken_apart() -> None:
    """Of equal rows none but the first is decoded to find that they are copies."""
    chosen, raw = get_format("openai-chat"), json.dumps(asked("Name a prime number, please.", "7")).encode()
    decoded = []

    def taken_apart(raw: bytes) -> Example | None:
        decoded.append(raw)
        return example_of(raw, chosen)

    members = [Member(at, Origin(), lambda _: raw, taken_apart, exchanges, row_key) for at in range(5)]
    judge = Judge(chosen, resolve(select=["exact-duplicate", "conflicting-answer"]), members.__getitem__)
    found = list(judge.group(facts_of(raw, chosen).joins[-1], range(5)))
    assert [(one.row, one.others, one.number) for one in found] == [(at, (0,), at + 1) for at in range(1, 5)]
    assert len(decoded) == 1


DICE = random.Random(5)
NOUNS = ("harbour", "lantern", "otter", "ledger", "violin", "glacier", "bakery", "comet", "orchard", "ferry")
VERBS = ("keeps", "follows", "paints", "measures", "forgets", "repairs", "hears", "carries")


def sentence() -> str:
    subject, thing, place = DICE.sample(NOUNS, 3)
    return (
        f"The {subject} {DICE.choice(VERBS)} the {thing} near the {place} at {DICE.randrange(1, 24)} o'clock."
    )


def passage() -> str:
    return " ".join(sentence() for _ in range(5))


def asked(*texts: str, system: str = "", weights: Mapping[int, int] | None = None) -> dict[str, Any]:
    found = [Turn("system", system)] if system else []
    for at, text in enumerate(texts):
        found.append(Turn("assistant" if at % 2 else "user", text, (weights or {}).get(at)))
    return chat(found)


def passages_with_labels() -> Iterator[dict[str, Any]]:
    """Many questions about each passage, closed labels as answers, one template for all."""
    for text in [passage() for _ in range(20)]:
        for question in ("Is it about the sea?", "Is anybody named?", "Is it long?", "Does it rain in it?"):
            yield {
                "prompt": f"{text}\n\nQuestion: {question}\nAnswer:",
                "completion": DICE.choice((" Yes", " No")),
            }


def calls() -> Iterator[dict[str, Any]]:
    """Calls of the same tools, with the answers of these."""
    for number in range(30):
        call = {"name": "tide", "arguments": json.dumps({"port": DICE.choice(NOUNS), "day": number})}
        yield {
            "messages": [
                {"role": "user", "content": f"When is high water on day {number}?"},
                {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": call}]},
                {"role": "tool", "tool_call_id": "c", "content": DICE.choice(("6:10", "18:45"))},
                {"role": "assistant", "content": DICE.choice(("In the morning.", "In the evening."))},
            ],
            "tools": [{"type": "function", "function": {"name": "tide", "parameters": {"type": "object"}}}],
        }


def small_talk() -> Iterator[dict[str, Any]]:
    """Conversations that all begin alike, and answers to greetings."""
    replies = ("Hello!", "Hi, how can I help?", "Good morning.", "Hello! What can I do for you today?")
    for _ in range(30):
        yield asked("Hi", DICE.choice(replies), sentence(), passage())
    for greeting in ("Hi", "Thanks!", "Good evening", "Bye"):
        yield from (asked(greeting, reply) for reply in DICE.sample(replies, 2))


def trees() -> Iterator[dict[str, Any]]:
    """Trees of conversations laid out flat: a row for each leaf."""
    for question in [f"What of this: {sentence()}" for _ in range(10)]:
        for answer in [passage() for _ in range(2)]:
            yield from (asked(question, answer, sentence(), passage()) for _ in range(3))


def turn_by_turn() -> Iterator[dict[str, Any]]:
    """Each answer of a conversation as a row that trains on this one alone."""
    for _ in range(10):
        texts = [sentence() for _ in range(6)]
        for end in (2, 4, 6):
            yield asked(*texts[:end], weights={at: int(at == end - 1) for at in range(1, end, 2)})


def translations() -> Iterator[dict[str, Any]]:
    """One sentence in several languages, told apart by the system prompt or by the user."""
    for text in [sentence() for _ in range(10)]:
        for language, word in (("German", "der"), ("French", "le"), ("Japanese", "は")):
            yield asked(text, f"{word} {passage()}", system=f"Translate into {language}.")
            yield asked(f"In {language}: {text}", f"{word} {passage()}", system="You translate.")


def personas() -> Iterator[dict[str, Any]]:
    for system in ("You are a pirate.", "You are a judge.", "You are a child."):
        yield from (
            asked(question, passage(), system=system)
            for question in ("Who are you, and why?", "Tell me of the sea.")
        )


def samples() -> Iterator[dict[str, Any]]:
    """Eight answers to each prompt, right and wrong ones."""
    for number in range(10):
        question = f"What is {number} times 17, step by step?"
        yield from (asked(question, f"{sentence()} So it is {number * 17 + at}.") for at in range(8))


def completions() -> Iterator[dict[str, Any]]:
    """Texts without a prompt."""
    yield from ({"prompt": DICE.choice(("", " ", "\n")), "completion": passage()} for _ in range(50))


def openings() -> Iterator[dict[str, Any]]:
    """Conversations that the assistant begins."""
    for _ in range(20):
        texts = [Turn("system", "You are a guide."), Turn("assistant", sentence())]
        yield chat([*texts, Turn("user", "Where shall we go from here?"), Turn("assistant", sentence())])


def instructions() -> Iterator[dict[str, Any]]:
    """Alpaca with and without input, with a history, with keys that nobody reads."""
    for number in range(20):
        yield {"instruction": "Summarise the text.", "input": passage(), "output": sentence(), "id": number}
        yield {"instruction": f"Name {number} rivers.", "input": "", "output": sentence(), "source": "a"}
        history = [[sentence(), sentence()]]
        yield {"instruction": "Go on.", "input": "", "output": sentence(), "history": history}


def pictures() -> Iterator[dict[str, Any]]:
    """The same question about many pictures."""
    for number in range(20):
        turns = [
            {"from": "human", "value": "<image>How many boats are there?"},
            {"from": "gpt", "value": f"{number}"},
        ]
        yield {"conversations": turns, "images": [f"{number}.png"]}


def rankings() -> Iterator[dict[str, Any]]:
    """All pairs of four ranked answers."""
    for question in [f"What of this: {sentence()}" for _ in range(10)]:
        for better, worse in combinations([passage() for _ in range(4)], 2):
            yield comparison(question, better, worse)


def graded() -> Iterator[dict[str, Any]]:
    for number in range(20):
        yield {**asked(f"What is {number}² + 1?"), "id": number, "reference_answer": str(number * number + 1)}
        yield {**asked(f"What is {number}2 + 1?"), "id": number, "reference_answer": f"{number}3"}


GOOD = (
    *(passages_with_labels, calls, small_talk, trees, turn_by_turn, translations, personas, samples),
    *(completions, openings, instructions, pictures, rankings, graded),
)


@pytest.mark.parametrize("made", GOOD, ids=lambda made: made.__name__)
def test_good_data_is_silent(made: Callable[[], Iterator[dict[str, Any]]]) -> None:
    rows = list(made())
    assert Counter(finding.message for _, _, finding in run({"train": rows}, ON)) == Counter()


def test_splits_of_good_data_are_silent() -> None:
    rows = list(chain(small_talk(), openings(), personas(), translations()))
    DICE.shuffle(rows)
    data = {"train": rows[:60], "validation": rows[60:90], "test": rows[90:]}
    loud = [finding for _, _, finding in run(data, ON) if finding.severity > Severity.INFO]
    assert not loud
