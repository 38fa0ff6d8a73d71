"""A rule in the firewall drops the SYN: the client tries again and hears nothing."""

from labkit.firewall import rejecting
from labkit.scenario import Plan, Scenario, View


def play(stage):
    stage.firewall.nft(rejecting("forward", "drop"))
    stage.ssh(options=["ConnectTimeout=5"]).process.ended()


SCENARIO = Scenario(
    happened="firewall-silent-drop",
    plan=Plan(client="10.92.4.11", server="10.93.4.11"),
    reason="none",
    views=(View("client", "firewall-silent-drop", "silence", "tcp-handshake", "none", form="pcap"),),
    play=play,
)
