"""A forged reset misses the exact sequence number: the client asks back (RFC 5961), and the session ends in order."""

from labkit.scenario import Plan, Scenario, View


def play(stage):
    stage.sshd()
    forger = stage.forger(offset=1460)
    session = stage.ssh()
    session.exchange()
    stage.forge(forger)
    session.exchange()
    session.exchange()
    session.close()


SCENARIO = Scenario(
    happened="injected-rst-ineffective",
    plan=Plan(client="192.168.6.61", server="10.72.8.8", near_ms=4, far_ms=8, near_hops=3, far_hops=6),
    views=(View("client", "injected-rst-ineffective", "close", "closed", "middlebox"),),
    play=play,
)
