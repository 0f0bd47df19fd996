"""Strict YAML: the YAML 1.2 core scalars, no traps, and every fault at its line and column.

YAML 1.1, which PyYAML speaks, turns ``NO`` (Norway) into false, ``010`` into 8, ``12:30:45`` into a number and keeps
the last of two equal keys. A record is a legal statement, so here a plain scalar is a string unless YAML 1.2 says
otherwise, dates stay strings until the record's schema reads them, and equal keys, aliases and tags are faults.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .problems import InvalidInput, Problem, display_path

__all__ = ["Position", "load", "locate"]

Position = tuple[int, int]
"""Line and column, both counted from 1."""

MAX_BYTES = 4_000_000
"""No record comes near this size; a larger file is not a record."""
MAX_DEPTH = 40

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BASE):  # type: ignore[misc]
    """PyYAML's safe loader (libyaml where it is built in) with the YAML 1.2 core schema."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[str, Node] = {}
        for key, _ in node.value:
            if not isinstance(key, ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be a plain word", key.start_mark)
            if key.value in seen:
                line = seen[key.value].start_mark.line + 1
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key “{key.value}” is already on line {line}", key.start_mark
                )
            seen[key.value] = key
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|Null|NULL|)$", "~nN\0"),
    ("tag:yaml.org,2002:int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"^[-+]?(?:[0-9]+\.[0-9]+)$", "-+0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), [c if c != "\0" else "" for c in _first])


def _refuse_tag(loader: Any, node: Node) -> Any:
    raise yaml.constructor.ConstructorError(
        None, None, f"the tag {node.tag} cannot be used in a record", node.start_mark
    )


_Loader.yaml_constructors = {
    "tag:yaml.org,2002:bool": yaml.SafeLoader.construct_yaml_bool,
    "tag:yaml.org,2002:null": yaml.SafeLoader.construct_yaml_null,
    "tag:yaml.org,2002:int": lambda loader, node: int(node.value),
    "tag:yaml.org,2002:float": lambda loader, node: float(node.value),
    "tag:yaml.org,2002:str": yaml.SafeLoader.construct_yaml_str,
    "tag:yaml.org,2002:seq": lambda loader, node: loader.construct_sequence(node, deep=True),
    "tag:yaml.org,2002:map": lambda loader, node: loader.construct_mapping(node, deep=True),
    None: _refuse_tag,
}

_ADVICE = (
    ("an alias or anchor", "Write the value out again; a record is read line by line."),
    ("the tag", "Leave the tag out; a record holds only text, numbers, true and false."),
    ("already on line", "Keep one of the two, or put both claims under “also”."),
    (
        "cannot start any token",
        "Indent with spaces, not tabs; put quotes around text that begins with @ ` % or similar.",
    ),
    ("mapping values are not allowed", "Put quotes around text that has a colon followed by a space in it."),
    ("could not find expected ':'", "A key needs a colon and a space after it; long text needs quotes."),
    ("did not find expected", "Look for a quotation mark, bracket or brace that is not closed, or a wrong indent."),
)


def _problem(path: Path, line: int, column: int, message: str) -> InvalidInput:
    advice = next((text for sign, text in _ADVICE if sign in message), "")
    return InvalidInput([Problem(display_path(path), line, column, message, advice)])


def _read(path: Path) -> str:
    """Read a file as UTF-8.

    Raises:
        InvalidInput: the file is missing, too large, not UTF-8, empty, or holds a character that YAML forbids.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _problem(path, 1, 1, f"the file cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise _problem(path, 1, 1, f"the file has {len(raw):,} bytes; a record has at most {MAX_BYTES:,}")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidInput([Problem(display_path(path), 1, 1, "the file is UTF-16, not UTF-8", "Save it as UTF-8.")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        raise InvalidInput(
            [Problem(display_path(path), line, column, "the file is not UTF-8 from here on", "Save it as UTF-8.")]
        ) from error
    if not text.strip():
        raise InvalidInput(
            [
                Problem(
                    display_path(path), 1, 1, "the file is empty", "A record begins with “jurisdiction: ” and a code."
                )
            ]
        )
    for number, content in enumerate(text.split("\n"), 1):
        indent = content[: len(content) - len(content.lstrip())]
        if "\t" in indent:
            raise InvalidInput(
                [
                    Problem(
                        display_path(path), number, indent.index("\t") + 1, "a tab is used to indent", "Use two spaces."
                    )
                ]
            )
    return text


_SUSPECT = re.compile(r"(?:^|[\s,\[{])[&*]\S|[\[{]{8}|^ {80,}\S", re.MULTILINE)
"""Text that may hold an alias or be nested very deeply, and so is worth a walk through its events."""


def _position(event: yaml.events.Event) -> Position:
    return (event.start_mark.line + 1, event.start_mark.column + 1) if event.start_mark else (1, 1)


def _refuse_aliases_and_depth(path: Path, text: str) -> None:
    """Refuse aliases (they can multiply without end) and nesting that can only be an accident or an attack."""
    depth = 0
    for event in yaml.parse(text, Loader=_BASE):
        if isinstance(event, yaml.events.AliasEvent) or getattr(event, "anchor", None):
            raise _problem(path, *_position(event), "an alias or anchor cannot be used in a record")
        if isinstance(event, yaml.events.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _problem(path, *_position(event), "nested too deeply")
        elif isinstance(event, yaml.events.CollectionEndEvent):
            depth -= 1


def load(path: Path) -> Any:
    """Read a YAML file as plain Python values.

    Raises:
        InvalidInput: anything at all is wrong with the file as YAML, with line and column.
    """
    text = _read(path)
    try:
        if _SUSPECT.search(text):
            _refuse_aliases_and_depth(path, text)
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = error.problem or "not valid YAML"
        raise _problem(path, line, column, message) from error
    except yaml.YAMLError as error:
        # a character YAML forbids carries a position in characters, not a mark
        position = int(getattr(error, "position", 0) or 0)
        before = text[:position]
        raise _problem(
            path, before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1, "a character that YAML forbids"
        ) from error
    except RecursionError as error:
        raise _problem(path, 1, 1, "nested too deeply") from error


def locate(path: Path) -> dict[tuple[str | int, ...], tuple[Position, Position]]:
    """Map every path in the file to the positions of its key and of its value; of a group of keys both are its key's.

    Called only when there is a fault to report: keeping the composed nodes of every record alive would double the
    time a build takes (measured, see the design notes on YAML).
    """
    places: dict[tuple[str | int, ...], tuple[Position, Position]] = {}

    def walk(node: Node, at: tuple[str | int, ...], key: Node) -> None:
        own = node if isinstance(node, ScalarNode) else key
        places[at] = (
            (key.start_mark.line + 1, key.start_mark.column + 1),
            (own.start_mark.line + 1, own.start_mark.column + 1),
        )
        if isinstance(node, MappingNode):
            for name, value in node.value:
                walk(value, (*at, name.value), name)
        elif isinstance(node, SequenceNode):
            for index, value in enumerate(node.value):
                walk(value, (*at, index), value)

    root = yaml.compose(_read(path), Loader=_Loader)
    if root is not None:
        walk(root, (), root)
    return places
