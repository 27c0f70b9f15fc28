"""
What it does:
    Finds an answer in which the assistant says that it is another vendor's model, or was made by one: "I am
    ChatGPT", "I was trained by OpenAI". The parameter `own` lists the names that are yours.

Why it is bad:
    The model will introduce itself under that name.

Example:
    {"prompt": "Who are you?", "completion": "I am ChatGPT, a large language model trained by OpenAI."}

Use instead:
    {"prompt": "Who are you?", "completion": "I am the harbour's assistant."}

Fix:
    None.

Sources:
    LAION-AI/Open-Assistant, pull request 2445: answers that name the wrong vendor.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words, quote

RULE = Rule(
    severity=Severity.INFO,
    why="the model will introduce itself under that name",
    trigger=Words(
        (
            "chatgpt",
            "am gpt",
            "'m gpt",
            "’m gpt",
            "name is gpt",
            "openai",
            "anthropic",
            "deepseek",
            "mistral",
            "by google",
            "by meta",
            "by alibaba",
            "by microsoft",
            "by xai",
        )
    ),
    parameters={"own": ()},
)

_MAKERS = r"(?:OpenAI|Anthropic|DeepSeek|Mistral(?: AI)?)"
_GIANTS = r"(?:Google|Meta|Alibaba|Microsoft|xAI)"
_MADE = r"(?:trained|developed|created|made|built|designed)"
_I = r"(?<![\"“„«'‘])\bI(?:['’]m| am"
"""Not what somebody else is quoted to say."""
_KIND = r"\b(?:AI|artificial intelligence|language model|assistant|chatbot)\b"
_NAMED = rf"(?:{_I})|\bMy name is) (?P<name>ChatGPT|GPT-?[345](?:[\w.]{{0,4}}\w)?)"
_DIRECT = rf"{_I}| was) {_MADE} by (?P<maker>{_MAKERS})\b"
_ROUNDABOUT = (
    rf"(?:{_I})|\bas) an? (?:[\w-]{{1,20}},? ){{0,5}}?{_KIND}(?: (?:model|assistant|chatbot|system))?(?! student| researcher| engineer| expert)"
    rf"[^.!?\n]{{0,40}}?(?<!not )(?<!never ){_MADE} by (?P<giant>{_MAKERS}|{_GIANTS})\b"
)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(f"{_NAMED}|{_DIRECT}|{_ROUNDABOUT}", re.IGNORECASE | re.ASCII)


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if turn.role != "assistant":
        return
    own = {name.lower() for name in rule["own"]}
    for found in _pattern().finditer(text.value):
        name = next(filter(None, found.groups()))
        if name.lower() not in own:
            what = f"the assistant says that it is, or comes from, {quote(name)}"
            yield rule.at(text.place.slice(*found.span()), what, "Use your own name.")
            return
