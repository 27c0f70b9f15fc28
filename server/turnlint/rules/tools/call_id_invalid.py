r"""
What it does:
    Finds the id of a call that does not have as many characters as the target wants, or has others than letters
    and digits. Results that name the call are not told besides. In the last message the id `null` is allowed.

Why it is bad:
    Mistral's tokenizers write ids into the prompt and take those of nine characters alone. Ids of OpenAI's API
    are longer and have a `_` in them.

Example:
    With `format = "mistral-chat"` in the settings:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "tool_call_id": "call_1", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "description": "Height of the tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Use instead:
    {"messages": [{"role": "user", "content": "Tide in Brest?"}, {"role": "assistant", "tool_calls": [{"id": "a1B2c3D4e", "type": "function", "function": {"name": "get_tide", "arguments": "{\"harbour\": \"Brest\"}"}}]}, {"role": "tool", "tool_call_id": "a1B2c3D4e", "content": "3.1 m"}, {"role": "assistant", "content": "It is 3.1 m."}], "tools": [{"type": "function", "function": {"name": "get_tide", "description": "Height of the tide", "parameters": {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}}}]}

Fix:
    Safe: gives the call and its results a new id.

Sources:
    mistralai/mistral-common, protocol/instruct/validator.py (1.3.4 to 1.11.7, 2026-07).
"""

from collections.abc import Iterator

from turnlint.formats.calls import result_place
from turnlint.model import Edit, Example, Finding, Fix, Place, Related, Severity
from turnlint.rules import TOOLS, Bound, Rule, quote

RULE = Rule(
    severity=Severity.ERROR,
    why="the tokenizer refuses it",
    trigger=TOOLS,
    default=False,
    parameters={"length": 0},
)
"""`length`: so many letters and digits an id has; 0 where any will do."""
_ABSENT = "null"
"""What the newest call may have for an id."""
_MOST = 32
"""So many characters a new id can have."""


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    length = rule["length"]
    taken = _places(example) if length else {}
    for name, (first, *others) in taken.items():
        if not (len(name) == length and name.isascii() and name.isalnum()):
            answers = [result_place(turn) for turn in example.all_turns if turn.result_of == name]
            fix = _fix(name, [first, *others, *answers], length, taken)
            related = [Related("and here", place=place) for place in others]
            todo = f"Use {length} letters or digits."
            yield rule.at(first, f"{quote(name)} cannot be the id of a call", todo, related=related, fix=fix)


def _places(example: Example) -> dict[str, list[Place]]:
    """Where each id of a call stands."""
    turns = example.all_turns
    found: dict[str, list[Place]] = {}
    for turn in turns:
        for call in turn.calls:
            if call.id is not None and not (call.id == _ABSENT and turn is turns[-1]):
                found.setdefault(call.id, []).append(call.place.at("id"))
    return found


def _fix(name: str, places: list[Place], length: int, taken: dict[str, list[Place]]) -> Fix | None:
    from hashlib import blake2b  # most files never need it

    meant = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_MOST // 2).hexdigest()[:length]
    if len(meant) < length or meant in taken:
        return None
    return Fix(f"Replace with `{meant}`", tuple(Edit(place, f'"{meant}"') for place in places), safe=True)
