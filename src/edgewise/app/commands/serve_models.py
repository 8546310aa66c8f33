"""`edgewise models serve`: the scoring service on this machine, one process or several."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgewise.app.console import ERR
from edgewise.app.scoring_worker import SHARED_METRICS, STARTUP_FAILED, application
from edgewise.app.settings import load_settings
from edgewise.core.errors import NotConfigured

if TYPE_CHECKING:
    from edgewise.app.settings import Settings

KEEP_ALIVE_S = 75  # longer than balancers keep theirs: a connection is closed by whoever does not send on it
WORKER = "edgewise.app.scoring_worker:create"


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
    ERR.print(f"Scoring on http://{host}:{port} with {number} worker(s) · routes in /openapi.json · Ctrl-C stops")
    if number == 1:
        _serve_here(settings, host, port)
    else:
        _serve_with(number, settings, host, port)


def _serve_here(settings: Settings, host: str, port: int) -> None:
    """Serve in this process."""
    import uvicorn  # noqa: PLC0415 - keeps the help page quick

    uvicorn.run(application(settings), host=host, port=port, **_options(settings))


def _serve_with(number: int, settings: Settings, host: str, port: int) -> None:
    """Serve in processes that share one socket and count together; each that dies is replaced.

    Raises NotConfigured where they cannot start; each has told why.
    """
    import uvicorn  # noqa: PLC0415 - keeps the help page quick
    from uvicorn.supervisors import Multiprocess  # noqa: PLC0415 - as above

    class Workers(Multiprocess):
        """Closes the door before it sends the workers home: nobody shall wait at a socket that nobody serves."""

        def terminate_all(self) -> None:
            for listening in self.sockets:
                listening.close()
            super().terminate_all()

    with tempfile.TemporaryDirectory(prefix="edgewise-metrics-") as folder:
        os.environ[SHARED_METRICS] = folder
        config = uvicorn.Config(WORKER, factory=True, host=host, port=port, workers=number, **_options(settings))
        together = Workers(config, sockets=[config.bind_socket()])
        together.run()
        if any(worker.exitcode == STARTUP_FAILED for worker in together.processes):
            raise NotConfigured("the workers cannot start", advice="The lines above say why.")


def _options(settings: Settings) -> dict[str, Any]:
    # Its lines leave through our log: no configuration of its own.
    return {
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_keep_alive": KEEP_ALIVE_S,
        "timeout_graceful_shutdown": settings.scoring_drain_s,
    }
