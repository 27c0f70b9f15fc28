"""
What it does:
    Finds messages that do not say who speaks.

Why it is bad:
    Without a role nothing says whether the message is trained on. A service refuses the file.

Example:
    {"messages": [{"content": "hi"}, {"role": "assistant", "content": "hello"}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}

Fix:
    Unsafe: renames a key that stands for the role, such as `from`.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, FineTuneChatRequestInput. OpenAI answers that the
    discriminator 'role' is missing (2024-02).
"""

from collections.abc import Iterator

from msgspec.structs import replace

from turnlint.model import Finding, Place, Severity, ShapeFault
from turnlint.rules import Bound, Rule
from turnlint.rules.wording import rename, sentence

RULE = Rule(severity=Severity.ERROR, why="nothing says who speaks")

_ALIASES = ("from", "Role", "speaker", "author", "sender")


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    fault = _renamed(fault)
    todo = sentence(fault.expected[0]) if fault.expected else f"Add `{fault.name}`."
    yield rule.at(fault.place, f"this message has no `{fault.name}`", todo, fix=rename(fault))


def _renamed(fault: ShapeFault) -> ShapeFault:
    """Give a message without a tag the same words as one without a key."""
    if fault.kind != "missing-tag":
        return fault
    alias = next((key for key in _ALIASES if key in fault.found), "")
    place = Place((*fault.place.pointer, alias), part="key") if alias else fault.place
    hint = (f"rename `{alias}` to `{fault.name}`",) if alias else ()
    return replace(fault, place=place, expected=hint, found=alias)
