import pytest

from edgewise.app.commands.runs import advice
from edgewise.app.house import House
from edgewise.app.settings import Settings
from edgewise.core.ports import Run
from tests.serve.conftest import NOON, NOW


@pytest.fixture
def home(tmp_path):
    """A home whose ledger has three runs."""
    home = tmp_path / "home"
    with House(Settings(home=home)) as house:
        for run_id, outcome in (("aaa111", "ok"), ("bbb222", "throttled"), ("ccc333", None)):
            house.runs.begin(Run(run_id, "filings watch", NOON))
            if outcome:
                house.runs.finish(run_id, at=NOW, outcome=outcome, counts={"arrived": 1234})
    return home


def test_a_run_is_shown_with_all_that_is_known(edgewise, home):
    shown = edgewise("runs", "show", "bbb222", "--json", home=home).json
    assert shown == {
        "run_id": "bbb222",
        "command": "filings watch",
        "started_at": "2024-05-02T12:00:00Z",
        "finished_at": "2024-05-03T12:00:00Z",
        "outcome": "throttled",
        "counts": {"arrived": 1234},
        "duration_s": 86400.0,
        "advice": advice("throttled"),
    }


def test_a_person_reads_it_and_how_to_find_its_lines(edgewise, home):
    ended = edgewise("runs", "show", "aaa111", home=home)
    assert "arrived         1,234" in ended.out
    assert "duration s      86,400.0" in ended.out
    assert "advice" not in ended.out
    assert ended.out.endswith("Its log lines carry run_id=aaa111\n")


def test_a_run_without_an_end_has_no_duration(edgewise, home):
    shown = edgewise("runs", "show", "ccc333", "--json", home=home).json
    assert (shown["outcome"], shown["duration_s"], shown["finished_at"]) == ("running", None, None)
    assert "killed" in shown["advice"]


def test_an_unknown_run_is_an_error(edgewise, home):
    ended = edgewise("runs", "show", "nope", home=home)
    assert ended.status == 1
    assert ended.complaint == "Error (not_found) no run 'nope' is on record. See edgewise runs list."


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("ok", ""),
        ("throttled", "The service refuses us for a while. A later try may help. Its log lines say more."),
        (
            "invalid_input",
            "What the caller gave cannot be used. The same call will fail again. Its log lines say more.",
        ),
        ("KeyboardInterrupt", "A person ended it; what it had stored is kept. Start the command again."),
        ("ZeroDivisionError", "Its log lines say more."),
    ],
)
def test_each_outcome_has_its_advice(outcome, said):
    assert advice(outcome) == said
