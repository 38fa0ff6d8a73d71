"""Logs in with paramiko, as a list of tasks says; prints what each login did as a line of JSON."""

import json
import logging
import pathlib
import socket
import struct
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import paramiko

import counting

SETTINGS = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
logging.getLogger("paramiko").addHandler(logging.NullHandler())


def connect(task):
    cipher, mac = task["suite"]
    sock = socket.create_connection((task["address"], 22), timeout=10)
    transport = paramiko.Transport(sock)
    options = transport.get_security_options()
    options.ciphers = (cipher,)
    if mac:
        options.digests = (mac,)
    counts = counting.of_paramiko(transport)
    transport.start_client(timeout=10)
    return sock, transport, counts


def talk(transport, task):
    channel = transport.open_session()
    channel.exec_command(f"sleep {SETTINGS['alive_s']}" if task["how"] == "alive" else "echo hello")
    while channel.recv(1024):
        pass
    channel.recv_exit_status()
    channel.close()


def log_in(transport, task):
    how, user = task["how"], SETTINGS["user"]
    if how in ("key", "alive"):
        transport.auth_publickey(user, paramiko.Ed25519Key.from_private_key_file(SETTINGS["key"]))
        return
    tries = {"retry": 1, "gives-up": 1, "too-many": 10}.get(how, 0)
    for _ in range(tries):
        try:
            transport.auth_password(user, SETTINGS["wrong"])
        except paramiko.AuthenticationException:
            if not transport.is_active():
                return
    if how == "retry":
        transport.auth_password(user, SETTINGS["right"])


def play(task):
    sock, transport, counts = connect(task)
    if task["how"] == "alive":
        transport.set_keepalive(1)
    try:
        log_in(transport, task)
        if transport.is_authenticated():
            talk(transport, task)
        elif task["how"] in ("grace", "killed"):
            while transport.is_active():
                time.sleep(0.05)
        elif task["how"] == "reset":
            time.sleep(0.3)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
    except (paramiko.SSHException, EOFError, OSError):
        pass
    said = {
        "name": task["name"], "received": counts.received, "sent": counts.sent,
        "negotiated": {
            "cipher_c2s": transport.local_cipher, "cipher_s2c": transport.remote_cipher, "mac_c2s": transport.local_mac,
            "mac_s2c": transport.remote_mac, "host_key": transport.host_key_type,
        },
    }
    transport.close()
    return said


def main():
    printing = threading.Lock()

    def one(task):
        try:
            said = play(task)
        except Exception as error:  # noqa: BLE001 - each task says how it went
            said = {"name": task["name"], "error": repr(error)}
        with printing:
            print(json.dumps(said), flush=True)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, SETTINGS["logins"]))


main()
