"""The network of one scenario.

    client -- router ==== firewall ==== server

`--` is a veth pair; `====` is a stretch through the namespace `wires`, where a relay holds each frame
for some milliseconds and takes off the hops of routers that are not there. So a packet of the firewall and
one of the server differ in TTL and in the time of their answer, as they do on a real path.
"""

import ipaddress
import pathlib
import sys
from dataclasses import dataclass
from contextlib import ExitStack

from .namespace import Namespace

RELAY = pathlib.Path(__file__).with_name("relay.py")


@dataclass(frozen=True)
class Plan:
    """Addresses and distances of a scenario.

    Both addresses are unique among the scenarios: the kernel's events, one stream for all, are told apart by them.
    """

    client: str
    server: str
    near_ms: float = 4.0
    """Time from router to firewall, one way."""
    near_hops: int = 3
    """Hops between router and firewall, beyond themselves."""
    far_ms: float = 7.0
    """Time from firewall to server, one way."""
    far_hops: int = 5
    """Hops between firewall and server."""

    def __post_init__(self):
        for address in (self.client, self.server):
            if address == self.gateway(address):
                raise ValueError(f"{address} is the gateway's address")

    @property
    def v6(self):
        return ipaddress.ip_address(self.client).version == 6

    @property
    def prefix(self):
        return 64 if self.v6 else 24

    def gateway(self, address):
        """First address of the net that `address` is in."""
        return str(ipaddress.ip_interface(f"{address}/{self.prefix}").network[1])

    def net(self, address):
        return str(ipaddress.ip_interface(f"{address}/{self.prefix}").network)

    def transit(self, end):
        """Address of one end of the stretch between router (1) and firewall (2)."""
        return f"fd00:64::{end}" if self.v6 else f"100.64.0.{end}"


def mac(role, side):
    """A locally administered address, the same in each run: a rebuilt host keeps its card."""
    return f"02:00:5e:{role:02x}:00:{side:02x}"


def neighbour(address, interface, its_mac):
    """The `ip -batch` line that makes a neighbour known for good."""
    return f"neigh replace {address} lladdr {its_mac} dev {interface} nud permanent"


class Path:
    """The four namespaces and the wires between them."""

    def __init__(self, undo, plan, tag, logs):
        self.plan, self.tag, self.logs, self.undo = plan, tag, logs, undo
        self.client, self.router, self.firewall, self.wires = (
            Namespace(undo, f"{tag}.{role}", logs) for role in ("client", "router", "firewall", "wires")
        )
        self.join(self.client, "eth0", mac(1, 0), self.router, "left", mac(2, 1))
        self.join(self.router, "right", mac(2, 2), self.wires, "near0")
        self.join(self.firewall, "left", mac(3, 1), self.wires, "near1")
        self.join(self.firewall, "right", mac(3, 2), self.wires, "far0")
        self.address(self.client, "eth0", plan.client)
        self.address(self.router, "left", plan.gateway(plan.client))
        self.address(self.router, "right", plan.transit(1))
        self.address(self.firewall, "left", plan.transit(2))
        self.address(self.firewall, "right", plan.gateway(plan.server))
        self.client.ip(f"route add default via {plan.gateway(plan.client)}")
        self.router.ip(f"route add {plan.net(plan.server)} via {plan.transit(2)}")
        self.firewall.ip(f"route add {plan.net(plan.client)} via {plan.transit(1)}")
        # Neighbours are known from the start, as on a network in use: no ARP in the first round trip.
        self.client.ip(neighbour(plan.gateway(plan.client), "eth0", mac(2, 1)))
        self.router.ip(neighbour(plan.client, "left", mac(1, 0)), neighbour(plan.transit(2), "right", mac(3, 1)))
        self.firewall.ip(neighbour(plan.transit(1), "left", mac(2, 2)), neighbour(plan.server, "right", mac(4, 0)))
        for node in (self.router, self.firewall):
            node.sysctl(net__ipv4__ip_forward=1, net__ipv6__conf__all__forwarding=1)
        # The server's card and cable outlive the server: they wait among the wires while it is rebuilt.
        self.join(self.wires, "card", mac(4, 0), self.wires, "far1")
        self.server_stack = ExitStack()
        undo.push(self.server_stack)
        self.build_server()
        near = "near0", "near1", plan.near_ms, plan.near_hops
        far = "far0", "far1", plan.far_ms, plan.far_hops
        self.wires.spawn(undo, "relay", sys.executable, RELAY, *near, *far).says("relaying")

    def join(self, one, one_end, one_mac, other, other_end, other_mac=None):
        """A veth pair between two namespaces, without the offloads that would put packets together."""
        address = f"address {other_mac}" if other_mac else ""
        one.ip(f"link add name {one_end} address {one_mac} type veth peer name {other_end} {address} netns {other.name}")
        for node, end in ((one, one_end), (other, other_end)):
            node.run("ethtool", "-K", end, "tso", "off", "gso", "off", "gro", "off")
            node.ip(f"link set {end} addrgenmode none", f"link set {end} up")

    def address(self, node, interface, address):
        node.ip(f"address add {address}/{self.plan.prefix} dev {interface}" + (" nodad" if self.plan.v6 else ""))

    def build_server(self):
        """Makes the server's namespace around its card. It has a stack of its own, for it can be lost and built again."""
        self.server = Namespace(self.server_stack, f"{self.tag}.server", self.logs)
        self.wires.ip(f"link set card netns {self.server.name}")
        self.server.ip("link set card name eth0", "link set eth0 addrgenmode none", "link set eth0 up")
        self.address(self.server, "eth0", self.plan.server)
        gateway = self.plan.gateway(self.plan.server)
        self.server.ip(f"route add default via {gateway}", neighbour(gateway, "eth0", mac(3, 2)))

    def lose_server(self):
        """Takes the server off the net without a word, with its sockets and programs, as a power cut does."""
        self.server.ip("link set eth0 down")
        self.server.run("ss", "-K", "-t")
        self.server.ip("link set eth0 name card", f"link set card netns {self.wires.name}")
        self.server_stack.close()
