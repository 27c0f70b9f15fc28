"""
What it does:
    Finds a system prompt in few rows that is nearly, but not quite, the one of many others: a typo, a piece that
    is missing or too much, other white space or marks. Other words in the same place are taken for a template
    that is filled in, such as a name, a date or a language, and so are prompts with many variants. Parameters:
    the usual prompt stands in at least so many `rows`, the rare one in at most the `share` of these, and both
    are alike to the degree `similar`, from 0 to 1.

Why it is bad:
    A typo, or what was left over of an older wording: nobody will use the model with this prompt.

Example:
    With `rules.system-prompt-drift = { rows = 3, share = 0.4 }` in the settings:
    {"messages": [{"role": "system", "content": "You sell ferry tickets. Be brief."}, {"role": "user", "content": "Hull?"}, {"role": "assistant", "content": "At nine."}]}
    {"messages": [{"role": "system", "content": "You sell ferry tickets. Be brief."}, {"role": "user", "content": "Oban?"}, {"role": "assistant", "content": "At eight."}]}
    {"messages": [{"role": "system", "content": "You sell ferry tickets. Be brief."}, {"role": "user", "content": "Cork?"}, {"role": "assistant", "content": "At ten."}]}
    {"messages": [{"role": "system", "content": "You sell fery tickets. Be brief."}, {"role": "user", "content": "Brest?"}, {"role": "assistant", "content": "At seven."}]}

Use instead:
    With `rules.system-prompt-drift = { rows = 3, share = 0.4 }` in the settings:
    {"messages": [{"role": "system", "content": "You sell ferry tickets. Be brief."}, {"role": "user", "content": "Hull?"}, {"role": "assistant", "content": "At nine."}]}
    {"messages": [{"role": "system", "content": "You sell ferry tickets. Be brief."}, {"role": "user", "content": "Oban?"}, {"role": "assistant", "content": "At eight."}]}
    {"messages": [{"role": "system", "content": "You sell ferry tickets. Be brief."}, {"role": "user", "content": "Cork?"}, {"role": "assistant", "content": "At ten."}]}
    {"messages": [{"role": "system", "content": "You sell ferry tickets. Be brief."}, {"role": "user", "content": "Brest?"}, {"role": "assistant", "content": "At seven."}]}

Fix:
    None.

Sources:
    OpenAI, fine-tuning best practices: the prompts of training are those of use (2026-06). Data that is made by
    a model has many prompts that are alike on purpose, which is why variants are counted.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from msgspec import Struct

from turnlint.corpus.tally import Count
from turnlint.model import Place, Severity, Text
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.compare import Spread, Verdict

RULE = Rule(
    severity=Severity.INFO,
    why="the model is trained on a prompt that nobody will use",
    parameters={"rows": 20, "share": 0.05, "similar": 0.8},
)
TRAIT = "system"

_PROMPTS = 500
"""With more system prompts than these they are made for each row."""
_VARIANTS = 3
"""A prompt with more variants is a template."""
_LONGEST = 20_000
_LETTERS = 4
"""Of so many letters, one may be wrong in a typo: shorter words are alike by chance."""
_TYPOS = 2
_SHOWN = 30


class _Prompt(Struct, frozen=True):
    text: Text
    words: frozenset[str]
    count: Count

    def piece(self, at: tuple[int, int]) -> str:
        """What stands there, from and to."""
        return self.text.value[slice(*at)]


class _Variant(Struct, frozen=True):
    """A rare prompt and the usual one that it is nearly the same as, with where they differ."""

    rare: _Prompt
    usual: _Prompt
    here: tuple[int, int]
    there: tuple[int, int]


def spread(spread: Spread, rule: Bound) -> Iterator[Verdict]:
    counts = [count for key, count in spread.counts.items() if key]
    if not 1 < len(counts) <= _PROMPTS:
        return
    counts.sort(key=lambda one: (-one.rows, one.handles[:1]))
    usual = [one for one in counts if one.rows >= rule["rows"]]
    rare = [one for one in counts if usual and one.rows <= rule["share"] * usual[0].rows]
    if not usual or not rare:
        return
    known = [one for count in usual if (one := _prompt(spread, count))]
    variants: dict[int, list[_Variant]] = {}
    for prompt in filter(None, (_prompt(spread, count) for count in rare)):
        found = _variant(prompt, known, rule)
        if found is not None:
            variants.setdefault(found.usual.count.handles[0], []).append(found)
    for several in variants.values():
        if len(several) <= _VARIANTS:
            yield from (_told(rule, one) for one in several if _is_slip(one))


def _told(rule: Bound, one: _Variant) -> Verdict:
    rows, usually = one.rare.count.rows, f"that of {one.usual.count.rows:,} rows"
    many = f"the prompt of {rows:,} rows" if rows > 1 else "this system prompt"
    pieces = one.rare.piece(one.here), one.usual.piece(one.there)
    says, said = (quote(piece, _SHOWN) for piece in pieces)
    differs = f"says {says} where {usually} says {said}"
    if pieces[0].split() == pieces[1].split():
        differs = f"has other white space at {says} than {usually}"
    elif one.here[0] == one.here[1]:
        differs = f"lacks {said}, which stands in {usually}"
    elif one.there[0] == one.there[1]:
        differs = f"says {says}, which {usually} does not"
    first, *more = one.rare.count.handles[:5]
    place = one.rare.text.place
    return Verdict(
        rule.module.name,
        first,
        f"{many} {differs}",
        "Write both alike, unless the difference is meant.",
        others=(one.usual.count.handles[0], *more),
        place=_slice(place, one.here),
        places=(_slice(one.usual.text.place, one.there), *(place for _ in more)),
        notes=("the usual prompt", "the same variant"),
    )


def _slice(place: Place, at: tuple[int, int]) -> Place:
    """A piece of a text; the whole text where it is not there."""
    return place.slice(*at) if at[0] < at[1] else place


def _prompt(spread: Spread, count: Count) -> _Prompt | None:
    """The system prompt that a count is of; None where it has several texts, or is very long."""
    member = spread.member(count.handles[0]) if count.handles else None
    turns = member.example.turns if member is not None and member.example is not None else ()
    texts = next((turn.texts for turn in turns if turn.role in ("system", "developer")), ())
    if len(texts) != 1 or len(texts[0].value) > _LONGEST:
        return None
    return _Prompt(texts[0], frozenset(texts[0].value.split()), count)


def _variant(rare: _Prompt, known: Sequence[_Prompt], rule: Bound) -> _Variant | None:
    """The usual prompt that a rare one is most like, if it is like one, and not but for figures."""
    likeness = {at: _likeness(rare, one, rule["similar"]) for at, one in enumerate(known)}
    best = max(likeness, key=lambda at: likeness[at], default=-1)
    if best < 0 or not likeness[best] or rare.count.rows > rule["share"] * known[best].count.rows:
        return None
    usual = known[best]
    found = _Variant(rare, usual, *_difference(rare.text.value, usual.text.value))
    return None if _plain(rare.piece(found.here)) == _plain(usual.piece(found.there)) else found


def _likeness(one: _Prompt, other: _Prompt, least: float) -> float:
    """How alike two prompts are, up to 100; 0 where that is less than the least, from 0 to 1."""
    if len(one.words & other.words) < (2 * least - 1) * max(len(one.words), len(other.words)):
        return 0
    from rapidfuzz.fuzz import ratio

    return ratio(one.text.value, other.text.value, score_cutoff=100 * least)


def _is_slip(one: _Variant) -> bool:
    """Whether words are missing, too much or misspelt, and not other ones in their place."""
    from rapidfuzz.distance import OSA

    rare, usual = _letters(one.rare.piece(one.here)), _letters(one.usual.piece(one.there))
    start = _alike(rare, usual)
    rare, usual = rare[start:], usual[start:]
    end = _alike(rare[::-1], usual[::-1])
    here, there = ("".join(words[: len(words) - end]) for words in (rare, usual))
    if not here or not there or here.casefold() == there.casefold():
        return True
    return OSA.distance(here, there) <= min(_TYPOS, len(there) // _LETTERS)


def _plain(piece: str) -> str:
    """A piece without its figures."""
    return "".join(character for character in piece if not character.isdigit())


def _letters(piece: str) -> list[str]:
    """The words of a piece, without marks."""
    words = ("".join(filter(str.isalnum, word)) for word in piece.split())
    return [word for word in words if word]


def _difference(one: str, other: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """From where to where two texts differ, from and to a space."""
    start = _alike(one, other)
    end = _alike(one[start:][::-1], other[start:][::-1])
    while start and not one[start - 1].isspace():
        start -= 1
    while end and not one[len(one) - end].isspace():
        end -= 1
    return (start, len(one) - end), (start, len(other) - end)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many characters, or words, two sequences begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
