"""How each program of the matrix is started as a server and as a client, one process for each login where it can be."""

import json
import os
import shutil
import signal
import subprocess
import sys

from . import wait
from .matrix import SUITES
from .process import descendants, run

USER, RIGHT, WRONG = "lab", "right horse", "wrong horse"
HOME = "/run/lab-home"
"""Of the user `lab`, in the sandbox's own `/run`."""
VENV = "/usr/local/lib/sshrst-lab"
"""Where `install.sh` puts the Python libraries that speak SSH."""
GRACE_S, ALIVE_S = 2, 5
BULK_OCTETS = 1 << 20
SPEAKERS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "speakers")
SSHD = """
ListenAddress {address}
HostKey {keys}/host_ed25519
AuthorizedKeysFile {home}/.ssh/authorized_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication yes
KbdInteractiveAuthentication no
PrintMotd no
PrintLastLog no
MaxAuthTries {tries}
MaxStartups 100
LoginGraceTime {grace}
ClientAliveInterval {alive}
Compression {compression}
Ciphers {ciphers}
MACs {macs}
LogLevel DEBUG3
"""


def interpreter():
    """The Python that has the libraries, or None."""
    python = os.environ.get("SSHRST_LAB_PYTHON", f"{VENV}/bin/python")
    probe = [python, "-c", "import asyncssh, paramiko"]
    try:
        found = subprocess.run(probe, capture_output=True, timeout=30, check=False).returncode == 0
    except OSError:
        found = False
    return python if found else None


def missing():
    """Words for each thing that is not installed."""
    programs = ("dropbear", "dropbearkey", "dbclient", "plink", "puttygen", "openssl")
    words = [f"{program} is not installed" for program in programs if shutil.which(program) is None]
    return words if interpreter() else [*words, "no Python with paramiko and asyncssh"]


def make_user(undo, folder):
    """Gives the sandbox a user with a password: the host's lists stay as they are, other ones lie over them."""
    for name, line in (
        ("passwd", f"{USER}:x:4242:4242:the lab:{HOME}:/bin/sh"),
        ("shadow", f"{USER}:{run('openssl', 'passwd', '-6', RIGHT).strip()}:19000:0:99999:7:::"),
    ):
        real, own = f"/etc/{name}", folder / name
        shutil.copy(real, own)
        with open(own, "a", encoding="utf-8") as file:
            file.write(line + "\n")
        run("mount", "--bind", str(own), real)
        undo.callback(run, "umount", real)
    os.makedirs(f"{HOME}/.ssh", mode=0o700)


def make_keys(folder):
    """The keys of server and user, in each program's form."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(folder / "host_ed25519"))
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(folder / "user_ed25519"))
    run("dropbearkey", "-t", "ed25519", "-f", str(folder / "host_dropbear"))
    public = run("dropbearkey", "-t", "ed25519", "-f", str(folder / "user_dropbear"))
    run("puttygen", str(folder / "user_ed25519"), "-O", "private", "-o", str(folder / "user.ppk"))
    lines = [(folder / "user_ed25519.pub").read_text(), *(line + "\n" for line in public.splitlines() if line.startswith("ssh-"))]
    allowed = f"{HOME}/.ssh/authorized_keys"
    with open(allowed, "w", encoding="ascii") as file:
        file.writelines(lines)
    run("chown", "-R", "4242:4242", HOME)
    run("chmod", "755", HOME)
    return folder


class Servers:
    """The servers of a matrix: one process for each login, but one for all of a Python library's."""

    def __init__(self, undo, node, keys, logins):
        self.undo, self.node, self.keys, self.processes = undo, node, keys, {}
        by_hand = {"openssh": self.openssh, "dropbear": self.dropbear}
        for login in logins:
            if login.server in by_hand:
                self.processes[login] = by_hand[login.server](login)
        for name in ("paramiko", "asyncssh"):
            own = [login for login in logins if login.server == name]
            if own:
                process = speaker(undo, node, f"{name}_server.py", own, keys)
                process.says("listening", 20)
                self.processes.update(dict.fromkeys(own, process))
        for login, process in self.processes.items():
            if login.server == "openssh":
                process.says("Server listening", 20)
        said = "dropbear: listening on all addresses"
        wait.until(said, lambda: len(self.listening()) >= len({login.address for login in logins}), 20)

    def listening(self):
        return {line.split()[3] for line in self.node.run("ss", "-Hltn").splitlines()}

    def openssh(self, login):
        cipher, mac = SUITES[login.suite]
        text = SSHD.format(
            address=login.address, keys=self.keys, home=HOME, tries=login.tries, ciphers=cipher, macs=mac or "hmac-sha2-256",
            grace=GRACE_S if login.how == "grace" else 120, alive=1 if login.how == "alive-server" else 0,
            compression="yes" if login.how == "bulk-zlib" else "no",
        )
        config = self.node.logs / f"sshd-{login.number}.conf"
        config.write_text(text, encoding="ascii")
        return self.node.spawn(self.undo, f"server-{login.number}", shutil.which("sshd"), "-D", "-e", "-f", config)

    def dropbear(self, login):
        options = "-F", "-E", "-m", "-P", self.node.logs / f"dropbear-{login.number}.pid", "-T", login.tries
        argv = shutil.which("dropbear"), *options, "-r", self.keys / "host_dropbear", "-p", f"{login.address}:22"
        return self.node.spawn(self.undo, f"server-{login.number}", *argv)

    def kill_session(self, login):
        """Kills what serves the login's connection, as the OOM killer does."""
        listener = self.processes[login].pid
        for pid in descendants(listener):
            os.kill(pid, signal.SIGKILL)


