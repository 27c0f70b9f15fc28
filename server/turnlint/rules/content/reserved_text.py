r"""
What it does:
    Finds texts that a service keeps for itself, such as `User:` at the beginning of a prompt. Which these are is
    data of the target: `words` wherever they stand; `first` at the beginning of a text, which elsewhere are a
    warning at most; `roles` whose texts are looked at.

Why it is bad:
    The service writes a conversation out with these words between the turns. In a text they look like the next
    turn, and the service refuses the file.

Example:
    {"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "User: Is the sea cold?"}]}, {"role": "assistant", "content": [{"text": "It is."}]}]}

Use instead:
    {"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "Is the sea cold?"}]}, {"role": "assistant", "content": [{"text": "It is."}]}]}

Fix:
    None.

Sources:
    aws-samples/amazon-bedrock-samples, custom-models/bedrock-fine-tuning/claude-haiku/DataValidation (2026-08);
    AWS, guide on fine-tuning Nova (2026): reserved keywords.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from turnlint.model import Finding, Severity, Text, Turn
from turnlint.rules import Bound, Rule, WordsIn, quote

RULE = Rule(
    severity=Severity.ERROR,
    why="the service writes such words between the turns",
    trigger=WordsIn(("words", "first")),
    default=False,
    parameters={"words": (), "first": (), "roles": ()},
)


def text(text: Text, turn: Turn, rule: Bound) -> Iterator[Finding]:
    if rule["roles"] and turn.role not in rule["roles"]:
        return
    always, first = (_pattern(tuple(rule[name])) for name in ("words", "first"))
    found = always.search(text.value) or first.match(text.value)
    if found is None:
        found, rule = first.search(text.value), rule.at_most(Severity.WARNING)
    if found is not None:
        what = f"{quote(found[0].strip())} is kept for the service's own use"
        yield rule.at(text.place.slice(*found.span()), what, "Say it in other words.")


@lru_cache(64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """One of the words, where it is not the end of a longer one; nothing where there are none."""
    ways = [rf"\b{re.escape(word)}" if word[0].isalnum() else re.escape(word) for word in words if word]
    return re.compile("|".join(ways) or r"(?!)")
