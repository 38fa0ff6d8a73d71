"""Nothing listens on the server's port 22."""

from labkit.scenario import Plan, Scenario, View


def play(stage):
    stage.ssh().process.ended()


SCENARIO = Scenario(
    happened="port-closed",
    plan=Plan(client="172.16.9.4", server="172.29.1.30"),
    reason="NO_SOCKET",
    views=(View("client", "port-closed", "reset", "tcp-handshake", "server"),),
    play=play,
)
