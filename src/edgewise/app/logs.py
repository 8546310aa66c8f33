"""Log lines: one form for ours and the libraries', on the error stream, each naming its run; secrets never.

`configure_logs` is called once, by the entry point. Text is for a person at a terminal; JSON is one object a line,
keys sorted, for programs: then what the console would tell a person (`notice`) and a crash are lines, too.
"""

from __future__ import annotations

import io
import json
import logging
import os
import platform
import sys
import threading
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TextIO

import structlog

from edgewise.app.redaction import redacted
from edgewise.core.errors import EdgewiseError, NotConfigured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from rich.console import Console
    from structlog.typing import EventDict, Processor, WrappedLogger

    from edgewise.app.settings import Settings

FIRST = ("time", "level", "event")
LAST = ("run_id", "command")
ONLY_JSON = ("host", "pid", "logger", "traceback", *LAST)
_COLOURS = {"warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m", "debug": "\x1b[2m"}
_PLAIN = "\x1b[0m"


class _Here:
    """What holds for this whole process. Threads start with an empty context, so the run is kept beside it."""

    run: dict[str, str | None]
    runs_are_told: bool

    def __init__(self) -> None:
        self.run, self.runs_are_told = {"run_id": None, "command": None}, False


_here = _Here()


def configure_logs_from(load: Callable[[], Settings], *, console: Console) -> None:
    """Configure the logs as the settings say; as by default where those do not hold: the command tells that itself."""
    try:
        settings = load()
    except NotConfigured:
        configure_logs("text", "info", console=console)
    else:
        configure_logs(settings.log, settings.log_level, console=console)


def configure_logs(
    form: Literal["text", "json"], level: Literal["debug", "info", "warning", "error"], *, console: Console
) -> None:
    """Let all log lines of this process, from `level` on, leave in one form; called again, the last call counts.

    console: who talks to a person on the error stream; with `json` its lines become log lines.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [structlog.contextvars.merge_contextvars, _with_run, structlog.stdlib.add_log_level]
    shared += [structlog.stdlib.add_logger_name, structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(least),
        cache_logger_on_first_use=False,
    )
    rest: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _with_error]
    rest += [_with_place, _redact, _as_json] if form == "json" else [_redact, _as_text]
    _listen(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=rest), least)
    _here.runs_are_told = form == "json"
    console.file, console.soft_wrap = (_Notices(), True) if form == "json" else (None, False)  # type: ignore[assignment] # None is the error stream again
    sys.excepthook = _crashed if form == "json" else sys.__excepthook__
    threading.excepthook = _thread_crashed if form == "json" else threading.__excepthook__


@contextmanager
def of_run(run_id: str | None, command: str) -> Iterator[None]:
    """Let every log line of this process name this run and command while the block lasts.

    With JSON the begin and the end of a run are lines; a person sees both without.
    """
    before, _here.run = _here.run, {"run_id": run_id, "command": command}
    log = structlog.get_logger("edgewise.run")
    tell = log.info if run_id and _here.runs_are_told else log.debug
    tell("run began")
    try:
        yield
    except EdgewiseError as error:
        tell("run ended", outcome=error.code, error=str(error))
        raise
    except BaseException as error:
        tell("run ended", outcome=type(error).__name__)
        raise
    else:
        tell("run ended", outcome="ok")
    finally:
        _here.run = before


class _ErrorStream(logging.StreamHandler[TextIO]):
    """Writes to whatever the error stream is at that moment."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _stream: TextIO) -> None:
        """Ignore the stream that the base class found."""


class _Notices(io.TextIOBase):
    """What is written for a person, as log lines."""

    def __init__(self) -> None:
        self._rest = ""
        self._log = structlog.get_logger("edgewise.console")

    def write(self, text: str) -> int:
        """Log every whole line that is not blank."""
        from rich.text import Text  # noqa: PLC0415 - only beside a console

        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if told := Text.from_ansi(line).plain.strip():
                say = self._log.error if told.startswith("Error ") else self._log.info
                say("notice", text=told)
        return len(text)


def _listen(formatter: logging.Formatter, least: int) -> None:
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _ErrorStream)]:
        root.removeHandler(handler)
    handler = _ErrorStream()
    handler.setFormatter(formatter)
    root.addHandler(handler)
    # The libraries' debug lines hold what they send, credentials among it, and their info lines are our debug lines.
    root.setLevel(logging.INFO if least <= logging.DEBUG else max(least, logging.WARNING))
    logging.getLogger("edgewise").setLevel(least)
    logging.captureWarnings(capture=True)


def _with_run(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    return {**_here.run, **line}


def _with_place(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    return {"host": platform.node(), "pid": os.getpid(), **line}


def _with_error(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Put an exception's type, our code for it, its words and its traceback into the line."""
    found = line.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if not isinstance(error, BaseException):
        return line
    line["error_type"], line["error"] = type(error).__name__, str(error)
    line["error_code"] = error.code if isinstance(error, EdgewiseError) else "unexpected_error"
    if not isinstance(error, EdgewiseError):
        line["traceback"] = "".join(traceback.format_exception(error)).rstrip()
    return line


def _redact(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    clean = redacted(line)
    assert isinstance(clean, dict)
    return clean


def _as_json(_logger: WrappedLogger, _method: str, line: EventDict) -> str:
    return json.dumps(line, sort_keys=True)


def _as_text(_logger: WrappedLogger, _method: str, line: EventDict) -> str:
    """Return `2024-05-01 20:21:59Z info    arrived  form=8-K ...  run_id=...`, and a traceback below it."""
    time, level, event = (str(line.pop(key, "")) for key in FIRST)
    run = " ".join(f"{key}={_quoted(line[key])}" for key in LAST if line.get(key))
    told = " ".join(f"{key}={_quoted(value)}" for key, value in line.items() if key not in ONLY_JSON)
    trace = line.get("traceback")
    coloured = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    on, dim, off = (_COLOURS.get(level, ""), "\x1b[2m", _PLAIN) if coloured else ("", "", "")
    text = f"{dim}{time[:19].replace('T', ' ')}Z{off} {on}{level:<7} {_printable(event)}{off}"
    text += "".join(f"  {part}" for part in (told, run and f"{dim}{run}{off}") if part)
    return text + (f"\n{_printable(trace, keep=chr(10))}" if isinstance(trace, str) else "")


def _quoted(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = value if isinstance(value, str) else json.dumps(value)
    bare = text.isprintable() and text and not any(sign in text for sign in ' "=')
    return text if bare else json.dumps(text, ensure_ascii=not text.isprintable())


def _printable(text: str, *, keep: str = "") -> str:
    """Return a text that cannot write to the terminal what it is not: control characters are shown, not sent."""
    return "".join(sign if sign.isprintable() or sign in keep else ascii(sign)[1:-1] for sign in text)


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what nobody caught, as Python would print it."""
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("edgewise").critical("crashed", exc_info=(kind, error, trace))


def _thread_crashed(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None:
        thread = crash.thread.name if crash.thread else ""
        told = (crash.exc_type, crash.exc_value, crash.exc_traceback)
        structlog.get_logger("edgewise").critical("crashed", thread=thread, exc_info=told)
