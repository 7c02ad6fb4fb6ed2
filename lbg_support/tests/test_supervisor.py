"""`make run` from the outside: what dies comes back, stopping leaves nothing, trouble is one sentence."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from lbg_support.embedded.errors import StartError
from lbg_support.embedded.processes import Child
from lbg_support.supervisor import checks
from lbg_support.supervisor.supervision import Supervisor

pytestmark = pytest.mark.once

RUN = [sys.executable, "-m", "lbg_support.supervisor"]


@pytest.fixture
def child(tmp_path):
    """A function that makes a child process of Python code."""

    def make(name: str, code: str, **options) -> Child:
        return Child(name, [sys.executable, "-c", code], log=tmp_path / f"{name}.log", **options)

    return make


@pytest.fixture
def run_environment(tmp_path):
    """For a whole run: a folder and a port of its own, and no servers but those that it starts."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return {**kept, "VAR_DIR": str(tmp_path / "var"), "PORT": str(free_port())}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds=15):
    patience = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < patience, "it did not happen in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


# --- one supervisor


def test_what_dies_is_started_again_after_a_growing_pause(child):
    said = []
    with Supervisor(say=said.append, first_pause=0.01) as supervisor:
        supervisor.start(child("web", "raise SystemExit(3)"))
        supervisor.watch(until=lambda: len(said) == 3)
    assert said == [
        "web ended (exit code 3); starting it again in 0.01 s.",
        "web ended (exit code 3); starting it again in 0.02 s.",
        "web ended (exit code 3); starting it again in 0.04 s.",
    ]


def test_an_engine_that_cannot_start_again_is_tried_until_it_can():
    class Engine:
        name = "postgres"
        starts = 0

        def start(self):
            self.starts += 1
            if self.starts == 1:
                raise StartError("The disk is full.")

        def poll(self):
            return None if self.starts else -9

        def stop(self): ...

    said = []
    engine = Engine()
    Supervisor([engine], say=said.append, first_pause=0.01).watch(until=lambda: engine.starts == 2)
    assert said == [
        "postgres ended (signal 9); starting it again in 0.01 s.",
        "The disk is full; starting it again in 0.02 s.",
    ]


def test_the_last_started_is_stopped_first(child, tmp_path):
    code = """
import signal, sys, time
def stop(*_):
    with open({path!r}, "a") as note: note.write({name!r} + " ")
    sys.exit()
signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
time.sleep(60)
"""
    note = tmp_path / "stopped"
    with Supervisor() as supervisor:
        for name in ("worker", "beat", "web"):
            supervisor.start(child(name, code.format(path=str(note), name=name)))
        logs = [tmp_path / f"{name}.log" for name in ("worker", "beat", "web")]
        supervisor.watch(until=lambda: all("ready" in log.read_text() for log in logs))
    assert note.read_text().split() == ["web", "beat", "worker"]


def test_one_that_will_not_stop_is_made_to(child, tmp_path):
    code = "from signal import *; signal(SIGTERM, SIG_IGN); print('ready', flush=True); pause()"
    deaf = child("deaf", code, grace=0.1)
    deaf.start()
    wait_until(lambda: "ready" in (tmp_path / "deaf.log").read_text())
    deaf.stop()
    assert deaf.poll() == -signal.SIGKILL


def test_what_a_child_started_goes_with_it(child, tmp_path):
    parent = child(
        "parent", "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    )
    parent.start()
    wait_until(lambda: (tmp_path / "parent.log").read_text().strip())
    grandchild = int((tmp_path / "parent.log").read_text())
    parent.process.kill()
    wait_until(lambda: parent.poll() is not None)
    wait_until(lambda: not is_alive(grandchild))


# --- checks


@pytest.mark.parametrize("port", ["web", "0", "70000", "-1"])
def test_a_port_that_is_none_is_named(monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(StartError, match="is not a port"):
        checks.chosen_port()


def test_a_missing_pango_says_what_to_install(monkeypatch, tmp_path):
    (tmp_path / "weasyprint.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(StartError, match="apt-get install libpango"):
        checks.pango_is_there()


# --- the whole


def sentence_of_failed_run(environment) -> str:
    done = subprocess.run(RUN, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def test_a_port_in_use_is_one_sentence(run_environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(run_environment["PORT"])))
        taken.listen()
        assert f"Port {run_environment['PORT']} is in use" in sentence_of_failed_run(run_environment)


def test_a_broken_var_is_one_sentence(run_environment, tmp_path):
    (tmp_path / "var").write_text("")
    assert "is not a folder" in sentence_of_failed_run(run_environment)


def test_a_damaged_cluster_is_one_sentence(run_environment, tmp_path):
    data = tmp_path / "var" / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("")
    assert "is damaged" in sentence_of_failed_run(run_environment)


def test_servers_that_do_not_answer_are_one_sentence(run_environment):
    run_environment |= {"REDIS_URL": "redis://127.0.0.1:1/0", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    assert "could not be prepared" in sentence_of_failed_run(run_environment)


class Site:
    """A whole run that is up."""

    def __init__(self, environment):
        self.address = f"http://127.0.0.1:{environment['PORT']}/"
        self.process = subprocess.Popen(RUN, env=environment, stdout=subprocess.PIPE, text=True)
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if "Ctrl-C" in line:
                break

    def family(self) -> list[int]:
        """The processes that the supervisor started, and theirs."""
        found = [self.process.pid]
        for pid in found:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, children.read_text().split())
        return found[1:]


@pytest.mark.timeout(180)
def test_a_run_survives_being_killed_gets_its_processes_back_and_stops_without_a_trace(run_environment):
    """One story, because a run takes most of its time to make its first database."""
    first = Site(run_environment)
    assert "support@demo.local" in "".join(first.said)
    assert urllib.request.urlopen(first.address + "healthz", timeout=5).status == 200
    assert "already running" in sentence_of_failed_run(run_environment)
    family = first.family()
    assert len(family) >= 7

    first.process.kill()
    first.process.wait()
    second = Site(run_environment)
    assert urllib.request.urlopen(second.address + "healthz", timeout=5).status == 200
    assert not any(map(is_alive, family))
    kill_the_event_process(second)

    family = second.family()
    second.process.send_signal(signal.SIGINT)
    assert second.process.wait(60) == 0
    assert not any(map(is_alive, family))


def kill_the_event_process(site: Site) -> None:
    """It is back at the port that the pages name."""
    [live] = [pid for pid in site.family() if "lbg_support.asgi" in Path(f"/proc/{pid}/cmdline").read_text()]
    port = Path(f"/proc/{live}/cmdline").read_text().split("\0--port\0")[1].split("\0")[0]
    page = urllib.request.urlopen(site.address + "accounts/login/", timeout=5)
    assert f"connect-src 'self' http://127.0.0.1:{port}" in page.headers["Content-Security-Policy"]

    os.kill(live, signal.SIGKILL)

    wait_until(lambda: answers(f"http://127.0.0.1:{port}/live/healthz"))


def answers(url: str) -> bool:
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except OSError:
        return False
