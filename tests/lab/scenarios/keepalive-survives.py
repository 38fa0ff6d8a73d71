"""The firewall of `idle-reject`, but the client sends a keepalive every two seconds: the session lives."""

from labkit.firewall import FORGETFUL, REJECT_UNKNOWN
from labkit.scenario import Plan, Scenario, View
from labkit.wait import pause


def play(stage):
    stage.firewall.sysctl(**FORGETFUL)
    stage.firewall.nft(REJECT_UNKNOWN)
    stage.sshd()
    session = stage.ssh(options=["ServerAliveInterval=2"])
    session.exchange()
    pause(7.0)
    session.exchange()
    session.close()


SCENARIO = Scenario(
    happened="normal-close",
    plan=Plan(client="10.142.9.30", server="10.143.9.31"),
    reason="none",
    views=(View("client", "normal-close", "close", "closed", "none", form="pcap"),),
    play=play,
)
