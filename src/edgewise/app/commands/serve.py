"""`edgewise serve`: the dashboard and the HTTP API on this machine."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from edgewise.app.console import ERR, house_for


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Serve the dashboard and the API until interrupted."""
    import uvicorn  # noqa: PLC0415 - keeps the help page quick

    from edgewise.serve.api import Rooms  # noqa: PLC0415 - as above
    from edgewise.serve.web import create_web  # noqa: PLC0415 - as above

    with house_for("serve", ledger=False) as (house, _):
        rooms = Rooms(
            house.lake,
            house.filings,
            house.clock,
            version("edgewise"),
            simulated=house.simulated,
            stream_ledger=house.stream_ledger,
            queue=house.queue,
            scores=house.score_reader,
            access=house.api_access,
        )
        ERR.print(f"Serving {house.settings.home} on http://{host}:{port} · routes in /openapi.json · Ctrl-C stops")
        # Its lines leave through our log: no configuration of its own.
        web = create_web(rooms, house.served_scores)
        uvicorn.run(web, host=host, port=port, log_config=None, access_log=False, server_header=False)
