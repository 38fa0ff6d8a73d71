"""A rule on the path rejects the first SYN ever seen: no DSCP to copy, and nothing of the server to compare with."""

from labkit.firewall import rejecting
from labkit.scenario import Plan, Scenario, View


def play(stage):
    stage.firewall.nft(rejecting("forward", "reject with tcp reset"))
    stage.ssh(options=["IPQoS=none"], terminal=False).process.ended()


SCENARIO = Scenario(
    happened="firewall-rule-reject",
    plan=Plan(client="192.168.78.3", server="10.201.14.9", near_ms=6, far_ms=6, near_hops=3, far_hops=3),
    reason="none",
    views=(View("client", "undetermined", "reset", "tcp-handshake", "middlebox"),),
    play=play,
)
