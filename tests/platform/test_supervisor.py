import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from backend.platform.errors import SetupError
from backend.platform.supervisor import answers, check_port_is_free, pause_after, supervise
from tests.platform._processes import eventually, is_alive, started

SUPERVISE = """
import json, sys
from backend.platform import supervisor
supervisor.leave_on_signals()
supervisor.supervise(
    json.loads(sys.argv[1]), is_ready=lambda: True, when_ready=lambda: print("ready", flush=True)
)
print("left", flush=True)
"""

CHILD = """
import os, signal, sys, time
from pathlib import Path
from backend.platform.supervisor import die_with_parent
die_with_parent(os.getppid())
if sys.argv[2] == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with Path(sys.argv[1]).open("a") as file:
    file.write(f"{os.getpid()}\\n")
time.sleep(60)
"""


def child(notes: Path, temper: str = "willing") -> list[str]:
    return [sys.executable, "-c", CHILD, str(notes), temper]


def starts(notes: Path) -> list[int]:
    return [int(line) for line in notes.read_text().split()] if notes.exists() else []


def test_a_child_that_ends_is_started_again(tmp_path):
    notes = tmp_path / "starts"
    with started(SUPERVISE, json.dumps({"web": child(notes)})) as supervisor:
        assert supervisor.stdout.readline() == "ready\n"
        assert eventually(lambda: len(starts(notes)) == 1)
        os.kill(starts(notes)[0], signal.SIGKILL)
        assert eventually(lambda: len(starts(notes)) == 2)
        assert is_alive(starts(notes)[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything(tmp_path, number):
    willing, stubborn = tmp_path / "willing", tmp_path / "stubborn"
    commands = {"web": child(willing), "worker": child(stubborn, "stubborn")}
    with started(SUPERVISE, json.dumps(commands)) as supervisor:
        assert eventually(lambda: bool(starts(willing) and starts(stubborn)))
        asked_at = time.monotonic()
        supervisor.send_signal(number)
        supervisor.send_signal(number)
        supervisor.wait()
        assert time.monotonic() - asked_at < 10
        assert supervisor.returncode == 0
        assert supervisor.stdout.read() == "ready\nleft\n"
    assert not any(map(is_alive, (*starts(willing), *starts(stubborn))))


def test_children_die_with_a_killed_supervisor(tmp_path):
    notes = tmp_path / "starts"
    with started(SUPERVISE, json.dumps({"web": child(notes, "stubborn")})) as supervisor:
        assert eventually(lambda: len(starts(notes)) == 1)
        supervisor.kill()
        supervisor.wait()
        assert eventually(lambda: not is_alive(starts(notes)[0]))


def test_a_child_that_never_comes_up_is_given_up():
    with pytest.raises(SetupError, match="the web process ends again and again"):
        supervise(
            {"web": [sys.executable, "-c", "raise SystemExit(1)"]},
            is_ready=lambda: False,
            when_ready=lambda: None,
        )


def test_the_pause_before_the_next_start_grows_to_a_limit():
    assert [pause_after(failures) for failures in (1, 2, 3, 100)] == [0.5, 1.0, 2.0, 30.0]


def test_a_busy_port_is_one_sentence():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(SetupError) as refused:
            check_port_is_free("127.0.0.1", port)
    assert refused.value.message == (
        f"port {port} on 127.0.0.1 is in use; stop the program that uses it or set LEADFLOW_PORT"
        " to another number."
    )
    check_port_is_free("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_of_another_machine_is_one_sentence(host):
    with pytest.raises(SetupError) as refused:
        check_port_is_free(host, 8000)
    assert refused.value.message == (
        f"LEADFLOW_HOST is {host!r}, which is not an address of this machine."
    )


def test_silence_is_no_answer():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        assert not answers("127.0.0.1", listener.getsockname()[1])
