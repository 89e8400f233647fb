import os
import pwd
import resource
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from backend.platform.embedded_postgres import connection, connection_url, embedded_server
from backend.platform.errors import SetupError
from backend.platform.postgres_place import (
    IDENTITY_FILE,
    SYSTEM_SOCKETS,
    home_of,
    read_identity,
)
from tests.platform._processes import eventually, is_alive, started

HOLD = """
import sys
from pathlib import Path
from backend.platform.embedded_postgres import embedded_server
with embedded_server(Path(sys.argv[1]), durable=False) as server:
    print(server.url(), flush=True)
    sys.stdin.read()
"""

LOOK_AS_NOBODY = """
import os, socket, sys
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
def tried(action):
    try:
        action()
    except PermissionError:
        return "refused"
    return "let in"
print(tried(lambda: os.listdir(sys.argv[1])))
client = socket.socket(socket.AF_UNIX)
print(tried(lambda: client.connect(sys.argv[1] + "/.s.PGSQL.5432")))
print(tried(lambda: os.listdir(sys.argv[3])))
"""


@pytest.fixture
def data_dir(tmp_path):
    directory = tmp_path / "data"
    yield directory
    identity = read_identity(directory)
    if identity:
        assert connection_url(directory) is None
        shutil.rmtree(home_of(directory, identity), ignore_errors=True)
        shutil.rmtree(SYSTEM_SOCKETS / identity.name, ignore_errors=True)


def asked(url: str, question: str):
    with psycopg.connect(url) as client:
        return client.execute(question).fetchone()


def home(data_dir: Path) -> Path:
    identity = read_identity(data_dir)
    assert identity
    return home_of(data_dir, identity)


def postmaster(data_dir: Path) -> int:
    return int((home(data_dir) / "cluster" / "postmaster.pid").read_text().split()[0])


def test_it_runs_while_it_is_held(data_dir):
    assert connection_url(data_dir) is None
    with embedded_server(data_dir, durable=False) as server:
        assert connection_url(data_dir) == server.url()
        assert asked(server.url(), "SELECT current_user, current_database()") == (
            "leadflow",
            "leadflow",
        )
        process = postmaster(data_dir)
    assert connection_url(data_dir) is None
    assert not is_alive(process)


def test_what_was_written_is_there_again(data_dir):
    with embedded_server(data_dir) as server, psycopg.connect(server.url()) as client:
        client.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with embedded_server(data_dir) as server:
        assert asked(server.url(), "SELECT answer FROM kept") == (42,)
        assert asked(server.url(), "SHOW fsync") == ("on",)


def test_the_cluster_is_made_for_safety(data_dir):
    with embedded_server(data_dir, durable=False) as server:
        assert asked(server.url(), "SHOW data_checksums") == ("on",)
        assert asked(server.url(), "SHOW server_encoding") == ("UTF8",)
        assert asked(server.url(), "SHOW listen_addresses") == ("",)
        assert asked(server.url(), "SHOW timezone") == ("UTC",)
        assert asked(server.url(), "SHOW fsync") == ("off",)
        methods = "SELECT array_agg(DISTINCT auth_method) FROM pg_hba_file_rules"
        assert asked(server.superuser_url(), methods) == (["scram-sha-256"],)


def test_the_role_is_bound_by_row_security_and_may_clone_databases(data_dir):
    with embedded_server(data_dir, durable=False) as server:
        rights = "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = %s"
        with psycopg.connect(server.url(), autocommit=True) as client:
            assert client.execute(rights, ["leadflow"]).fetchone() == (False, False, True)
            client.execute("CREATE DATABASE clone TEMPLATE template1")
        assert asked(server.url("clone"), "SELECT current_database()") == ("clone",)


def test_it_stops_with_the_last_of_two_holders(data_dir):
    with started(HOLD, str(data_dir)) as other:
        url = other.stdout.readline().strip()
        with embedded_server(data_dir) as server:
            assert server.url() == url
        assert asked(url, "SELECT 1") == (1,)
        other.stdin.close()
        other.wait()
    assert connection_url(data_dir) is None


