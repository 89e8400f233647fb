"""Only the drivers of a slice know that there is a web."""

import pytest

from tests.architecture._source import Source, asks, expect_none, inside_slices

WEB = ("fastapi", "granian", "reflex", "starlette")


def test_use_cases_know_no_http():
    expect_none(finding for source in inside_slices() for finding in asks(source, WEB))


@pytest.mark.parametrize(
    "text",
    ["from fastapi import HTTPException", "import reflex as rx", "from starlette import status"],
)
def test_http_in_a_use_case_is_found(text):
    assert list(asks(Source("backend/leads/folding.py", text), WEB))
