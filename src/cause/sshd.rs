//! Group "sshd crashed, was killed or restarted".

use super::advice::Where::{Client, Network, Server};
use super::advice::{Remedy, run};
use super::commands::{
    DMESG, DMESG_OOM, IPTABLES, JOURNAL, LAST, NLB_HEALTH, SS_LISTEN, SSHD_TEST, SYSTEMCTL,
};
use super::remedies::RESTART_SSHD;

const UPDATE_OPENSSH: Remedy<&str> = Remedy {
    place: Server,
    what: "apt-get update && apt-get install --only-upgrade openssh-server || dnf upgrade openssh-server",
    paste: true,
    why: "crashes of sshd are mostly known and mended",
    trap: "upgrades that split the program (8.2, 9.8, 10.0) break new logins until the listener is restarted; running sessions live on",
};

declare_causes! {
    /// ## What happened
    ///
    /// The process of this one session ended without saying goodbye: killed by somebody, by a watchdog or a service manager, or
    /// crashed. The kernel closed its socket. The listener and other sessions need not be touched.
    ///
    /// ## On the wire
    ///
    /// A FIN of the server out of nothing when it had read everything; the client's farewell then meets a closed socket and is
    /// answered by a bare reset, which is an epilogue. A reset with acknowledgement at once when data of the client was unread.
    ///
    /// ## Looks the same
    ///
    /// The out-of-memory killer (`oom-kill`), a shutdown of the host in its first second, sshd's own exit on an error that it does
    /// not tell (bad MAC, bad length). The log tells, the wire does not.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.10.4 (CLOSE), RFC 1122 §4.2.2.13; OpenSSH `packet.c` (sshpkt_fatal sends no DISCONNECT).
    SSHD_SESSION_KILLED {
        id: "sshd-session-killed",
        group: SshdCrashOrRestart,
        confirm: [
            run(Server, JOURNAL, "`session process … killed by signal …` (9.8 and later), `mm_reap: … terminated by signal`, or the log of the session just stops"),
            run(Server, SYSTEMCTL, "since when it runs; `Main process exited` if the listener died too"),
            run(Server, DMESG, "`sshd[…]: segfault` or `audit: type=1326 … sig=31` at the time"),
            run(Server, DMESG_OOM, "nothing, or else it is `oom-kill`"),
            run(Server, LAST, "the session's end; no reboot"),
        ],
        remedies: [
            Remedy {
                place: Server,
                what: "auditctl -a always,exit -F arch=b64 -S kill -F a1=9 -k sshkill",
                paste: true,
                why: "finds who killed it: the next kill is then in the audit log with the process that did it (`ausearch -k sshkill`)",
                trap: "SIGKILL by the kernel itself is not a system call; logind's KillUserProcesses and cgroup limits show in the journal instead",
            },
            UPDATE_OPENSSH,
            RESTART_SSHD,
        ],
    }

    /// ## What happened
    ///
    /// No program listened on the port when the SYN arrived: sshd was stopped, had crashed, was restarting, could not start for an
    /// error in its configuration, or listens elsewhere.
    ///
    /// ## On the wire
    ///
    /// SYN, and at once a reset with sequence 0 that acknowledges it, with the DSCP of the SYN. Old sessions go on.
    ///
    /// ## Looks the same
    ///
    /// A firewall that rejects with a reset, on the host or on the path: then DSCP or flow label are 0, or the TTL differs from the
    /// host's other packets. The wrong address or port.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.10.7.1 (CLOSED); sshd(8).
    PORT_CLOSED {
        id: "port-closed",
        group: SshdCrashOrRestart,
        confirm: [
            run(Server, SYSTEMCTL, "inactive, failed or `activating (auto-restart)`, and since when"),
            run(Server, SS_LISTEN, "no line: nothing listens on port {server_port}"),
            run(Server, JOURNAL, "`Received signal 15; terminating`, `no hostkeys available`, `Bad configuration option`, `Address already in use`"),
            run(Server, SSHD_TEST, "no output; a line here names the error that keeps sshd from starting"),
            run(Server, IPTABLES, "no REJECT rule for port {server_port}"),
            run(Client, "nc -vz {server} {server_port}", "`Connection refused`, also from a host next to the server"),
        ],
        remedies: [
            RESTART_SSHD,
            Remedy {
                place: Server,
                what: "systemctl enable --now ssh || systemctl enable --now sshd",
                paste: true,
                why: "it then starts at every boot",
                trap: "with socket activation (Ubuntu 22.10 and later) the port is set in ssh.socket, not in sshd_config",
            },
            UPDATE_OPENSSH,
        ],
    }

    /// ## What happened
    ///
    /// The address belongs to a proxy or balancer. It accepted the connection and then found no server behind it that was healthy,
    /// or the server refused.
    ///
    /// ## On the wire
    ///
    /// A complete handshake, no banner, then a reset or close after a time that does not fit the handshake's round trip; the same for
    /// every new connection.
    ///
    /// ## Looks the same
    ///
    /// sshd dropping the connection before its banner (MaxStartups, TCP wrappers, failed fork).
    ///
    /// ## References
    ///
    /// AWS, Network Load Balancer (TCP_ELB_Reset_Count, target health); HAProxy configuration manual, session state at disconnection.
    PROXY_BACKEND_DOWN {
        id: "proxy-backend-down",
        group: SshdCrashOrRestart,
        confirm: [
            run(Network, "echo 'show stat' | socat stdio /run/haproxy/admin.sock | cut -d, -f1,2,18", "on the balancer: no server UP; a cloud's balancer shows it as the target group's health"),
            run(Server, SYSTEMCTL, "inactive or failed on the hosts behind it"),
            run(Network, NLB_HEALTH, "behind a Network Load Balancer (put in its name): above 0 at the time; other clouds show the same as target or backend health"),
            run(Server, JOURNAL, "no connection at the time, or a stop before it"),
            run(Server, SSHD_TEST, "no output, or the error that keeps sshd down"),
        ],
        remedies: [
            RESTART_SSHD,
            Remedy {
                place: Network,
                what: "point the health check at port {server_port} and make it read the banner",
                paste: false,
                why: "a balancer that knows refuses at once or uses another server",
                trap: "checks that connect and leave count as logins under way (`MaxStartups`) and earn penalties (`PerSourcePenalties`): exempt the balancer",
            },
        ],
    }
}
