"""What is nearly the same and what is not, on pairs as they are found in real data."""

from __future__ import annotations

import json
import re
import time
from functools import partial
from typing import Any

import pytest

from turnlint.engine.facts import example_of, exchanges, near_text, row_key
from turnlint.formats import get_format
from turnlint.rules.alike import likeness
from turnlint.rules.compare import Member, Origin

PASSAGE = (
    "The old church stands on a hill to the north of the market. It was built between 1212 and 1260 by "
    "masons from Burgundy, who also worked on the abbey nearby. Today the building is used for concerts, and "
    "every second Sunday a guide shows visitors the crypt. The organ, made by Johann Keller, has 40 stops. "
    "Most people come for the painted ceiling, which was uncovered by accident when a pipe burst one day."
)
REVIEW = (
    "Judge this review. I went to see the film with my sister on a rainy evening and we were {} by it. The "
    "acting was {}, the music {} and the story held together until the end."
)
LABELLED = (
    "Decide whether the following word is a noun or a verb. Answer with one word and nothing else, please. "
    "Do not explain your answer, do not repeat the word, and do not ask back.\nWord: {}"
)
NOTE = (
    "Write a friendly message for {}, whose order of {} was late. Say sorry, offer to refund the postage, "
    "sign as the shop team. Keep it short and warm."
)
NOTED = (
    "Dear {}, we are sorry that your order of {} came late. We gladly refund the postage. Thank you for your "
    "patience, and warm wishes from the shop team."
)
CLIPS = (
    "Natalia sold clips to {} of her friends in April, and then half as many in May. How many did she sell?"
)
WAIT = "Write a function that waits for a port. It should try {} times."
WAITING = (
    "def wait_for(port):\n    for attempt in range({}):\n        try:\n            return connect(port)\n"
    "        except OSError:\n            sleep(0.1 * attempt)\n    raise TimeoutError(port)\n"
)
PICK = "Write a function that gives one of two numbers, as the name of the function says, in a line."
WEATHER = (
    "Tell me what the weather will be like in {} tomorrow, I want to know whether to take an umbrella along."
)
LETTER = "请为客户写一封友好的道歉信，客户的名字是{}，订单是鞋子，请不要承诺具体日期，语气要温暖简短。"
LETTERED = "亲爱的{}，很抱歉您的鞋子订单延迟了，我们会退还邮费，感谢您的耐心等待，祝您一切顺利。"
TELL = "Tell me about the old church on the hill in a few sentences, please."

Pair = tuple[str, str]


def asked(question: str) -> str:
    return f"{PASSAGE}\n\nQuestion: {question}"


def clips(count: int) -> Pair:
    half = count // 2
    said = (
        f"She sold {count} / 2 = {half} clips in May, and {count} + {half} = {count + half} clips altogether."
    )
    return CLIPS.format(count), said


