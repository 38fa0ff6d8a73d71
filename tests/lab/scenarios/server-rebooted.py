"""The server loses power and comes back: its TCP knows nothing of the old session and resets it at the next key."""

from labkit.scenario import Plan, Scenario, View
from labkit.wait import pause


def play(stage):
    stage.sshd()
    session = stage.ssh()
    session.exchange()
    pause(1.0)
    stage.reboot_server()
    stage.sshd(log="sshd-after-reboot")
    pause(2.0)
    session.press()
    session.process.ended()


SCENARIO = Scenario(
    happened="server-rebooted",
    plan=Plan(client="10.60.2.9", server="10.61.200.3", near_ms=4, far_ms=8, near_hops=1, far_hops=4),
    views=(
        View("client", "server-rebooted", "reset", "session", "server"),
        View("server-side", "server-rebooted", "reset", "session", "server", form="pcap"),
    ),
    play=play,
)
