"""A web client asks port 22 for a page; sshd reads one line of it, says so, and closes on the rest."""

from labkit.scenario import Plan, Scenario, View

REQUEST = r"GET / HTTP/1.1\r\nHost: web.example\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n\r\n"


def play(stage):
    stage.sshd()
    stage.stranger("read", REQUEST).ended()


SCENARIO = Scenario(
    happened="protocol-mismatch",
    plan=Plan(client="172.30.5.5", server="172.31.5.5", near_ms=5, far_ms=7),
    reason="TCP_ABORT_ON_CLOSE",
    views=(View("client", "protocol-mismatch", "reset", "banner", "server", form="pcap"),),
    play=play,
)
