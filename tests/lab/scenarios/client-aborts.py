"""A connect scan: reads the server's identification string and aborts (SO_LINGER 0)."""

from labkit.scenario import Plan, Scenario, View


def play(stage):
    stage.sshd()
    stage.stranger("abort").ended()


SCENARIO = Scenario(
    happened="client-abort",
    plan=Plan(client="198.18.0.7", server="198.19.0.7", near_ms=10, far_ms=12),
    reason="TCP_STATE",
    views=(View("server", "client-abort", "reset", "banner", "client"),),
    play=play,
)