def test_a_server_whose_holder_was_killed_is_used_and_stopped(data_dir):
    with started(HOLD, str(data_dir)) as holder:
        url = holder.stdout.readline().strip()
        left_behind = postmaster(data_dir)
        holder.kill()
        holder.wait()
    assert asked(url, "SELECT 1") == (1,)
    with embedded_server(data_dir) as server:
        assert server.url() == url
        assert postmaster(data_dir) == left_behind
    assert not is_alive(left_behind)


def test_a_server_that_was_killed_is_started_again(data_dir):
    with embedded_server(data_dir, durable=False):
        killed = postmaster(data_dir)
        os.kill(killed, 9)
        assert eventually(lambda: not is_alive(killed))
        with embedded_server(data_dir, durable=False) as server:
            assert asked(server.url(), "SELECT 1") == (1,)


def test_a_cluster_that_was_never_finished_is_made_again(data_dir):
    with started(HOLD, str(data_dir)) as holder:
        assert eventually(lambda: read_identity(data_dir) is not None)
        assert eventually(lambda: any(home(data_dir).glob("new-*/cluster/PG_VERSION")))
        holder.kill()
        holder.wait()
    assert not (home(data_dir) / "cluster").exists()
    with embedded_server(data_dir, durable=False) as server:
        assert asked(server.url(), "SELECT 1") == (1,)


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_is_refused(data_dir, password):
    with embedded_server(data_dir, durable=False) as server:
        url = server.url().replace(server.identity.password, password)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(url)


def test_only_its_owner_comes_near_the_server(data_dir):
    with embedded_server(data_dir, durable=False) as server:
        private = [server.sockets, home(data_dir) / "cluster", data_dir / IDENTITY_FILE]
        assert [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in private] == [0, 0, 0]


if os.geteuid() == 0:

    def test_another_user_of_the_machine_is_refused(data_dir):
        nobody = pwd.getpwnam("nobody")
        with embedded_server(data_dir, durable=False) as server:
            looked = subprocess.run(
                [
                    *(sys.executable, "-c", LOOK_AS_NOBODY),
                    *(str(server.sockets), str(nobody.pw_uid), str(home(data_dir))),
                ],
                capture_output=True,
                text=True,
                check=True,
            )
        assert looked.stdout.split("\n")[:3] == ["refused"] * 3

    def test_a_data_directory_of_somebody_else_is_not_used(data_dir):
        data_dir.mkdir()
        (data_dir / IDENTITY_FILE).write_text("{}")
        os.chown(data_dir / IDENTITY_FILE, pwd.getpwnam("nobody").pw_uid, -1)
        with pytest.raises(SetupError, match="belongs to another user"):
            connection(data_dir)
        (data_dir / IDENTITY_FILE).unlink()

    def test_the_server_is_not_root(data_dir):
        with embedded_server(data_dir, durable=False):
            process = Path(f"/proc/{postmaster(data_dir)}")
            assert process.stat().st_uid == pwd.getpwnam("leadflow").pw_uid


def refusal(data_dir: Path) -> str:
    with pytest.raises(SetupError) as refused, embedded_server(data_dir):
        pass
    assert "\n" not in refused.value.message
    return refused.value.message


def test_a_file_as_data_directory_is_refused(data_dir):
    data_dir.write_text("not a directory")
    assert refusal(data_dir) == (
        f"LEADFLOW_DATA_DIR is {data_dir}, which is a file; it must be a directory."
    )
    data_dir.unlink()


def test_a_directory_that_cannot_be_written_is_refused():
    assert refusal(Path("/proc/leadflow")).startswith(
        "LeadFlow cannot keep its data in /proc/leadflow: "
    )


def test_no_room_for_the_cluster_is_one_sentence(data_dir):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        said = refusal(data_dir)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert said.startswith("PostgreSQL could not make its ")


def test_why_the_server_did_not_start_is_said(data_dir):
    with embedded_server(data_dir, durable=False):
        pass
    version = home(data_dir) / "cluster" / "PG_VERSION"
    version.write_text("9.1\n")
    assert refusal(data_dir) == (
        "PostgreSQL could not start its database:"
        " FATAL:  database files are incompatible with server"
    )
