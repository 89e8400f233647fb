"""What is locked is locked by content, and no file of ours knows the machine it was made on."""

import re
from collections.abc import Iterator

import pytest

from tests.architecture._source import ROOT, Finding, expect_none, our_files

PINNED = re.compile(r"^[A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])?==[^\s;]+( ?;.*)? *\\?$")
HASH = re.compile(r"^\s+--hash=sha256:[0-9a-f]{64} *\\?$")
ADDRESS = re.compile(r"://|^\s*-i |--(extra-)?index-url|--find-links|--trusted-host| @ ")
# Written apart, so that this file does not find itself.
OWN_PLACE = re.compile(rb"(?<![\w.:*-])/(" + b"|".join((b"work", b"root", b"home")) + rb")/\w")
DOWNLOADED = re.compile(rb'"resolved" *: *"(https?|file):')


def unlocked(path: str, text: str) -> Iterator[Finding]:
    """Find lines of a requirements lock that are not a version with its hashes."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if ADDRESS.search(line):
            yield Finding(path, number, f"holds an address: {line.strip()}")
        is_said = line and not line.lstrip().startswith("#")
        if is_said and not PINNED.match(line) and not HASH.match(line):
            yield Finding(path, number, f"not a version or a hash: {line.strip()}")
        if PINNED.match(line) and not HASH.match("".join(lines[number : number + 1])):
            yield Finding(path, number, f"has no hash: {line.strip()}")


def places(path: str, content: bytes) -> Iterator[Finding]:
    """Find paths of a developer's machine and the addresses that a lock was filled from."""
    for number, line in enumerate(content.splitlines(), start=1):
        for found in (*OWN_PLACE.finditer(line), *DOWNLOADED.finditer(line)):
            yield Finding(path, number, f"knows the place {found.group().decode()}")


def test_the_requirements_are_locked_by_content():
    text = (ROOT / "requirements.lock").read_text()
    assert "==" in text
    expect_none(unlocked("requirements.lock", text))


def test_no_file_knows_a_machine():
    expect_none(
        finding for path in our_files() for finding in places(path, (ROOT / path).read_bytes())
    )


HASHES = f"    --hash=sha256:{'0' * 64}"


@pytest.mark.parametrize(
    "text",
    [
        "httpx==1.0",
        "httpx==1.0\nhuey==3.0 \\\n" + HASHES,
        "httpx>=1.0 \\\n" + HASHES,
        "httpx @ file.whl",
        f"--index-url simple\nhttpx==1.0 \\\n{HASHES}",
        "# from https://example.com",
        "-e .",
    ],
)
def test_an_unlocked_line_is_found(text):
    assert list(unlocked("requirements.lock", text))


@pytest.mark.parametrize(
    "text",
    [
        f"# made by make lock\nhttpx==1.0 \\\n{HASHES} \\\n{HASHES}\n    # via leadflow",
        f"psycopg[binary,pool]==3.3.9 \\\n{HASHES}",
        f'uvloop==1.0 ; sys_platform != "win32" \\\n{HASHES}',
    ],
)
def test_a_locked_line_is_not(text):
    assert not list(unlocked("requirements.lock", text))


@pytest.mark.parametrize(
    "text",
    [
        f"data_dir = '/{'home'}/ada/leadflow'",
        f"cd /{'root'}/leadflow",
        f'"/{"work"}/x"',
        f'"{"resolved"}": "https://registry.example/x.tgz"',
    ],
)
def test_a_place_is_found(text):
    assert list(places("Makefile", text.encode()))


@pytest.mark.parametrize("text", ["/v1/leads", "docs/home/now.md", "https://a.example/home/x"])
def test_an_address_of_the_world_is_not(text):
    assert not list(places("Makefile", text.encode()))
