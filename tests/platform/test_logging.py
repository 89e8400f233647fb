"""Logs are one JSON object a line, and secrets are not in them."""

import json
import logging
import time

import pytest
import structlog
from granian.log import LogLevels, configure_logging
from granian.log import logger as granian

from backend.platform.logging import configure
from backend.platform.masking import MASK, MAX_DEPTH, SECRET_WORDS, masked, masked_text
from backend.platform.webserver import GRANIAN_LOGS


@pytest.fixture
def logged(capsys):
    """Return a function that works and returns what was logged, as objects."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level

    def lines(work):
        configure()
        try:
            work()
        finally:
            structlog.configure(**before)
            root.handlers, root.level = handlers, level
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return lines


def ours():
    return structlog.get_logger("test")


def test_a_line_is_an_object_with_level_and_time(logged):
    (line,) = logged(lambda: ours().info("delivery stored", count=3))
    assert (line["event"], line["count"], line["level"]) == ("delivery stored", 3, "info")
    assert line["timestamp"].endswith("Z")


def test_a_library_logs_the_same_way(logged):
    (line,) = logged(lambda: logging.getLogger("library").warning("it is %s", "late"))
    assert (line["event"], line["level"]) == ("it is late", "warning")


def test_an_error_carries_its_traceback_on_one_line(logged):
    (line,) = logged(lambda: ours().error("failed", exc_info=ZeroDivisionError("by zero")))
    assert "ZeroDivisionError: by zero" in line["exception"]


@pytest.mark.parametrize("word", SECRET_WORDS)
def test_a_value_with_a_secret_name_is_blanked(logged, word):
    name = f"their_{word.upper()}_now"
    (line,) = logged(lambda: ours().info("signed in", **{name: "canary"}))
    assert line[name] == MASK


@pytest.mark.parametrize("name", ["httpx", "huey", "httpcore"])
def test_chatty_libraries_are_kept_quiet(logged, name):
    assert logged(lambda: logging.getLogger(name).info("chatter")) == []


def test_what_is_nested_under_a_secret_name_is_blanked(logged):
    nested = {"headers": [("Cookie", "canary"), ["X-Id", "7"]], "body": {"app_secret": ["canary"]}}
    (line,) = logged(lambda: ours().info("called", request=nested))
    headers = [["Cookie", MASK], ["X-Id", "7"]]
    assert line["request"] == {"headers": headers, "body": {"app_secret": MASK}}


def test_a_traceback_and_a_librarys_message_are_searched_too(logged):
    def fail():
        raise ValueError({"password": "canary"})

    def work():
        try:
            fail()
        except ValueError:
            ours().exception("failed")
            logging.getLogger("library").exception("token=%s", "canary")

    for line in logged(work):
        assert "canary" not in str(line)
        assert "ValueError" in line["exception"]


def test_the_web_server_logs_through_our_lines(logged):
    def work():
        configure_logging(LogLevels.warning, GRANIAN_LOGS)
        granian.warning("token=canary")

    (line,) = logged(work)
    assert (line["event"], line["level"]) == (f"token={MASK}", "warning")


KEY = "lf_live_abcd2345_" + "canary-" * 6 + "x"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"the key {KEY} is refused", f"the key lf_live_{MASK} is refused"),
        ("sealed as gAAAAABcanarycanarycanary== here", f"sealed as {MASK} here"),
        ("said bearer canary.canary_canary", f"said bearer {MASK}"),
        ("leadflow_session=canary; theme=dark", f"leadflow_session={MASK}; theme=dark"),
        ("otpauth://totp/LeadFlow:ana?secret=canary now", f"otpauth://{MASK} now"),
        ("postgresql://leadflow:canary@db/leads", f"postgresql://leadflow:{MASK}@db/leads"),
        ("/auth/invitation?token=canary&next=/", f"/auth/invitation?token={MASK}&next=/"),
        ("/webhooks/x?hub.verify_token=canary", f"/webhooks/x?hub.verify_token={MASK}"),
        ("password='canary \\' canary', role=1", f"password={MASK}, role=1"),
        ('{"app_secret": "canary \\" canary", "n": 1}', f'{{"app_secret": {MASK}, "n": 1}}'),
        ("(b'x-api-key', b'canary canary')", f"(b'x-api-key', {MASK})"),
        ("credentials: canary", f"credentials: {MASK}"),
    ],
)
def test_what_looks_like_a_secret_is_blanked_and_the_rest_stays(text, left):
    assert masked_text(text) == left
    assert masked({"said": [text]}) == {"said": [left]}


@pytest.mark.parametrize(
    "text",
    [
        "+1 206 555 0123 wrote to 01890a5d-ac96-774b-bcce-b302099a8057",
        "the prefix is lf_live_abcd2345",
        "check LEADFLOW_SECRET_KEYS, or the token",
        "https://leads.example.com:8000/leads?stage=new",
        "token: {'kind': 'name'}",
    ],
)
def test_what_is_no_secret_is_left_alone(text):
    assert masked_text(text) == text


@pytest.mark.parametrize("value", [None, True, 7, 1.5, "plain", [], {}])
def test_plain_values_keep_their_type(value):
    assert masked(value) == value


def test_values_of_any_type_are_written_out_without_secrets():
    found = masked({"error": ValueError("token=canary"), "raw": b"Bearer canary", "set": {"a"}})
    assert found == {
        "error": f"ValueError('token={MASK}')",
        "raw": f"b'Bearer {MASK}'",
        "set": ["a"],
    }


def test_what_is_nested_too_deep_is_blanked():
    deep = "canary"
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    assert "canary" not in str(masked(deep))


@pytest.mark.parametrize("text", ["a.b-", "password", "password='", "token:", "\\'", "://a:"])
def test_a_long_text_costs_no_more_than_its_length(text):
    began = time.perf_counter()
    masked_text(text * 10_000)
    assert time.perf_counter() - began < 2
