"""A session worked; then the server's own packet filter began to reject new connections with a TCP reset."""

from labkit.firewall import rejecting
from labkit.scenario import Plan, Scenario, View


def play(stage):
    stage.sshd()
    before = stage.ssh(log="ssh-before")
    before.exchange()
    before.close()
    stage.server.nft(rejecting("input", "reject with tcp reset"))
    stage.ssh().process.ended()


ELSEWHERE = ("firewall-rule-reject",)

SCENARIO = Scenario(
    happened="server-firewall-reject",
    plan=Plan(client="192.168.90.6", server="10.3.3.40", near_ms=4, far_ms=4, near_hops=4, far_hops=1),
    reason="none",
    views=(
        View("client", "server-firewall-reject", "reset", "tcp-handshake", "server", must_not_claim=ELSEWHERE),
        View("server", "server-firewall-reject", "reset", "tcp-handshake", "server"),
    ),
    play=play,
)
