//! Group "somebody on the path forged it".

use super::advice::Where::{Client, Network, Server};
use super::advice::{Remedy, run};
use super::commands::{MTR, SS_SERVER, TCPDUMP_SERVER};
use super::remedies::CAPTURE_BOTH_ENDS;

const GO_ROUND: Remedy<&str> = Remedy {
    place: Client,
    what: "take a way on which nobody can read the TCP header: WireGuard or another VPN to the server's network",
    paste: false,
    why: "a forger needs addresses, ports and sequence numbers, and a tunnel hides them",
    trap: "encryption by SSH itself does not help: a reset is a matter of TCP",
};

declare_causes! {
    /// ## What happened
    ///
    /// A machine that is neither end wrote a reset in the name of one of them, with a sequence number that was accepted: an intrusion
    /// prevention system, a censor, a policy device, or somebody with a tool.
    ///
    /// ## On the wire
    ///
    /// A reset whose TTL, IP ID, window, timestamps or flow label do not continue its supposed sender's; several at once with
    /// different sequence numbers; the supposed sender goes on sending as if nothing had happened.
    ///
    /// ## Looks the same
    ///
    /// A firewall that enforces its own rule or timer is also a forger on the wire: why it did so, the wire does not tell.
    ///
    /// ## References
    ///
    /// RFC 5961 §3; Weaver, Sommer, Paxson, "Detecting Forged TCP Reset Packets", NDSS 2009.
    INJECTED_RST {
        id: "injected-rst",
        group: InjectedReset,
        confirm: [
            run(Server, TCPDUMP_SERVER, "taken at the same time as one at the client: the reset that the client received was never sent here"),
            run(Server, SS_SERVER, "the session is still ESTAB although the client was reset in the server's name"),
            run(Client, MTR, "the hop whose distance fits the reset's TTL"),
            run(Network, "grep -h {client} /var/log/suricata/fast.log /var/log/snort/alert", "on the sensor: a drop or reset action with the name of the rule; other devices have logs of their own"),
        ],
        remedies: [
            Remedy {
                place: Network,
                what: "exempt {client} to {server} port {server_port} from the device's rule",
                paste: false,
                why: "where it is your own device",
                trap: "inline inspection may be somebody else's: provider, hotel, country",
            },
            GO_ROUND,
            CAPTURE_BOTH_ENDS,
        ],
    }

    /// ## What happened
    ///
    /// A reset was forged, but its sequence number was not the one expected, so the receiver ignored or questioned it and the connection
    /// went on.
    ///
    /// ## On the wire
    ///
    /// A reset in the window but off by some octets, answered by a challenge ACK; or outside it, answered by nothing. Data in both
    /// directions afterwards.
    ///
    /// ## Looks the same
    ///
    /// A late reset of an older connection with the same ports; one that the capture reordered.
    ///
    /// ## References
    ///
    /// RFC 5961 §3.2.
    INJECTED_RST_INEFFECTIVE {
        id: "injected-rst-ineffective",
        group: InjectedReset,
        confirm: [
            run(Client, "nstat -az TcpExtTCPChallengeACK", "grows with each attempt"),
            run(Server, TCPDUMP_SERVER, "whether the reset was sent here: then it is no forgery"),
            run(Client, MTR, "the hop whose distance fits the reset's TTL"),
        ],
        remedies: [GO_ROUND, CAPTURE_BOTH_ENDS],
    }
}
