"""Elements of HTML, SVG and XML, with everything that is not one escaped."""

from __future__ import annotations

from html import escape

from turnlint.text.units import without_surrogates

__all__ = ["Markup", "join", "tag", "words"]


class Markup(str):
    """HTML as it is to be written."""

    __slots__ = ()


def tag(name: str, /, *content: str, **attributes: object) -> Markup:
    """Write an element. What is no `Markup` in it is text; of control characters, XML allows none in it.

    Attributes are written with `_` for `-`, and with one behind words of Python: `class_`, `for_`. Those that
    are None are left out.
    """
    pairs = (
        f' {key.rstrip("_").replace("_", "-")}="{words(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    opened = f"<{name}{''.join(pairs)}>"
    return Markup(opened if name in _VOID else f"{opened}{join(*content)}</{name}>")


def join(*content: str) -> Markup:
    """Write several pieces one behind the other. What is no `Markup` is text."""
    return Markup("".join(one if isinstance(one, Markup) else words(one) for one in content))


def words(text: str) -> Markup:
    """Write text that stands for itself, in an element or an attribute."""
    return Markup(escape(without_surrogates(text)))


_VOID = frozenset(("meta",))
