"""One worker of the scoring service, as `edgewise models serve` starts it: settings in, application out.

Each worker is a process of its own with a model of its own. What keeps it from starting is told as one sentence, and
the exit status tells the parent that another try would fail the same way.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgewise.app.console import ERR, show_error
from edgewise.app.house import House
from edgewise.app.logs import configure_logs
from edgewise.app.workers import STARTUP_FAILED
from edgewise.core.errors import EdgewiseError

if TYPE_CHECKING:
    from socket import socket

    from fastapi import FastAPI

    from edgewise.app.settings import Settings
    from edgewise.core.ports import SentenceToneModel
    from edgewise.serve.scoring import Limits, ScoringRooms

SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name
KEEP_ALIVE_S = 75  # longer than balancers keep theirs: a connection is closed by whoever does not send on it
# What every worker needs and what starts no thread, so that their parent may import it for all of them.
SHARED = ("fastapi", "uvicorn.lifespan.on", "uvicorn.protocols.http.h11_impl")


def import_shared() -> None:
    """Import what the workers of this process will need, as far as that leaves it with one thread."""
    for name in SHARED:
        import_module(name)


def work(settings: Settings, listening: socket) -> None:
    """Serve at a socket until told to end; end the process with `STARTUP_FAILED` where that cannot be."""
    import uvicorn  # noqa: PLC0415 - keeps the help page quick

    configure_logs(settings.log, settings.log_level, console=ERR)
    try:
        with House(settings) as house:
            server = uvicorn.Server(uvicorn.Config(application(house), **server_options(settings)))
            server.run(sockets=[listening])
    except EdgewiseError as error:
        show_error(error)
        sys.exit(STARTUP_FAILED)
    if not server.started:
        sys.exit(STARTUP_FAILED)


def server_options(settings: Settings) -> dict[str, Any]:
    """Return what the server is told besides its address. Its lines leave through our log."""
    return {
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_keep_alive": KEEP_ALIVE_S,
        "timeout_graceful_shutdown": settings.scoring_drain_s,
        "http": "h11",
        "ws": "none",
        "lifespan": "on",
    }


def application(house: House) -> FastAPI:
    """Return the application over a house, its model tested. Raises Unusable for a model that fails its self-test."""
    from edgewise.serve.scoring import create_app  # noqa: PLC0415 - the parent of the workers starts without it

    shared = os.environ.get(SHARED_METRICS)
    app = create_app(rooms_of(house), limits_of(house.settings), shared_metrics=Path(shared) if shared else None)
    app.state.scorer.test()
    return app


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
