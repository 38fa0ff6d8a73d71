"""A session worked; then a rule in the firewall began to reject new connections with a TCP reset."""

from labkit.firewall import rejecting
from labkit.scenario import Plan, Scenario, View


def play(stage):
    stage.sshd()
    before = stage.ssh(log="ssh-before")
    before.exchange()
    before.close()
    stage.firewall.nft(rejecting("forward", "reject with tcp reset"))
    stage.ssh().process.ended()


SCENARIO = Scenario(
    happened="firewall-rule-reject",
    plan=Plan(client="192.168.77.3", server="10.200.14.9", near_ms=2, far_ms=15, near_hops=2, far_hops=8),
    reason="none",
    views=(
        View("client", "firewall-rule-reject", "reset", "tcp-handshake", "middlebox", must_not_claim=("port-closed",)),
        View("middle", "firewall-rule-reject", "reset", "tcp-handshake", "middlebox", form="pcapng"),
    ),
    play=play,
)
