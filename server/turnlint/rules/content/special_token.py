"""
What it does:
    Finds control tokens of OpenAI's tokenizers in a text, such as `<|endoftext|>` or `<|im_start|>`. Rows of plain
    text stay silent: they may well be written out with such tokens on purpose.

Why it is bad:
    OpenAI was seen to refuse a file over `<|fim_suffix|>`, and is taken to do so over its neighbours and over
    `<|endoftext|>`. For the others, and elsewhere, the tokenizer may turn the text into a control token, which
    ends the answer or the turn in the middle.

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

from turnlint.formats import WRITTEN_OUT
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

_REFUSED = ("<|endoftext|>", "<|endofprompt|>", "<|fim_")
"""How the tokens begin over which a target that refuses any is known, or taken, to refuse the file."""

RULE = Rule(
    severity=Severity.WARNING,
    why="a tokenizer reads it as a command, not as text",
    trigger=Words(_TOKENS),
    kinds=WRITTEN_OUT,
)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _TOKENS)))


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    found = list(_pattern().finditer(text.value))
    if found:
        refused = next((one for one in found if one[0].startswith(_REFUSED)), None)
        first = refused or found[0]
        rule = rule if refused and not turn.implied else rule.at_most(Severity.WARNING)
        more = f", one of {len(found)} in this text," if len(found) > 1 else ""
        what = f"`{first[0]}`{more} is a control token"
        yield rule.at(text.place.slice(*first.span()), what, "Remove it or spell it differently.")