SILENT: dict[str, tuple[Pair, Pair]] = {
    "two questions": (
        (asked("Who made the organ?"), "Johann Keller"),
        (asked("What is it used for?"), "Concerts"),
    ),
    "two questions with one answer": (
        (asked("Is the church old?"), "Yes"),
        (asked("Is the church open?"), "Yes"),
    ),
    "two questions with long answers": (
        (
            asked("Where was the church built?"),
            "It was built to the north of the town, on a hill by the market square.",
        ),
        (
            asked("When was the church built?"),
            "It was built in the years from 1212 to 1260 by masons from Burgundy.",
        ),
    ),
    "two questions with alike answers": (
        (
            asked("Who guides visitors on Sundays?"),
            "The text does not say who it is that guides the visitors there.",
        ),
        (asked("Who burst the pipe?"), "The text does not say who it is that burst the pipe there."),
    ),
    "contrast pair": (
        (REVIEW.format("delighted", "superb", "lovely"), "positive"),
        (REVIEW.format("bored", "wooden", "shrill"), "negative"),
    ),
    "one label, other word": ((LABELLED.format("table"), "noun"), (LABELLED.format("chair"), "noun")),
    "one label, other words": (
        (LABELLED.format("a wooden table"), "noun"),
        (LABELLED.format("some friendly cat"), "noun"),
    ),
    "other numbers": (clips(48), clips(64)),
    "other names": (
        (NOTE.format("Anna", "shoes"), NOTED.format("Anna", "shoes")),
        (NOTE.format("Boris", "shoes"), NOTED.format("Boris", "shoes")),
    ),
    "other word in both": (
        (NOTE.format("Anna", "shoes"), NOTED.format("Anna", "shoes")),
        (NOTE.format("Anna", "lamps"), NOTED.format("Anna", "lamps")),
    ),
    "other name in Chinese": (
        (LETTER.format("王芳"), LETTERED.format("王芳")),
        (LETTER.format("李强"), LETTERED.format("李强")),
    ),
    "other constant": ((WAIT.format(5), WAITING.format(5)), (WAIT.format(9), WAITING.format(9))),
    "other operator alone": (
        (PICK, "def pick(a, b): return a if a > b else b  # one of the two, as you like it best"),
        (PICK, "def pick(a, b): return a if a < b else b  # one of the two, as you like it best"),
    ),
    "other emoji alone": ((TELL, PASSAGE + " 👍"), (TELL, PASSAGE + " 👎")),
    "the contrary": (
        (TELL, "Yes, you can see the crypt with a guide every second Sunday, as far as we know."),
        (TELL, "No, you can see the crypt with a guide every second Sunday, as far as we know."),
    ),
    "another number for one prompt": ((TELL, PASSAGE), (TELL, PASSAGE.replace("1260", "1290"))),
    "another language": (
        (
            "Translate into French: The quick brown fox jumps over the lazy dog while the farmer sleeps.",
            "Le renard saute par-dessus le chien pendant que le fermier dort.",
        ),
        (
            "Translate into German: The quick brown fox jumps over the lazy dog while the farmer sleeps.",
            "Der Fuchs springt über den Hund, während der Bauer in der Scheune schläft.",
        ),
    ),
    "another prompt": (
        (asked("Repeat the passage."), PASSAGE),
        (
            "Write about some old church you know. Keep to what you have seen, and do not make up names.",
            PASSAGE,
        ),
    ),
    "case and spaces": ((TELL, PASSAGE), (TELL.upper(), PASSAGE.replace(". ", ".\n"))),
    "full width": ((TELL, PASSAGE), (TELL.replace(",", "，"), PASSAGE.replace("(", "（").replace(".", "．"))),
}

TOLD: dict[str, tuple[Pair, Pair, str]] = {
    "a word": ((TELL, PASSAGE), (TELL, PASSAGE.replace("painted", "gilded")), "`gilded` for `painted`"),
    "a typo twice": (
        (TELL.replace("church", "chruch"), PASSAGE.replace("church", "chruch")),
        (TELL, PASSAGE),
        "`church` for `chruch`, `church` for `chruch`",
    ),
    "a sentence more": (
        (TELL, PASSAGE),
        (TELL, PASSAGE + " It is worth a visit."),
        "`It is worth a visit` added",
    ),
    "many changes": (
        (TELL, PASSAGE),
        (
            TELL,
            PASSAGE.replace("old", "ancient")
            .replace("also", "then")
            .replace("shows", "leads")
            .replace("burst", "broke")
            .replace("nearby", ""),
        ),
        "`ancient` for `old`, `then` for `also`, without `nearby`, 2 more",
    ),
    "punctuation": (
        (TELL, PASSAGE),
        (TELL, PASSAGE.replace("Today the", "Today, the")),
        "other punctuation",
    ),
    "a review with one word": (
        (REVIEW.format("delighted", "superb", "lovely"), "positive"),
        (REVIEW.format("delighted", "superb", "lovely").replace("rainy", "wet"), "positive"),
        "`wet` for `rainy`",
    ),
    "Chinese": (
        (LETTER.format("王芳"), LETTERED.format("王芳")),
        (LETTER.format("王芳").replace("简短", "简洁"), LETTERED.format("王芳").replace("耐心", "")),
        "`洁` for `短`, without `耐心`",
    ),
}


def member(value: Any, handle: int = 0, format_name: str = "prompt-completion") -> Member:
    raw = json_bytes(value)
    example = partial(example_of, format=get_format(format_name))
    return Member(handle, Origin(), lambda _: raw, example, exchanges, row_key)


