"""The figures over HTTP, as JSON and as a file."""

import csv
import io
from datetime import timedelta

import pytest

from backend import analytics
from backend.kit.csv_file import csv_cell
from backend.platform.api import csv_download
from backend.platform.unit_of_work import unit_of_work
from tests.factories import NOON, say

DAYS = 5


@pytest.fixture
def counted(actor, mock_channel):
    """Let customers write on some days, and count them."""
    for number in range(DAYS):
        say(actor, mock_channel, timestamp=NOON + timedelta(days=number))
    with unit_of_work(actor) as uow:
        analytics.roll_up(uow, actor.workspace_id)


def test_an_overview_has_every_number_and_every_day(client):
    answer = client.ok("GET", "/v1/analytics/overview?days=7")
    assert {tile["key"] for tile in answer["tiles"]} == set(analytics.TileKey)
    assert len(answer["days"]) == 7
    assert answer["starts_at"].endswith("T00:00:00Z")


@pytest.mark.parametrize("days", ["0", "2", "-7", "many"])
def test_another_period_is_refused(client, days):
    response = client.get(f"/v1/analytics/overview?days={days}")
    assert response.status_code == 422
    assert response.json()["field"] == "days"


@pytest.mark.usefixtures("counted")
def test_days_are_listed_and_paged(client):
    pages = client.pages("/v1/analytics/daily", limit=2, **{"from": "2026-03-02"}, to="2026-03-31")
    items = [item for page in pages for item in page]
    assert len(pages) == 3
    assert [item["day"] for item in items] == [f"2026-03-{day:02}" for day in range(6, 1, -1)]
    assert {item["leads_new"] for item in items} == {1}


@pytest.mark.usefixtures("counted")
def test_days_are_downloaded_all_at_once(client):
    path = "/v1/analytics/daily?from=2026-03-01&to=2026-03-31&format=csv&limit=1"
    response = client.get(path)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "daily-2026-03-01-2026-03-31.csv" in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["day"] for row in rows] == [f"2026-03-{day:02}" for day in range(6, 1, -1)]
    assert {row["messages_in"] for row in rows} == {"1"}


def test_a_reversed_or_endless_period_is_refused(client):
    for period in ("from=2026-03-02&to=2026-03-01", "from=2020-01-01&to=2026-03-01"):
        assert client.get(f"/v1/analytics/daily?{period}").status_code == 422


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_text_is_a_formula(text):
    assert csv_cell(text) == f"'{text}"
    body = csv_download("a.csv", ["text"], [[text]]).body.decode()
    assert next(csv.DictReader(io.StringIO(body, newline="")))["text"] == f"'{text}"


@pytest.mark.parametrize("value", ["price", "1+1", "", -1, 2.5, None])
def test_other_cells_stay_as_they_are(value):
    assert csv_cell(value) == value
