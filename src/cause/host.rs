//! Group "server rebooted or shut down".

use super::advice::Where::{Client, Network, Server};
use super::advice::{Remedy, run};
use super::commands::{EC2_STATUS, JOURNAL_ALL, LAST, PING, SYSTEMCTL};
use super::remedies::CLIENT_ALIVE;

const LAST_BOOT: &str = "journalctl --list-boots | tail -n 5; journalctl -b -1 -e -n 50 --no-pager";

const PANIC: &str =
    "ls -l /var/crash /sys/fs/pstore; grep -iE 'panic|watchdog' /var/log/syslog /var/log/messages";

const NOTICE_SOONER: Remedy<&str> = Remedy {
    place: Client,
    what: "# ~/.ssh/config\nHost *\n    ServerAliveInterval {interval}\n    ServerAliveCountMax 3",
    paste: true,
    why: "the client notices that the server is gone without waiting for the next keystroke",
    trap: "it does not save the session: work that must outlive a reboot needs tmux and a service, not a keepalive",
};

const SAY_GOODBYE: Remedy<&str> = Remedy {
    place: Server,
    what: "# /etc/ssh/sshd_config\nUsePAM yes",
    paste: true,
    why: "with libpam-systemd logins are sessions of logind, which a shutdown ends while the network still works: clients see a close at once instead of a reset much later",
    trap: "a crash or power cut says no goodbye; containers without logind do not either",
};

declare_causes! {
    /// ## What happened
    ///
    /// The server restarted while the connection was open: a reboot, a crash, a power cut, a virtual machine or container that was
    /// started anew. Its kernel has no memory of the connection, and the first packet that reaches it is answered with a reset.
    ///
    /// ## On the wire
    ///
    /// A pause, a packet of the client, and a bare reset with the server's own TTL, round trip and reflected DSCP. The reset
    /// comes at the next keystroke or keepalive, not at the reboot. TCP timestamps of new connections have begun again.
    ///
    /// ## Looks the same
    ///
    /// A session process that was killed (only that session dies); a packet filter on the host (DSCP 0); another machine that took
    /// over the address (`server-failover`); a translator that lost its state.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.5.1 (half-open connections), §3.5.2.
    SERVER_REBOOTED {
        id: "server-rebooted",
        group: ServerRebootOrShutdown,
        confirm: [
            run(Server, LAST, "`reboot` or `crash` between the last answer and the reset"),
            run(Server, "uptime -s", "a time after the last answer"),
            run(Server, LAST_BOOT, "how the boot before ended: `Reached target Reboot`, or in the middle of a line"),
            run(Server, PANIC, "a dump or a panic message of that time"),
            run(Server, SYSTEMCTL, "running since just after the boot"),
            run(Client, PING, "answers now; off and on while it restarts"),
            run(Network, EC2_STATUS, "for a virtual machine at AWS (put in its id): 1 at the time; other clouds and hypervisors have an event log of their own"),
        ],
        remedies: [
            Remedy {
                place: Server,
                what: "find out why it restarts: journalctl -b -1 -p warning, the hypervisor's or cloud's event log, unattended-upgrades (Unattended-Upgrade::Automatic-Reboot)",
                paste: false,
                why: "a shutdown ends every process; the connection is only the first to be missed",
                trap: "a power cut or a hypervisor's stop leaves no line at all: the log simply ends",
            },
            SAY_GOODBYE,
            NOTICE_SOONER,
        ],
    }

    /// ## What happened
    ///
    /// The server was shutting down: services were stopped, sessions were ended, then the network went.
    ///
    /// ## On the wire
    ///
    /// All sessions of the host end with FIN or reset within a second or two, new SYNs are refused and soon unanswered.
    ///
    /// ## Looks the same
    ///
    /// A service manager that kills all sessions with the service (KillMode), a container that is stopped: the host then stays up.
    ///
    /// ## References
    ///
    /// systemd-shutdown(8), systemd.kill(5), logind.conf(5).
    SERVER_SHUTDOWN {
        id: "server-shutdown",
        group: ServerRebootOrShutdown,
        confirm: [
            run(Server, LAST, "`shutdown` at the time of the end"),
            run(Server, JOURNAL_ALL, "`Reached target … Shutdown`, `Sending SIGTERM to remaining processes`, `Stopping Session …`"),
            run(Server, LAST_BOOT, "the last lines of the boot before"),
            run(Client, PING, "no answer until it is up again"),
            run(Server, SYSTEMCTL, "started after the boot"),
        ],
        remedies: [
            Remedy {
                place: Server,
                what: "find who shut it down: journalctl _COMM=systemd-logind _COMM=sudo, last -x, the hypervisor's or cloud's event log",
                paste: false,
                why: "planned ones can be announced (`shutdown -r +10 text`), others prevented",
                trap: "a cloud's spot or preemptible machine is stopped from outside with short notice or none",
            },
            SAY_GOODBYE,
            NOTICE_SOONER,
        ],
    }

    /// ## What happened
    ///
    /// Another machine took over the server's address: a cluster, VRRP, a balancer that chose another backend. It knows nothing of
    /// this connection and resets its packets.
    ///
    /// ## On the wire
    ///
    /// A genuine reset of a kernel, but of another one: TTL, timestamps or, on the same link, the MAC address changed, and stay changed
    /// for new connections.
    ///
    /// ## Looks the same
    ///
    /// A device on the path that forges: its TTL shows in the reset alone, while new connections still come from the old distance.
    ///
    /// ## References
    ///
    /// RFC 9293 §3.5.1; RFC 9568 (VRRP).
    SERVER_FAILOVER {
        id: "server-failover",
        group: ServerRebootOrShutdown,
        confirm: [
            run(Server, "ip -4 addr; ip -6 addr; journalctl -u keepalived -u corosync -u pacemaker --since \"{since}\" --until \"{until}\"", "who holds {server}, and since when"),
            run(Client, "ssh-keyscan -p {server_port} {server} | ssh-keygen -lf -", "a host key other than before"),
            run(Network, "ip neigh show {server}", "on the router or in the same network: another MAC address than before"),
            run(Server, LAST, "no reboot of the machine that answers now"),
            run(Client, PING, "answers, perhaps with another TTL than before"),
        ],
        remedies: [
            Remedy {
                place: Server,
                what: "connect to a machine's own address instead of the shared one, or make the balancer keep a client on one backend",
                paste: false,
                why: "TCP connections cannot move to another kernel",
                trap: "backends need the same host keys or every failover looks like an attack to the client",
            },
            CLIENT_ALIVE,
        ],
    }
}
