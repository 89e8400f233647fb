"""Whatever stands in a question is a value: it finds what it names, or nothing, and breaks nothing.

Every list of the OpenAPI document is asked, so that a new filter cannot be forgotten.
"""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.kit.paging import encode_cursor
from backend.platform.problems import MEDIA_TYPE
from backend.rest import rest_app
from tests.factories import administer, say
from tests.rest.routes import BODIES

HOSTILE = {
    "quote": "'",
    "two quotes": "''",
    "double quote": '"',
    "backslash": "\\",
    "backslash and quote": "\\'",
    "always true": "' OR 1=1 --",
    "always true, in parentheses": "') OR ('1'='1",
    "always true, as a number": "0 OR 1=1",
    "union": "' UNION SELECT id, password_hash FROM user_account --",
    "second statement": "'; DROP TABLE lead; --",
    "a nap": "' || pg_sleep(5) || '",
    "comment": "/* */",
    "comment to the end": "--",
    "dollar quotes": "$$ OR TRUE $$",
    "placeholder": "%(tag)s",
    "placeholder of ours": ":workspace_id",
    "format": "%s%d%n",
    "template": "{{7*7}}${7*7}",
    "any characters": "%",
    "any character": "_",
    "end of a pattern": "a\\",
    "null": "\x00",
    "half a character": "\ud800",
    "quote that is none": "\u02bc OR 1=1",
    "full-width quote": "\uff07 OR 1=1 --",
    "array": "{a,b}",
    "array that never ends": "{",
    "JSON": '{"a": 1}',
    "path": "../../etc/passwd",
    "markup": "<script>alert(1)</script>",
    "line break": "a\r\nX-Admin: yes",
    "long": "'" * 5000,
}
EXCLUDING = {"without_tag"}
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


def filters():
    """Every question that a list without an id in its path takes, by path."""
    found = {}
    for path, methods in rest_app().openapi()["paths"].items():
        parameters = methods.get("get", {}).get("parameters", ())
        names = [one["name"] for one in parameters if one["in"] == "query"]
        if names and "{" not in path:
            found[path] = names
    return found


FILTERS = filters()


@pytest.fixture
def populated(client, actor, mock_channel):
    """Put a row into every list that a customer or an admin fills."""
    said = say(actor, mock_channel, profile_name="Ana")
    client.ok("POST", f"/v1/leads/{said.lead_id}/tags", json={"tags": ["vip"]})
    client.ok("POST", "/v1/rules", json=BODIES["/v1/rules"])
    return said


def test_there_are_filters_to_try():
    assert {"/v1/leads", "/v1/conversations", "/v1/contacts", "/v1/webhook-events"} <= set(FILTERS)
    assert {"stage", "tag", "q", "sort", "cursor", "moment"} <= set(FILTERS["/v1/leads"])


@pytest.mark.usefixtures("populated")
@pytest.mark.parametrize("path", ["/v1/leads", "/v1/conversations", "/v1/contacts", "/v1/rules"])
def test_without_a_filter_there_is_something_to_be_found(client, path):
    assert client.ok("GET", path)["items"]


def found(answer):
    """Return the items of a list, and of counts those that count something."""
    return [item for item in answer.json()["items"] if item.get("leads") != 0]


@pytest.mark.usefixtures("populated")
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_filter_finds_nothing_or_is_refused(client, value):
    before, written = administer(TABLES), quote(value.encode("utf-8", "surrogatepass"))
    for path, names in FILTERS.items():
        for name in names:
            answer = client.get(f"{path}?{name}={written}")
            where = f"{path}?{name}: {answer.status_code} {answer.text}"
            assert answer.status_code in {200, 422}, where
            if answer.status_code == 200:
                # What excludes leaves everything where it matches nothing.
                left = found(client.get(path)) if name in EXCLUDING else []
                assert found(answer) == left, where
            else:
                assert answer.headers["content-type"] == MEDIA_TYPE, where
                assert answer.json()["field"] == name, where
            assert answer.elapsed.total_seconds() < 3, where
    assert administer(TABLES) == before


@pytest.mark.parametrize("sort", ["score", "-password_hash", "-score; --", "(SELECT 1)", "1", ""])
def test_an_order_is_one_of_ours(client, sort):
    answer = client.get("/v1/leads", params={"sort": sort})
    assert (answer.status_code, answer.json()["field"]) == (422, "sort")


@pytest.mark.usefixtures("populated")
@pytest.mark.parametrize(
    "parts",
    [
        ["2026-03-02' OR 1=1 --", "0198c5a1-0000-7000-8000-000000000001"],
        ["infinity", "0198c5a1-0000-7000-8000-000000000001"],
        ["2026-03-02", "' OR 1=1 --"],
        ["NaN", "NaN"],
        ["1); DROP TABLE lead; --", "x"],
    ],
)
def test_a_cursor_with_a_statement_in_it_is_refused(client, parts):
    cursor = encode_cursor(*parts)
    for path in ("/v1/leads", "/v1/leads?sort=-score", "/v1/conversations", "/v1/contacts"):
        answer = client.get(path, params={"cursor": cursor, **_query_of(path)})
        assert (answer.status_code, answer.json()["field"]) == (422, "cursor"), path


def _query_of(path):
    return {"sort": "-score"} if "?" in path else {}


@pytest.mark.usefixtures("populated")
@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("-score", "9" * 30),
        ("-score", "-" + "9" * 30),
        ("-opened_at", "0001-01-01T00:00:00+14:00"),
        ("-opened_at", "9999-12-31T23:59:59-14:00"),
        ("-opened_at", "2026-03-02"),
    ],
)
def test_a_cursor_out_of_all_bounds_is_only_a_place_in_the_list(client, sort, value):
    cursor = encode_cursor(value, "0198c5a1-0000-7000-8000-000000000001")
    answer = client.get("/v1/leads", params={"sort": sort, "cursor": cursor})
    assert answer.status_code in {200, 422}, answer.text


PUNCTUATION = "'\";\\%_-/*()=<>|&$#!?.,:{}[]~^`"


@pytest.mark.usefixtures("populated")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(PUNCTUATION, min_size=1, max_size=20))
def test_signs_that_nobody_is_called_by_find_nobody(client, text):
    for path in ("/v1/leads", "/v1/conversations", "/v1/contacts"):
        assert client.ok("GET", path, params={"q": text})["items"] == []
    assert client.ok("GET", "/v1/leads", params={"tag": text})["items"] == []


@pytest.mark.usefixtures("mock_channel")
@pytest.mark.parametrize(
    "name", ["O'Hara", "100% Ana", "a_b", "back\\slash", 'Ana "the" B', "x; --", "<b>Ana</b>"]
)
def test_signs_that_somebody_is_called_by_find_them_and_nobody_else(client, inbound, name):
    wanted = inbound(profile_name=name).json()["lead_id"]
    inbound(profile_name="0 Hara ab slash", **{"from": "+12065550199"})
    found = client.ok("GET", "/v1/leads", params={"q": name})["items"]
    assert [(lead["id"], lead["contact_name"]) for lead in found] == [(wanted, name)]
