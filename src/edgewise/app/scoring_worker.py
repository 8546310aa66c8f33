"""One worker of the scoring service, as `edgewise models serve` starts it: settings in, application out.

Workers are forks of a process that has read the model and put it to its self-test. What keeps one from starting is
told as one sentence, and the exit status tells the parent that another try would fail the same way.
"""

from __future__ import annotations

import gc
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgewise.app.adapters import DOCUMENTS, adapter_for, scheme_of
from edgewise.app.console import ERR, show_error
from edgewise.app.house import House
from edgewise.app.logs import configure_logs
from edgewise.app.workers import STARTUP_FAILED, can_fork
from edgewise.core.errors import EdgewiseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from socket import socket

    from fastapi import FastAPI

    from edgewise.app.settings import Settings
    from edgewise.core.ports import SentenceToneModel
    from edgewise.serve.scoring import Limits, ScoringRooms

SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name
KEEP_ALIVE_S = 75  # longer than balancers keep theirs: a connection is closed by whoever does not send on it
# What every worker needs; none of it starts a thread.
SHARED = ("edgewise.serve.scoring", "uvicorn.lifespan.on", "uvicorn.protocols.http.h11_impl")
# Libraries that would start threads as they are imported or used, none of which a worker has work for: it runs its
# model in one thread, over one text after another. They read this once, as they are imported.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}


def ask_for_one_thread() -> None:
    """Tell libraries that are not imported yet to start no threads."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)


def import_shared() -> None:
    """Import what the workers of this process will need."""
    for name in SHARED:
        import_module(name)


def shared_model(settings: Settings) -> SentenceToneModel | None:
    """Return the model for all workers, where they are forks of this process; None where each makes its own.

    So it does where that may start threads: counting words uses Polars, and a registered model is fetched first.
    What else the workers need is imported in any case. Raises as `tested_model`.
    """
    if not can_fork() or not settings.tone or scheme_of(settings.tone) == "registry":
        import_shared()
        return None
    model = tested_model(settings)
    return model if can_fork() else None


def tested_model(settings: Settings) -> SentenceToneModel:
    """Return the model of the settings, loaded. Raises Unusable for one that fails its self-test.

    Loading is hardly any work for Python, importing is nothing else: the one goes on beside the other.
    """
    with House(settings) as house, _kept_for_good(), ThreadPoolExecutor(1, "load") as aside:
        model = sentence_model(house)
        loading = aside.submit(model.probabilities, ())
        import_shared()
        loading.result()
    from edgewise.serve.scoring.self_test import check_model  # noqa: PLC0415 - imported beside the loading

    check_model(model)
    return model


@contextmanager
def _kept_for_good() -> Iterator[None]:
    """Let what is made meanwhile stay: nobody looks for garbage in it, then or later, which would copy it in forks."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def work(settings: Settings, model: SentenceToneModel | None, listening: socket) -> None:
    """Serve at a socket until told to end; end the process with `STARTUP_FAILED` where that cannot be.

    model: where it is None, this worker loads its own.
    """
    import uvicorn  # noqa: PLC0415 - keeps the help page quick

    configure_logs(settings.log, settings.log_level, console=ERR)
    try:
        with House(settings) as house:
            app = application(house, model or tested_model(settings))
            server = uvicorn.Server(uvicorn.Config(app, **server_options(settings)))
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


def application(house: House, model: SentenceToneModel) -> FastAPI:
    """Return the application over a house and a model that has passed its self-test."""
    from edgewise.serve.scoring import create_app  # noqa: PLC0415 - keeps the help page quick

    shared = os.environ.get(SHARED_METRICS)
    return create_app(
        rooms_of(house, model),
        limits_of(house.settings),
        shared_metrics=Path(shared) if shared else None,
        tested=True,
    )


def rooms_of(house: House, model: SentenceToneModel) -> ScoringRooms:
    """Return what a worker works with. The registry is asked only where there is a database already.

    Lake, documents and registry are opened with the first question for them. Raises InvalidInput and NotConfigured now
    for documents that cannot be where their setting says.
    """
    from edgewise.serve.scoring import ScoringRooms  # noqa: PLC0415 - as above

    settings = house.settings
    adapter_for(settings.documents_url, DOCUMENTS, setting="EDGEWISE_DOCUMENTS")
    there_is_one = bool(settings.database) or (settings.home / "state.db").is_file()
    return ScoringRooms(
        model,
        version("edgewise"),
        open_lake=lambda: house.lake,
        open_documents=lambda: house.documents,
        open_registry=(lambda: house.model_registry) if there_is_one else None,
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
