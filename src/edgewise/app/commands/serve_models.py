"""`edgewise models serve`: the scoring service on this machine, one process or several."""

from __future__ import annotations

import os
import tempfile
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from edgewise.app.console import ERR
from edgewise.app.house import House
from edgewise.app.scoring_worker import (
    SHARED_METRICS,
    application,
    ask_for_one_thread,
    server_options,
    shared_model,
    tested_model,
    work,
)
from edgewise.app.settings import load_settings
from edgewise.app.workers import CannotStart, doors, serve_together
from edgewise.core.errors import NotConfigured

if TYPE_CHECKING:
    from edgewise.app.settings import Settings


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8001,
    workers: Annotated[
        int, typer.Option(min=0, max=64, help="Processes that score; EDGEWISE_SCORING_WORKERS if 0.")
    ] = 0,
) -> None:
    """Score filings, documents and texts over HTTP until interrupted. What was asked for is answered before it ends."""
    settings = load_settings()
    number = workers or settings.scoring_workers
    ask_for_one_thread()
    ERR.print(f"Scoring on http://{host}:{port} with {number} worker(s) · routes in /openapi.json · Ctrl-C stops")
    if number == 1:
        _serve_here(settings, host, port)
    else:
        _serve_with(number, settings, host, port)


def _serve_here(settings: Settings, host: str, port: int) -> None:
    """Serve in this process."""
    import uvicorn  # noqa: PLC0415 - keeps the help page quick

    model = tested_model(settings)
    with House(settings) as house:
        uvicorn.run(application(house, model), host=host, port=port, **server_options(settings))


def _serve_with(number: int, settings: Settings, host: str, port: int) -> None:
    """Serve in processes that share one address and count together; each that dies is replaced.

    Raises NotConfigured where they cannot start; each has told why.
    """
    import uvicorn  # noqa: PLC0415 - keeps the help page quick

    with tempfile.TemporaryDirectory(prefix="edgewise-metrics-") as folder:
        os.environ[SHARED_METRICS] = folder
        listening = uvicorn.Config("", host=host, port=port, **server_options(settings)).bind_socket()
        try:
            serve_together(partial(work, settings, shared_model(settings)), doors(listening, number))
        except CannotStart:
            raise NotConfigured("the workers cannot start", advice="The lines above say why.") from None
