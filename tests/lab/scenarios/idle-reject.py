"""A firewall forgets an idle session and answers its next packet with a TCP reset."""

from labkit.firewall import FORGETFUL, REJECT_UNKNOWN
from labkit.scenario import Plan, Scenario, View
from labkit.wait import pause


def play(stage):
    stage.firewall.sysctl(**FORGETFUL)
    stage.firewall.nft(REJECT_UNKNOWN)
    stage.sshd()
    session = stage.ssh()
    session.exchange()
    pause(2.0)
    session.exchange()
    pause(6.0)
    session.press()
    session.process.ended()


ELSEWHERE = ("server-rebooted", "sshd-session-killed", "host-firewall-idle-timeout")

SCENARIO = Scenario(
    happened="firewall-idle-timeout",
    plan=Plan(client="192.168.40.51", server="10.44.7.12", near_ms=3, far_ms=9, near_hops=2, far_hops=6),
    views=(
        View("client", "firewall-idle-timeout", "reset", "session", "middlebox", must_not_claim=ELSEWHERE),
        View("middle", "firewall-idle-timeout", "reset", "session", "middlebox", form="pcapng", must_not_claim=ELSEWHERE),
        View("server", "unknown", "open", "session", "none", form="pcap", must_not_claim=("firewall-idle-timeout",)),
    ),
    play=play,
)
