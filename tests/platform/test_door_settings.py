"""Settings of the web process that are wrong stop the start, and say what would be right."""

import pytest

from backend.platform.errors import SettingsError
from backend.platform.settings import load_all


@pytest.mark.parametrize(
    ("variable", "value", "accepted"),
    [
        ("ALLOWED_HOSTS", "https://leads.example.com", "host names with commas between"),
        ("ALLOWED_HOSTS", "leads.example.com:8000", "host names with commas between"),
        ("ALLOWED_HOSTS", "*.example.com", "host names with commas between"),
        ("TRUSTED_PROXIES", "proxy", "address ranges with commas between"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "address ranges with commas between"),
        ("RATE_PER_KEY", "0", "a whole number of requests a minute"),
        ("RATE_PER_ADDRESS", "many", "a whole number of requests a minute"),
        ("RATE_SIGN_IN", "-1", "a whole number of requests a minute"),
    ],
)
def test_a_wrong_value_is_named_with_its_form(monkeypatch, variable, value, accepted):
    monkeypatch.setenv(f"LEADFLOW_{variable}", value)
    with pytest.raises(SettingsError) as refused:
        load_all()
    assert refused.value.message.startswith(f"LEADFLOW_{variable} is '{value}'; it must be ")
    assert accepted in refused.value.message


@pytest.mark.parametrize("value", ["short", "with a space in the middle", "ümlauts-are-not-ascii"])
def test_a_token_that_cannot_be_one_is_refused_without_being_repeated(monkeypatch, value):
    monkeypatch.setenv("LEADFLOW_METRICS_TOKEN", value)
    with pytest.raises(SettingsError, match="LEADFLOW_METRICS_TOKEN") as refused:
        load_all()
    assert value not in refused.value.message
