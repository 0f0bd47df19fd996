"""The record's JSON Schema, for completion and hover help in editors."""

from __future__ import annotations

import copy
import json
from typing import Any

from .record import Record
from .vocabulary import Vocabulary

__all__ = ["record_schema", "schema_text"]

_ELEMENT_KEYS = {"acts": "act", "means": "means", "purposes": "purpose"}


def _fill(node: Any, vocabulary: Vocabulary) -> None:
    """Put the ontology's words where the models only name a scheme, and drop titles that Pydantic makes up."""
    if isinstance(node, list):
        for item in node:
            _fill(item, vocabulary)
        return
    if not isinstance(node, dict):
        return
    if isinstance(node.get("title"), str):
        del node["title"]
    name = node.pop("x-scheme", None)
    if name:
        concepts = vocabulary.schemes[name].values()
        help_text = "\n".join(f"- {c.notation}: {c.definition}" for c in concepts)
        description = node.get("description", "")
        choice = {"enum": [c.notation for c in concepts]}
        many = node.get("type") == "array"
        node.pop("type", None), node.pop("items", None), node.pop("anyOf", None)
        if many:
            node["anyOf"] = [choice, {"type": "array", "items": choice}]
        else:
            node.update(choice)
        node["description"] = f"{description}\n{help_text}".strip()
    for value in node.values():
        _fill(value, vocabulary)


def record_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a record, with every word and question of the ontology."""
    schema = Record.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    elements = definitions.pop("Elements")
    elements["additionalProperties"] = False
    for key, scheme in _ELEMENT_KEYS.items():
        own = copy.deepcopy(elements)
        for concept in vocabulary.schemes[scheme].values():
            own["properties"][concept.notation] = {
                "$ref": "#/$defs/Reading",
                "description": f"{concept.label}: {concept.definition}",
            }
        definitions[f"Elements_{key}"] = own
        field = definitions["Offence"]["properties"][key]
        definitions["Offence"]["properties"][key] = {
            "$ref": f"#/$defs/Elements_{key}",
            "description": field.get("description", ""),
        }
    answer = {"anyOf": [{"$ref": "#/$defs/Answer"}, {"type": "array", "items": {"$ref": "#/$defs/Answer"}}]}
    schema["properties"]["answers"] = {
        "type": "object",
        "description": schema["properties"]["answers"]["description"],
        "additionalProperties": False,
        "properties": {
            question.id: {**answer, "description": f"{question.wording}\n\n{question.decide}"}
            for question in vocabulary.questions.values()
        },
    }
    _fill(schema, vocabulary)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{vocabulary.base}schema/record.json",
        "title": "Palermo Atlas record",
        **schema,
    }


def schema_text(vocabulary: Vocabulary) -> str:
    """Give the schema as the text of its file."""
    return json.dumps(record_schema(vocabulary), ensure_ascii=False, indent=1) + "\n"
