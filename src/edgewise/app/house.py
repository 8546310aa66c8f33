"""The wiring: settings in, rooms with their adapters out. Each is made at first use and closed together."""

from __future__ import annotations

import os
import zipfile
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from edgewise.app.adapters import (
    DATABASES,
    DOCUMENTS,
    EMBEDDERS,
    EXECUTORS,
    LIMITS,
    OUTSIDE_TABLES,
    QUEUES,
    SEEN,
    TONE_MODELS,
    VECTORS,
    adapter_for,
    scheme_of,
)
from edgewise.core.errors import InvalidInput, NotConfigured, NotFound, ServiceUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from edgewise.adapters.sql import Database
    from edgewise.app.settings import Settings
    from edgewise.core.clock import Clock
    from edgewise.core.outside_tables import OutsideTables
    from edgewise.core.ports import (
        Embedder,
        Executor,
        FilingLedger,
        Limit,
        ModelRegistry,
        Queue,
        RiskCategoryModel,
        RunLedger,
        Seen,
        ServedScores,
        StreamLedger,
        ToneModel,
        VectorIndex,
    )
    from edgewise.lake import DocumentStore, Lake
    from edgewise.pipelines.journey import Rooms
    from edgewise.pipelines.score_reading import ScoreReader
    from edgewise.pipelines.stream.events import Tell
    from edgewise.pipelines.stream.intake import Intake
    from edgewise.pipelines.stream.rooms import Stream
    from edgewise.serve.api.keys import ApiAccess
    from edgewise.sources.edgar.service import Edgar
    from edgewise.sources.http import Fetcher
    from edgewise.sources.listings.polygon import PolygonListings
    from edgewise.sources.news.service import PolygonNews
    from edgewise.sources.prices.open import Providers
    from edgewise.sources.provider import Access
    from edgewise.sources.ratings.service import BenzingaRatings
    from edgewise.sources.services import Service


MARKER = "SIMULATED.md"


class SystemClock:
    """The real clock; the only place that asks the machine for the time."""

    def now(self) -> datetime:
        """Return the present instant, UTC."""
        return datetime.now(UTC)


