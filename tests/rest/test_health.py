"""Whether the process is well, what it counted, and what it says of itself."""

import re

import pytest

from backend.kit.errors import ErrorKind
from backend.platform import database as platform_database
from backend.platform.problems import BY_KIND, SORTS
from tests.rest.routes import routes


def test_a_process_that_answers_is_alive_without_a_database(anonymous, monkeypatch):
    platform_database.dispose()
    monkeypatch.setenv("DATABASE_URL", "postgresql://leadflow@127.0.0.1:9/leadflow")
    assert anonymous.ok("GET", "/healthz") == {"status": "ok"}
    response = anonymous.get("/readyz")
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    platform_database.dispose()


def test_a_process_with_a_migrated_database_is_ready(anonymous):
    assert anonymous.ok("GET", "/readyz") == {"status": "ok"}


def test_a_database_that_lacks_migrations_is_not(anonymous, new_database, monkeypatch):
    platform_database.dispose()
    monkeypatch.setenv("DATABASE_URL", new_database(is_empty=True))
    response = anonymous.get("/readyz")
    assert response.status_code == 503
    assert "migrations" in response.json()["detail"]
    platform_database.dispose()


def counted(client, line):
    found = re.search(rf"^{re.escape(line)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return float(found.group(1)) if found else 0


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/v1/leads", "/v1/leads", 200),
        ("/v1/leads/nothing", "/v1/leads/{lead_id}", 422),
        ("/nowhere/at/all", "unmatched", 404),
    ],
)
def test_requests_are_counted_by_route_and_not_by_address(client, path, route, status):
    line = f'leadflow_http_requests_total{{method="GET",route="{route}",status="{status}"}}'
    before = counted(client, line)
    client.get(path)
    assert counted(client, line) == before + 1


def test_a_made_up_method_is_counted_as_other(client):
    client.request("FETCH", "/v1/leads")
    assert "FETCH" not in client.get("/metrics").text


def test_the_reference_lists_every_route_and_loads_nothing(app, anonymous):
    response = anonymous.get("/v1/docs")
    assert response.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in response.headers["content-security-policy"]
    for route in routes(app):
        assert f"<code>{route.path}</code>" in response.text
    assert not re.search(r"""<script|(src|href)=["'](https?:)?//|@import|url\(""", response.text)


def test_the_reference_explains_every_sort_of_problem(anonymous):
    text = anonymous.get("/v1/docs").text
    assert all(f'id="{sort.name}"' in text for sort in SORTS)
    assert set(BY_KIND) == set(ErrorKind)
    assert len({sort.status for sort in SORTS}) == len({sort.name for sort in SORTS})


def test_openapi_says_what_is_sent_and_what_is_answered(anonymous):
    document = anonymous.ok("GET", "/v1/openapi.json")
    assert document["openapi"].startswith("3.")
    text = str(document)
    assert "HTTPValidationError" not in text
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["security"] == [{"API key": []}]
            assert operation["description"]
            assert "default" not in operation["responses"]
            assert {"401", "403", "429", "5XX"} <= set(operation["responses"])
    properties = document["components"]["schemas"]["Problem"]["properties"]
    assert {"type", "title", "status", "detail", "instance", "errors"} <= set(properties)
    answers = [name for name in document["components"]["schemas"] if name.endswith("Answer")]
    assert not any(
        "credentials" in document["components"]["schemas"][name]["properties"] for name in answers
    )
