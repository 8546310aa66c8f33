"""The application as a whole: its description is valid and true, and no question makes it fail."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXPORTING = {"/api/scores/screener", "/api/scores/{ticker}/history"}
EXPORTED = {"text/csv", "application/vnd.apache.parquet"}
PATHS = {
    "/api/filings": {},
    "/api/filings/{accession}": {},
    "/api/factors": {},
    "/api/factors/{name}": {"name": "filing_tone"},
    "/api/factors/{name}/{instrument_id}": {"name": "filing_tone", "instrument_id": "0000000002-01"},
}


@pytest.fixture(scope="session")
def document(client):
    return client.get("/openapi.json").json()


@pytest.fixture(scope="session")
def operations(document):
    return {(path, method): one for path, methods in document["paths"].items() for method, one in methods.items()}


def references(node):
    """Yield every $ref below `node`."""
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        for below in node.values():
            yield from references(below)
    elif isinstance(node, list):
        for below in node:
            yield from references(below)


class TestDescription:
    def test_it_names_itself(self, document):
        assert document["openapi"].startswith("3.1")
        assert (document["info"]["title"], document["info"]["version"]) == ("Edgewise", "1.2.3")

    def test_every_reference_leads_somewhere(self, document):
        schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
        assert set(references(document)) == schemas

    def test_every_route_only_reads_and_says_what_it_gives(self, operations):
        assert {method for _, method in operations} == {"get"}
        assert all(one["summary"] and one["description"] and one["tags"] for one in operations.values())
        assert len({one["operationId"] for one in operations.values()}) == len(operations)

    def test_every_parameter_of_a_path_is_described(self, operations):
        for (path, _), one in operations.items():
            named = {each["name"] for each in one.get("parameters", []) if each["in"] == "path" and each["required"]}
            assert named == {part.strip("{}") for part in path.split("/") if part.startswith("{")}

    def test_every_route_promises_the_one_shape_of_errors(self, operations):
        for one in operations.values():
            assert set(one["responses"]) == {"200", "default"}
            schema = one["responses"]["default"]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}

    def test_every_answer_has_a_schema(self, operations):
        for (path, _), one in operations.items():
            content = one["responses"]["200"]["content"]
            kinds = {"text/plain"} if path == "/metrics" else {"application/json"}
            assert set(content) == kinds | (EXPORTED if path in EXPORTING else set())
            assert all(each["schema"] for each in content.values())

    def test_every_example_of_a_parameter_is_accepted(self, client, operations):
        for (path, _), one in operations.items():
            examples = {each["name"]: each["examples"][0] for each in one.get("parameters", []) if "examples" in each}
            examples |= {
                each["name"]: each["schema"]["examples"][0]
                for each in one.get("parameters", [])
                if "examples" in each["schema"]
            }
            asked = {name: value for name, value in examples.items() if f"{{{name}}}" not in path}
            assert client.get(path.format(**examples), params=asked).status_code in (200, 404), path


texts = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", "0", "-1", "1e999", "NaN", "null", "2024-05-01", "9999-12-31", "0001-01-01", "%00", "' OR 1=1"]
    ),
    st.integers().map(str),
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(str),
)


@pytest.fixture(scope="session")
def parameters(operations):
    """The names of the query parameters of each path."""
    return {
        path: [each["name"] for each in one.get("parameters", []) if each["in"] == "query"]
        for (path, _), one in operations.items()
    }


def assert_answers(answer):
    assert answer.status_code in (200, 404, 422), answer.text
    body = answer.json()
    if answer.status_code != 200:
        assert list(body["error"]) == ["code", "message", "advice"]
        assert all(body["error"].values())
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_value_of_a_parameter_makes_it_fail(client, parameters, path, data):
    asked = data.draw(st.dictionaries(st.sampled_from([*parameters[path], "other"]), texts, max_size=4))
    accession = {"accession": "0000320193-24-000123"}
    assert_answers(client.get(path.format(**accession | PATHS[path]), params=asked))


@settings(max_examples=100, deadline=None)
@given(
    pieces=st.lists(texts, min_size=1, max_size=4), root=st.sampled_from(["", "/api", "/api/filings", "/api/factors"])
)
def test_no_path_makes_it_fail(client, pieces, root):
    path = "/".join([root, *(quote(piece, safe="") for piece in pieces)])
    assert_answers(client.get(f"http://testserver{path}"))


@settings(max_examples=50, deadline=None)
@given(query=st.binary(max_size=200))
def test_no_bytes_in_a_query_make_it_fail(client, query):
    assert_answers(client.get("/api/filings?" + quote(query, safe="&=;+")))
