"""Cohere's format for reranking: a query, passages that answer it, and such that do not.

Sources: cohere-ai/cohere-developer-experience at e814c8a (2026-08-20), guides on fine-tuning for rerank.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from turnlint.formats import Format
from turnlint.formats.prompt_completion import read_pair
from turnlint.formats.shape import Shape, note
from turnlint.model import Example, Place


class Query(Shape, forbid_unknown_fields=False):
    """A query with the passages that are to be found, and others."""

    query: Annotated[str, note("What is asked.")]
    relevant_passages: Annotated[list[str], note("Passages that answer it, one at least.", min_length=1)]
    hard_negatives: Annotated[list[str], note("Passages that only seem to answer it.")] | UnsetType = UNSET


_PASSAGES = ("relevant_passages", "hard_negatives")


def _recognise(value: dict[str, Any]) -> bool:
    return "query" in value and "relevant_passages" in value


def _example(value: dict[str, Any]) -> Example:
    turns = read_pair(value, {"query": "user"})
    return Example(
        "cohere-rerank",
        turns,
        place=Place(),
        value=value,
        extra={key: Place((key,), part="key") for key in _PASSAGES if key in value},
        readable=bool(turns),
    )


def _outline(row: Query) -> tuple[Hashable, list[str]]:
    negatives = [] if row.hard_negatives is UNSET else row.hard_negatives
    outline = (row.hard_negatives is UNSET, len(row.relevant_passages), len(negatives))
    return outline, [row.query, *row.relevant_passages, *negatives]


FORMAT = Format(
    name="cohere-rerank",
    title="Cohere rerank",
    description=(
        "A `query`, its `relevant_passages` and, if you like, `hard_negatives` a row, for a model that sorts "
        "what a search has found. Cohere took it until September 2025."
    ),
    shape=Query,
    recognise=_recognise,
    example=_example,
    rank=70,
    stage="sft",
    home="cohere",
    kind="other",
    plain_keys=frozenset(("query", *_PASSAGES)),
    outline=_outline,
)
