"""What a scenario declares, and how it is played: build, run, undo, label."""

import importlib.util
import pathlib
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from . import label, pcap, wait
from .capture import Capture
from .path import Path, Plan
from .ssh import Client, Server
from .witness import OutputLog, hear

KIT = pathlib.Path(__file__).resolve().parent
FOLDER = KIT.parent / "scenarios"


@dataclass(frozen=True)
class View:
    """One vantage of a scenario, and what its label must say: written before the scenario ever ran."""

    vantage: str
    """client, client-side, middle, server-side or server (the contract's words)."""
    knowable: str
    """A cause id, or `undetermined`, or `unknown` where nothing of the end is visible from here."""
    ended_by: str
    phase: str | None
    fatal_sender: str | None = None
    """Who must have sent the decisive reset in this file; the kernel is asked. `none` where there must not be one."""
    form: str = "pcap-ns"
    """pcap (microseconds), pcap-ns, pcapng, or pcap-any (`tcpdump -i any`, link type SLL2)."""
    must_cite: tuple = ()
    must_not_claim: tuple = ()


@dataclass(frozen=True)
class Scenario:
    """The declaration at the top of each file in `scenarios/`."""

    happened: str
    """The cause id of what is really done."""
    plan: Plan
    views: tuple
    play: object = field(repr=False)
    """The function that does it, given a `Stage`."""
    reason: str | None = None
    """The kernel's reason that must stand in the trace of a `tcp_send_reset`; `none` where no TCP may have sent one."""
    summary: str = ""
    """First line of the file's docstring; filled in by `load`."""


class Stage:
    """Everything a scenario acts on."""

    def __init__(self, undo, run, scenario, name, work):
        self.undo, self.run, self.plan, self.name, self.work = undo, run, scenario.plan, name, work
        self.path = Path(undo, scenario.plan, name, work)
        self.client, self.router, self.firewall = self.path.client, self.path.router, self.path.firewall
        self.logs = [OutputLog(undo, getattr(self.path, role), role, work) for role in label.ROLES]
        self.captures = [Capture(undo, self.path, view.vantage, view.form, work) for view in scenario.views]

    @property
    def server(self):
        return self.path.server

    def sshd(self, options=(), passwords=False, log="sshd"):
        """Starts the server's sshd."""
        return Server(self.path.server_stack, self.server, self.plan.server, self.run.keys, options, passwords, log)

    def ssh(self, options=(), **more):
        """Starts ssh on the client."""
        return Client(self.undo, self.client, self.plan.server, self.run.keys, options, **more)

    def stranger(self, then, text="", log="stranger"):
        """Starts a client that is no SSH client (see `stranger`)."""
        client = self.client.spawn(self.undo, log, sys.executable, KIT / "stranger.py", self.plan.server, then, text)
        client.says("connected")
        return client

    def forger(self, ttl=64, offset=0):
        """Starts a forger at the firewall; it acts after `forge`."""
        argv = sys.executable, KIT / "forger.py", "left", self.plan.client, self.plan.server, ttl, offset
        forger = self.firewall.spawn(self.undo, "forger", *argv, stdin=subprocess.PIPE)
        forger.says("watching")
        return forger

    @staticmethod
    def forge(forger):
        """Lets the forger answer the client's next data."""
        forger.popen.stdin.write(b"now\n")
        forger.popen.stdin.flush()
        wait.pause(0.1)

    def reboot_server(self):
        """The server loses power and comes back with nothing in its memory."""
        self.logs[-1].stop()
        self.path.lose_server()
        self.path.build_server()
        self.logs.append(OutputLog(self.path.server_stack, self.server, "server", self.work))

    def finish(self):
        """Ends captures and witnesses."""
        wait.pause(0.2 + 2 * (self.plan.near_ms + self.plan.far_ms) / 1000)
        for recorder in (*self.captures, *self.logs):
            recorder.stop()


def names():
    """Every scenario of the folder, in order of name."""
    return sorted(file.stem for file in FOLDER.glob("*.py"))


def load(name):
    """The declaration in `scenarios/<name>.py`."""
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return replace(module.SCENARIO, summary=module.__doc__.splitlines()[0])


def latest_flow(messages, server):
    """(client end, server end) of the last connection whose SYN is in a file."""
    segments = [message for message in messages if isinstance(message, pcap.Segment) and message.dst[0] == server]
    opened = [segment for segment in segments if segment.flags & (pcap.SYN | pcap.ACK) == pcap.SYN]
    return (opened[-1].src, opened[-1].dst) if opened else None


def play(run, name):
    """Plays one scenario and writes a folder for each of its views. Returns their slugs."""
    scenario = load(name)
    work = run.work / name
    work.mkdir()
    with ExitStack() as undo:
        stage = Stage(undo, run, scenario, name, work)
        scenario.play(stage)
        stage.finish()
        run.trace.settle()
        testimony = hear(stage.logs, run.trace, scenario.plan)
    testimony.insist_on(scenario.reason)
    return [deliver(run, name, scenario, view, capture, testimony) for view, capture in zip(scenario.views, stage.captures)]


def deliver(run, name, scenario, view, capture, testimony):
    """Writes the folder of one view. The label is about the connection that was opened last."""
    slug = f"{name}-seen-at-{view.vantage}"
    messages = list(pcap.read(capture.raw))
    flow = latest_flow(messages, scenario.plan.server)
    if flow is None:
        raise ValueError(f"{slug}: no connection in the capture")
    fresh = work_folder(run, slug)
    capture.deliver(fresh)
    made_by = f"tests/lab/scenarios/{name}.py"
    label.write(fresh, view, flow, messages, testimony, scenario.happened, made_by, run.software, run.date)
    place(fresh, run.out / slug)
    return slug


def work_folder(run, slug):
    folder = run.work / slug
    folder.mkdir()
    return folder


def place(fresh, folder):
    """Puts a finished folder where it belongs, replacing what the lab wrote there before and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("capture.pcap*"), folder / "label.toml", folder / "witness.txt"):
        old.unlink(missing_ok=True)
    for file in fresh.iterdir():
        shutil.copy(file, folder / file.name)


def today():
    return time.strftime("%Y-%m-%d", time.gmtime())
