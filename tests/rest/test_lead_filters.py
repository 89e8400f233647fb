"""The filters of leads over HTTP."""

import pytest

from tests.factories import say


@pytest.mark.parametrize(
    "asked",
    [
        "stage=new&stage=lost",
        "min_score=0&max_score=0",
        "owner=none",
        "without_tag=vip",
        "band=cold",
        "idle_days=0",
    ],
)
def test_leads_are_listed_and_counted_by_the_same_filters(actor, mock_channel, client, asked):
    said = say(actor, mock_channel)
    (found,) = client.ok("GET", f"/v1/leads?{asked}")["items"]
    assert found["id"] == str(said.lead_id)
    counts = client.ok("GET", f"/v1/leads/counts?{asked}")["items"]
    assert [count["leads"] for count in counts] == [1, 0, 0, 0, 0]
    assert {count["is_more"] for count in counts} == {False}


@pytest.mark.parametrize(
    "asked", ["stage=lost", "min_score=1", "tag=vip", "any_tag=vip&any_tag=new"]
)
def test_filters_leave_nothing_where_nothing_fits(actor, mock_channel, client, asked):
    say(actor, mock_channel)
    assert client.ok("GET", f"/v1/leads?{asked}")["items"] == []
    counts = client.ok("GET", f"/v1/leads/counts?{asked}")["items"]
    assert sum(count["leads"] for count in counts) == 0


@pytest.mark.parametrize("path", ["/v1/leads", "/v1/leads/counts"])
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("min_score=5&max_score=4", "min_score"),
        ("owner=somebody", "owner"),
        ("owner=mine", "owner"),  # the client is a key
        ("idle_days=-1", "idle_days"),
        ("stage=elsewhere", "stage"),
        ("min_score=high", "min_score"),
        ("colour=red", "colour"),
    ],
)
def test_a_filter_that_cannot_be_is_named(client, path, asked, field):
    response = client.get(f"{path}?{asked}")
    assert (response.status_code, response.json()["field"]) == (422, field)
