import io
import json
import logging
import subprocess
import sys
import threading
import time
import warnings
from datetime import UTC, datetime

import pytest
import structlog
from rich.console import Console

from edgewise.app.logs import configure_logs, configure_logs_from, of_run
from edgewise.core.errors import NotConfigured, Throttled

PLANTED = "hunter2-Zq8"


@pytest.fixture
def console():
    return Console(stderr=True, width=40)


@pytest.fixture(autouse=True)
def as_new(monkeypatch):
    """Loggers of libraries as they come: a server started earlier in this process may have turned them down."""
    for name in ("uvicorn", "uvicorn.error", "httpx2", "botocore", "botocore.auth", "alembic"):
        logger = logging.getLogger(name)
        for turned, value in (("disabled", False), ("propagate", True), ("level", logging.NOTSET)):
            monkeypatch.setattr(logger, turned, value)
        logger.manager._clear_cache()


@pytest.fixture(autouse=True)
def as_before():
    """Leave logging as it was found."""
    root, ours = logging.getLogger(), logging.getLogger("edgewise")
    before = root.handlers[:], root.level, ours.level, sys.excepthook, threading.excepthook
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level, ours.level, sys.excepthook, threading.excepthook = before
    logging.captureWarnings(capture=False)


@pytest.fixture
def lines(capsys, console):
    """Return a function that configures JSON at a level, and one that gives the lines written since."""
    configure_logs("json", "info", console=console)
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_each_line_is_one_object_with_sorted_keys(capsys, console):
    configure_logs("json", "info", console=console)
    structlog.get_logger("edgewise.x").info("arrived", form="8-K", text="two\nlines \u2028 and\x1b[31m")
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert list(json.loads(written)) == sorted(json.loads(written))
    assert json.loads(written)["text"] == "two\nlines \u2028 and\x1b[31m"


def test_each_line_says_when_where_and_whose(lines):
    with of_run("abc123", "filings watch"):
        structlog.get_logger("edgewise.stream").warning("trouble", what="feed")
    line = next(each for each in lines() if each["event"] == "trouble")
    assert line.keys() >= {"time", "level", "event", "run_id", "command", "host", "pid", "logger"}
    assert (line["run_id"], line["command"], line["level"]) == ("abc123", "filings watch", "warning")
    written = datetime.fromisoformat(line["time"])
    assert written.tzinfo == UTC
    assert abs(time.time() - written.timestamp()) < 60


def test_a_thread_tells_the_run_too(lines):
    with of_run("abc123", "filings watch"):
        thread = threading.Thread(target=lambda: structlog.get_logger("edgewise.x").info("polled"))
        thread.start()
        thread.join()
    assert [each["run_id"] for each in lines() if each["event"] == "polled"] == ["abc123"]


def test_a_run_begins_and_ends_with_a_line_for_programs(lines):
    with pytest.raises(Throttled), of_run("abc123", "filings watch"):
        raise Throttled("blocked", advice="Wait.")
    began, ended = lines()
    assert (began["event"], ended["event"], ended["outcome"]) == ("run began", "run ended", "throttled")


def test_a_person_sees_no_such_lines(capsys, console):
    configure_logs("text", "info", console=console)
    with of_run("abc123", "filings watch"):
        pass
    assert capsys.readouterr().err == ""


def test_after_a_run_lines_are_nobodys_again(lines):
    with of_run("abc123", "filings watch"):
        pass
    structlog.get_logger("edgewise.x").info("later")
    assert lines()[-1]["run_id"] is None


def test_the_libraries_lines_have_the_same_form(lines):
    logging.getLogger("uvicorn.error").warning("port %s is taken", 8000)
    (line,) = lines()
    assert (line["event"], line["logger"], line["level"]) == ("port 8000 is taken", "uvicorn.error", "warning")


def test_the_libraries_chatter_is_left_out(capsys, console):
    for level, told in (("info", ["alembic warned"]), ("debug", ["httpx2 asked", "alembic warned"])):
        configure_logs("json", level, console=console)
        logging.getLogger("httpx2").info("httpx2 asked")
        logging.getLogger("botocore.auth").debug("signature of the request")
        logging.getLogger("alembic").warning("alembic warned")
        assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == told


