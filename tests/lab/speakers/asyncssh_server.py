"""Serves logins with asyncssh, on the addresses of a list; prints what each login did as a line of JSON."""

import asyncio
import json
import logging
import pathlib
import sys

import asyncssh

import counting

SETTINGS = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
counting.in_asyncssh(asyncssh.connection.SSHServerConnection)


class Rules(asyncssh.SSHServer):
    """Lets the lab's user in with any key or the right password."""

    def __init__(self, task):
        self.task, self.connection = task, None

    def connection_made(self, conn):
        self.connection = conn

    def connection_lost(self, exc):
        connection = self.connection
        counts = {"received": getattr(connection, "lab_received", {}), "sent": getattr(connection, "lab_sent", {})}
        print(json.dumps({"name": self.task["name"], **counts}), flush=True)

    def begin_auth(self, username):
        return True

    def password_auth_supported(self):
        return True

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return True

    def validate_password(self, username, password):
        return password == SETTINGS["right"]


async def echo(process):
    """What `cat` at a terminal does, without the line editing."""
    async for line in process.stdin:
        process.stdout.write(line)


async def bulk(process):
    process.stdout.write("\0" * SETTINGS["octets"])
    await process.stdout.drain()
    while await process.stdin.read(65536):
        pass


def command_of(task):
    async def run(process):
        how = task["how"]
        try:
            if how == "typing":
                await echo(process)
            elif how in ("bulk", "bulk-zlib"):
                await bulk(process)
            elif how in ("alive", "alive-server"):
                await asyncio.sleep(SETTINGS["alive_s"])
            else:
                process.stdout.write("hello\n")
        except (asyncssh.Error, OSError):
            pass
        process.exit(0)

    return run


async def serve(task):
    cipher, mac = task["suite"]
    options = {
        "server_host_keys": [SETTINGS["host_key"]], "encryption_algs": [cipher], "process_factory": command_of(task),
        "login_timeout": SETTINGS["grace_s"] if task["how"] == "grace" else 120,
        "compression_algs": ["zlib@openssh.com", "none"] if task["how"] == "bulk-zlib" else ["none"],
        "keepalive_interval": 1 if task["how"] == "alive-server" else 0, "line_editor": False,
    }
    if mac:
        options["mac_algs"] = [mac]
    if task["name"].startswith("dropbear"):
        # asyncssh does not drop the key exchange that `dbclient` guesses: it has to be right.
        options["kex_algs"] = ["curve25519-sha256"]
    return await asyncssh.create_server(lambda: Rules(task), task["address"], 22, **options)


async def main():
    listeners = [await serve(task) for task in SETTINGS["logins"]]
    print("listening", file=sys.stderr, flush=True)
    await asyncio.gather(*(listener.wait_closed() for listener in listeners))


asyncio.run(main())
