"""The whole of LeadFlow as `make run` starts it, and a Chromium that looks at it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest
from playwright.sync_api import sync_playwright

from backend.platform.postgres_place import SYSTEM_SOCKETS, home_of, read_identity
from backend.platform.settings import PROJECT_ROOT

EMAIL = "admin@leadflow.example"
PASSWORD = "a-long-test-password"
WORKSPACE = "Demo workspace"
START_SECONDS = 240
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Running:
    """A started LeadFlow: its address, its commands, a key for its API, and its mock channel."""

    def __init__(self, url: str, environment: dict[str, str]) -> None:
        self.url, self._environment = url, environment
        key = self.command("api-key", "create", "--name", "browser tests", "--scope", "all")
        self.api = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"})
        self.channel_id = self.api.get("/v1/channels").json()["items"][0]["id"]

    def command(self, *arguments: str) -> str:
        """Run a command on the machine and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "backend.cli", *arguments],
            cwd=PROJECT_ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def person(self, name: str, role: str) -> str:
        """Let somebody sign in, with the password of everybody here; returns their address."""
        email = f"{name.lower()}@leadflow.example"
        who = ("--email", email, "--name", f"{name} Example", "--password", PASSWORD)
        self.command("user", "create", *who, "--role", role, "--workspace", WORKSPACE)
        return email

    def say(self, text: str, *, sender: str = "+12065550123", **fields: object) -> dict:
        body = {"channel_id": self.channel_id, "from": sender, "text": text, **fields}
        answer = self.api.post("/v1/mock/whatsapp/inbound", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def leadflow(tmp_path_factory):
    """Start LeadFlow on a free port with an empty data directory; stop it at the end."""
    directory = tmp_path_factory.mktemp("leadflow")
    url, environment = _address(directory)
    log = directory / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.cli", "up"],
            cwd=PROJECT_ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(url, process, log)
        running = Running(url, environment)
        yield running
        running.api.close()
    finally:
        identity = read_identity(directory / "data")
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        shutil.rmtree(home_of(directory / "data", identity), ignore_errors=True)
        shutil.rmtree(SYSTEM_SOCKETS / identity.name, ignore_errors=True)


def _address(directory) -> tuple[str, dict[str, str]]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not re.match("LEADFLOW_|DATABASE_URL|REDIS_URL|COVERAGE", name)
    }
    ours = {
        "LEADFLOW_DATA_DIR": str(directory / "data"),
        "LEADFLOW_PORT": str(port),
        "LEADFLOW_ADMIN_EMAIL": EMAIL,
        "LEADFLOW_ADMIN_PASSWORD": PASSWORD,
        "LEADFLOW_ALLOW_PRIVATE_TARGETS": "127.0.0.0/8",  # where made-up providers listen
        "LEADFLOW_RATE_SIGN_IN": "600",  # every test signs in, from one address
    }
    return f"http://127.0.0.1:{port}", inherited | ours


def _wait_until_ready(url: str, process: subprocess.Popen, log) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{url}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"LeadFlow did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def chromium():
    """Start the system's Chromium; Playwright holds this thread's event loop until it stops."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "Chromium is missing; `make browser` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


def give_password(page, email=EMAIL, password=PASSWORD) -> None:
    """Fill in the sign-in page that is open."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def is_at_the_door(url: str) -> bool:
    """Whether this is the sign-in page; the page that asks for a code is beyond it."""
    return bool(re.search(r"/sign-in/?(\?|$)", url))


@pytest.fixture
def visit(leadflow, chromium):
    """Return a function that opens a signed-in page of its own browser profile."""
    contexts = []

    def open_page(
        path: str = "/", *, width: int = 1440, height: int = 900, theme="light", email=EMAIL
    ):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{leadflow.url}/sign-in?next={path}")
        give_password(page, email)
        page.wait_for_url(lambda url: not is_at_the_door(url))
        return page

    yield open_page
    for context in contexts:
        context.close()
