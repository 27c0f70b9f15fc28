"""What can be chosen in the settings: the targets with their models, and the formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from turnlint.config import Target, all_targets
from turnlint.formats import Format, all_formats
from turnlint.model import plain_format

if TYPE_CHECKING:
    from turnlint.lsp.server import Server

NAME = "turnlint.choices"


class Named(TypedDict):
    """A choice as the settings write it, and as people do."""

    name: str
    title: str


class TargetChoice(Named):
    """A target, which is also chosen as `name:model`."""

    note: str
    """What to know of it beforehand: whether it takes new jobs. Empty where that is nothing special."""
    models: list[str]


class Choices(TypedDict):
    """All choices, in the order in which to offer them."""

    targets: list[TargetChoice]
    formats: list[Named]


def handle(server: Server) -> Choices:
    """List what `target` and `format` can be set to."""
    return {
        "targets": [_target(one) for one in all_targets().values()],
        "formats": sorted(map(named, all_formats()), key=lambda one: one["name"]),
    }


def named(one: Format | Target) -> Named:
    """Name a format or a target."""
    return {"name": plain_format(one.name), "title": one.title}


def _target(one: Target) -> TargetChoice:
    is_open = one.status is None or one.status.state == "open"
    models = [name for name, *_ in one.listed()]
    return {**named(one), "note": "" if is_open else str(one.status), "models": models}
