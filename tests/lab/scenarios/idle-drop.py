"""A firewall forgets an idle session and drops its next packets without a word."""

from labkit.firewall import DROP_UNKNOWN, FORGETFUL
from labkit.scenario import Plan, Scenario, View
from labkit.wait import pause


def play(stage):
    stage.firewall.sysctl(**FORGETFUL)
    stage.firewall.nft(DROP_UNKNOWN)
    stage.sshd()
    session = stage.ssh()
    session.exchange()
    pause(5.5)
    session.press()
    pause(7.0)  # enough for five retransmissions, each after twice the time


SCENARIO = Scenario(
    happened="firewall-silent-drop",
    plan=Plan(client="172.20.3.77", server="198.51.100.14", near_ms=2, far_ms=12),
    reason="none",
    views=(
        View("client", "firewall-silent-drop", "silence", "session", "none", form="pcapng"),
        View("server", "unknown", "open", "session", "none", must_not_claim=("firewall-silent-drop",)),
    ),
    play=play,
)
