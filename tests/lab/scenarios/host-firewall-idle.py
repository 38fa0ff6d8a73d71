"""The server's own packet filter forgets an idle session and resets it: the server's TTL, but not the server's TCP."""

from labkit.firewall import FORGETFUL, stateful
from labkit.scenario import Plan, Scenario, View
from labkit.wait import pause


def play(stage):
    stage.server.sysctl(**FORGETFUL)
    stage.server.nft(stateful("input", "reject with tcp reset"))
    stage.sshd()
    session = stage.ssh()
    session.exchange()
    pause(6.5)
    session.press()
    session.process.ended()


ELSEWHERE = ("firewall-idle-timeout",)

SCENARIO = Scenario(
    happened="host-firewall-idle-timeout",
    plan=Plan(client="192.168.41.52", server="10.45.8.13", near_ms=6, far_ms=3, near_hops=5, far_hops=4),
    reason="none",
    views=(
        View("client", "host-firewall-idle-timeout", "reset", "session", "server", must_not_claim=ELSEWHERE),
        View("server", "host-firewall-idle-timeout", "reset", "session", "server"),
    ),
    play=play,
)
