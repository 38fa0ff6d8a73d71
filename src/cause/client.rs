//! Group "the client ended it".

use super::advice::Where::{Client, Network, Server};
use super::advice::{Remedy, run};
use super::commands::{
    DMESG_OOM, JOURNAL, JOURNAL_ALL, LAST, MTR, PING, SS_CLIENT, SS_SERVER, SYSTEMCTL, TOP,
};
use super::remedies::CAPTURE_BOTH_ENDS;

const FEWER_SOURCES: Remedy<&str> = Remedy {
    place: Network,
    what: "let only known sources reach port {server_port}: a VPN, a jump host, or a list in the firewall or security group",
    paste: false,
    why: "what cannot connect cannot scan, and no longer fills the log",
    trap: "put your own address on the list first and keep a session open; addresses of homes and mobiles change",
};

const NOT_YOUR_FAULT: Remedy<&str> = Remedy {
    place: Server,
    what: "# /etc/ssh/sshd_config\nPasswordAuthentication no\nPerSourceMaxStartups 5",
    paste: true,
    why: "nothing needs mending; guesses become pointless and one address cannot fill the queue",
    trap: "install keys first; health checks and jump hosts need more than five; `sshd -t` before the restart",
};

declare_causes! {
    /// ## What happened
    ///
    /// The client's program or its user broke the connection off: at a prompt, at a host key that is unknown or has changed, at
    /// a window that was closed. Some libraries abort even healthy sessions (Paramiko, AsyncSSH).
    ///
    /// ## On the wire
    ///
    /// The client's FIN before the login was over; or its reset with acknowledgement, window, timestamps, IP ID and DSCP
    /// continuing its own series, when data was unread or it closes without lingering.
    ///
    /// ## Looks the same
    ///
    /// A client that was killed (`client-killed`): the same packet.
    ///
    /// ## References
    ///
    /// RFC 1122 §4.2.2.13; RFC 9293 §3.10.5 (ABORT); socket(7), `SO_LINGER`.
    CLIENT_ABORT {
        id: "client-abort",
        group: ClientSide,
        confirm: [
            run(Server, JOURNAL, "`Connection reset by {client} port {client_port}`, or `Read error from remote host {client}`"),
            run(Client, "nstat -az TcpExtTCPAbortOnClose TcpExtTCPAbortOnData", "one more for each such end"),
            run(Client, "ps -ef | grep -iE 'ssh|sftp|ansible|python'", "which program it was"),
            run(Client, "ssh-keygen -F {known_host}", "no line, or another key than `ssh-keyscan` shows: then the host key made it stop (`Host key verification failed.`)"),
        ],
        remedies: [
            Remedy {
                place: Client,
                what: "ssh-keyscan -p {server_port} {server} | ssh-keygen -lf -",
                paste: true,
                why: "where it ended before the login: compare with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the server, then accept the key",
                trap: "never accept a changed key unseen: `ssh-keygen -R` is for servers that were installed anew",
            },
            Remedy {
                place: Client,
                what: "update the library, and close channel and transport in order (Paramiko: `client.close()` after reading to the end)",
                paste: false,
                why: "an orderly close reads what is left, so the kernel sends FIN",
                trap: "the reset is harmless when the work was done: filter it in monitoring rather than chase it",
            },
        ],
    }

    /// ## What happened
    ///
    /// The client's process died: killed, crashed, its terminal or its host's session closed. The kernel closed the socket for it.
    ///
    /// ## On the wire
    ///
    /// A FIN out of nothing when nothing was unread, a reset with acknowledgement when output was on its way; no farewell of SSH.
    ///
    /// ## Looks the same
    ///
    /// A program that closes so by design (`client-abort`).
    ///
    /// ## References
    ///
    /// RFC 1122 §4.2.2.13; RFC 4253 §11.1 (the message that is missing).
    CLIENT_KILLED {
        id: "client-killed",
        group: ClientSide,
        confirm: [
            run(Client, DMESG_OOM, "the client or its terminal killed by the kernel at the time"),
            run(Client, JOURNAL_ALL, "a logout, a suspend, a job's time limit"),
            run(Server, JOURNAL, "`Connection reset by` or `closed by {client} port {client_port}` without `Received disconnect`"),
        ],
        remedies: [
            Remedy {
                place: Server,
                what: "tmux new -A -s work",
                paste: true,
                why: "after the login: work on the server goes on whatever happens to the client",
                trap: "logind's KillUserProcesses=yes ends tmux with the session: loginctl enable-linger",
            },
        ],
    }

    /// ## What happened
    ///
    /// The client waited for the connection or for the server's banner no longer than its own limit and gave up.
    ///
    /// ## On the wire
    ///
    /// SYNs or a handshake, silence of the server, then the client's FIN, or a reset to a SYN-ACK that came too late.
    ///
    /// ## Looks the same
    ///
    /// A scanner that leaves after the SYN-ACK: it does so at once.
    ///
    /// ## References
    ///
    /// ssh_config(5), `ConnectTimeout`; RFC 9293 §3.10.7.1.
    CLIENT_CONNECT_TIMEOUT {
        id: "client-connect-timeout",
        group: ClientSide,
        confirm: [
            run(Client, "ssh -v -o ConnectTimeout=30 -p {server_port} {server} exit", "`Connection timed out during banner exchange`, or success with the longer limit"),
            run(Client, MTR, "loss, or a long round trip"),
            run(Client, PING, "loss, or a long round trip"),
            run(Server, TOP, "a server too busy to answer"),
            run(Server, JOURNAL, "`Connection closed by {client}` before the banner"),
        ],
        remedies: [
            Remedy {
                place: Client,
                what: "# ~/.ssh/config\nHost *\n    ConnectTimeout 30\n    ConnectionAttempts 3",
                paste: true,
                why: "gives a slow path or server time",
                trap: "it mends nothing on the server: find out why the banner comes late (load, DNS, TCP wrappers)",
            },
        ],
    }

    /// ## What happened
    ///
    /// The client used a source port again on which the server still held an old connection. The server answers for the old one, the
    /// client's kernel resets that, and the SYN succeeds at the next try.
    ///
    /// ## On the wire
    ///
    /// SYN, an ACK of the server that does not fit, a reset of the client, SYN again, SYN-ACK. Mostly after the client crashed or behind a NAT.
    ///
    /// ## Looks the same
    ///
    /// A firewall that answers old SYNs; a scanner with fixed ports.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.5.1 (half-open connections), RFC 5961 §4.2.
    CLIENT_PORT_REUSE {
        id: "client-port-reuse",
        group: ClientSide,
        confirm: [
            run(Server, SS_SERVER, "an old connection of {client} port {client_port} still ESTAB"),
            run(Client, SS_CLIENT, "no such connection on the client"),
            run(Client, LAST, "a crash or reboot of the client before"),
        ],
        remedies: [
            Remedy {
                place: Server,
                what: "# /etc/ssh/sshd_config\nClientAliveInterval 60\nClientAliveCountMax 3",
                paste: true,
                why: "connections of clients that are gone are ended within minutes and free their port",
                trap: "it also ends sessions of clients that were only out of reach for that long",
            },
        ],
    }

    /// ## What happened
    ///
    /// One end's SSH keepalive (ServerAliveInterval, ClientAliveInterval) went without an answer as often as its limit allows, and it
    /// ended the connection. The peer or the path was gone before.
    ///
    /// ## On the wire
    ///
    /// Equal small packets at a fixed interval, repeated by TCP and unacknowledged, or acknowledged and unanswered; then the end that had
    /// asked closes, after interval × (limit + 1).
    ///
    /// ## Looks the same
    ///
    /// TCP's own keepalive has segments of 0 or 1 octet; a user's typing is not that regular.
    ///
    /// ## References
    ///
    /// ssh_config(5), `ServerAliveCountMax`; sshd_config(5), `ClientAliveCountMax`; OpenSSH `clientloop.c`, `serverloop.c`.
    SSH_KEEPALIVE_TIMEOUT {
        id: "ssh-keepalive-timeout",
        group: ClientSide,
        confirm: [
            run(Client, "ssh -G {server} | grep -i serveralive", "an interval and a limit whose product fits the silence; the client prints `Timeout, server {server} not responding.`"),
            run(Server, JOURNAL, "`Timeout, client not responding` if it was the server that asked"),
            run(Client, MTR, "where the path loses packets"),
            run(Client, PING, "loss, or no answer"),
            run(Server, SYSTEMCTL, "acknowledged but unanswered: the server's processes had stopped"),
        ],
        remedies: [
            Remedy {
                place: Client,
                what: "# ~/.ssh/config\nHost *\n    ServerAliveInterval {interval}\n    ServerAliveCountMax 6",
                paste: true,
                why: "more patience for the same traffic",
                trap: "a connection that is really dead is noticed later; mend the path first",
            },
            CAPTURE_BOTH_ENDS,
        ],
    }

    /// ## What happened
    ///
    /// A program tried whether the port is open and left without speaking SSH.
    ///
    /// ## On the wire
    ///
    /// SYN, SYN-ACK and a reset of the client in place of the ACK (half-open scan), or a handshake and a reset at once; often many
    /// ports or hosts in turn, options and window unlike a usual client's.
    ///
    /// ## Looks the same
    ///
    /// A load balancer's or monitoring system's check; a client that gave up.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.10.7.3 (SYN-SENT); nmap(1), `-sS` and `-sT`.
    PORT_SCAN {
        id: "port-scan",
        group: ClientSide,
        confirm: [
            run(Server, JOURNAL, "nothing, or `Connection closed by {client} port {client_port}` without a version"),
            run(Network, "getent hosts {client}; whois {client} | head -n 30", "not one of your own monitors or balancers"),
        ],
        remedies: [NOT_YOUR_FAULT, FEWER_SOURCES],
    }

    /// ## What happened
    ///
    /// A program asked for the server's host keys and left (ssh-keyscan, an inventory, a scanner).
    ///
    /// ## On the wire
    ///
    /// Banner, key exchange up to the server's key, then the client closes without a login; often several connections in a row,
    /// one for each kind of key. Many name themselves: `OpenSSH-keyscan`, `Nmap-…`, `ZGrab`.
    ///
    /// ## Looks the same
    ///
    /// A user who answered no to an unknown host key.
    ///
    /// ## References
    ///
    /// ssh-keyscan(1); RFC 4253 §8.
    KEY_SCAN {
        id: "key-scan",
        group: ClientSide,
        confirm: [
            run(Server, JOURNAL, "`Connection closed by {client} port {client_port} [preauth]` several times within a second"),
        ],
        remedies: [NOT_YOUR_FAULT, FEWER_SOURCES],
    }
}