@pytest.mark.parametrize(("level", "told"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_leaves_out_what_is_less_important(capsys, console, level, told):
    configure_logs("json", level, console=console)
    log = structlog.get_logger("edgewise.x")
    for say in (log.debug, log.info, log.warning, log.error):
        say("said")
    assert len(capsys.readouterr().err.splitlines()) == told


def test_our_error_is_told_with_its_type_and_code(lines):
    error = Throttled(f"https://me:{PLANTED}@mirror.example blocks us", advice="Wait.")
    structlog.get_logger("edgewise.x").error("gave up", exc_info=error)
    (line,) = lines()
    assert (line["error_type"], line["error_code"]) == ("Throttled", "throttled")
    assert line["error"] == "https://***@mirror.example blocks us. Wait."
    assert "traceback" not in line


def test_an_unexpected_error_is_told_with_its_traceback(lines):
    try:
        int(f"password={PLANTED}")
    except ValueError:
        logging.getLogger("edgewise.serve").exception("unexpected")
    (line,) = lines()
    assert (line["error_type"], line["error_code"]) == ("ValueError", "unexpected_error")
    assert line["traceback"].startswith("Traceback (most recent call last):")
    assert PLANTED not in json.dumps(line)


def test_planted_secrets_are_in_no_line(capsys, console):
    for form in ("json", "text"):
        configure_logs(form, "debug", console=console)
        structlog.get_logger("edgewise.x").info(
            f"connect postgresql://me:{PLANTED}@db/x",
            url=f"sqs://key:{PLANTED}@queue",
            headers={"Authorization": f"Bearer {PLANTED}", "accept": "*/*"},
            token=PLANTED,
            nested=[{"password": PLANTED}],
        )
        logging.getLogger("vendor").warning("token=%s", PLANTED)
    written = capsys.readouterr().err
    assert PLANTED not in written
    assert written.count("***") >= 12


def test_text_is_one_line_a_person_can_read(capsys, console):
    configure_logs("text", "info", console=console)
    with of_run("abc123", "filings watch"):
        structlog.get_logger("edgewise.stream").info("arrived", form="8-K", lag_s=7.25, detail='a "word"')
    written = capsys.readouterr().err
    assert written[19:] == (
        'Z info    arrived  form=8-K lag_s=7.25 detail="a \\"word\\""  run_id=abc123 command="filings watch"\n'
    )
    datetime.strptime(written[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def test_no_text_can_write_to_the_terminal_what_it_is_not(capsys, console):
    configure_logs("text", "info", console=console)
    structlog.get_logger("edgewise.x").info("a\x1b[2J\nb", detail="c\nd\x9b31m")
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert "\x1b" not in written
    assert "\x9b" not in written


def test_what_a_person_would_be_told_is_a_line_for_programs(lines, console):
    console.print("[bold]Stopping[/]: what is being stored is finished, the rest stays in the queue.")
    console.print("[bold red]Error[/] (not_found) no run.")
    stopping, error = lines()
    assert stopping["text"] == "Stopping: what is being stored is finished, the rest stays in the queue."
    assert (stopping["event"], stopping["level"], error["level"]) == ("notice", "info", "error")


def test_text_gives_the_console_back(capsys, console):
    configure_logs("json", "info", console=console)
    configure_logs("text", "info", console=console)
    console.print("hello")
    assert capsys.readouterr().err == "hello\n"


def test_configured_twice_a_line_is_written_once(capsys, console):
    for _ in range(2):
        configure_logs("text", "info", console=console)
    structlog.get_logger("edgewise.x").info("once")
    assert capsys.readouterr().err.count("once") == 1


def test_other_handlers_stay(console):
    mine = logging.StreamHandler(io.StringIO())
    logging.getLogger().addHandler(mine)
    configure_logs("text", "info", console=console)
    assert mine in logging.getLogger().handlers


def test_settings_that_do_not_hold_leave_the_defaults(capsys, console):
    def load():
        raise NotConfigured("EDGEWISE_RATE_PER_S is no number")

    configure_logs_from(load, console=console)
    structlog.get_logger("edgewise.x").info("said")
    assert "info    said" in capsys.readouterr().err


def test_a_warning_of_python_is_a_line(capsys, console):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        configure_logs("json", "info", console=console)
        warnings.warn("old", UserWarning, stacklevel=1)
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["logger"] == "py.warnings"


def test_a_crash_is_a_line_for_programs():
    script = (
        "import threading\n"
        "from rich.console import Console\n"
        "from edgewise.app.logs import configure_logs\n"
        "configure_logs('json', 'info', console=Console(stderr=True))\n"
        "thread = threading.Thread(target=lambda: 1 / 0, name='poll'); thread.start(); thread.join()\n"
        "raise KeyError('gone')\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    thread, main = map(json.loads, ended.stderr.splitlines())
    assert (thread["event"], thread["thread"], thread["error_type"]) == ("crashed", "poll", "ZeroDivisionError")
    assert (main["event"], main["level"], main["error_type"]) == ("crashed", "critical", "KeyError")
