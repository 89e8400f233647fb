"""One way out: nobody but the guard of `backend.platform.outbound` calls another machine.

Clients of our own database and broker (psycopg, redis) take no address from a user.
"""

import pytest

from tests.architecture._source import PRODUCT, Source, asks, expect_none, sources

CLIENTS = (
    "aiohttp",
    "asyncio.open_connection",
    "ftplib",
    "http.client",
    "httpcore",
    "httplib2",
    "httpx",
    "niquests",
    "pycurl",
    "requests",
    "smtplib",
    "socket.create_connection",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websockets",
    "xmlrpc.client",
)
GUARD = ("backend/platform/outbound.py", "backend/platform/outbound_wire.py")
# The far side of loopback: it opens connections to this machine only (ADR 0020, tests/sandbox).
LOOPBACK = ("backend/sandbox/posting.py",)


def test_only_the_guard_calls_others():
    strangers = [source for source in sources(*PRODUCT) if source.path not in GUARD + LOOPBACK]
    expect_none(finding for source in strangers for finding in asks(source, CLIENTS))


def test_the_guard_is_where_the_clients_are():
    guard = [source for source in sources("backend/platform") if source.path in GUARD]
    assert len(guard) == len(GUARD)
    assert all(list(asks(source, CLIENTS)) for source in guard)


@pytest.mark.parametrize(
    "text",
    [
        "import httpx",
        "import httpx as web",
        "from httpx import AsyncClient",
        "import httpcore\nhttpcore.ConnectionPool()",
        "import requests\nrequests.get(url)",
        "import aiohttp",
        "from urllib.request import urlopen",
        "from urllib import request",
        "import urllib.request",
        "import http.client",
        "from http.client import HTTPSConnection",
        "import socket\nsocket.create_connection(place)",
        "from asyncio import open_connection",
        "import asyncio\nasync def f():\n    await asyncio.open_connection(host, 80)",
        "def f():\n    import urllib3",
    ],
)
def test_a_second_way_out_is_found(text):
    assert list(asks(Source("backend/channels/adapters/new.py", text), CLIENTS))


@pytest.mark.parametrize(
    "text",
    [
        "from urllib.parse import urlsplit",
        "from http import HTTPStatus",
        "from backend.platform.outbound import Call, send",
        "from backend.platform.requests import RequestGate",
        "import socket\nsocket.gethostname()",
    ],
)
def test_what_calls_nobody_is_not(text):
    assert not list(asks(Source("backend/channels/adapters/new.py", text), CLIENTS))
