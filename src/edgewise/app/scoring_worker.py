"""One worker of the scoring service, as `edgewise models serve` starts it: settings in, application out.

Each worker is a process of its own with a model of its own. What keeps it from starting is told as one sentence, and
the exit status tells the parent that another try would fail the same way.
"""

from __future__ import annotations

import atexit
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from edgewise.app.console import ERR, show_error
from edgewise.app.house import House
from edgewise.app.logs import configure_logs
from edgewise.app.settings import load_settings
from edgewise.core.errors import EdgewiseError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from edgewise.app.settings import Settings
    from edgewise.core.ports import SentenceToneModel
    from edgewise.serve.scoring import Limits, ScoringRooms

SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name
STARTUP_FAILED = 3  # the server's own number for a worker that can never start


def create() -> FastAPI:
    """Return the application as the settings say, its model tested; end the process where that cannot be."""
    try:
        settings = load_settings()
        configure_logs(settings.log, settings.log_level, console=ERR)
        return application(settings)
    except EdgewiseError as error:
        show_error(error)
        sys.exit(STARTUP_FAILED)


def application(settings: Settings) -> FastAPI:
    """Return the application as the settings say. Raises Unusable for a model that fails its self-test."""
    from edgewise.serve.scoring import create_app  # noqa: PLC0415 - the parent of the workers starts without it
    from edgewise.serve.scoring.self_test import check_model  # noqa: PLC0415 - as above

    house = House(settings)
    atexit.register(house.__exit__, None, None, None)
    rooms = rooms_of(house)
    check_model(rooms.model)
    shared = os.environ.get(SHARED_METRICS)
    return create_app(rooms, limits_of(settings), shared_metrics=Path(shared) if shared else None)


def rooms_of(house: House) -> ScoringRooms:
    """Return what a worker works with. The registry is asked only where there is a database already."""
    from edgewise.serve.scoring import ScoringRooms  # noqa: PLC0415 - as above

    settings = house.settings
    there_is_one = bool(settings.database) or (settings.home / "state.db").is_file()
    return ScoringRooms(
        model=sentence_model(house),
        version=version("edgewise"),
        lake=house.lake,
        documents=house.documents,
        registry=house.model_registry if there_is_one else None,
        simulated=house.simulated,
    )


def sentence_model(house: House) -> SentenceToneModel:
    """Return the model of sentences behind the tone model of the settings; where that counts words, so does this."""
    from edgewise.text.lexicon_sentences import LexiconSentences  # noqa: PLC0415 - as above
    from edgewise.text.sentence_tone import SentenceTone  # noqa: PLC0415 - as above

    tone = house.tone_model
    return tone.model if isinstance(tone, SentenceTone) else LexiconSentences()


def limits_of(settings: Settings) -> Limits:
    """Return the limits that the settings name; the others are the service's own."""
    from edgewise.serve.scoring import Limits  # noqa: PLC0415 - as above

    return Limits(
        request_bytes=settings.scoring_request_bytes,
        batch_bytes=settings.scoring_batch_bytes,
        waiting_documents=settings.scoring_waiting,
        gather_s=settings.scoring_gather_ms / 1e3,
        cache_bytes=settings.scoring_cache_bytes,
    )
