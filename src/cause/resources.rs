//! Group "server out of resources".

use super::advice::Where::{Client, Network, Server};
use super::advice::{Remedy, run};
use super::commands::{DMESG_OOM, FREE, JOURNAL, JOURNAL_ALL, SS_LISTEN, SSHD_LIMITS, TOP};
use super::remedies::MAX_STARTUPS as RAISE_MAX_STARTUPS;

const PROCESS_COUNT: &str = "ps -e --no-headers | wc -l; cat /proc/sys/kernel/pid_max";

const FIND_THE_HOG: Remedy<&str> = Remedy {
    place: Server,
    what: "systemctl set-property user.slice MemoryMax=80% TasksMax=80%",
    paste: true,
    why: "what users start can no longer take the last memory and processes from sshd; then find the hog with top and move or limit it",
    trap: "MaxSessions and MaxStartups do not free memory: the first limits channels of one connection, the second logins under way",
};

declare_causes! {
    /// ## What happened
    ///
    /// More connections were between connecting and logging in than `MaxStartups` allows (10:30:100 by default: from 10
    /// on, 30 % are refused, from 100 on all). sshd closed this one at once. Mostly a burst of automation, or scanners.
    ///
    /// ## On the wire
    ///
    /// In place of the server's banner nothing, `Exceeded MaxStartups` (8.2 to 9.7) or `Not allowed at this time` (9.8 and
    /// later), then a close; a reset if the client's banner had come and was unread. Others get through in the same second.
    ///
    /// ## Looks the same
    ///
    /// Without the text: TCP wrappers, a failed fork, a missing sshd-session after an upgrade. With the later text: a
    /// penalty for this address (`per-source-penalty`), which hits one address and not the others.
    ///
    /// ## References
    ///
    /// sshd_config(5), `MaxStartups`, `PerSourceMaxStartups`; OpenSSH `sshd.c`, `should_drop_connection`.
    MAX_STARTUPS {
        id: "max-startups",
        group: ServerResourceExhaustion,
        confirm: [
            run(Server, JOURNAL, "`beginning MaxStartups throttling` or `drop connection #… from [{client}]:{client_port} on … past MaxStartups` (before 8.4 only at VERBOSE)"),
            run(Server, SSHD_LIMITS, "maxstartups 10:30:100, or what was set"),
            run(Server, "ss -tn state established sport = :{server_port} | wc -l", "far more connections than users"),
            run(Server, TOP, "sshd processes in numbers: slow logins (DNS, PAM, LDAP) keep places occupied"),
        ],
        remedies: [
            RAISE_MAX_STARTUPS,
            Remedy {
                place: Client,
                what: "# ~/.ssh/config\nHost *\n    ControlMaster auto\n    ControlPath ~/.ssh/%C\n    ControlPersist 60",
                paste: true,
                why: "automation that opens many sessions to one host shares one connection and logs in once",
                trap: "this is where MaxSessions (10) counts; a dead master takes all its sessions along",
            },
        ],
    }

    /// ## What happened
    ///
    /// The server ran out of memory, or a control group did, and the kernel killed the process that served this session.
    /// The listener is exempt, so new logins may work at the same time.
    ///
    /// ## On the wire
    ///
    /// As for any killed session process: a FIN of the server when nothing was unread, and the client's last message is then
    /// answered with a bare reset; a reset at once when data was unread. Often long pauses before, while the server swapped.
    ///
    /// ## Looks the same
    ///
    /// `kill -9` by an administrator, a crash: only the kernel's log tells who killed.
    ///
    /// ## References
    ///
    /// Kernel documentation, `/proc/<pid>/oom_score_adj`; OpenSSH `platform-listen.c` (oom_adjust); RFC 1122 §4.2.2.13.
    OOM_KILL {
        id: "oom-kill",
        group: ServerResourceExhaustion,
        confirm: [
            run(Server, DMESG_OOM, "`Out of memory: Killed process … (sshd)` or `(sshd-session)`, or the user's own program, at the time"),
            run(Server, JOURNAL_ALL, "the same lines, and services that were restarted"),
            run(Server, FREE, "little available, swap full"),
            run(Server, TOP, "the process that holds the memory"),
        ],
        remedies: [
            FIND_THE_HOG,
            Remedy {
                place: Server,
                what: "add memory or swap, or set MemoryMax on the service that grows",
                paste: false,
                why: "a system that does not run out of memory does not kill",
                trap: "a process that leaks fills any memory; swap turns death into minutes of silence",
            },
        ],
    }

    /// ## What happened
    ///
    /// sshd accepted the connection but could not start a process for it: no process numbers, no memory, a limit of the
    /// unit or of the user, or the program file was replaced by an upgrade.
    ///
    /// ## On the wire
    ///
    /// The server closes before its banner, without a text; a reset if the client's banner was unread. Every new
    /// connection ends so while old sessions go on.
    ///
    /// ## Looks the same
    ///
    /// TCP wrappers, MaxStartups of old versions: they hit some connections, this all of them.
    ///
    /// ## References
    ///
    /// fork(2), EAGAIN and ENOMEM; systemd.resource-control(5), `TasksMax`; OpenSSH `sshd.c`, server_accept_loop.
    FORK_FAILURE {
        id: "fork-failure",
        group: ServerResourceExhaustion,
        confirm: [
            run(Server, JOURNAL, "`error: fork: Resource temporarily unavailable`, `fatal: rexec of … failed` or `fork of unprivileged child failed`"),
            run(Server, "systemctl show ssh sshd -p TasksCurrent -p TasksMax", "TasksCurrent at TasksMax"),
            run(Server, PROCESS_COUNT, "the first number near the second"),
            run(Server, FREE, "no memory available"),
            run(Server, TOP, "the program that started so many processes"),
        ],
        remedies: [
            FIND_THE_HOG,
            Remedy {
                place: Server,
                what: "sshd -t && (systemctl restart ssh || systemctl restart sshd)",
                paste: true,
                why: "after an upgrade of OpenSSH to 8.2, 9.8 or 10.0 the running listener cannot start the new program until it is restarted",
                trap: "keep a session open: if `sshd -t` complains, nobody would listen afterwards",
            },
        ],
    }

    /// ## What happened
    ///
    /// sshd did not fetch new connections fast enough and the kernel's queue for it was full. With
    /// `tcp_abort_on_overflow` the kernel resets what does not fit; without it the last ACK is ignored.
    ///
    /// ## On the wire
    ///
    /// SYN, SYN-ACK, the client's ACK, and a bare reset in answer to that ACK or to the banner; or SYN-ACKs that are
    /// repeated although the client has answered.
    ///
    /// ## Looks the same
    ///
    /// A balancer without a server behind it, a filter that lets the handshake pass.
    ///
    /// ## References
    ///
    /// listen(2); kernel documentation, ip-sysctl (`tcp_abort_on_overflow`), `net.core.somaxconn`.
    ACCEPT_QUEUE_OVERFLOW {
        id: "accept-queue-overflow",
        group: ServerResourceExhaustion,
        confirm: [
            run(Server, SS_LISTEN, "Recv-Q at or above Send-Q: the queue is full"),
            run(Server, "nstat -az TcpExtListenOverflows TcpExtListenDrops", "both grow"),
            run(Server, "sysctl net.ipv4.tcp_abort_on_overflow net.core.somaxconn", "tcp_abort_on_overflow = 1 for the reset"),
            run(Server, TOP, "no processor time left for sshd, or sshd stopped"),
        ],
        remedies: [
            FIND_THE_HOG,
            Remedy {
                place: Server,
                what: "sysctl -w net.ipv4.tcp_abort_on_overflow=0",
                paste: true,
                why: "the client tries again instead of being reset, and mostly succeeds",
                trap: "it hides the overload; sshd asks for a queue of 128, a larger somaxconn changes nothing for it",
            },
            Remedy {
                place: Network,
                what: "limit new connections for each source on the firewall, or block the flood",
                paste: false,
                why: "a flood of connections fills any queue",
                trap: "everybody behind one NAT is one source",
            },
        ],
    }

    /// ## What happened
    ///
    /// The server's kernel still answered, but its programs had no time: processor, memory (swapping) or disk. Something
    /// gave up waiting: the client, a login timer, a keepalive.
    ///
    /// ## On the wire
    ///
    /// Acknowledgements come at once, answers of SSH after seconds; banners late; windows that close because nobody reads.
    ///
    /// ## Looks the same
    ///
    /// sshd waiting for DNS, LDAP or PAM: the load is then low.
    ///
    /// ## References
    ///
    /// sshd_config(5), `UseDNS`, `LoginGraceTime`; RFC 9293 §3.8.6 (zero window).
    SERVER_OVERLOADED {
        id: "server-overloaded",
        group: ServerResourceExhaustion,
        confirm: [
            run(Server, TOP, "load far above the number of processors, `wa` or `st` high, kswapd busy"),
            run(Server, FREE, "little available, swap in use"),
            run(Server, DMESG_OOM, "kills before or after"),
            run(Server, JOURNAL, "`Timeout before authentication`, `Connection closed by {client}`; lines that come late"),
            run(Server, "sar -q -s 00:00:00", "where sysstat runs: the load at the time"),
        ],
        remedies: [
            FIND_THE_HOG,
            RAISE_MAX_STARTUPS,
            Remedy {
                place: Server,
                what: "# /etc/ssh/sshd_config\nUseDNS no",
                paste: true,
                why: "where it is the name lookup that waits and not the machine",
                trap: "`from=` and hosts.allow entries by name then no longer match",
            },
        ],
    }
}
