"""One operation of the API: for which roles and scope, what it takes and gives, once or not."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.http import HttpRequest
from django.utils.http import parse_etags
from ninja import Router, Status
from pydantic import BaseModel

from tonerloop.api.auth import caller, key_used, note
from tonerloop.api.contract import REFERENCE, refusals
from tonerloop.api.problems import Unmet
from tonerloop.common.actor import NotAllowed, Role
from tonerloop.common.schema import Schema
from tonerloop.common.wall import walled
from tonerloop.journal.looking import looked
from tonerloop.programs import answers
from tonerloop.programs.models import KeptAnswer

PROBLEMS = (401, 403, 404, 422, 429)
OF_CHANGES = (*PROBLEMS, 400, 409, 412, 413)
View = Callable[..., Any]
Of = Callable[[View], View]
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
    "description": "The `ETag` that you saw: if it is another one by now, 412 and no change.",
}
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "schema": {"type": "string", "maxLength": 1000},
    "description": "The `ETag` of what you have: if it is still the same, 304 and no body.",
}
# What is read under these scopes is not for every eye: the audit tells who did.
LOOKS = {"prices:read": "prices", "points:read": "points"}
REQUEST_KEY = {
    "in": "header",
    "name": answers.HEADER,
    "required": True,
    "schema": {"type": "string", "pattern": answers.FORM, "maxLength": 100},
    "description": "Of your own making, new for each wish. The same again gives the same answer.",
}


def reads(router: Router, path: str, gives: Any, scope: str, *roles: Role) -> Of:
    """An operation that changes nothing."""

    def decorate(view: View) -> View:
        opened = _door(_known(_tagged(view)), scope, roles)
        told = _told(view, scope, roles, PROBLEMS, IF_NONE_MATCH)
        router.get(path, response={200: gives, 304: None}, **told)(opened)
        return view

    return decorate


def makes(router: Router, path: str, gives: Any, scope: str, *roles: Role) -> Of:
    """A POST that makes something, once for each `Idempotency-Key`."""

    def decorate(view: View) -> View:
        opened = _door(_once(view), scope, roles)
        told = _told(view, scope, roles, OF_CHANGES, REQUEST_KEY)
        router.post(path, response={201: gives}, **told)(opened)
        return view

    return decorate


def changes(
    router: Router,
    path: str,
    gives: Any,
    scope: str,
    *roles: Role,
    method: str = "POST",
    body: type[Schema] | None = None,
) -> Of:
    """A change of something that is there; `If-Match` guards against a stale view of it.

    With `body`, the view reads the body itself, which was kept raw before.
    """

    def decorate(view: View) -> View:
        opened = _door(_tagged(view), scope, roles)
        told = _told(view, scope, roles, OF_CHANGES, IF_MATCH, body=body)
        router.api_operation([method], path, response={200: gives}, **told)(opened)
        return view

    return decorate


def etag(shown: BaseModel | dict[str, Any]) -> str:
    """Names a state of a thing: its version, or a digest of all that is shown of it."""
    facts = shown if isinstance(shown, dict) else shown.model_dump(mode="json")
    if isinstance(facts.get("version"), int):
        return f'"{facts["version"]}"'
    text = json.dumps(facts, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def seen_version(request: HttpRequest) -> int | None:
    """The version that `If-Match` names; None where it names none, 0 where it names no version."""
    given = _if_match(request)
    if given is None:
        return None
    plain = [tag.strip('"') for tag in given]
    found = [int(tag) for tag in plain if tag.isascii() and tag.isdigit() and len(tag) < 10]
    return found[0] if found else 0


def check_match(request: HttpRequest, now: BaseModel) -> None:
    """Raise Unmet unless the thing, which is locked, is still what `If-Match` names."""
    given = _if_match(request)
    if given is not None and etag(now) not in given:
        raise Unmet


def once_name(request: HttpRequest) -> UUID:
    """A name for what this request makes: the same key with the same body names the same thing."""
    owner, given = key_used(request).owner, request.headers[answers.HEADER]
    digest = hashlib.sha256(request.body).hexdigest()
    return uuid5(NAMESPACE_URL, f"{owner}/{given}/{digest}")


def located(request: HttpRequest, address: str) -> None:
    """Where the thing that was made can be fetched."""
    _headers(request)["Location"] = f"/api/v1/{address}"


def _if_match(request: HttpRequest) -> list[str] | None:
    text = request.headers.get("If-Match", "").strip()
    # Compression on the way makes a tag weak; what it names is the same state.
    return None if not text or text == "*" else [t.removeprefix("W/") for t in parse_etags(text)]


def _door(view: View, scope: str, roles: tuple[Role, ...]) -> View:
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if caller(request).role not in roles or scope not in key_used(request).scopes:
            raise NotAllowed
        with walled(request, caller(request)):
            given = view(request, *args, **kwargs)
            if scope in LOOKS:
                looked(LOOKS[scope], by=caller(request))
            return given

    return opened


def _tagged(view: View) -> View:
    @wraps(view)
    def tagged(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        shown = view(request, *args, **kwargs)
        _headers(request)["ETag"] = etag(shown)
        return shown

    return tagged


def _known(view: View) -> View:
    """The view, saying only so where the caller has this state already."""

    @wraps(view)
    def seldom(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        shown = view(request, *args, **kwargs)
        had = request.headers.get("If-None-Match", "").strip()
        tags = [tag.removeprefix("W/") for tag in parse_etags(had)]
        if had == "*" or _headers(request)["ETag"] in tags:
            return Status(304, None)
        return shown

    return seldom


def _once(view: View) -> View:
    @wraps(view)
    def made_once(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        made: list[BaseModel] = []

        def do() -> KeptAnswer:
            shown = view(request, *args, **kwargs)
            where = _headers(request).get("Location", "")
            note(request, key_used(request), 201)  # it commits with what it notes
            made.append(shown)
            return KeptAnswer(status=201, body=shown.model_dump(mode="json"), location=where)

        asked = f"{request.method} {request.get_full_path()}\n".encode() + request.body
        named = request.headers.get(answers.HEADER, "")
        kept = answers.once(key_used(request).owner, named, asked, do)
        request.noted = bool(made)  # type: ignore[attr-defined]
        _headers(request)["ETag"] = etag(kept.body or {})
        if kept.location:
            _headers(request)["Location"] = kept.location
        return Status(kept.status, kept.body)

    return made_once


def _headers(request: HttpRequest) -> dict[str, str]:
    if not hasattr(request, "answer_headers"):
        request.answer_headers = {}  # type: ignore[attr-defined]
    found: dict[str, str] = request.answer_headers  # type: ignore[attr-defined]
    return found


def _takes(schema: type[Schema]) -> dict[str, Any]:
    told = schema.model_json_schema(ref_template=REFERENCE + "{model}")
    content = {"application/json": {"schema": told}}
    return {"requestBody": {"required": True, "content": content}}


def _told(
    view: View,
    scope: str,
    roles: tuple[Role, ...],
    problems: tuple[int, ...],
    *headers: dict[str, Any],
    body: type[Schema] | None = None,
) -> dict[str, Any]:
    """What the contract says of an operation beyond what its signature does."""
    more: dict[str, Any] = {"x-scope": scope, "x-roles": [str(role) for role in roles]}
    more["responses"] = refusals(problems)
    if headers:  # copies: the framework adds to what it is given
        more["parameters"] = [dict(one) for one in headers]
    if body:
        more |= _takes(body)
    summary = view.__name__.replace("_", " ").capitalize()
    return {"summary": summary, "openapi_extra": more}
