"""Somebody on the path forges a reset to the client in the server's name; the server learns of it from the client's own."""

from labkit.scenario import Plan, Scenario, View


def play(stage):
    stage.sshd()
    forger = stage.forger()
    session = stage.ssh()
    session.exchange()
    stage.forge(forger)
    session.press()
    session.process.ended()


SCENARIO = Scenario(
    happened="injected-rst",
    plan=Plan(client="192.168.5.61", server="10.71.8.8", near_ms=3, far_ms=14, near_hops=2, far_hops=9),
    views=(
        View("client", "injected-rst", "reset", "session", "middlebox", must_not_claim=("sshd-session-killed",)),
        View("server", "undetermined", "reset", "session", "client", form="pcapng"),
    ),
    play=play,
)
