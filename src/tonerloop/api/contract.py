"""The contract as a document: OpenAPI for programs, a page of the same for their authors."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from tonerloop.api.problems import Problem

REFERENCE = "#/components/schemas/"
LIMITS = {
    "RateLimit-Policy": 'The calls allowed a minute: "minute";q=600;w=60',
    "RateLimit": 'What is left of them, and seconds until they begin anew: "minute";r=599;t=31',
}


class Contract(NinjaAPI):
    """The API, whose document says of each answer what it really is."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.documents: dict[str, Any] = {}

    def get_openapi_schema(self, **options: Any) -> Any:
        """The document; it is the same for everybody, so it is made once for each address."""
        name = str(options)
        if name not in self.documents:
            self.documents[name] = document = super().get_openapi_schema(**options)
            document["components"]["schemas"] |= _of_problems()
            for verbs in document["paths"].values():
                for operation in verbs.values():
                    _say_more(operation)
                    _gather(operation, document["components"]["schemas"])
        return self.documents[name]


def refusals(statuses: Iterable[int]) -> dict[int, Any]:
    """What an operation answers where it refuses; told here, since no view ever returns it.

    As answers of the framework's own they would be a class each, several hundred in every process.
    """
    told = {"application/problem+json": {"schema": {"$ref": f"{REFERENCE}Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": dict(told)}
        for status in statuses
    }


def _of_problems() -> dict[str, Any]:
    """The schema of a problem document and of its parts, by name."""
    whole = Problem.model_json_schema(ref_template=REFERENCE + "{model}", mode="serialization")
    return {**whole.pop("$defs"), "Problem": whole}


def _gather(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """What a body brings along stands where all references lead."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schemas |= body.get("schema", {}).get("$defs", {})


def _say_more(operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        names = dict(LIMITS)
        if int(status) in (200, 201, 304):
            names["ETag"] = "Names this state; send it as `If-Match` with a change."
        if int(status) == 201:
            names["Location"] = "Where it can be fetched."
        if int(status) == 429:
            names["Retry-After"] = "Seconds to wait."
        answer["headers"] = {
            name: {"description": words, "schema": {"type": "string"}}
            for name, words in names.items()
        }


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The contract for people, made from the same document."""
    from tonerloop.api.urls import api

    document = api.get_openapi_schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, verbs in document["paths"].items():
        for method, operation in verbs.items():
            row = _operation(method, path, operation)
            groups.setdefault(operation.get("tags", [""])[0], []).append(row)
    schemas = [
        {"name": name, "description": schema.get("description", ""), "fields": _fields(schema)}
        for name, schema in sorted(document["components"]["schemas"].items())
    ]
    context = {"groups": groups.items(), "schemas": schemas, "info": document["info"]}
    return render(request, "api/docs.html", context)


def _operation(method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    answers = operation["responses"]
    good = answers.get(201) or answers.get(200) or {}
    shown = good.get("content", {}).get("application/json", {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "scope": operation.get("x-scope", ""),
        "roles": operation.get("x-roles", []),
        "parameters": operation.get("parameters", []),
        "takes": _kind(body.get("schema", {})) if body else None,
        "takes_fields": _fields(body.get("schema", {})),
        "gives": _kind(shown.get("schema", {})),
        "problems": [status for status in answers if int(status) >= 400],
    }


def _fields(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "kind": _kind(of),
            "required": name in required,
            "description": of.get("description", ""),
        }
        for name, of in schema.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> dict[str, str]:
    """A schema in a few words, and the name of the schema that says more, if there is one."""
    if "$ref" in schema:
        return {"words": "", "schema": schema["$ref"].removeprefix(REFERENCE)}
    if schema.get("type") == "array":
        inner = _kind(schema.get("items", {}))
        return {"words": f"list of {inner['words']}".strip(), "schema": inner["schema"]}
    if several := schema.get("anyOf") or schema.get("allOf"):
        kinds = [_kind(one) for one in several]
        words = " or ".join(kind["words"] for kind in kinds if kind["words"])
        return {"words": words, "schema": next((k["schema"] for k in kinds if k["schema"]), "")}
    if "enum" in schema:
        return {"words": ", ".join(str(one) for one in schema["enum"]), "schema": ""}
    words = schema.get("format") or schema.get("type", "anything")
    return {"words": str(words), "schema": ""}
