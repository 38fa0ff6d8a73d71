"""Over IPv6, a firewall forgets an idle session and answers its next packet with a TCP reset."""

from labkit.firewall import FORGETFUL, REJECT_UNKNOWN
from labkit.scenario import Plan, Scenario, View
from labkit.wait import pause


def play(stage):
    stage.firewall.sysctl(**FORGETFUL)
    stage.firewall.nft(REJECT_UNKNOWN)
    stage.sshd(options=["IPQoS ef none"])
    session = stage.ssh(options=["IPQoS=ef none"], terminal=False)
    session.exchange()
    pause(5.5)
    session.press()
    session.process.ended()


SCENARIO = Scenario(
    happened="firewall-idle-timeout",
    plan=Plan(client="2001:db8:40::51", server="2001:db8:7:12::22", near_ms=6, far_ms=5, near_hops=4, far_hops=7),
    reason="none",
    views=(View("client", "firewall-idle-timeout", "reset", "session", "middlebox", form="pcap-any"),),
    play=play,
)