def speaker(undo, node, script, logins, keys):
    """A process that plays a Python library's part in `logins`; it writes what it did to standard output, a line of JSON each."""
    tasks = node.logs / f"{node.name}-{script}.json"
    entry = lambda login: {"name": login.name, "address": login.address, "how": login.how, "suite": SUITES[login.suite]}
    settings = {
        "user": USER, "right": RIGHT, "wrong": WRONG, "grace_s": GRACE_S, "alive_s": ALIVE_S, "octets": BULK_OCTETS,
        "key": str(keys / "user_ed25519"), "host_key": str(keys / "host_ed25519"), "logins": [entry(login) for login in logins],
    }
    tasks.write_text(json.dumps(settings), encoding="utf-8")
    return node.spawn(undo, script, interpreter() or sys.executable, os.path.join(SPEAKERS, script), tasks)


def command(how):
    """What is run on the server."""
    return {
        "bulk": f"head -c {BULK_OCTETS} /dev/zero; wc -c", "bulk-zlib": f"head -c {BULK_OCTETS} /dev/zero; wc -c",
        "stalled": f"head -c {4 * BULK_OCTETS} /dev/zero", "typing": "cat", "alive": f"sleep {ALIVE_S}", "alive-server": f"sleep {ALIVE_S}",
    }.get(how, "echo hello")


def openssh(undo, node, login, keys):
    """`ssh`. Returns its process; passwords come from a script that gives the next word of a list at each call."""
    cipher, mac = SUITES[login.suite]
    options = [
        "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null", "IdentitiesOnly=yes",
        "IdentityAgent=none", "LogLevel=DEBUG3", f"Ciphers={cipher}", "NumberOfPasswordPrompts=4", *ssh_options(login, keys),
    ]
    if mac:
        options.append(f"MACs={mac}")
    argv = ["ssh", "-F", "none", "-tt" if login.how == "typing" else "-T"]
    for option in options:
        argv += ["-o", option]
    env = {"PATH": os.environ["PATH"], "SSH_ASKPASS": str(askpass(node, login)), "SSH_ASKPASS_REQUIRE": "force"}
    argv += [f"{USER}@{login.address}", command(login.how)]
    if login.how == "stalled":
        # Nobody reads what the client writes, for a while.
        argv = ["sh", "-c", '"$@" | { sleep 3; wc -c; }', "sh", *argv]
    return node.spawn(undo, f"client-{login.number}", *argv, stdin=subprocess.PIPE, env=env)


def ssh_options(login, keys):
    """The options of `ssh` that make the login go as it should."""
    key = [f"IdentityFile={keys}/user_ed25519"]
    password = ["PreferredAuthentications=password", "PubkeyAuthentication=no"]
    return {
        "key": key, "stalled": key, "typing": key, "alive-server": key,
        "bulk": [*key, "RekeyLimit=300K"], "bulk-zlib": [*key, "RekeyLimit=300K", "Compression=yes"],
        "alive": [*key, "ServerAliveInterval=1"], "gives-up": [*password, "NumberOfPasswordPrompts=1"],
    }.get(login.how, password)


def askpass(node, login):
    """A script that answers the prompts of `ssh`: each call gives the next password, the last one again and again."""
    words = {"password": [RIGHT], "retry": [WRONG, RIGHT], "gives-up": [WRONG], "too-many": [WRONG]}.get(login.how)
    script, state = node.logs / f"askpass-{login.number}", node.logs / f"askpass-{login.number}.calls"
    if words is None:
        # `ssh` looks at the connection again only when its script has ended.
        text = "#!/bin/sh\nexec sleep 4\n"
    else:
        answers = "".join(f"{call}) echo '{word}';;\n" for call, word in enumerate(words[:-1]))
        text = f"#!/bin/sh\nn=$(wc -c <{state} 2>/dev/null || echo 0)\nprintf x >>{state}\ncase $n in\n{answers}*) echo '{words[-1]}';;\nesac\n"
    script.write_text(text, encoding="ascii")
    script.chmod(0o755)
    return script


def dropbear(undo, node, login, keys):
    """`dbclient`."""
    cipher, mac = SUITES[login.suite]
    argv = ["dbclient", "-y", "-y", "-T", "-c", cipher, *(["-m", mac] if mac else [])]
    argv += ["-K", "1"] if login.how == "alive" else []
    argv += [] if login.how == "too-many" else ["-i", str(keys / "user_dropbear")]
    env = {"PATH": os.environ["PATH"], "HOME": str(node.logs), "DROPBEAR_PASSWORD": WRONG}
    argv += [f"{USER}@{login.address}", command(login.how)]
    return node.spawn(undo, f"client-{login.number}", *argv, stdin=subprocess.PIPE, env=env)


def putty(undo, node, login, keys):
    """`plink`, with its log of packets."""
    home = node.logs / f"plink-{login.number}"
    home.mkdir()
    host = run("ssh-keygen", "-l", "-f", str(keys / "host_ed25519.pub")).split()[1]
    if login.server == "dropbear":
        host = next(line.split()[-1] for line in run("dropbearkey", "-y", "-f", str(keys / "host_dropbear")).splitlines() if "SHA256:" in line)
    argv = ["plink", "-batch", "-ssh", "-T", "-v", "-sshlog", str(home / "packets.log"), "-hostkey", host, "-P", "22", "-l", USER]
    argv += ["-i", str(keys / "user.ppk")] if login.how == "key" else ["-pw", RIGHT if login.how == "password" else WRONG]
    env = {"PATH": os.environ["PATH"], "HOME": str(home)}
    return node.spawn(undo, f"client-{login.number}", *argv, login.address, command(login.how), stdin=subprocess.PIPE, env=env)


START = {"openssh": openssh, "dropbear": dropbear, "putty": putty}
"""Clients that are a process for each login."""
