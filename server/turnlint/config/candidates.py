"""The targets that might train on a file, as `engine.portability` judges for them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from msgspec.structs import replace

from turnlint.config import all_targets, get_target, resolve
from turnlint.config.targets import Target
from turnlint.engine.portability import Candidate, Limitation
from turnlint.model import Settings, plain_format

__all__ = ["candidates", "trainers"]


def trainers() -> list[str]:
    """The names of all targets that train, in order: those that say which formats they take."""
    return [name for name, one in all_targets().items() if one.formats]


def candidates(said: Settings, names: Iterable[str] = ()) -> list[Candidate]:
    """The targets with these names, or all; `said` are the settings of the file.

    Of these counts what the file is: the format where a target takes that one, and can be told what the file
    calls keys and roles; stage and split. What they say
    of rules is about what the user wants to hear, not about what a target does. Raises ConfigError.
    """
    return [_candidate(name, said.format, said.stage, said.split) for name in names or trainers()]


@cache
def _candidate(name: str, format_name: str | None, stage: str | None, split: str | None) -> Candidate:
    target, model = get_target(name)
    is_read = format_name and _takes(target, format_name) and target.reads(format_name)
    named = format_name if is_read else None
    settings = replace(resolve(name, stage=stage, split=split), format=named)

    def spoken(format_name: str | None) -> frozenset[str]:
        layers = target.layers(model, plain_format(format_name) if format_name else None)
        return frozenset(rule for _, layer in layers for rule in layer)

    return Candidate(name, settings, spoken, _limited(target, model))


def _limited(target: Target, model: str) -> Limitation | None:
    """Whether it takes new jobs, where that is anything but open."""
    trained = target.trained(model)
    status = trained.status if trained else None
    if status is None or status.state == "open":
        return None
    return Limitation(status.state, str(status), str(status.on) if status.on else None)


def _takes(target: Target, format_name: str) -> bool:
    return not target.formats or plain_format(format_name) in target.formats
