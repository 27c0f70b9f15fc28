"""Words for an example that a limit cuts."""

from turnlint.model import Example, Place, Turn
from turnlint.rules import Fit

__all__ = ["limit_of", "name_of", "place_of", "say"]


def say(tokens: int, fit: Fit) -> str:
    """A number of tokens of an example, in words."""
    return f"{'about ' * fit.measured.about}{tokens:,} token{'s' * (tokens != 1)}"


def limit_of(fit: Fit) -> str:
    """The limit, in words."""
    return f"the limit of {fit.limit:,} token{'s' * (fit.limit != 1)}"


def name_of(turn: Turn, example: Example) -> str:
    """A turn, as the reader finds it."""
    if turn.implied:
        return f"`{turn.content_key}`"
    if turn in example.preferred:
        return "the preferred answer"
    if turn in example.non_preferred:
        return "the answer that is not preferred"
    number = example.all_turns.index(turn) + 1
    return f"turn {number} ({turn.role})" if turn.role else f"turn {number}"


def place_of(fit: Fit) -> Place:
    """The first word that is lost; where no text is cut, the turn; where no turn is, the row."""
    if fit.cut is None or fit.cut.turn is None:
        return Place()
    return fit.cut.place or fit.cut.turn.place
