"""Words and numbers that several questions share."""

from __future__ import annotations

from turnlint.corpus.frequencies import Frequencies
from turnlint.text.label import counted

__all__ = ["BEST_PRACTICES", "MICROSOFT", "SUPERVISED", "differing", "share"]

BEST_PRACTICES = "OpenAI, fine-tuning best practices"
SUPERVISED = "OpenAI, supervised fine-tuning guide"
MICROSOFT = "Microsoft, Azure OpenAI fine-tuning guide"


def share(part: int, whole: int) -> float:
    """A part as a share from 0 to 1; 0 of nothing."""
    return part / whole if whole else 0.0


def differing(keys: Frequencies, word: str, words: str = "") -> str:
    """How many different ones there are: `1 prompt`, `34 different prompts`."""
    if keys.distinct == 1:
        return counted(1, word)
    about = "" if keys.is_exact else "about "
    return f"{about}{keys.distinct:,} different {words or word + 's'}"
