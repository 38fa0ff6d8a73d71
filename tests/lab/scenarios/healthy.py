"""A session that is opened, used and closed in order: nothing to report."""

from labkit.scenario import Plan, Scenario, View


def play(stage):
    stage.sshd()
    session = stage.ssh()
    for _ in range(3):
        session.exchange()
    session.close()


SCENARIO = Scenario(
    happened="normal-close",
    plan=Plan(client="192.168.31.9", server="10.95.215.190"),
    views=(
        View("client", "normal-close", "close", "closed", form="pcap"),
        View("middle", "normal-close", "close", "closed", form="pcapng"),
    ),
    play=play,
)
