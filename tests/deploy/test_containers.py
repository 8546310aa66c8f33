"""Container files cannot be built here; their lines can be read: stages, user, health, pins, and nothing secret."""

from __future__ import annotations

import ast
import json
import re

import pytest

from edgewise.app.settings import Settings
from edgewise.serve.scoring import ScoringRooms, create_app
from edgewise.text.lexicon_sentences import LexiconSentences
from tests.deploy.conftest import DEPLOY, ROOT

FILES = sorted((DEPLOY / "containers").glob("*.Containerfile"))
KNOWN = {
    "ARG",
    "FROM",
    "RUN",
    "WORKDIR",
    "COPY",
    "ENV",
    "USER",
    "EXPOSE",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "ENTRYPOINT",
    "CMD",
    "LABEL",
}


def instructions(file):
    """Return (instruction, argument) of each line, continued ones joined, comments left out."""
    kept = "\n".join(line for line in file.read_text().splitlines() if not line.lstrip().startswith("#"))
    lines = re.sub(r"\\\n\s*", "", kept).splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line.strip()]


def last_stage(file):
    found = instructions(file)
    begin = max(place for place, (word, _) in enumerate(found) if word == "FROM")
    return found[begin:]


def arguments(found, word):
    return [argument for instruction, argument in found if instruction == word]


def test_there_is_one_for_the_scoring_service():
    assert "scoring.Containerfile" in {file.name for file in FILES}


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request):
    return request.param


def test_every_line_is_an_instruction(file):
    assert {word for word, _ in instructions(file)} <= KNOWN


def test_it_is_built_in_stages_and_the_last_has_no_compiler_and_installs_nothing(file):
    stages = arguments(instructions(file), "FROM")
    assert len(stages) >= 2
    assert all("-slim" in stage for stage in stages)
    commands = " ".join(arguments(last_stage(file), "RUN"))
    assert not re.search(r"apt|pip|gcc|curl|wget", commands)
    assert all(source.startswith("--from=") for source in arguments(last_stage(file), "COPY"))


def test_it_runs_as_a_user_without_rights_by_number(file):
    (user,) = arguments(last_stage(file), "USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    words = [word for word, _ in last_stage(file)]
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert not set(words[words.index("USER") :]) & {"RUN", "COPY"}


def test_what_it_installs_is_pinned_with_hashes(file):
    installs = [line for line in arguments(instructions(file), "RUN") if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_all_it_copies_from_the_source_is_there(file):
    for line in arguments(instructions(file), "COPY"):
        if not line.startswith("--from="):
            *sources, _ = line.split()
            assert all((ROOT / source).exists() for source in sources), line


def test_it_holds_no_secret_and_no_address_of_ours(file):
    text = file.read_text().lower()
    assert not re.search(r"password|secret|token|api_key|aws_|https?://(?!127\.0\.0\.1)", text)


def test_every_setting_it_gives_exists(file):
    names = re.findall(r"\b(EDGEWISE_\w+)=", file.read_text())
    assert names
    assert {name.removeprefix("EDGEWISE_").lower() for name in names} <= set(Settings.model_fields)


def test_its_health_check_is_a_program_that_asks_a_route_that_exists_at_the_exposed_port(file):
    (check,) = arguments(last_stage(file), "HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    ast.parse(command[2])
    _, port, path = re.search(r"http://(127\.0\.0\.1):(\d+)(/[\w/]*)", command[2]).groups()
    assert arguments(last_stage(file), "EXPOSE") == [port]
    assert path in create_app(ScoringRooms(LexiconSentences(), "1")).openapi()["paths"]


def test_it_starts_the_program_itself_so_that_it_hears_the_signal_to_stop(file):
    (entry,) = arguments(last_stage(file), "ENTRYPOINT")
    assert json.loads(entry)[0] == "edgewise"
    assert arguments(last_stage(file), "STOPSIGNAL") == ["SIGTERM"]
