"""The shapes of the API's answers."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - pydantic reads the annotations at run time
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from edgewise.core.ports import FilingState  # noqa: TC001 - as above

Row = TypeVar("Row", bound=BaseModel)


class ProblemDetails(BaseModel):
    """What went wrong and what to do next."""

    code: str = Field(description="Short code that never contains a value.", examples=["not_found"])
    message: str
    advice: str


class Problem(BaseModel):
    """The one shape of all errors."""

    error: ProblemDetails


class Page(BaseModel, Generic[Row]):
    """One page of a list."""

    items: list[Row]
    next: str | None = Field(description="Pass it as `after` for the next page; null on the last.")


class FilingSummary(BaseModel):
    """A filing and how far it has come."""

    model_config = ConfigDict(from_attributes=True)

    accession: str = Field(examples=["0000320193-24-000123"])
    cik: int = Field(description="Registrant under which it was discovered.")
    form: str = Field(description="Empty until a source tells it.")
    filed_date: date | None
    state: FilingState
    attempts: int
    reason: str = Field(description="Code of the last failure, empty if it did not fail.")
    first_seen_at: datetime | None = Field(description="When this server first saw it; not when it became public.")


class Party(BaseModel):
    """A registrant on a filing, its role, and the form the filing is for it."""

    cik: int
    role: str
    form: str
    company: str | None
    sic: int | None


class Document(BaseModel):
    """A document of a filing; `sha256` names its bytes in the document store."""

    sequence: int
    document_type: str
    file_name: str | None
    description: str | None
    size: int = Field(description="Bytes.")
    sha256: str


class Tone(BaseModel):
    """How positive, negative and uncertain an item's words are by one model; a filing has a row per item and model."""

    item: str = Field(description="Part and item of the form, or `all` for the whole filing.", examples=["all"])
    model_version: str = Field(examples=["tone-fast-1"])
    words: int = Field(description="Words counted, boilerplate excluded; of a trained model those of its sentences.")
    boilerplate_words: int = Field(description="Words left out as boilerplate.")
    sentences: int | None = Field(description="Sentences that the model read; null for a model that counts words.")
    fragments: int | None = Field(description="Headings and pieces of under four words, not read; null as `sentences`.")
    positive: float | None = Field(description="Fraction of words; null without words, as the other fractions.")
    negative: float | None
    uncertainty: float | None
    forward_looking: float | None = Field(
        description="Fraction of words in sentences that speak of the future; null for a model that counts words, too."
    )
    net: float | None = Field(description="(positive - negative) / (positive + negative + 1 word): -1 to 1.")
    status: str = Field(description="`ok`, `suspect` or `absent`.")
    reasons: str | None = Field(description="Reason codes separated by commas; null where the status is ok.")
    inputs: str = Field(description="SHA-256 of each text that was read, separated by commas.")


class Filing(BaseModel):
    """Everything stored of one filing."""

    accession: str
    forms: list[str] = Field(description="Mostly one; a submission can be different forms for its registrants.")
    filed_date: date | None
    period_end: date | None
    known_at: datetime = Field(description="UTC instant from which the public could know it.")
    known_at_source: str = Field(description="What `known_at` rests on.")
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
    inputs: list[str] = Field(description="Tables it reads.")


class FactorValue(BaseModel):
    """One value of a factor: known at the close of its session. `raw` and `z` are null where there is no value."""

    factor: str
    version: str
    instrument_id: str
    session: date
    raw: float | None
    z: float | None
    sector: str | None
    inputs: int = Field(description="Rows of input it rests on.")
    newest_input: str | None = Field(description="Accession of the newest filing it rests on.")
    input_model: str
    known_at: datetime


class TableHealth(BaseModel):
    """One table of the lake."""

    rows: int = Field(description="Rows of all knowledge times.")
    version: int
    newest_known_at: datetime | None = Field(description="Null in a table without rows.")


class Health(BaseModel):
    """That the service can answer, and how fresh its tables are."""

    status: Literal["ok"]
    at: datetime = Field(description="The server's present instant, to hold freshness against.")
    version: str
    simulated: bool
    tables: dict[str, TableHealth]
    filings: dict[FilingState, int] = Field(description="Filings by state; a state without filings is left out.")


class About(BaseModel):
    """What answers here."""

    name: str
    version: str
    simulated: bool
    routes: list[str]
    description: str = Field(description="Where the full description is.")
