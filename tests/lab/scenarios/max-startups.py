"""The server has as many unauthenticated connections as it allows and turns the next one away."""

from labkit.scenario import Plan, Scenario, View
from labkit.ssh import unread
from labkit.wait import until


def play(stage):
    sshd = stage.sshd(options=["MaxStartups 1:100:1"])
    stage.stranger("hold").says("SSH-2.0")
    # A busy server: the client's identification is there, unread, by the time it is turned away.
    sshd.stop_listening()
    refused = stage.ssh()
    until("the client's identification", lambda: unread(stage.server, "sport = :22"))
    sshd.go_on()
    refused.process.ended()


SCENARIO = Scenario(
    happened="max-startups",
    plan=Plan(client="10.5.40.2", server="192.0.2.44", near_ms=9, far_ms=3),
    reason="TCP_ABORT_ON_CLOSE",
    views=(View("client", "max-startups", "reset", "banner", "server"),),
    play=play,
)
