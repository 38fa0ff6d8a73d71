"""A rule in the firewall answers the SYN with an ICMP error: refused, and no reset at all."""

from labkit.firewall import rejecting
from labkit.scenario import Plan, Scenario, View


def play(stage):
    stage.firewall.nft(rejecting("forward", "reject with icmpx admin-prohibited"))
    stage.ssh().process.ended()


SCENARIO = Scenario(
    happened="firewall-icmp-reject",
    plan=Plan(client="10.90.1.8", server="10.91.1.8", near_hops=2, far_hops=2),
    reason="none",
    views=(View("client", "firewall-icmp-reject", "refused", "tcp-handshake", "none"),),
    play=play,
)
