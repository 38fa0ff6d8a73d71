"""What the programs of a login wrote down themselves: messages by number, and the algorithms. The truth of the matrix."""

import json
import re
from collections import Counter

KEX = {
    "kex": r"kex: algorithm: (\S+)",
    "host_key": r"kex: host key algorithm: (\S+)",
    "cipher_c2s": r"kex: client->server cipher: (\S+)",
    "mac_c2s": r"kex: client->server cipher: \S+ MAC: (\S+)",
    "cipher_s2c": r"kex: server->client cipher: (\S+)",
    "mac_s2c": r"kex: server->client cipher: \S+ MAC: (\S+)",
}
"""Lines of OpenSSH at DEBUG1, the same at client and server."""


def of_openssh(text):
    """(sent, received, negotiated) from a log at DEBUG3."""
    sent = Counter(int(number) for number in re.findall(r"send packet: type (\d+)", text))
    received = Counter(int(number) for number in re.findall(r"receive packet: type (\d+)", text))
    found = {field: re.search(line, text) for field, line in KEX.items()}
    negotiated = {field: "" if match[1] == "<implicit>" else match[1] for field, match in found.items() if match}
    return sent, received, negotiated


def of_putty(text):
    """(sent, received, nothing) from a log of packets."""
    def count(way):
        return Counter(int(number) for number in re.findall(rf"^{way} packet #0x[0-9a-f]+, type (\d+)", text, re.M))

    return count("Outgoing"), count("Incoming"), {}


def of_speaker(printed):
    """Login name → (sent, received, negotiated) from the lines of a Python library's process."""
    found = {}
    for line in printed.decode().splitlines():
        said = json.loads(line)
        if "error" in said:
            raise ValueError(f"{said['name']}: {said['error']}")
        counts = (Counter({int(number): times for number, times in said[way].items()}) for way in ("sent", "received"))
        implicit = {field: clean(field, name, said) for field, name in said.get("negotiated", {}).items()}
        found[said["name"]] = (*counts, implicit)
    return found


def clean(field, name, said):
    """A negotiated name in sshrst's words: no MAC where the cipher authenticates by itself."""
    cipher = said["negotiated"].get(field.replace("mac", "cipher"), "")
    aead = "gcm" in cipher or "poly1305" in cipher
    return "" if field.startswith("mac") and aead else name
