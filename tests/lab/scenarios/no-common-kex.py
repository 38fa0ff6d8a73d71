"""Client and server have no key exchange method in common."""

from labkit.scenario import Plan, Scenario, View


def play(stage):
    stage.sshd(options=["KexAlgorithms curve25519-sha256"])
    stage.ssh(options=["KexAlgorithms=ecdh-sha2-nistp256,diffie-hellman-group14-sha256"]).process.ended()


SCENARIO = Scenario(
    happened="no-common-algorithm",
    plan=Plan(client="10.44.2.200", server="10.150.9.18", near_ms=3, far_ms=3),
    views=(View("client", "no-common-algorithm", "close", "kex"),),
    play=play,
)
