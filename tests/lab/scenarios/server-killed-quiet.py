"""The server's session process is killed with nothing unread: a FIN, then resets for what the client still says."""

from labkit.scenario import Plan, Scenario, View


def play(stage):
    sshd = stage.sshd()
    session = stage.ssh()
    session.exchange()
    sshd.kill_sessions()
    session.process.ended()


SCENARIO = Scenario(
    happened="sshd-session-killed",
    plan=Plan(client="192.168.12.140", server="10.8.31.5", near_ms=3, far_ms=6),
    reason="TCP_ABORT_ON_DATA",
    views=(View("client", "sshd-session-killed", "close", "session", "server", form="pcap"),),
    play=play,
)
