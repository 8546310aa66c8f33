"""Every setting, with its default and meaning. Read once at the entry point, frozen, passed down.

Each is an environment variable `EDGEWISE_<NAME>`, or a line of a `.env` file in the working directory.
"""

from __future__ import annotations

from pathlib import Path

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
    documents: str = Field(default="", description="Where the raw documents are: a folder.")
    database: str = Field(default="", description="Operational state: sqlite:///path.", repr=False)
    edgar: str = Field(
        default="", description="Where filings come from: empty for the SEC, archive:///folder-or-zip to replay."
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
    rate_per_s: float = Field(default=8.0, gt=0, le=10, description="Requests a second to the SEC; the SEC allows 10.")
    executor: str = Field(
        default="", description="Where work runs: empty for one process per core, this for this process, processes://N."
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
