//! Group "not to be told from this capture".

use super::advice::Where::{Client, Server};
use super::advice::{Remedy, run};
use super::commands::{JOURNAL, JOURNAL_ALL, LAST, SS_CLIENT, SS_SERVER, SYSTEMCTL, TCPDUMP_SERVER};
use super::remedies::{CAPTURE_BOTH_ENDS, CLIENT_ALIVE, SERVER_ALIVE};

declare_causes! {
    /// ## What happened
    ///
    /// The capture does not hold what would tell one cause from another, or its signs contradict each other.
    ///
    /// ## On the wire
    ///
    /// See the report's evidence: what was seen, and what could not be seen.
    ///
    /// ## Looks the same
    ///
    /// Everything that the report lists as an alternative.
    ///
    /// ## References
    ///
    /// The report's "would settle it" list.
    UNKNOWN {
        id: "unknown",
        group: Unknown,
        confirm: [
            run(Server, JOURNAL, "what sshd says about {client} port {client_port}"),
            run(Server, SYSTEMCTL, "whether and since when sshd runs"),
            run(Server, LAST, "whether the server was restarted"),
            run(Server, TCPDUMP_SERVER, "a capture at the other end, for the next time"),
        ],
        remedies: [CAPTURE_BOTH_ENDS],
    }

    /// ## What happened
    ///
    /// A program told the kernel to end a connection that is not its own: `ss -K`, a container or policy agent, tcpkill's local kin.
    ///
    /// ## On the wire
    ///
    /// A perfect reset of a living socket out of nothing: real window, timestamps, IP ID in series, no packet before it. Nothing
    /// was unread, so it was no process that died: its socket would have sent FIN.
    ///
    /// ## Looks the same
    ///
    /// A program that aborts its own socket; a killed process with data unread.
    ///
    /// ## References
    ///
    /// ss(8), `-K`; Linux `tcp_abort`, sock_diag(7) `SOCK_DESTROY`.
    SOCKET_DESTROYED {
        id: "socket-destroyed",
        group: Unknown,
        confirm: [
            run(Server, JOURNAL_ALL, "who was at work: a policy agent, an administrator"),
            run(Server, JOURNAL, "`Read error … Software caused connection abort` or the like at the time"),
            run(Server, "bpftrace -e 'kprobe:tcp_abort { @[comm] = count(); }'", "for the next time: which program does it"),
        ],
        remedies: [
            Remedy {
                place: Server,
                what: "find the agent or person that destroys sockets, and exempt port {server_port}",
                paste: false,
                why: "nothing else ends it",
                trap: "an abort of the program's own looks the same: ask the log first",
            },
        ],
    }

    /// ## What happened
    ///
    /// One end still used the connection while the other had forgotten it: it crashed, was restarted or had given up, and its goodbye
    /// never arrived.
    ///
    /// ## On the wire
    ///
    /// A packet after a pause, or the first of the capture, answered by a bare reset; what went before is not in the capture.
    ///
    /// ## Looks the same
    ///
    /// A firewall's idle timeout, a restarted server, a translator without state: this is what is left when they cannot be told apart.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.5.1 (half-open connections).
    HALF_OPEN {
        id: "half-open",
        group: Unknown,
        confirm: [
            run(Server, LAST, "whether the server was restarted"),
            run(Server, JOURNAL, "when this session ended for the server"),
            run(Server, SS_SERVER, "whether the server still has the connection"),
            run(Client, SS_CLIENT, "whether the client still has it"),
        ],
        remedies: [SERVER_ALIVE, CLIENT_ALIVE, CAPTURE_BOTH_ENDS],
    }
}
