"""The launcher of PostgreSQL and Valkey, with real processes: crashes, odd users, odd folders."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
import pytest

from lbg_support.embedded import binaries, identity, postgres
from lbg_support.embedded.engines import Engines
from lbg_support.embedded.errors import StartError
from lbg_support.embedded.folders import RunFolder, VarFolder
from lbg_support.embedded.postgres import Postgres
from lbg_support.embedded.valkey import Valkey

pytestmark = pytest.mark.once

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
EXEC = [sys.executable, "-m", "lbg_support.embedded", "exec"]


@pytest.fixture
def run_folder():
    folder = RunFolder()
    yield folder
    folder.remove()


@pytest.fixture
def server(run_folder, tmp_path):
    """A function that makes a server (on the same cluster unless told otherwise); all are stopped afterwards."""
    made = []

    def make(data: Path = tmp_path / "postgres", durable: bool = False) -> Postgres:
        made.append(Postgres(data, run_folder.path / "p", tmp_path / "postgres.log", durable=durable))
        return made[-1]

    yield make
    for each in made:
        each.stop()


@pytest.fixture
def open_folder():
    """A folder that every user can reach; pytest's own are private."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def engines_environment(tmp_path):
    """Without the servers of the test run itself, so that the launcher starts its own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return {**kept, "VAR_DIR": str(tmp_path / "var")}


def query(server: Postgres, *statements: str):
    connection = psycopg2.connect(host=str(server.sockets), user=postgres.USER, dbname=postgres.DATABASE)
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        found = cursor.fetchone() if cursor.description else None
    connection.close()
    return found and found[0]


def wait_until(condition, seconds=15):
    patience = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < patience, "it did not happen in time"
        time.sleep(0.02)


def processes_with(text: str) -> list[str]:
    """Command lines of live processes that mention the text."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in command and path.parent.name != str(os.getpid()):
            found.append(command)
    return found


# --- a command beside the engines


