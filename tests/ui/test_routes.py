"""Addresses carry the filters that have a value."""

from leadflow_app import routes


def test_empty_filters_leave_the_address_alone():
    assert routes.with_query("/leads", stage="", q=None) == "/leads"


def test_filters_are_quoted():
    assert routes.with_query("/leads", q="a&b c", from_="2026-01-01") == (
        "/leads?q=a%26b+c&from=2026-01-01"
    )


def test_signing_in_leads_back():
    assert routes.sign_in("/leads?stage=new") == "/sign-in?next=%2Fleads%3Fstage%3Dnew"
    assert routes.sign_in("/") == "/sign-in"
