"""Over IPv6, the server has lost power and its sshd is not up yet when the client presses the next key."""

from labkit.scenario import Plan, Scenario, View
from labkit.wait import pause


def play(stage):
    stage.sshd()
    session = stage.ssh()
    session.exchange()
    pause(1.0)
    stage.reboot_server()
    pause(1.5)
    session.press()
    session.process.ended()


SCENARIO = Scenario(
    happened="server-rebooted",
    plan=Plan(client="2001:db8:60:2::9", server="2001:db8:61:200::3", near_ms=8, far_ms=11, near_hops=6, far_hops=4),
    reason="NO_SOCKET",
    views=(View("client", "server-rebooted", "reset", "session", "server", form="pcapng"),),
    play=play,
)
