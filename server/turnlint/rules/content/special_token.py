"""
What it does:
    Finds control tokens of OpenAI's tokenizers in a text, such as `<|endoftext|>` or `<|im_start|>`.

Why it is bad:
    OpenAI refuses a file over such a token. Elsewhere the tokenizer turns it into a control token, which ends
    the answer or the turn in the middle of a text.

Example:
    {"messages": [{"role": "user", "content": "Say hi."}, {"role": "assistant", "content": "Hi!<|im_end|>"}]}

Use instead:
    {"messages": [{"role": "user", "content": "Say hi."}, {"role": "assistant", "content": "Hi!"}]}

Fix:
    None.

Sources:
    johny-b/llmcomp, issue 59 (2026-02): OpenAI refuses `<|fim_suffix|>`. openai/tiktoken, openai_public.py;
    openai/harmony, README.md.
"""

import re
from collections.abc import Iterator
from functools import cache

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, Words

_TOKENS = (
    "<|endoftext|>",
    "<|endofprompt|>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|im_sep|>",
    "<|start|>",
    "<|end|>",
    "<|message|>",
    "<|channel|>",
    "<|constrain|>",
    "<|return|>",
    "<|call|>",
)

RULE = Rule(
    severity=Severity.WARNING,
    why="a tokenizer reads it as a command, not as text",
    trigger=Words(_TOKENS),
)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _TOKENS)))


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    found = list(_pattern().finditer(text.value))
    if found:
        more = f", one of {len(found)} in this text," if len(found) > 1 else ""
        what = f"`{found[0][0]}`{more} is a control token"
        yield rule.at(text.place.slice(*found[0].span()), what, "Remove it or spell it differently.")
