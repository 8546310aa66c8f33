"""What the service is asked: bodies read within limits, and every way in which they can be wrong said clearly."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError, from_json

from edgewise.core.errors import InvalidInput, TooLarge

if TYPE_CHECKING:
    from starlette.requests import Request

SHOWN_AT_MOST = 50
COMPLAINTS_AT_MOST = 5
_DISCARD_AT_MOST = 64_000_000
ONE_OF = ("accession", "sha256", "text")
HOW_TO_ASK = 'Send {"text": "..."}, {"accession": "0000320193-24-000123"} or {"sha256": "..."}; see /openapi.json.'
# Told to callers; `stored.given_text` says which rule a text breaks.
_PLAIN = r"[^\x00-\x08\x0e-\x1f\x7f-\x9f]"
PLAIN_TEXT = rf"^{_PLAIN}*[^\s\x00-\x1f\x7f-\x9f]{_PLAIN}*$"
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)


def _whole(value: Any) -> Any:
    """Return 3.0 as 3: JSON has one kind of number, and its schemas call both an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Ask(BaseModel):
    """One thing to score: exactly one of a filing, a stored document, or a text."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "oneOf": [{"required": [name]} for name in ONE_OF],
            "examples": [{"text": "Net sales rose 4%, but litigation adversely affected our margins.", "top": 3}],
        },
    )

    accession: Annotated[
        StrictStr, Field(max_length=25, pattern=r"^[0-9]{10}-?[0-9]{2}-?[0-9]{6}$", description="Accession number.")
    ] = Field(default=None, examples=["0000320193-24-000123"])  # type: ignore[assignment] # absent, never null
    sha256: Annotated[
        StrictStr, Field(pattern=r"^[0-9a-f]{64}$", description="A stored document, as /api/filings names it.")
    ] = Field(default=None)  # type: ignore[assignment] # as above
    text: Annotated[StrictStr, Field(description="Plain text in English.")] = Field(
        default=None,  # type: ignore[assignment] # as above
        json_schema_extra={"pattern": PLAIN_TEXT},
    )
    top: Annotated[StrictInt, Field(ge=0, le=SHOWN_AT_MOST), BeforeValidator(_whole)] = Field(
        default=10, description="How many of the sentences that moved the result most to show."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in ONE_OF if getattr(self, name) is not None]
        if len(given) != 1:
            told = " and ".join(given) or "none of them"
            raise PydanticCustomError("exactly_one", f"needs exactly one of {', '.join(ONE_OF)}, not {told}")
        return self

    @property
    def source(self) -> str:
        """Which of the three it names."""
        return next(name for name in ONE_OF if getattr(self, name) is not None)


def _schema() -> dict[str, Any]:
    """Return the JSON Schema of an `Ask`; what is left out has no default, least of all null."""
    schema = Ask.model_json_schema()
    for name in ONE_OF:
        schema["properties"][name].pop("default")
    return schema


ASK_SCHEMA = _schema()
# What an entry is wrong about is told in its row, so any JSON can be an entry.
BATCH_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["documents"],
    "properties": {"documents": {"type": "array", "minItems": 1, "maxItems": 256, "items": {}}},
    "examples": [{"documents": [{"text": "Profit rose."}, {"accession": "0000320193-24-000123"}]}],
}


class UnreadableBody(InvalidInput):
    """The body is no JSON of the kind that the route takes; `status` is HTTP's number for it."""

    reason = "unreadable_body"

    def __init__(self, what: str, *, status: int, advice: str) -> None:
        super().__init__(what, advice=advice)
        self.status = status


async def read_body(request: Request, *, limit: int, within_s: float) -> bytes:
    """Return the body. Raises TooLarge, and UnreadableBody for another type or one that does not arrive in time."""
    kind = request.headers.get("content-type", "")
    if not _JSON.fullmatch(kind.strip()):
        raise UnreadableBody(
            "the body is not declared as JSON", status=415, advice="Send Content-Type: application/json."
        )
    try:
        async with asyncio.timeout(within_s):
            return await _read(request, limit)
    except TimeoutError as error:
        raise UnreadableBody(
            f"the body did not arrive within {within_s:g} seconds", status=408, advice="Send it at once."
        ) from error


async def _read(request: Request, limit: int) -> bytes:
    """Read to the end even what is too much, within reason: who is still sending does not hear an answer."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= limit:
            parts.append(part)
        elif size > _DISCARD_AT_MOST:
            break
        else:
            parts.clear()
    if size > limit:
        raise TooLarge(
            f"the body has more than {limit} bytes",
            advice="Split the text, or send fewer in a batch; stored filings are named by accession.",
        )
    return b"".join(parts)


def parse_ask(body: bytes) -> Ask:
    """Return what a body asks for. Raises UnreadableBody and InvalidInput."""
    return checked_ask(_parsed(body))


def parse_batch(body: bytes, *, most: int) -> list[Any]:
    """Return the entries of a batch as they were sent, unchecked. Raises UnreadableBody and InvalidInput."""
    told = _parsed(body)
    how = 'Send {"documents": [{"text": "..."}, ...]}; see /openapi.json.'
    if not isinstance(told, dict) or set(told) != {"documents"} or not isinstance(told["documents"], list):
        raise InvalidInput("the body is not an object with nothing but a list of `documents`", advice=how)
    if not told["documents"]:
        raise InvalidInput("the batch is empty", advice=how)
    if len(told["documents"]) > most:
        what = f"the batch has {len(told['documents'])} entries, more than {most}"
        raise InvalidInput(what, advice="Send several.", reason="too_many")
    entries: list[Any] = told["documents"]
    return entries


def checked_ask(told: Any) -> Ask:
    """Return what one JSON value asks for. Raises InvalidInput with every complaint; none repeats what was sent."""
    if not isinstance(told, dict):
        raise InvalidInput("what to score is not an object", advice=HOW_TO_ASK)
    try:
        return Ask.model_validate(told)
    except ValidationError as error:
        complaints = [_complaint(each["loc"], each["msg"]) for each in error.errors(include_input=False)]
        more = f"; and {len(complaints) - COMPLAINTS_AT_MOST} more" if len(complaints) > COMPLAINTS_AT_MOST else ""
        raise InvalidInput("; ".join(complaints[:COMPLAINTS_AT_MOST]) + more, advice=HOW_TO_ASK) from None


def _complaint(place: tuple[int | str, ...], message: str) -> str:
    names = ".".join(str(part)[:40] for part in place)
    return f"{names}: {message}" if names else message


def _parsed(body: bytes) -> Any:
    if not body:
        raise UnreadableBody("the body is empty", status=400, advice=HOW_TO_ASK)
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        where = str(error)[:100]
        raise UnreadableBody(f"the body is not JSON: {where}", status=400, advice=HOW_TO_ASK) from None