def json_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


def told(one: Any, other: Any, format_name: str = "prompt-completion", least: float = 0.7) -> str | None:
    found = likeness(member(one, 0, format_name), member(other, 1, format_name), least)
    return found.words if found is not None else None


def row(pair: Pair) -> dict[str, str]:
    return dict(zip(("prompt", "completion"), pair, strict=True))


@pytest.mark.parametrize("name", SILENT)
def test_other_examples_that_share_their_words_are_not_alike(name: str) -> None:
    one, other = map(row, SILENT[name])
    assert told(one, other) is None
    assert told(other, one) is None


def shared(one: Pair, other: Pair) -> float:
    """The share of runs of three words that two rows have in common, as it is defined."""
    found = []
    for pair in (one, other):
        words = re.findall("[a-z0-9]+|[\u4e00-\u9fff]", " ".join(pair).lower())
        found.append({tuple(words[at : at + 3]) for at in range(len(words) - 2)})
    return len(found[0] & found[1]) / len(found[0] | found[1])


@pytest.mark.parametrize("name", TOLD)
def test_edited_rows_are_alike_and_it_is_said_how(name: str) -> None:
    one, other, words = TOLD[name]
    share = shared(one, other)
    found = likeness(member(row(one)), member(row(other), 1), 0.7)
    assert found is not None
    assert found.difference == words
    assert found.share == share
    assert found.words.startswith(f"{int(100 * share)} %: ")
    assert likeness(member(row(one)), member(row(other), 1), share + 0.001) is None
    assert told(row(other), row(one)) is not None


def chat(question: str, answer: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    if system := more.pop("system", ""):
        messages.insert(0, {"role": "system", "content": system})
    return {"messages": messages, **more}


def calling(city: str, question: str = WEATHER) -> dict[str, Any]:
    called = {"name": "weather", "arguments": f'{{"city": "{city}", "unit": "celsius"}}'}
    calls = [{"id": "a", "type": "function", "function": called}]
    return {
        "messages": [
            {"role": "user", "content": question.format(city)},
            {"role": "assistant", "tool_calls": calls},
        ]
    }


def picture(url: str, answer: str) -> dict[str, Any]:
    content = [{"type": "text", "text": TELL}, {"type": "image_url", "image_url": {"url": url}}]
    return {"messages": [{"role": "user", "content": content}, {"role": "assistant", "content": answer}]}


EDITED = PASSAGE.replace("painted", "gilded")
URL = "https://example.org/{}.png"


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (chat(TELL, PASSAGE), chat(TELL, EDITED), "`gilded` for `painted`"),
        (
            chat(TELL, PASSAGE, system="Be kind."),
            chat(TELL, EDITED, system="Be kind."),
            "`gilded` for `painted`",
        ),
        (chat(TELL, PASSAGE, system="Be kind."), chat(TELL, EDITED, system="Be rude."), None),
        (chat(TELL, PASSAGE, system="Be kind."), chat(TELL, EDITED), None),
        (chat(TELL, PASSAGE, system="Be kind."), chat(TELL, PASSAGE, system="Be rude."), None),
        (calling("paris"), calling("rome"), None),
        (calling("paris"), calling("paris", WEATHER.replace("tomorrow", "today")), "`today` for `tomorrow`"),
        (picture(URL.format("a"), PASSAGE), picture(URL.format("a"), EDITED), "`gilded` for `painted`"),
        (picture(URL.format("a"), PASSAGE), picture(URL.format("b"), EDITED), None),
    ],
)
def test_all_of_a_conversation_counts(one: Any, other: Any, words: str | None) -> None:
    found = told(one, other, "openai-chat")
    assert (found and found.split(": ", 1)[1]) == words


def preferring(better: str, worse: str) -> dict[str, Any]:
    answers = ([{"role": "assistant", "content": text}] for text in (better, worse))
    prompt = {"messages": [{"role": "user", "content": TELL}]}
    return {"input": prompt, **dict(zip(("preferred_output", "non_preferred_output"), answers, strict=True))}


