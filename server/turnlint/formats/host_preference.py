"""Preference data at hosts of open models: OpenAI's format, with the messages that these hosts take.

Sources: togethercomputer/together-python, src/together/utils/files.py at eba5e5f (2025-12-23), measured with
1.5.35; docs.together.ai, fine-tuning, data preparation (2026); fw-ai/cookbook,
skills/fireworks-training/references/choose-method.md at 76821fa (2026-08-19).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from msgspec import UNSET
from msgspec.structs import replace

from turnlint.formats import Format
from turnlint.formats.host_messages import (
    HostAssistant,
    HostMessages,
    HostToolResult,
    HostTools,
    check_messages,
)
from turnlint.formats.messages import MESSAGES_ALIASES
from turnlint.formats.openai_preference import ANSWERS_ONLY, NON_PREFERRED, PREFERRED, PROMPT
from turnlint.formats.openai_preference import FORMAT as _OPENAI
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, ShapeFault

_Answers = list[Annotated[HostAssistant | HostToolResult, ANSWERS_ONLY]]


class HostInput(Shape):
    """What both answers answer."""

    owner: ClassVar[str] = "input"
    messages: Annotated[
        HostMessages,
        note("The conversation up to the answer.", aliases=MESSAGES_ALIASES, min_length=1),
    ]
    tools: HostTools = UNSET


class HostPreference(Shape):
    """One comparison."""

    input: Annotated[HostInput, PROMPT]
    preferred_output: Annotated[_Answers, PREFERRED]
    non_preferred_output: Annotated[_Answers, NON_PREFERRED]


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    yield from check_messages(value["input"]["messages"], ("input", "messages"))
    for key in ("preferred_output", "non_preferred_output"):
        yield from check_messages(value[key], (key,))


def _format(host: str, title: str, rank: int) -> Format:
    name = f"{host}-preference"

    def example(value: dict[str, Any]) -> Example:
        return replace(_OPENAI.example(value), format=name)

    return replace(
        _OPENAI,
        name=name,
        title=f"{title} preference (DPO)",
        description=(
            "One prompt under `input` with a preferred and a non-preferred answer, for direct preference "
            f"optimisation at {title}: OpenAI's format with the messages of {title}'s chat format."
        ),
        shape=HostPreference,
        verify=_verify,
        example=example,
        rank=rank,
        home=host,
    )


FORMATS = (_format("together", "Together AI", 610), _format("fireworks", "Fireworks AI", 611))
