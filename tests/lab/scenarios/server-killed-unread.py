"""The server's session process is killed while the client's data lies unread: the kernel resets at once."""

from labkit.scenario import Plan, Scenario, View
from labkit.ssh import unread
from labkit.wait import until


def play(stage):
    sshd = stage.sshd(options=["IPQoS af21 cs1"])
    session = stage.ssh(options=["IPQoS=af21 cs1"])
    session.exchange()
    sshd.stop_sessions()
    session.press()
    until("unread data at the server", lambda: unread(stage.server, "sport = :22"))
    sshd.kill_sessions()
    session.process.ended()


SCENARIO = Scenario(
    happened="sshd-session-killed",
    plan=Plan(client="10.17.0.23", server="203.0.113.80", near_ms=5, far_ms=4, near_hops=5, far_hops=2),
    reason="TCP_ABORT_ON_CLOSE",
    views=(
        View("client", "sshd-session-killed", "reset", "session", "server"),
        View("server", "sshd-session-killed", "reset", "session", "server", form="pcapng"),
    ),
    play=play,
)
