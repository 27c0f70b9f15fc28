"""Writes conversations out by a chat template, just as transformers does (apply_chat_template, version 5).

The template is a program of unknown origin. It runs in jinja2's sandbox, in a process that can open nothing,
with little memory and for a short time. Source: huggingface/transformers, utils/chat_template_utils.py.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from turnlint.tokens.programs.loop import ProgramError, limit_memory, open_nothing, serve, within

__all__ = ["main"]

_MEMORY = 256 << 20
_SECONDS = 1.0
_LONGEST = 32 << 20
"""No conversation is written out to more code points."""
_LONGEST_WORDS = 1_000
_HARMLESS = frozenset(
    (
        "builtins.id",
        "code.__new__",
        "compile",
        "exec",
        "object.__delattr__",
        "object.__getattr__",
        "object.__setattr__",
        "sys._getframe",
    )
)
"""The events that a template may cause; jinja2 makes code of it."""
_REHEARSAL = """{% macro m(x) %}{{ x | tojson }}{% endmacro %}{% for x in [1] %}{{ m(x) | trim }}{% endfor %}
{{ strftime_now('%Y') }}{% generation %}{% endgeneration %}{{ dict(a=1) }}{% set n = namespace(a=1) %}
{{ '' | striptags }}{{ lipsum(1) }}{{ a.b.c }}"""
"""Makes jinja2 import all that it imports late, errors included."""
_REASONING = ("reasoning_content", "thinking", "reasoning")
"""The names that templates and data have for reasoning; the first is what templates read."""


class _Generation(Extension):
    """The tag by which a template marks what the model is to write."""

    tags = {"generation"}  # noqa: RUF012  # as its base has it

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.written = 0
        """Code points that stand before what is being written."""
        self.spans: list[tuple[int, int]] = []
        environment.extend(generation=self)

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_mark"), [], [], body).set_lineno(line)

    def _mark(self, caller: Macro) -> str:
        text: str = caller()
        self.spans.append((self.written, self.written + len(text)))
        return text


class _Dict:
    """What templates may do with the type `dict`, and no more of it."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(*args, **kwargs)

    def fromkeys(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict.fromkeys(*args, **kwargs)


class _Namespace(Namespace):
    """A namespace that takes no name with which one could get behind it."""

    def __init__(*args: Any, **kwargs: Any) -> None:
        names = dict(*args[1:], **kwargs)
        for name in names:
            _refuse_hidden(name)
        Namespace.__init__(args[0], names)

    def __setitem__(self, name: str, value: Any) -> None:
        _refuse_hidden(name)
        super().__setitem__(name, value)


def _refuse_hidden(name: Any) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise SecurityError(f"a namespace takes no name that starts with an underscore: {name!r}")


def _raise(message: Any) -> None:
    raise TemplateError(message)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: Any = None,
    separators: Any = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def _now(form: str) -> str:
    return datetime.now().strftime(form)  # as trainers say it


def main() -> None:
    """Answer until nobody asks."""
    _confine()
    serve(_begin)


def _confine() -> None:
    """From here on nothing can be opened, started or imported, and memory is short."""
    rehearsal = _Renderer({"default": _REHEARSAL}, {})
    rehearsal({"messages": [], "tools": None, "prompt": False})
    open_nothing()
    limit_memory(_MEMORY)
    sys.addaudithook(_refuse)


def _refuse(event: str, _: Any) -> None:
    if event not in _HARMLESS:
        raise SecurityError(f"a chat template may not do this: {event}")


def _begin(opening: Any) -> Callable[[Any], Any]:
    with within(_SECONDS):
        try:
            return _Renderer(opening["templates"], opening["tokens"]).all
        except TemplateSyntaxError as error:
            raise ProgramError(f"line {error.lineno}: {_words(error)}") from None
        except MemoryError:
            raise
        except Exception as error:
            raise ProgramError(_words(error)) from None


class _Renderer:
    """Writes conversations by one set of templates, with the special tokens of one tokenizer."""

    def __init__(self, templates: dict[str, str], tokens: dict[str, str]) -> None:
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols]
        )
        environment.filters["tojson"] = _to_json
        environment.globals |= {
            "raise_exception": _raise,
            "strftime_now": _now,
            "dict": _Dict(),
            "namespace": _Namespace,
        }
        self._generation: _Generation = environment.generation  # type: ignore[attr-defined]
        self._templates = {name: environment.from_string(text) for name, text in templates.items()}
        self._tokens = tokens

    def all(self, conversations: list[Any]) -> list[Any]:
        """Write each out; what a template refuses is `refusal` with its words."""
        with within(_SECONDS):
            return list(map(self, conversations))

    def __call__(self, conversation: Any) -> dict[str, Any]:
        try:
            return self._written(conversation)
        except (ProgramError, MemoryError):
            raise
        except Exception as error:  # a template fails in any way that code can
            return {"refusal": _words(error)}

    def _written(self, conversation: Any) -> dict[str, Any]:
        tools = conversation["tools"]
        name = "tool_use" if tools is not None and "tool_use" in self._templates else "default"
        generation, blocks = self._generation, []
        generation.written, generation.spans = 0, []
        for block in self._templates[name].generate(
            messages=[_as_trainers_give_it(message) for message in conversation["messages"]],
            tools=tools,
            documents=None,
            add_generation_prompt=conversation["prompt"],
            **self._tokens,
        ):
            blocks.append(block)
            generation.written += len(block)
            if generation.written > _LONGEST:
                raise ProgramError(f"it writes a row out to more than {_LONGEST:,} characters")
        return {"text": "".join(blocks), "spans": generation.spans}


def _as_trainers_give_it(message: dict[str, Any]) -> dict[str, Any]:
    """A message without keys that hold nothing, with its reasoning under the names that templates read."""
    message = {key: value for key, value in message.items() if value is not None}
    reasoning = next((message[key] for key in _REASONING if key in message), None)
    if reasoning is None:
        return message
    return {"thinking": reasoning, **message, "reasoning_content": reasoning}


def _words(error: Exception) -> str:
    """What an error says; that of a template in its own words."""
    if isinstance(error, TemplateError) and error.message:
        return str(error.message)[:_LONGEST_WORDS]
    return f"{type(error).__name__}: {error}"[:_LONGEST_WORDS]
