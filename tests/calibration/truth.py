"""What happened, by those who made the captures: one form for the labels of both laboratories."""

import json
import re
import tomllib
from dataclasses import dataclass


@dataclass
class Label:
    """One capture."""

    source: str
    """`own`, `second`, or `ttl-equal`: the second laboratory's with the TTL of forged resets set to the host's."""
    path: object
    family: str
    """The scenario: captures of one family are one event, seen from several places or cut in several ways."""
    sender: str
    """`client`, `server`, `middlebox`, or `none` where no reset ended the connection."""
    owner: bool
    """Sent by a proxy that ends the connection: a box, and the host whose address it has, both at once."""
    acceptable: frozenset
    """Senders that are right: the true one, and those that look the same from there."""
    place: str
    """Vantage, in the words of the contract."""
    ends: frozenset
    """Address and port of both ends."""
    cause: str
    """Why it ended, in the words of the contract."""


def own(folder):
    """The captures of this repository."""
    labels = []
    for file in sorted(folder.glob("*/label.toml")):
        label = tomllib.loads(file.read_text())
        path = next(file.parent.glob("capture.pcap*"))
        acceptable = {label["sender"]} | ({"undetermined"} if label["knowable"] == "undetermined" else set())
        ends = frozenset(end(label[side]) for side in ("client", "server"))
        family = file.parent.name.split("-seen-at-")[0]
        labels.append(
            Label("own", path, family, label["sender"], False, frozenset(acceptable), label["vantage"], ends, label["happened"])
        )
    return labels


def end(text):
    """`10.0.0.1:22` or `[2001:db8::1]:22` → address and port."""
    address, port = re.fullmatch(r"\[?(.*?)\]?:(\d+)", text).groups()
    return address, int(port)


PLACES = {"server-tap": "server-side", "client+server": "client or server", "client": "client", "server": "server"}


def second(folder):
    """The captures beside this checkout; none if there are none."""
    labels = []
    for source, name in (("second", "captures"), ("ttl-equal", "captures-hard")):
        file = folder / name / "labels.json"
        if file.exists():
            labels += [one(source, file.parent, label) for label in json.loads(file.read_text()) if label["flow"]]
    return labels


def one(source, folder, label):
    accept = {"undetermined" if word == "indeterminate" else word for word in label["expert_best"]["acceptable"]}
    harmless = label["cause"] in ("normal-close", "benign-rst-after-close", "injected-rst-ineffective")
    sender = "none" if harmless else {"proxy": "middlebox"}.get(label["originator"], label["originator"])
    owner = label["originator"] == "proxy"
    flow = label["flow"]
    ends = frozenset({(flow["client"], flow["client_port"]), (flow["server"], flow["server_port"])})
    place = PLACES.get(label["vantage"], "middle")
    path = folder / label["file"]
    return Label(source, path, label["scenario"], sender, owner, frozenset(accept), place, ends, label["cause"])
