"""Logs in with asyncssh, as a list of tasks says; prints what each login did as a line of JSON."""

import asyncio
import json
import logging
import pathlib
import socket
import struct
import sys

import asyncssh

import counting

SETTINGS = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
counting.in_asyncssh(asyncssh.connection.SSHClientConnection)


class Rules(asyncssh.SSHClient):
    """Gives the passwords of the task, and then waits, gives up or breaks off."""

    def __init__(self, task):
        self.how = task["how"]
        self.words = {
            "retry": [SETTINGS["wrong"], SETTINGS["right"]], "gives-up": [SETTINGS["wrong"]],
        }.get(self.how, [])
        self.connection = None

    def connection_made(self, conn):
        self.connection = conn

    async def password_auth_requested(self):
        if self.words:
            return self.words.pop(0)
        if self.how in ("grace", "killed"):
            await asyncio.sleep(20)
        if self.how == "reset":
            await asyncio.sleep(0.3)
            sock = self.connection.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection._transport.abort()
        return None


async def play(task):
    cipher, mac = task["suite"]
    by_key = task["how"] in ("key", "alive")
    options = {
        "known_hosts": None, "username": SETTINGS["user"], "encryption_algs": [cipher], "agent_path": None, "config": None,
        "client_keys": [SETTINGS["key"]] if by_key else None, "keepalive_interval": 1 if task["how"] == "alive" else 0,
        "preferred_auth": "publickey" if by_key else "password", "compression_algs": ["none"],
        "server_host_key_algs": ["ssh-ed25519"],
    }
    if mac:
        options["mac_algs"] = [mac]
    rules = Rules(task)
    said = {"name": task["name"]}
    try:
        connection, _ = await asyncssh.create_connection(lambda: rules, task["address"], 22, **options)
        said["negotiated"] = {
            "cipher_c2s": connection.get_extra_info("send_cipher"), "cipher_s2c": connection.get_extra_info("recv_cipher"),
            "mac_c2s": connection.get_extra_info("send_mac"), "mac_s2c": connection.get_extra_info("recv_mac"),
        }
        await connection.run(f"sleep {SETTINGS['alive_s']}" if task["how"] == "alive" else "echo hello")
        connection.close()
        await connection.wait_closed()
    except (asyncssh.Error, OSError) as error:
        said["ended"] = repr(error)
    said["received"] = getattr(rules.connection, "lab_received", {})
    said["sent"] = getattr(rules.connection, "lab_sent", {})
    print(json.dumps(said), flush=True)


async def main():
    turns = asyncio.Semaphore(8)

    async def one(task):
        async with turns:
            try:
                await asyncio.wait_for(play(task), 20)
            except Exception as error:  # noqa: BLE001 - each task says how it went
                print(json.dumps({"name": task["name"], "error": repr(error)}), flush=True)

    await asyncio.gather(*(one(task) for task in SETTINGS["logins"]))


asyncio.run(main())
