"""Every setting, with its default and meaning. Read once at the entry point, frozen, passed down.

Each is an environment variable `EDGEWISE_<NAME>`, or a line of a `.env` file in the working directory.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from edgewise.core.errors import NotConfigured


class Settings(BaseSettings):
    """Where things are and how politely to ask for them. An empty URL means the embedded default inside `home`."""

    model_config = SettingsConfigDict(env_prefix="EDGEWISE_", env_file=".env", frozen=True, extra="ignore")

    home: Path = Field(
        default=Path("edgewise-data"), description="Folder of everything embedded: lake, documents, database."
    )
    lake: str = Field(default="", description="Where the tables are: a folder or s3://bucket/prefix.")
    documents: str = Field(default="", description="Where the raw documents are: a folder or s3://bucket/prefix.")
    database: str = Field(
        default="",
        description="Operational state: sqlite:///path or postgresql://user:password@host/name.",
        repr=False,
    )
    queue: str = Field(
        default="", description="Where filings wait to be worked on: empty for the database, sqs://name.fifo."
    )
    seen: str = Field(
        default="", description="The set of filings seen first by somebody: empty for the database, dynamodb://table."
    )
    edgar: str = Field(
        default="",
        description="Where filings come from: empty for the SEC, archive:///folder-or-zip to replay, http://... for a "
        "mirror, as the simulated server is one.",
    )
    edgar_session: str = Field(
        default="", description="Which recorded feed crawl of an archive to replay; empty for the newest."
    )
    edgar_catalogue: Path | None = Field(
        default=None,
        description="A table (path, form, filing_date, company) that dates an archive's files where they do not.",
    )
    identity: str = Field(
        default="", description="Who asks the SEC: 'Company Name contact@example.com'. Needed for the live service."
    )
    rate_per_s: float = Field(
        default=8.0,
        ge=0,
        le=10,
        description="Requests a second to the SEC; the SEC allows 10. 0 lifts the limit, for a mirror only.",
    )
    limit: str = Field(
        default="",
        description="Who shares that rate: empty or a file for the processes of this machine, database for all "
        "machines, this for one process.",
    )
    ratings: str = Field(
        default="",
        description="Where analysts' ratings come from: empty for Benzinga, archive:///folder to replay, http://... "
        "for a mirror.",
    )
    benzinga_key: str = Field(
        default="", description="Key of Benzinga. Without one its ratings are left out.", repr=False
    )
    benzinga_per_minute: float = Field(
        default=60.0, gt=0, le=600, description="Questions a minute to Benzinga; its plans allow so many a day."
    )
    news: str = Field(
        default="",
        description="Where news comes from: empty for Polygon, archive:///folder to replay, http://... for a mirror.",
    )
    index_members: Path | None = Field(
        default=None,
        description="A file of who belonged to an index on which days, .parquet or .csv; --sp500 looks at it.",
    )
    prices: str = Field(
        default="polygon,yahoo,alpha_vantage",
        description="Who is asked for prices, the primary first, then the fall-backs. One without its key is skipped.",
    )
    price_source: str = Field(
        default="",
        description="Where those providers are asked: empty for the live services, archive:///folder to replay, "
        "http://... for a mirror.",
    )
    polygon_key: str = Field(
        default="",
        description="Key of Polygon. Without one it is not asked for prices, for news, or for who has left the market.",
        repr=False,
    )
    polygon_per_minute: float = Field(
        default=5.0, gt=0, le=600, description="Questions a minute to Polygon; its free plan allows 5."
    )
    alpha_vantage_key: str = Field(
        default="", description="Key of Alpha Vantage. Without one it is not asked for prices.", repr=False
    )
    alpha_vantage_per_minute: float = Field(
        default=5.0, gt=0, le=600, description="Questions a minute to Alpha Vantage; its free plan allows 25 a day."
    )
    wrds: str = Field(
        default="",
        description="Where CRSP's tables are, for crsp among EDGEWISE_PRICES: WRDS at postgresql://user:password@"
        "host:port/wrds, sqlite:///copy.db, or a folder of files. Without it CRSP is left out.",
        repr=False,
    )
    executor: str = Field(
        default="",
        description="Where work runs: empty for one process per core, this for this process, processes://N, ray://.",
    )
    scoring_workers: int = Field(default=1, ge=1, le=64, description="Processes of the scoring service.")
    scoring_request_bytes: int = Field(
        default=4_000_000, ge=1, description="Largest body of a request to the scoring service."
    )
    scoring_batch_bytes: int = Field(default=16_000_000, ge=1, description="Largest body of a batch.")
    scoring_waiting: int = Field(
        default=256, ge=1, description="Documents that may be in work or wait in one worker; more are sent away (503)."
    )
    scoring_gather_ms: float = Field(
        default=5.0, ge=0, le=1000, description="How long sentences wait for those of other requests, milliseconds."
    )
    scoring_cache_bytes: int = Field(
        default=64_000_000, ge=0, description="Memory of a worker for results, and again for stored documents."
    )
    scoring_drain_s: int = Field(
        default=30, ge=1, description="How long a stopping service may take for what it was asked before, seconds."
    )
    api_keys: str = Field(
        default="",
        description="Who may ask the API: name:key pairs separated by commas, a key of 16 characters or more, or "
        "sha256=HEX of one. Empty lets everybody ask.",
        repr=False,
    )
    api_per_minute: float = Field(
        default=600.0,
        ge=0,
        description="Questions a minute of each key, ten seconds' worth of them at once; 0 lifts the limit.",
    )
    api_origins: str = Field(
        default="",
        description="Sites whose pages may ask the API from a browser, separated by commas; * for all, empty for none.",
    )
    tone: str = Field(
        default="",
        description="What scores tone: empty for the lexicon, the name of a packaged model, a model folder, or "
        "registry://NAME@VERSION.",
    )
    embedder: str = Field(
        default="minilm",
        description="What turns risk factors into vectors: a packaged model, or as EDGEWISE_TONE; empty for none.",
    )
    vectors: str = Field(
        default="",
        description="What finds risks that are alike: empty for the lake itself, database for pgvector in the "
        "PostgreSQL of EDGEWISE_DATABASE.",
    )
    risk_categories: str = Field(
        default="keywords",
        description="What says what a risk factor is about: keywords, learned for the trained head over its encoder "
        "(a second or two more for a 10-K), or the folder of a head over EDGEWISE_EMBEDDER.",
    )
    log: Literal["text", "json"] = Field(default="text", description="How log lines are written: text or json.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important log lines that are written."
    )

    @property
    def lake_url(self) -> str:
        """The lake's URL with the default filled in."""
        return self.lake or str(self.home / "lake")

    @property
    def documents_url(self) -> str:
        """The document store's URL with the default filled in."""
        return self.documents or str(self.home / "documents")

    @property
    def database_url(self) -> str:
        """The database's URL with the default filled in."""
        return self.database or f"sqlite:///{(self.home / 'state.db').absolute()}"

    @property
    def limit_file(self) -> Path:
        """The file through which the processes of this machine share the rate limit; a mirror has one of its own."""
        if not self.edgar.startswith(("http://", "https://")):
            return self.home / "edgar.limit"
        return self.home / f"mirror-{sha256(self.edgar.encode()).hexdigest()[:16]}.limit"

    @property
    def cache(self) -> Path:
        """The folder of the HTTP cache."""
        return self.home / "http-cache"


def load_settings(**overrides: object) -> Settings:
    """Return the settings from the environment, `overrides` winning. Raises NotConfigured with every complaint."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        complaints = "; ".join(
            f"EDGEWISE_{str(part['loc'][0]).upper()}: {part['msg'].lower()}" for part in error.errors(include_url=False)
        )
        raise NotConfigured(
            f"the settings do not hold: {complaints}", advice="Run edgewise doctor --settings to see all."
        ) from None
