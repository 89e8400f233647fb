"""What stands in front of everything: names, proxies, other sites' pages, and headers."""

import asyncio
import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from backend.platform.content_policy import CLOSED, of_screens, screens_policy, source_of
from backend.platform.hardening import guarded

OWN = "http://127.0.0.1:8000"
EVIL = "https://evil.example"
SCREENS = "default-src 'self'"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in ("HOST", "PORT", "PUBLIC_URL", "ALLOWED_HOSTS", "TRUSTED_PROXIES"):
        monkeypatch.delenv(f"LEADFLOW_{name}", raising=False)


async def seen(request):
    """Answer with what the application learns about the caller."""
    return JSONResponse(
        {
            "client": request.client.host,
            "scheme": request.url.scheme,
            "request_id": request.scope["leadflow.request_id"],
        }
    )


async def page(_request):
    return HTMLResponse("<p>hello")


async def own_policy(_request):
    headers = {"Content-Security-Policy": "default-src 'none'", "Server": "other"}
    return HTMLResponse("<p>hello", headers=headers)


async def unchanged(_request):
    return Response(status_code=304)


def application():
    """Make an application that lets every site in, as frameworks do."""
    made = Starlette(
        routes=[
            Route("/", seen, methods=["GET", "POST", "OPTIONS"]),
            Route("/page", page),
            Route("/own", own_policy),
            Route("/unchanged", unchanged),
        ]
    )
    made.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"]
    )
    return made


