"""Which program logs in to which, over which cipher, and how the login goes."""

from dataclasses import dataclass

CHACHA = "chacha20-poly1305@openssh.com"
GCM = "aes256-gcm@openssh.com"
SUITES = {
    "chacha": (CHACHA, ""),
    "gcm": (GCM, ""),
    "etm": ("aes128-ctr", "hmac-sha2-256-etm@openssh.com"),
    "umac-etm": ("aes128-ctr", "umac-64-etm@openssh.com"),
    "plain": ("aes128-ctr", "hmac-sha2-256"),
    "sha1": ("aes256-ctr", "hmac-sha1"),
}
"""Short name → cipher and MAC."""
SPEAKS = {
    "openssh": tuple(SUITES),
    "dropbear": ("chacha", "plain", "sha1"),
    "putty": ("chacha", "gcm", "etm", "plain", "sha1"),
    "paramiko": ("gcm", "etm", "plain", "sha1"),
    "asyncssh": tuple(SUITES),
}
"""Program → the suites it has."""
SERVERS = ("openssh", "dropbear", "paramiko", "asyncssh")
HOWS = {
    "key": "logs in with a key, runs a command, ends",
    "password": "logs in with the right password, runs a command, ends",
    "retry": "mistypes the password once, then as `password`",
    "gives-up": "mistypes the password and gives up",
    "too-many": "mistypes it until the server has had enough (three tries)",
    "grace": "waits at the prompt until the server's login timer (2 s) runs out",
    "killed": "the server's process is killed while the client is at the prompt",
    "reset": "the client's socket is destroyed at the prompt, so that it sends a reset",
    "bulk": "logs in with a key and moves 1 MiB each way, with new keys every 300 kB",
    "bulk-zlib": "the same, compressed",
    "stalled": "logs in with a key and asks for 4 MiB that nobody reads for 3 s: the channel's window fills",
    "typing": "logs in with a key and types at a terminal",
    "alive": "logs in with a key and says nothing for 5 s but the client's keepalives, one a second",
    "alive-server": "the same with keepalives of the server",
}
"""How a login goes."""
CAN = {
    "openssh": tuple(HOWS),
    "dropbear": ("key", "too-many", "alive"),
    "putty": ("key", "password", "gives-up"),
    "paramiko": ("key", "retry", "gives-up", "too-many", "grace", "killed", "reset", "alive"),
    "asyncssh": ("key", "retry", "gives-up", "grace", "killed", "reset", "alive"),
}
"""Program → what it can be made to do as a client."""
IN_AUTHENTICATION = ("gives-up", "too-many", "grace", "killed", "reset")
"""Logins that end before the user is let in."""


@dataclass(frozen=True)
class Login:
    """One connection of the matrix."""

    number: int
    client: str
    server: str
    suite: str
    how: str

    @property
    def name(self):
        return f"{self.client}-to-{self.server}-{self.suite}-{self.how}"

    @property
    def address(self):
        """The server's address in this login, and so its name in the capture."""
        return f"10.77.{self.number // 200}.{self.number % 200 + 10}"

    @property
    def tries(self):
        """The server's limit of failed attempts."""
        return 3 if self.how == "too-many" else 6


def possible(client, server, suite, how):
    """Whether the two can do that."""
    if how not in CAN[client] or suite not in SPEAKS[client] or suite not in SPEAKS[server]:
        return False
    # PuTTY is told by nobody, and Dropbear cannot be told: they take what they like best.
    if (client, server) == ("putty", "dropbear") and suite != "plain":
        return False
    # `dbclient` guesses a key exchange that paramiko does not have, and paramiko does not drop the guess (RFC 4253, section 7).
    if (client, server) == ("dropbear", "paramiko"):
        return False
    # The Python servers throw nobody out, and one process of theirs serves all.
    if how in ("killed", "too-many") and server not in ("openssh", "dropbear"):
        return False
    # Dropbear waits 300 s at the prompt, and sends keepalives only if it is started so.
    if how == "grace" and server == "dropbear":
        return False
    return not (how == "alive-server" and server not in ("openssh", "asyncssh"))


def wanted(client, server, suite, how):
    """Whether it is worth the time: everything over every suite only where two suites can differ in it."""
    if how in ("key", "retry", "password"):
        return True
    suites = [name for name in SUITES if possible(client, server, name, how)]
    if how in ("bulk", "bulk-zlib"):
        return server == "openssh" and how == "bulk" or suite in ("chacha", suites[-1])
    if how == "stalled":
        return server == "openssh" and suite in ("chacha", "gcm")
    if how == "typing":
        return server in ("openssh", "asyncssh")
    if how in IN_AUTHENTICATION:
        # Two suites each, others for each pair and way to end.
        turn = sum(map(ord, client + server + how)) % len(suites)
        return suite in (suites[turn], suites[(turn + 1) % len(suites)])
    return suite in (suites[0], suites[-1])


def logins():
    """The matrix, in a fixed order."""
    found = []
    for client in CAN:
        for server in SERVERS:
            for suite in SUITES:
                for how in HOWS:
                    if possible(client, server, suite, how) and wanted(client, server, suite, how):
                        found.append(Login(len(found), client, server, suite, how))
    return found
