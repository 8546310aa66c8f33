"""The application: routes, errors as JSON, and a measurement around each request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from edgewise.core.errors import EdgewiseError, InvalidInput, NotFound, Transient
from edgewise.serve.api import factors, filings, system
from edgewise.serve.metrics import RequestMetrics

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from edgewise.serve.api.rooms import Rooms

ABOUT = """Filings and point-in-time factor values.

Every row carries `known_at`, the UTC instant from which the public could know it; `as_of` reads what was public then.
Lists are paged: pass the `next` of an answer as `after` of the next question; `next` is null on the last page.
"""


def create_app(rooms: Rooms) -> FastAPI:
    """Return the application over these rooms. Unknown paths answer 404 in JSON; nothing is loaded from outside."""
    app = FastAPI(title="Edgewise", version=rooms.version, description=ABOUT, docs_url=None, redoc_url=None)
    app.state.rooms = rooms
    app.state.metrics = RequestMetrics()
    app.include_router(system.router)
    app.include_router(filings.router, prefix="/api")
    app.include_router(factors.router, prefix="/api")
    app.middleware("http")(_measure)
    app.add_exception_handler(EdgewiseError, _edgewise_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)
    return app


async def _measure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    began = time.perf_counter()
    response = await call_next(request)
    route = request.scope.get("route")
    path = getattr(route, "path", "unknown")
    request.app.state.metrics.observe(path, request.method, response.status_code, time.perf_counter() - began)
    if request.app.state.rooms.simulated:
        response.headers["X-Edgewise-Data"] = "simulated"
    return response


def problem(status: int, code: str, message: str, advice: str = "") -> JSONResponse:
    """Return an error in the one shape all errors have."""
    return JSONResponse({"error": {"code": code, "message": message, "advice": advice}}, status_code=status)


def _edgewise_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, EdgewiseError)
    status = 404 if isinstance(error, NotFound) else 422 if isinstance(error, InvalidInput) else 500
    if isinstance(error, Transient):
        status = 503
    return problem(status, error.code, error.what, error.advice)


def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    message = "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors())
    return problem(422, "invalid_input", message, "The parameters of every route are in /openapi.json.")


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:  # noqa: PLR2004 - the one status with advice of its own
        return problem(404, "not_found", f"There is nothing at {request.url.path}", "The routes are in /openapi.json.")
    return problem(error.status_code, "http_error", str(error.detail))


def _unexpected(_request: Request, error: Exception) -> JSONResponse:
    return problem(
        500, "unexpected_error", f"The server failed with {type(error).__name__}", "Its log has the details."
    )