def ask(path="/", *, method="GET", peer="127.0.0.1", app=None, **headers):
    """Send one request; `host="..."` and the like are headers."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    front = guarded(app or application(), screens=SCREENS)
    transport = httpx.ASGITransport(front, client=(peer, 1))

    async def send():
        async with httpx.AsyncClient(transport=transport, base_url=OWN) as client:
            return await client.request(method, path, headers=given)

    return asyncio.run(send())


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost:8000",
        "localhost.",
        "127.0.0.1:8000",
        "192.168.1.20",
        "203.0.113.9:8000",
        "[::1]:8000",
        "[2001:db8::7]",
        "app:8000",
        "host.docker.internal:8000",
        "printer.local",
    ],
)
def test_without_a_public_name_addresses_and_names_of_a_private_network_are_ours(host):
    assert ask(host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8000",
        "127.0.0.1:8000:8000",
        "127.0.0.1:",
        "127.0.0.1:port",
        "localhost, localhost",
        "local host",
        "<script>",
        "::1",
        "[127.0.0.1]",
        "[::1",
        "[::1]8000",
        "user@localhost",
        "",
    ],
)
def test_a_name_that_anybody_could_own_is_refused(host):
    response = ask(host=host)
    problem = response.json()
    assert (response.status_code, problem["status"], problem["field"]) == (421, 421, "Host")
    assert response.headers["content-type"] == "application/problem+json"
    assert "evil" not in response.text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("leads.example.com", 200),
        ("leads.example.com:8443", 200),
        ("Also.Example.COM", 200),
        ("localhost:8000", 200),
        ("10.0.0.3", 200),
        ("other.example.com", 421),
        ("www.leads.example.com", 421),
        ("app", 421),
        ("printer.local", 421),
    ],
)
def test_with_a_public_name_only_the_given_names_are_ours(monkeypatch, host, status):
    monkeypatch.setenv("LEADFLOW_PUBLIC_URL", "https://leads.example.com")
    monkeypatch.setenv("LEADFLOW_ALLOWED_HOSTS", "also.example.com, third.example.com")
    assert ask(host=host).status_code == status


def test_a_host_sent_twice_is_none():
    front = guarded(application(), screens=SCREENS)
    transport = httpx.ASGITransport(front)

    async def send():
        async with httpx.AsyncClient(transport=transport) as client:
            request = client.build_request("GET", OWN)
            request.headers = httpx.Headers([("Host", "localhost"), ("Host", "localhost")])
            return await client.send(request)

    assert asyncio.run(send()).status_code == 421


@pytest.mark.parametrize("path", ["/", "/page", "/own", "/nowhere"])
def test_every_answer_says_what_a_browser_may_do_with_it(path):
    headers = ask(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["x-request-id"])
    assert len(headers.get_list("x-request-id")) == 1


def test_a_refusal_says_so_too():
    headers = ask(host="evil.example").headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["content-security-policy"] == CLOSED


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/", CLOSED),
        ("/nowhere", CLOSED),
        ("/page", SCREENS),
        ("/own", "default-src 'none'"),
        ("/unchanged", None),
    ],
)
def test_a_page_has_the_policy_of_the_screens_and_everything_else_a_closed_one(path, policy):
    assert ask(path).headers.get("content-security-policy") == policy


def test_a_page_is_asked_for_anew_each_time():
    assert ask("/page").headers["cache-control"] == "no-cache"


def test_the_web_server_is_not_named():
    assert ask().headers["server"] == "LeadFlow"


@pytest.mark.parametrize(
    ("public_url", "scheme", "is_told"),
    [
        (None, "http", False),
        ("http://leads.example.com", "http", False),
        ("https://leads.example.com", "http", True),
        (None, "https", True),
    ],
)
def test_a_browser_is_told_to_stay_with_tls_only_where_there_is_tls(
    monkeypatch, public_url, scheme, is_told
):
    if public_url:
        monkeypatch.setenv("LEADFLOW_PUBLIC_URL", public_url)
    monkeypatch.setenv("LEADFLOW_TRUSTED_PROXIES", "127.0.0.1")
    headers = ask(X_Forwarded_Proto=scheme).headers
    assert ("strict-transport-security" in headers) is is_told


@pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1:9000", OWN])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_no_page_is_told_that_another_site_may_read_the_answer(method, origin):
    headers = ask(method=method, origin=origin).headers
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize("origin", [EVIL, "null"])
def test_who_asks_whether_another_site_may_call_hears_that_it_may_not(origin):
    response = ask(method="OPTIONS", origin=origin, access_control_request_method="POST")
    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"
    assert not [name for name in response.headers if name.startswith("access-control-")]


def test_a_harmless_request_id_reaches_the_application_and_another_does_not():
    kept = ask(X_Request_ID="trace-1")
    assert kept.json()["request_id"] == kept.headers["x-request-id"] == "trace-1"
    replaced = ask(X_Request_ID="a b")
    assert replaced.json()["request_id"] == replaced.headers["x-request-id"] != "a b"


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.8, 10.0.0.7", "10.0.0.8"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ('"[2001:db8::7]:4711"', "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("unknown", "10.0.0.6"),
        ("127.0.0.1, <script>", "10.0.0.6"),
        ("", "10.0.0.6"),
    ],
)
def test_a_trusted_proxy_says_who_asks(monkeypatch, chain, client):
    monkeypatch.setenv("LEADFLOW_TRUSTED_PROXIES", "10.0.0.0/24, fd12:3456::/32")
    assert ask(peer="10.0.0.6", X_Forwarded_For=chain).json()["client"] == client


@pytest.mark.parametrize(
    ("said", "scheme"), [("https", "https"), ("HTTPS", "https"), ("x", "http")]
)
def test_a_trusted_proxy_says_how_it_was_asked(monkeypatch, said, scheme):
    monkeypatch.setenv("LEADFLOW_TRUSTED_PROXIES", "10.0.0.6")
    assert ask(peer="10.0.0.6", X_Forwarded_Proto=said).json()["scheme"] == scheme
    assert ask(peer="::ffff:10.0.0.6", X_Forwarded_Proto=said).json()["scheme"] == scheme


@pytest.mark.parametrize("trusted", [None, "10.0.0.6"])
def test_nobody_else_is_believed(monkeypatch, trusted):
    if trusted:
        monkeypatch.setenv("LEADFLOW_TRUSTED_PROXIES", trusted)
    answer = ask(peer="10.0.0.5", X_Forwarded_For="127.0.0.1", X_Forwarded_Proto="https").json()
    assert (answer["client"], answer["scheme"]) == ("10.0.0.5", "http")


def test_a_proxy_that_is_not_believed_is_named_once(capsys):
    front = application()
    ask(peer="10.0.0.5", X_Forwarded_For="127.0.0.1", app=front)
    assert capsys.readouterr().out.count("LEADFLOW_TRUSTED_PROXIES") == 1


def opened(**headers):
    """Ask for a websocket; returns whether the application got it."""
    reached, sent = [], []

    async def app(scope, _receive, _send):
        reached.append(scope["scheme"])

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message["type"])

    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "websocket",
        "path": "/_event",
        "scheme": "ws",
        "client": ("127.0.0.1", 1),
        "headers": lines,
    }
    asyncio.run(guarded(app, screens="")(scope, receive, send))
    assert bool(reached) != (sent == ["websocket.close"])
    return bool(reached)


@pytest.mark.parametrize(
    ("host", "origin", "is_open"),
    [
        ("localhost:8000", "http://localhost:8000", True),
        ("10.0.0.3:8000", "http://10.0.0.3:8000", True),
        ("10.0.0.3:8000", "http://10.0.0.3:8001", False),
        ("10.0.0.3:8000", EVIL, False),
        ("10.0.0.3:8000", "null", False),
        ("10.0.0.3:8000", "", False),
        ("10.0.0.3:8000", "http://[", False),
        ("evil.example", "http://evil.example", False),
    ],
)
def test_a_websocket_opens_for_pages_of_this_host_only(host, origin, is_open):
    assert opened(host=host, origin=origin) is is_open


def test_a_program_that_is_no_browser_may_open_a_websocket():
    assert opened(host="10.0.0.3:8000")


def test_a_trusted_proxy_says_how_a_websocket_was_opened(monkeypatch):
    monkeypatch.setenv("LEADFLOW_TRUSTED_PROXIES", "127.0.0.1")
    schemes = []

    async def app(scope, _receive, _send):
        schemes.append((scope["scheme"], scope["client"][0]))

    headers = {"host": "localhost", "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
    scope = {
        "type": "websocket",
        "path": "/_event",
        "scheme": "ws",
        "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(guarded(app, screens="")(scope, None, None))
    assert schemes == [("wss", "203.0.113.9")]


def test_the_policy_of_the_screens_allows_their_own_inline_scripts_and_no_other(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "index.html").write_text("<script>one()</script><script src='/x.js'></script>")
    (tmp_path / "below" / "index.html").write_text('<script type="module">two()</script>')
    policy = of_screens(tmp_path)
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert set(scripts.split()[1:]) == {"'self'", source_of("one()"), source_of("two()")}
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in scripts


def test_the_policy_leaves_nothing_to_other_sites():
    parts = dict(part.partition(" ")[::2] for part in screens_policy([]).split("; "))
    assert parts["default-src"] == parts["object-src"] == parts["frame-ancestors"] == "'none'"
    assert parts["base-uri"] == "'none'"
    assert parts["script-src"] == parts["connect-src"] == parts["form-action"] == "'self'"
    assert not re.search(r"https?:|\*|ws:", screens_policy([]))


def test_what_is_no_request_passes():
    async def app(scope, _receive, send):
        await send(scope)

    sent = []

    async def send(message):
        sent.append(message["type"])

    asyncio.run(guarded(app, screens="")({"type": "lifespan"}, None, send))
    assert sent == ["lifespan"]