def test_a_command_gets_both_servers_and_its_exit_code_is_passed_on(engines_environment):
    script = """
import os, sys, psycopg2, redis
from urllib.parse import urlsplit, parse_qs
url = urlsplit(os.environ["DATABASE_URL"])
host = parse_qs(url.query)["host"][0]
psycopg2.connect(host=host, user=url.username, dbname=url.path[1:]).close()
redis.Redis.from_url(os.environ["REDIS_URL"]).set("a", 1)
print(os.path.dirname(host))
sys.exit(7)
"""
    done = subprocess.run(
        [*EXEC, "--ephemeral", "--", sys.executable, "-c", script],
        env=engines_environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 7, done.stderr
    folder = done.stdout.strip()
    assert not Path(folder).exists()
    assert not processes_with(folder)


@pytest.mark.parametrize(("given", "started"), [("DATABASE_URL", "REDIS_URL"), ("REDIS_URL", "DATABASE_URL")])
def test_a_server_that_the_environment_names_is_not_started(monkeypatch, given, started):
    monkeypatch.setenv(given, "somewhere")
    monkeypatch.delenv(started, raising=False)
    with Engines() as engines:
        assert set(engines.environment) == {started}
        assert len(engines.running) == 1


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_launcher_is_killed(engines_environment, signum):
    running = start_on_var(engines_environment, "--ephemeral")
    folder = running.folder
    assert len(processes_with(folder)) >= 2
    running.process.send_signal(signum)
    running.process.wait(15)
    wait_until(lambda: not processes_with(folder))
    assert Path(folder).exists() == (signum == signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_run_finds_its_data_right_after_a_killed_one(engines_environment):
    running = start_on_var(engines_environment)
    url = f"host={running.folder}/p user=lbg dbname=lbg"
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 1 AS one")
    connection.close()
    running.process.kill()
    running.process.wait()

    again = start_on_var(engines_environment)
    connection = psycopg2.connect(f"host={again.folder}/p user=lbg dbname=lbg")
    with connection.cursor() as cursor:
        cursor.execute("SELECT one FROM kept")
        assert cursor.fetchone() == (1,)
    connection.close()
    again.process.terminate()
    again.process.wait(15)
    shutil.rmtree(running.folder, ignore_errors=True)


def test_a_second_command_joins_the_engines_that_run_already(engines_environment):
    running = start_on_var(engines_environment)
    wait_until(lambda: (Path(engines_environment["VAR_DIR"]) / "running.json").exists())
    command = [*EXEC, "--", "sh", "-c", "echo $DATABASE_URL"]
    joined = subprocess.run(command, env=engines_environment, capture_output=True, text=True)
    assert running.folder in joined.stdout
    running.process.terminate()
    running.process.wait(15)


class Running:
    """`exec` that is up, on VAR_DIR unless told otherwise."""

    def __init__(self, process: subprocess.Popen):
        self.process = process
        assert process.stdout is not None
        address = process.stdout.readline().decode().strip()
        self.folder = address.partition("?host=")[2].removesuffix("/p")
        assert self.folder, "the engines did not come up"


def start_on_var(environment, *options) -> Running:
    command = [*EXEC, *options, "--", "sh", "-c", "echo $DATABASE_URL; exec sleep 60"]
    return Running(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE))


# --- crashes


def test_postgres_comes_back_with_its_rows_after_kill_9(server):
    first = server(durable=True)
    first.start()
    query(first, "CREATE TABLE kept AS SELECT 42 AS answer")
    first.child.process.kill()
    first.start()
    assert query(first, "SELECT answer FROM kept") == 42


@pytest.mark.parametrize("owner", ["stranger", "zombie"])
def test_a_pid_file_that_names_somebody_else_is_no_obstacle(server, owner):
    first = server()
    first.start()
    first.child.process.kill()
    first.child.process.wait()
    other = subprocess.Popen(["sleep", "60"])
    if owner == "zombie":
        other.kill()
        wait_until(lambda: " Z " in Path(f"/proc/{other.pid}/stat").read_text())
    pid_file = first.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")

    first.start()

    assert query(first, "SELECT 1") == 1
    other.kill()
    other.wait()


def test_a_cluster_whose_making_was_interrupted_is_made_anew(server, tmp_path):
    left = tmp_path / "postgres" / postgres.UNFINISHED / "base"
    left.mkdir(parents=True)
    first = server()
    first.start()
    assert query(first, "SELECT 1") == 1


def test_valkey_keeps_what_was_written_through_kill_9(run_folder, tmp_path):
    valkey = Valkey(tmp_path / "valkey", run_folder.path / "v", tmp_path / "valkey.log")
    valkey.start()
    assert ask(valkey, "SET queue job") == "+OK"
    valkey.child.process.kill()
    valkey.child.process.wait()
    valkey.start()
    assert "job" in ask(valkey, "GET queue")
    valkey.stop()


def ask(valkey: Valkey, command: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(valkey.socket))
        connection.sendall(f"{command}\r\n".encode())
        return connection.recv(200).decode().strip()


# --- odd folders and users


def test_a_long_path_is_no_obstacle(server, tmp_path):
    deep = tmp_path.joinpath(*["a folder with a long name"] * 8) / "postgres"
    first = server(deep)
    first.start()
    assert query(first, "SELECT 1") == 1


@as_root
def test_a_private_folder_of_root_stays_private(server, tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    first = server(home / "postgres")
    first.start()
    assert query(first, "SELECT 1") == 1
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "postgres" / "PG_VERSION").stat().st_uid in (0, identity.NOBODY)


@as_root
def test_without_user_namespaces_root_steps_down_to_nobody(server, monkeypatch, open_folder):
    monkeypatch.setattr(identity.UserNamespace, "enter", lambda self: os._exit(1))
    first = server(open_folder / "postgres")
    first.start()
    assert query(first, "SELECT 1") == 1
    assert (first.data / "PG_VERSION").stat().st_uid == identity.NOBODY


@as_root
def test_data_that_nobody_else_can_reach_is_moved_with_its_rows(server, monkeypatch, tmp_path, open_folder):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    before = server(home / "postgres")
    before.start()
    query(before, "CREATE TABLE kept AS SELECT 42 AS answer")
    before.stop()
    monkeypatch.setattr(identity.UserNamespace, "enter", lambda self: os._exit(1))
    monkeypatch.setattr(postgres, "OUTSIDE", open_folder)

    after = server(home / "postgres")
    after.start()
    assert query(after, "SELECT answer FROM kept") == 42
    after.stop()
    once_more = server(home / "postgres")
    once_more.start()
    assert query(once_more, "SELECT answer FROM kept") == 42


def test_the_systems_postgres_is_used_where_the_bundled_one_is_missing(server, monkeypatch):
    if not list(binaries.SYSTEM_POSTGRES.glob("*/bin/postgres")):
        pytest.skip("no PostgreSQL is installed on this machine")
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "_package", lambda name, inside: None)
    first = server()
    first.start()
    assert binaries.SYSTEM_POSTGRES in Path(first.child.command[0]).parents
    assert query(first, "SELECT 1") == 1


# --- what cannot work says so in one sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("14\n", "was made by PostgreSQL 14"), ("", "is damaged"), ("\x00\x01", "is damaged"), (None, "is damaged")],
)
def test_a_cluster_that_is_not_ours_to_use_is_named(server, tmp_path, content, sentence):
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "base").mkdir()
    if content is not None:
        (data / "PG_VERSION").write_text(content)
    with pytest.raises(StartError, match=sentence):
        server().start()
    assert (data / "base").exists()


def test_a_file_in_place_of_a_folder_is_named(tmp_path, server):
    (tmp_path / "postgres").write_text("")
    with pytest.raises(StartError, match="is not a folder"):
        server().start()
    (tmp_path / "var").write_text("")
    with pytest.raises(StartError, match="is not a folder"):
        VarFolder(tmp_path / "var")


def test_programs_that_are_not_there_are_named(server, monkeypatch, tmp_path):
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(StartError, match="PG_BIN"):
        server().start()


def test_the_reason_of_postgres_itself_is_passed_on(server):
    first = server()
    first.start()
    first.stop()
    (first.data / "postgresql.conf").write_text("nonsense = on\n")
    with pytest.raises(StartError, match="did not start"):
        first.start()


def test_a_folder_has_one_run_at_a_time(tmp_path):
    folder = VarFolder(tmp_path / "var")
    locks = folder.take()
    assert locks
    assert VarFolder(tmp_path / "var").take() is None
    for lock in locks:
        os.close(lock)
    again = VarFolder(tmp_path / "var").take()
    assert again
    for lock in again:
        os.close(lock)
