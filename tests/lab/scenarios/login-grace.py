"""The user stays at the password prompt longer than LoginGraceTime: the server closes."""

from labkit.scenario import Plan, Scenario, View
from labkit.wait import pause


def play(stage):
    prompt = stage.work / "askpass"
    prompt.write_text("#!/bin/sh\nexec sleep 30\n", encoding="ascii")
    prompt.chmod(0o755)
    stage.sshd(options=["LoginGraceTime 4"], passwords=True)
    stage.ssh(
        options=["PreferredAuthentications=password", "PubkeyAuthentication=no"],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SSH_ASKPASS": str(prompt), "SSH_ASKPASS_REQUIRE": "force"},
    )
    pause(6.0)


SCENARIO = Scenario(
    happened="login-grace-timeout",
    plan=Plan(client="10.11.12.13", server="10.21.22.23"),
    reason="none",
    views=(View("client", "login-grace-timeout", "close", "auth", "none"),),
    play=play,
)
