"""The shapes of the API's answers."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - pydantic reads the annotations at run time
from typing import Generic, TypeVar

from pydantic import BaseModel, Field

Row = TypeVar("Row", bound=BaseModel)


class Page(BaseModel, Generic[Row]):
    """One page of a list. `next` is what to pass as `after`; null on the last page."""

    items: list[Row]
    next: str | None = Field(description="Pass it as `after` for the next page; null on the last.")


class FilingSummary(BaseModel):
    """A filing and how far it has come."""

    accession: str = Field(examples=["0000320193-24-000123"])
    cik: int = Field(description="Registrant under which it was discovered.")
    form: str
    filed_date: date | None
    state: str = Field(examples=["scored"])
    attempts: int
    reason: str = Field(description="Code of the failure, empty if it did not fail.")
    detail: str
    first_seen_at: datetime | None


class Party(BaseModel):
    """A registrant on a filing and its role."""

    cik: int
    role: str
    company: str | None
    sic: int | None


class Document(BaseModel):
    """A document of a filing; `sha256` names its bytes in the document store."""

    sequence: int
    document_type: str
    file_name: str | None
    description: str | None
    size: int
    sha256: str


class Tone(BaseModel):
    """How positive, negative and uncertain a filing's words are; fractions of its words."""

    item: str
    model_version: str
    words: int
    boilerplate_words: int
    positive: float | None
    negative: float | None
    uncertainty: float | None
    net: float | None
    status: str
    reasons: str | None


class Filing(BaseModel):
    """Everything stored of one filing."""

    accession: str
    form: str
    filed_date: date | None
    period_end: date | None
    known_at: datetime
    known_at_source: str
    source_url: str
    parties: list[Party]
    documents: list[Document]
    tone: list[Tone]


class FactorAbout(BaseModel):
    """What a factor is."""

    name: str
    version: str
    unit: str
    direction: str
    source: str
    inputs: list[str]


class FactorValue(BaseModel):
    """One value of a factor: known at the close of its session."""

    factor: str
    version: str
    instrument_id: str
    session: date
    raw: float | None
    z: float | None
    sector: str | None
    inputs: int
    newest_input: str | None = Field(description="Accession of the newest filing it rests on.")
    input_model: str
    known_at: datetime


class Health(BaseModel):
    """Whether the service can answer, and how fresh its tables are."""

    status: str = Field(examples=["ok"])
    version: str
    simulated: bool
    tables: dict[str, TableHealth]
    filings: dict[str, int]


class TableHealth(BaseModel):
    """One table of the lake."""

    rows: int
    version: int
    newest_known_at: datetime | None