def test_both_answers_of_a_comparison_must_be_alike() -> None:
    short = "There is an old church on a hill near here, and I like to go there."
    alike = preferring(PASSAGE, short), preferring(EDITED, short)
    assert told(*alike, "openai-preference") is not None
    assert (
        told(
            alike[0],
            preferring(EDITED, "I know of no church in this town, nor of any hill at all."),
            "openai-preference",
        )
        is None
    )
    assert told(preferring(PASSAGE, EDITED), preferring(EDITED, PASSAGE), "openai-preference") is not None


def test_the_fields_of_a_grader_must_be_equal() -> None:
    def graded(question: str, answer: str) -> dict[str, Any]:
        return {"messages": [{"role": "user", "content": question}], "reference_answer": answer}

    question = asked("Say what most people come for, and when it was found, in a few words.")
    assert told(
        graded(question, "a"), graded(question.replace("burst", "broke"), "a"), "openai-reinforcement"
    )
    assert (
        told(graded(question, "a"), graded(question.replace("burst", "broke"), "b"), "openai-reinforcement")
        is None
    )


def test_rows_that_hold_no_example_are_like_nothing() -> None:
    values: tuple[Any, ...] = (
        [],
        "text",
        None,
        {},
        {"prompt": 1, "completion": [2]},
        {"prompt": "", "completion": ""},
    )
    for value in values:
        assert told(value, {"prompt": TELL, "completion": PASSAGE}) is None
        assert told(value, value) is None
    broken = Member(0, Origin(), lambda _: b'{"prompt": "a', lambda _: None, exchanges, row_key)
    assert likeness(broken, member(row((TELL, PASSAGE))), 0.7) is None


def test_secrets_are_hidden_wherever_their_words_are_parted() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\n" + "\n".join("MIIEvQ/IBADAN+Bgkq" * 3 for _ in range(8))
    keys = ["sk-proj-" + "Ab3_Xy-z" * 12, "ghp_" + "a1B2c3D4" * 4 + "wxyz", pem]
    for key in keys:
        for other in (key.replace("a", "b").replace("X", "Y").replace("Q", "R"), "none"):
            found = told(row((TELL, f"{PASSAGE} {key}")), row((TELL, f"{PASSAGE} {other}")), least=0.3) or ""
            body = key.rpartition("KEY-----\n")[2].removeprefix("sk-proj-").removeprefix("ghp_")
            assert not any(body[at : at + 4] in found for at in range(0, len(body) - 4, 3))


def test_what_formats_itself_is_shown_as_text() -> None:
    hostile = "this\x1b[2Jis a `test\u202e with\x00some <b>words</b>"
    found = told(row((TELL, PASSAGE)), row((TELL, f"{PASSAGE} {hostile}")))
    assert found is not None
    assert found.endswith(" added")
    assert "this\ufffd[2Jis a \ufffdtest" in found
    assert not set("\x1b\u202e\x00") & set(found)


@pytest.mark.parametrize(
    "text",
    [
        "word " * 60_000,
        "x" * 300_000,
        " ".join(f"w{at % 997}" for at in range(50_000)),
        "字" * 100_000,
        "? " * 100_000 + PASSAGE,
        "Why so? " * 30_000,
        "\ud800" * 100_000,
    ],
)
def test_huge_rows_take_bounded_time(text: str) -> None:
    def timed(one: str, other: str) -> float:
        first, second = (member({"prompt": TELL, "completion": text}) for text in (one, other))
        began = time.process_time()
        likeness(first, second, 0.7)
        return time.process_time() - began

    assert timed(text, "y" + text) < 3
    assert timed(text, " ".join(reversed(text.split(" ")))) < 3
    assert timed(text, text.replace("7", "x").replace("so", "not")) < 3


def test_the_text_to_compare_leaves_out_system_prompts_and_tools() -> None:
    example = example_of(json_bytes({**calling("paris"), "tools": []}), get_format("openai-chat"))
    assert example is not None
    assert near_text(example) == WEATHER.format("paris") + '\nweather\n{"city": "paris", "unit": "celsius"}'
    example = example_of(json_bytes(chat(TELL, PASSAGE, system="Be kind.")), get_format("openai-chat"))
    assert example is not None
    assert near_text(example) == f"{TELL}\n{PASSAGE}"
