"""Logs are one JSON object a line, and secrets are not in them."""

import json
import logging

import pytest
import structlog

from backend.platform.logging import MASK, SECRET_WORDS, configure


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
