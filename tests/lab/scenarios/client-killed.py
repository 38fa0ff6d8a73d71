"""The ssh client is killed while the server's data lies unread: the client's kernel resets."""

import os
import signal

from labkit.scenario import Plan, Scenario, View
from labkit.ssh import unread
from labkit.wait import until


def play(stage):
    stage.sshd()
    sign = stage.work / "the-client-has-stopped"
    session = stage.ssh(command=f"(until [ -e {sign} ]; do sleep 0.05; done; echo news) & exec cat")
    session.exchange()
    os.kill(session.process.pid, signal.SIGSTOP)
    sign.touch()
    until("unread data at the client", lambda: unread(stage.client, "dport = :22"))
    session.kill()


SCENARIO = Scenario(
    happened="client-killed",
    plan=Plan(client="10.33.0.15", server="10.34.0.15", near_ms=7, far_ms=9),
    reason="TCP_ABORT_ON_CLOSE",
    views=(
        View("client", "client-killed", "reset", "session", "client", form="pcapng"),
        View("server", "client-killed", "reset", "session", "client"),
    ),
    play=play,
)
