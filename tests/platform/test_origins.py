import pytest

from backend.platform.origins import is_own_origin


@pytest.mark.parametrize(
    ("origin", "host", "is_own"),
    [
        ("http://leads.test:9000", "leads.test:9000", True),
        ("https://leads.test", "leads.test", True),
        ("http://localhost:8000", "127.0.0.1:8000", True),
        ("https://leads.example.com", "127.0.0.1:8000", True),
        ("https://evil.example", "leads.test", False),
        ("http://leads.test:9001", "leads.test:9000", False),
        ("null", "leads.test", False),
        (None, "leads.test", False),
    ],
)
def test_only_pages_of_our_own_may_open_a_websocket(monkeypatch, origin, host, is_own):
    monkeypatch.setenv("LEADFLOW_PUBLIC_URL", "https://leads.example.com")
    monkeypatch.delenv("LEADFLOW_PORT", raising=False)
    monkeypatch.delenv("LEADFLOW_HOST", raising=False)
    assert is_own_origin(origin, {"HTTP_HOST": host}) is is_own