class House:
    """Everything a command needs, wired as the settings say. Use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.machine_clock = SystemClock()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @cached_property
    def clock(self) -> Clock:
        """The time of the filings: the machine's, or that of the simulated server they come from."""
        if not self.settings.edgar.startswith(("http://", "https://")):
            return self.machine_clock
        from edgewise.simulate.server import simulated_clock_of  # noqa: PLC0415 - imported at first use

        return simulated_clock_of(self.settings.edgar) or self.machine_clock

    @cached_property
    def simulated(self) -> bool:
        """Whether what is stored here, or the source that is read, is a simulated market."""
        if (self.settings.home / MARKER).is_file():
            return True
        try:
            return _simulated_note(self.settings.edgar) is not None
        except ServiceUnavailable:
            return False  # whoever stored anything from a simulated server left its mark in the home folder

    def make_home(self) -> None:
        """Create the folder of everything embedded. Raises NotConfigured where that cannot be."""
        try:
            self.settings.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotConfigured(
                f"EDGEWISE_HOME {self.settings.home} cannot be a folder: {error.strerror}", advice="Name another one."
            ) from error

    def mark_simulated(self) -> None:
        """Keep the note of a simulated archive beside its data, so that every command and answer can say so."""
        settings = self.settings
        # A provider's host may be a folder of a simulated archive whose filings are not read at all.
        notes = (_simulated_note(url) for url in dict.fromkeys((settings.edgar, settings.ratings, settings.news)))
        note = next((note for note in notes if note is not None), None)
        if note is not None:
            self.make_home()
            (self.settings.home / MARKER).write_bytes(note)

    @cached_property
    def rooms(self) -> Rooms:
        """What a filing's journey passes through."""
        from edgewise.pipelines.journey import Rooms  # noqa: PLC0415 - imported at first use

        return Rooms(
            edgar=self.edgar,
            lake=self.lake,
            documents=self.documents,
            filings=self.filings,
            executor=self.executor,
            model=self.tone_model,
            risk_categories=self.risk_categories,
            clock=self.clock,
        )

    @cached_property
    def lake(self) -> Lake:
        """The tables."""
        from edgewise.lake import Lake, storage_options_from  # noqa: PLC0415 - other commands start without it

        url = self.settings.lake_url
        return Lake(url, storage_options=storage_options_from(os.environ) if url.startswith("s3://") else None)

    @cached_property
    def documents(self) -> DocumentStore:
        """The raw documents."""
        from edgewise.lake import DocumentStore  # noqa: PLC0415 - as above

        url = self.settings.documents_url
        return DocumentStore(adapter_for(url, DOCUMENTS, setting="EDGEWISE_DOCUMENTS")(url.removeprefix("file://")))

    @cached_property
    def database(self) -> Database:
        """Operational state, migrated to the newest schema."""
        url = self.settings.database_url
        if url.startswith("sqlite:"):
            self.make_home()
        database: Database = adapter_for(url, DATABASES, setting="EDGEWISE_DATABASE")(url)
        self._open.callback(database.close)
        database.upgrade()
        return database

    @cached_property
    def filings(self) -> FilingLedger:
        """Which filings are known and how far each has come."""
        from edgewise.adapters.sql import SqlFilingLedger  # noqa: PLC0415 - imported at first use

        return SqlFilingLedger(self.database)

    @cached_property
    def runs(self) -> RunLedger:
        """What ran and with what outcome."""
        from edgewise.adapters.sql import SqlRunLedger  # noqa: PLC0415 - imported at first use

        return SqlRunLedger(self.database)

    @cached_property
    def stream_ledger(self) -> StreamLedger:
        """What the live stream asks of the filing ledger."""
        from edgewise.adapters.sql import SqlStreamLedger  # noqa: PLC0415 - imported at first use

        return SqlStreamLedger(self.database)

    @cached_property
    def model_registry(self) -> ModelRegistry:
        """Which models exist and which is used."""
        from edgewise.adapters.sql import SqlModelRegistry  # noqa: PLC0415 - imported at first use

        return SqlModelRegistry(self.database)

    @cached_property
    def served_scores(self) -> ServedScores:
        """Copies of published scores, to be looked up."""
        from edgewise.adapters.sql import SqlServedScores  # noqa: PLC0415 - imported at first use

        return SqlServedScores(self.database)

    @cached_property
    def score_reader(self) -> ScoreReader:
        """Who reads served scores for people and programs; it looks for a newer session by the clock of the filings."""
        from edgewise.pipelines.score_reading import ScoreReader  # noqa: PLC0415 - imported at first use

        return ScoreReader(self.lake, self.served_scores, self.clock)

    @cached_property
    def api_access(self) -> ApiAccess:
        """Who may ask the API, and how often. Raises NotConfigured for a key that is none."""
        from edgewise.serve.api.keys import ApiAccess, parse_keys  # noqa: PLC0415 - as above

        settings = self.settings
        origins = tuple(site.strip().rstrip("/") for site in settings.api_origins.split(",") if site.strip())
        return ApiAccess(parse_keys(settings.api_keys), settings.api_per_minute, origins)

    def registered_model(self, url: str) -> Path:
        """Return the folder of the model that `registry://NAME@VERSION` or `registry://NAME@production` names.

        It is fetched from the document store to this machine where it is not here yet, and every byte is checked.
        """
        from edgewise.core.model_registry import parse_reference  # noqa: PLC0415 - imported at first use
        from edgewise.pipelines.models import fetch_model, registered  # noqa: PLC0415 - as above

        model = registered(self.model_registry, parse_reference(url.removeprefix("registry://")))
        return fetch_model(model, self.documents, self.settings.home / "models")

    def model_versions(self) -> frozenset[str]:
        """Return every model version that can be found: registered ones, those of the package, and the lexicon."""
        from edgewise.adapters.onnx.folder import open_folder, packaged_models  # noqa: PLC0415 - imported at first use
        from edgewise.text.tone import LexiconTone  # noqa: PLC0415 - as above

        registered = (model.label for model in self.model_registry.models())
        packaged = (open_folder(folder).version for folder in packaged_models().values())
        return frozenset({LexiconTone().version, *registered, *packaged})

    @cached_property
    def queue(self) -> Queue:
        """Where filings wait to be worked on."""
        queue: Queue = self._beside_database(self.settings.queue, QUEUES, setting="EDGEWISE_QUEUE")
        return queue

    @cached_property
    def seen(self) -> Seen:
        """Which filings somebody saw first."""
        seen: Seen = self._beside_database(self.settings.seen, SEEN, setting="EDGEWISE_SEEN")
        return seen

    def _beside_database(self, url: str, table: Mapping[str, str], *, setting: str) -> Any:
        """Return what a URL names, or a table of the operational database where it is empty."""
        make = adapter_for(url, table, setting=setting)
        if url and not scheme_of(url):
            known = ", ".join(f"{scheme}://" for scheme in table if scheme)
            raise InvalidInput(f"{setting} cannot be a plain path", advice=f"Leave it empty, or give {known}.")
        return make(url) if url else make(self.database)

    @cached_property
    def limit(self) -> Limit | None:
        """The rate limit that is shared as widely as its setting says; None lifts it."""
        url, rate = self.settings.limit, self.settings.rate_per_s
        if not rate:
            return None
        named = f"{url}://" if url in {"database", "this"} else url
        make = adapter_for(named, LIMITS, setting="EDGEWISE_LIMIT")
        match scheme_of(named):
            case "" | "file":
                self.make_home()
                limit: Limit = make(Path(named.removeprefix("file://") or self.settings.limit_file), rate)
            case "database":
                limit = make(self.database, rate)
            case _:
                limit = make(rate)
        return limit

    def intake(self, tell: Tell, *, forms: tuple[str, ...] = ()) -> Intake:
        """Return where filings are first seen and queued; `tell` hears what happens, `forms` narrows what is taken."""
        from edgewise.pipelines.stream.intake import Intake  # noqa: PLC0415 - imported at first use

        return Intake(self.edgar, self.queue, self.seen, self.clock, self.machine_clock, tell, forms)

    def stream(self, tell: Tell, *, forms: tuple[str, ...] = ()) -> Stream:
        """Return what the whole live stream runs on; the arguments are those of `intake`."""
        from edgewise.pipelines.stream.rooms import Stream  # noqa: PLC0415 - imported at first use

        return Stream(self.intake(tell, forms=forms), self.rooms, self.stream_ledger)

    @cached_property
    def fetcher(self) -> Fetcher:
        """The outside world, or an archive of it."""
        from edgewise.sources.http import Archive, open_fetcher  # noqa: PLC0415 - imported at first use

        settings = self.settings
        if settings.edgar_session:
            fetcher: Fetcher = Archive(settings.edgar, session=settings.edgar_session)
        else:
            fetcher = open_fetcher(
                settings.edgar,
                identity=settings.identity or None,
                rate_per_s=settings.rate_per_s or None,
                limit=None if settings.edgar.startswith("archive://") else self.limit,
                cache=settings.cache,
            )
        self._open.callback(fetcher.close)
        return fetcher

    @cached_property
    def edgar(self) -> Edgar:
        """The SEC's filing system."""
        from edgewise.sources.edgar.service import Edgar  # noqa: PLC0415 - imported at first use

        catalogue = self.settings.edgar_catalogue
        return Edgar(self.fetcher, catalogue=_read(catalogue) if catalogue else None)

    @cached_property
    def ratings(self) -> BenzingaRatings | None:
        """Where analysts' ratings come from; None where Benzinga has no key."""
        from edgewise.sources.ratings.service import BenzingaRatings  # noqa: PLC0415 - imported at first use
        from edgewise.sources.services import BENZINGA  # noqa: PLC0415 - as above

        fetcher = self._provider(self.settings.ratings, BENZINGA)
        return BenzingaRatings(fetcher) if fetcher else None

    @cached_property
    def news(self) -> PolygonNews | None:
        """Where news comes from; None where Polygon has no key."""
        from edgewise.sources.news.service import PolygonNews  # noqa: PLC0415 - imported at first use
        from edgewise.sources.services import POLYGON  # noqa: PLC0415 - as above

        fetcher = self._provider(self.settings.news, POLYGON)
        return PolygonNews(fetcher) if fetcher else None

    @cached_property
    def listings(self) -> PolygonListings | None:
        """Who tells which securities have left the market, where prices come from; None where Polygon has no key."""
        from edgewise.sources.listings.polygon import PolygonListings  # noqa: PLC0415 - imported at first use
        from edgewise.sources.services import POLYGON  # noqa: PLC0415 - as above

        fetcher = self._provider(self.settings.price_source, POLYGON)
        return PolygonListings(fetcher) if fetcher else None

    @cached_property
    def price_providers(self) -> Providers:
        """Who is asked for prices, and why others are not. Raises NotConfigured where nobody can be asked."""
        from edgewise.sources.prices.open import open_providers  # noqa: PLC0415 - imported at first use

        settings = self.settings
        order = [name.strip() for name in settings.prices.split(",") if name.strip()]
        opened = open_providers(
            order,
            self.clock,
            access=self._access,
            identity=settings.identity,
            source=settings.price_source,
            tables=self.wrds if "crsp" in order else None,
        )
        self._open.callback(opened.close)
        if not opened.in_order:
            told = "; ".join(opened.skipped.values()) or "EDGEWISE_PRICES names none"
            raise NotConfigured(f"no provider of prices can be asked: {told}", advice="See EDGEWISE_PRICES.")
        return opened

    @cached_property
    def wrds(self) -> OutsideTables | None:
        """The tables of WRDS, or a copy of them; None where nothing says where they are."""
        url = self.settings.wrds
        if not url:
            return None
        tables: OutsideTables = adapter_for(url, OUTSIDE_TABLES, setting="EDGEWISE_WRDS")(url)
        self._open.callback(tables.close)
        return tables

    @property
    def _access(self) -> dict[str, Access]:
        """What asking each provider takes, by its name."""
        from edgewise.sources.provider import Access  # noqa: PLC0415 - imported at first use

        settings = self.settings
        return {
            "polygon": Access(settings.polygon_key, settings.polygon_per_minute),
            "alpha_vantage": Access(settings.alpha_vantage_key, settings.alpha_vantage_per_minute),
            "benzinga": Access(settings.benzinga_key, settings.benzinga_per_minute),
        }

    def _provider(self, url: str, service: Service) -> Fetcher | None:
        """Return the fetcher of a provider; None where it wants a key and there is none."""
        from edgewise.sources.provider import open_provider  # noqa: PLC0415 - imported at first use

        fetcher = open_provider(url, service, self._access[service.name], identity=self.settings.identity)
        if fetcher is not None:
            self._open.callback(fetcher.close)
        return fetcher

    @cached_property
    def executor(self) -> Executor:
        """Where heavy work runs."""
        url = self.settings.executor or f"processes://{os.cpu_count() or 1}"
        make = adapter_for(url if "://" in url else f"{url}://", EXECUTORS, setting="EDGEWISE_EXECUTOR")
        if scheme_of(url) == "ray":
            executor: Executor = make(url)
            self._open.callback(executor.close)
            return executor
        workers = url.partition("://")[2]
        if workers and not (scheme_of(url) == "processes" and workers.isdecimal()):
            raise InvalidInput(f"EDGEWISE_EXECUTOR cannot be {url!r}", advice="Write this, or processes://4.")
        executor = make(int(workers)) if workers else make()
        self._open.callback(executor.close)
        return executor

    @cached_property
    def tone_model(self) -> ToneModel:
        """The model that scores tone: the lexicon, or a trained model of sentences over whole documents."""
        if not self.settings.tone:
            from edgewise.text.tone import LexiconTone  # noqa: PLC0415 - imported at first use

            return LexiconTone()
        from edgewise.text.sentence_tone import SentenceTone  # noqa: PLC0415 - as above

        return SentenceTone(self._model(self.settings.tone, TONE_MODELS, setting="EDGEWISE_TONE"))

    @cached_property
    def embedder(self) -> Embedder:
        """The model that turns risk factors into vectors. Raises NotConfigured where none is named."""
        if not self.settings.embedder:
            raise NotConfigured(
                "no model of vectors is named", advice="Set EDGEWISE_EMBEDDER to a packaged model or a model folder."
            )
        embedder: Embedder = self._model(self.settings.embedder, EMBEDDERS, setting="EDGEWISE_EMBEDDER")
        return embedder

    @cached_property
    def vector_index(self) -> VectorIndex | None:
        """The index of vectors that lasts; None where the lake answers by itself.

        Raises NotConfigured where the database has no pgvector within reach.
        """
        url = self.settings.vectors
        if not url:
            return None
        make = adapter_for(f"{url}://" if url in VECTORS else url, VECTORS, setting="EDGEWISE_VECTORS")
        index: VectorIndex = make(self.database)
        return index

    def _model(self, name: str, table: Mapping[str, str], *, setting: str) -> Any:
        """Return the model that a setting names.

        In worker processes it runs on one thread each, in this process on every processor.
        Raises NotFound, with the packaged names, for what is no model folder.
        """
        from edgewise.adapters.onnx import packaged_models  # noqa: PLC0415 - imported at first use
        from edgewise.adapters.onnx.encoder import processors  # noqa: PLC0415 - as above

        make = adapter_for(name, table, setting=setting)
        packaged = packaged_models()
        if scheme_of(name) == "registry":
            folder = self.registered_model(name)
        elif name in packaged:
            folder = packaged[name]
        else:
            folder = Path(name.removeprefix("file://"))
        if not folder.is_dir():
            known = ", ".join(packaged) or "none"
            raise NotFound(f"{setting} {name!r} is no model folder", advice=f"Packaged models: {known}.")
        return make(folder, threads=processors() if self.settings.executor in {"this", "this://"} else 1)

    @cached_property
    def risk_categories(self) -> RiskCategoryModel:
        """The model that says what a risk factor is about: keywords, or a trained head over the encoder it belongs to.

        Raises NotFound for what is no head, Unusable for a head of another encoder.
        """
        named = self.settings.risk_categories
        if named == "keywords":
            from edgewise.text.risk_categories.keywords import KeywordRiskCategories  # noqa: PLC0415 - as above

            return KeywordRiskCategories()
        from edgewise.text.risk_categories.head import open_head, packaged_head  # noqa: PLC0415 - as above
        from edgewise.text.risk_categories.learned import LearnedRiskCategories  # noqa: PLC0415 - as above

        if named != "learned":
            return LearnedRiskCategories(self.embedder, named.removeprefix("file://"))
        encoder = open_head(packaged_head()).embedder.rpartition("-")[0]
        return LearnedRiskCategories(self._model(encoder, EMBEDDERS, setting="EDGEWISE_RISK_CATEGORIES"))


def _simulated_note(edgar: str) -> bytes | None:
    """Return the note that a simulated archive carries at its root, or its server serves; None for other sources.

    Raises ServiceUnavailable where a mirror does not answer.
    """
    if edgar.startswith(("http://", "https://")):
        from edgewise.simulate.server import simulated_note_of  # noqa: PLC0415 - imported at first use

        return simulated_note_of(edgar)
    archive = Path(edgar.removeprefix("archive://"))
    if not edgar.startswith("archive://"):
        return None
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as bundle:
            return bundle.read(MARKER) if MARKER in bundle.namelist() else None
    return (archive / MARKER).read_bytes() if (archive / MARKER).is_file() else None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}", advice="Check EDGEWISE_EDGAR_CATALOGUE.") from error
