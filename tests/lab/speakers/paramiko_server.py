"""Serves logins with paramiko, on the addresses of a list; prints what each login did as a line of JSON."""

import json
import logging
import pathlib
import socket
import sys
import threading
import time

import paramiko

import counting

SETTINGS = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
logging.getLogger("paramiko").addHandler(logging.NullHandler())
PRINTING = threading.Lock()


class Rules(paramiko.ServerInterface):
    """Lets the lab's user in with any key or the right password, and runs any command."""

    def __init__(self):
        self.commands = []
        self.asked = threading.Event()

    def get_allowed_auths(self, username):
        return "password,publickey"

    def check_auth_publickey(self, username, key):
        return paramiko.AUTH_SUCCESSFUL

    def check_auth_password(self, username, password):
        return paramiko.AUTH_SUCCESSFUL if password == SETTINGS["right"] else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        self.commands.append(command)
        self.asked.set()
        return True


def serve(sock, task, key):
    transport = paramiko.Transport(sock)
    cipher, mac = task["suite"]
    options = transport.get_security_options()
    options.ciphers = (cipher,)
    if mac:
        options.digests = (mac,)
    transport.add_server_key(key)
    counts = counting.of_paramiko(transport)
    rules = Rules()
    try:
        transport.start_server(server=rules)
        channel = transport.accept(SETTINGS["grace_s"] if task["how"] == "grace" else 20)
        if channel and rules.asked.wait(5):
            if task["how"] == "alive":
                time.sleep(SETTINGS["alive_s"])
            if task["how"].startswith("bulk"):
                channel.sendall(bytes(SETTINGS["octets"]))
                while channel.recv(65536):
                    pass
            channel.sendall(b"hello\n")
            channel.send_exit_status(0)
            channel.close()
            until = time.monotonic() + 5
            while transport.is_active() and time.monotonic() < until:
                time.sleep(0.05)
    except (paramiko.SSHException, EOFError, OSError):
        pass
    transport.close()
    with PRINTING:
        print(json.dumps({"name": task["name"], "received": counts.received, "sent": counts.sent}), flush=True)


def listen(task, key):
    listener = socket.create_server((task["address"], 22))

    def accept():
        sock, _ = listener.accept()
        serve(sock, task, key)

    threading.Thread(target=accept, daemon=True).start()


def main():
    key = paramiko.Ed25519Key.from_private_key_file(SETTINGS["host_key"])
    for task in SETTINGS["logins"]:
        listen(task, key)
    print("listening", file=sys.stderr, flush=True)
    threading.Event().wait()


main()
