"""The shapes of the service's answers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from edgewise.serve.api.models import ProblemDetails  # noqa: TC001 - pydantic reads the annotations at run time

Status = Literal["ok", "suspect", "absent"]
REASONS = "Codes of what is odd; with them the status is suspect, or absent without words."


class Tone(BaseModel):
    """How a text speaks; shares of its words. The shares and net are null where there are no words to read."""

    words: int = Field(description="Words read: those of sentences, boilerplate and tables left out.")
    boilerplate_words: int
    sentences: int
    fragments: int = Field(description="Headings and fragments that were not read.")
    positive: float | None = Field(description="How much of it is good news, 0 to 1.")
    negative: float | None = Field(description="How much of it is bad news, 0 to 1.")
    uncertainty: float | None = Field(description="Share of its words in sentences with an uncertain expression.")
    forward_looking: float | None = Field(description="Share of its words in sentences that speak of the future.")
    net: float | None = Field(description="Good against bad news, -1 to 1.")


class ItemTone(BaseModel):
    """One item of a filing."""

    part: str
    item: str
    status: Status
    reasons: list[str]
    tone: Tone


class MovedSentence(BaseModel):
    """A sentence that moved the result, with what the model says of it."""

    place: int = Field(description="Its place among the sentences of the text, from 0.")
    sentence: str
    words: int
    balance: float = Field(description="Its words times (positive - negative): by how much it moved the result.")
    negative: float
    neutral: float
    positive: float
    uncertain: bool
    forward_looking: bool


class Score(BaseModel):
    """The tone of a filing, a document or a text."""

    model_config = ConfigDict(protected_namespaces=())

    model_version: str = Field(description="Exactly what scored.", examples=["tone-fast-1"])
    text_sha256: str = Field(description="Names the texts that were read; equal names, equal texts.")
    status: Status
    reasons: list[str] = Field(description=REASONS)
    tone: Tone
    items: list[ItemTone] = Field(description="The items of a filing; empty for other texts.")
    moved_most: list[MovedSentence]


class BatchRow(BaseModel):
    """What became of one entry of a batch: a score or an error, in the order of the entries."""

    index: int
    score: Score | None
    error: ProblemDetails | None


class Batch(BaseModel):
    """What became of every entry of a batch."""

    results: list[BatchRow]
    failed: int = Field(description="How many entries have an error.")


class KnownModel(BaseModel):
    """A model: the loaded one, or one of the registry."""

    name: str
    version: int | None = Field(description="Null where the version is part of the name.")
    kind: str
    fingerprint: str | None = Field(description="Short digest of its files; null for a model without files.")
    status: str = Field(description="candidate, shadow, production or archived; unregistered for one that is not.")
    loaded: bool = Field(description="Whether this server scores with it.")
    metrics: dict[str, object]


class Models(BaseModel):
    """Which model scores here, and which others there are."""

    model_config = ConfigDict(protected_namespaces=())

    model_version: str
    models: list[KnownModel]


class Health(BaseModel):
    """Whether the service can score now."""

    model_config = ConfigDict(protected_namespaces=())

    status: Literal["ready", "starting", "stuck"]
    model_version: str
    version: str
    simulated: bool


class Alive(BaseModel):
    """That the process answers; it says nothing about the model."""

    status: Literal["alive"]
