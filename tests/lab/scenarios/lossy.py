"""Every thirteenth packet is lost on the way, and the session lives through it to its orderly end."""

from labkit.firewall import LOSSY
from labkit.scenario import Plan, Scenario, View


def play(stage):
    stage.router.nft(LOSSY)
    stage.sshd()
    session = stage.ssh()
    for _ in range(3):
        session.exchange()
    session.close()


SCENARIO = Scenario(
    happened="normal-close",
    plan=Plan(client="10.140.3.3", server="10.141.3.3", near_ms=11, far_ms=16),
    reason="none",
    views=(View("client", "normal-close", "close", "closed", "none"),),
    play=play,
)
