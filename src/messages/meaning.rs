//! What a message is worth: the same for all programs that mean the same end by it.

use crate::cause::Cause;

/// What follows from a message, and what does not.
#[derive(Debug)]
pub struct Meaning {
    /// What must have happened for it to be printed.
    pub proves: &'static str,
    /// What it does not say.
    pub open: &'static str,
    /// What can be behind it, the commonest first.
    pub causes: &'static [Cause],
    /// Which capture, or which line of which log, would tell.
    pub tells: &'static str,
}

/// A log line of the server that names the client's port belongs to one connection.
const LOG: &str = "the server's log at that minute";

pub(super) static REFUSED: Meaning = Meaning {
    proves: "A reset answered the client's SYN, or an ICMP error said that the port is unreachable. No connection existed; sshd was not asked.",
    open: "Whether the server's kernel answered, because nothing listens, or a packet filter on the server or on the way.",
    causes: &[
        Cause::PortClosed,
        Cause::ServerFirewallReject,
        Cause::FirewallRuleReject,
        Cause::FirewallIcmpReject,
        Cause::ServerRebooted,
    ],
    tells: "a capture on the client: `sshrst` compares TTL, answer time and form of the reset; on the server `ss -ltn sport = :22`, and whether the SYN arrives there at all",
};

pub(super) static UNREACHABLE: Meaning = Meaning {
    proves: "A router or a filter answered the SYN with an ICMP error, or the client's own system has no route.",
    open: "Whether a route is missing or a rule refuses: the ICMP code tells, and the address that sent it.",
    causes: &[Cause::FirewallIcmpReject, Cause::LinkOutage],
    tells: "a capture on the client with ICMP in it (`icmp or icmp6`); without an ICMP error in it the client's own routing table answered (`ip route get`)",
};

pub(super) static CONNECT_TIMED_OUT: Meaning = Meaning {
    proves: "Nothing answered the client's SYNs for as long as its system repeats them (Linux: about 127 s), or for ConnectTimeout.",
    open: "Whether the SYN or its answer was lost, and where; a filter that drops and a host that is off look alike.",
    causes: &[Cause::FirewallSilentDrop, Cause::LinkOutage, Cause::AcceptQueueOverflow],
    tells: "captures on both ends at the same time: either the SYN does not arrive, or its answer does not come back",
};

pub(super) static BANNER_TIMED_OUT: Meaning = Meaning {
    proves: "TCP was up, and the server's identification string did not come within ConnectTimeout.",
    open: "Whether the server was slow (name lookup, load, a full accept queue whose connections the kernel completes) or its packets were lost.",
    causes: &[
        Cause::ServerOverloaded,
        Cause::ClientConnectTimeout,
        Cause::FirewallSilentDrop,
        Cause::TcpWrappers,
    ],
    tells: "a capture on the server: whether it sends the identification string, and how long after the handshake",
};

pub(super) static CLOSED_BEFORE_VERSION: Meaning = Meaning {
    proves: "TCP was up and the server's side closed it in order (FIN) before an identification string of SSH came.",
    open: "Which of many reasons: nothing but the server's log separates them. A line such as `Exceeded MaxStartups` or `Not allowed at this time` may have come before the FIN; `ssh -v` shows it, and so does a capture.",
    causes: &[
        Cause::MaxStartups,
        Cause::PerSourcePenalty,
        Cause::TcpWrappers,
        Cause::ForkFailure,
        Cause::ProxyBackendDown,
        Cause::ProtocolMismatch,
    ],
    tells: "a capture on either end shows the refusal's text, if there was one; in the server's log `drop connection #… past MaxStartups`, `penalty: …`, `refused connect from …`, `fork: Resource temporarily unavailable`, `Missing privilege separation directory`",
};

pub(super) static RESET_BEFORE_VERSION: Meaning = Meaning {
    proves: "TCP was up, and a reset arrived before an identification string of SSH came. If sshd's host sent it, a process there closed while the client's own identification string lay unread.",
    open: "Who sent it: the server, or a box in its name. And why: from a server it is the same end as `Connection closed by remote host`; only what lay unread differs.",
    causes: &[
        Cause::MaxStartups,
        Cause::TcpWrappers,
        Cause::ForkFailure,
        Cause::PerSourcePenalty,
        Cause::AcceptQueueOverflow,
        Cause::FirewallRuleReject,
        Cause::InjectedRst,
        Cause::ProxyBackendDown,
    ],
    tells: "a capture on the client tells the sender (TTL, answer time, form) and shows a refusal's text; one on the server shows whether it sent that reset; in its log `drop connection #…`, `refused connect from …`, `fork: …`",
};

pub(super) static NOT_SSH: Meaning = Meaning {
    proves: "What the other side sent in place of an identification string is none of SSH 2.",
    open: "What it is: another service on that port, a web or TLS client, a proxy that answers in words, SSH 1.",
    causes: &[Cause::ProtocolMismatch, Cause::ProxyBackendDown],
    tells: "a capture on either end: the first octets are in clear; `nc HOST 22 < /dev/null` shows a server's",
};

pub(super) static CLOSED_BEFORE_LOGIN: Meaning = Meaning {
    proves: "The server's side closed in order (FIN) before anybody was logged in. OpenSSH clients from 9.5 on print nothing else even if it was before the identification string.",
    open: "Why: sshd says nothing on the wire for most of its errors (no DISCONNECT for a bad length, a bad MAC, the grace time).",
    causes: &[
        Cause::LoginGraceTimeout,
        Cause::SshdSessionKilled,
        Cause::CorruptedPacket,
        Cause::MalformedPacket,
        Cause::MaxStartups,
        Cause::ForkFailure,
    ],
    tells: "a capture on either end tells the phase, and a bad packet in clear; in the server's log `Timeout before authentication`, `ssh_dispatch_run_fatal`, `Unable to negotiate`, by the client's port",
};

pub(super) static RESET_BEFORE_LOGIN: Meaning = Meaning {
    proves: "A reset arrived. Alone on the terminal: after both identification strings and mostly before the login (in a session if it met a write). Behind a line `kex_exchange_identification: read: …`: before the server's identification string.",
    open: "Who sent it, and whether the server's process ended with octets unread or a box forged it.",
    causes: &[
        Cause::SshdSessionKilled,
        Cause::ForkFailure,
        Cause::InjectedRst,
        Cause::FirewallRuleReject,
        Cause::LoginGraceTimeout,
        Cause::CorruptedPacket,
    ],
    tells: "a capture on the client: phase and sender; on the server whether it sent that reset; on Windows servers the log of the child that cannot read its keys or folder",
};

pub(super) static MISMATCH: Meaning = Meaning {
    proves: "Both lists of algorithms were exchanged, and the named one has no common entry. The connection is sound.",
    open: "Which side to change. `Their offer` is the other side's list; one's own is not printed.",
    causes: &[Cause::NoCommonAlgorithm],
    tells: "a capture on either end: both lists are in clear, and the report says which option on which side adds a common entry",
};

pub(super) static HOST_KEY: Meaning = Meaning {
    proves: "The client got the server's key and did not want it; the client closed.",
    open: "Whether the server was rebuilt or somebody sits in between: compare the fingerprint on another way.",
    causes: &[Cause::ClientAbort],
    tells: "no capture: `ssh-keygen -F HOST` on the client and `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the server",
};

pub(super) static SIGNATURE: Meaning = Meaning {
    proves: "The key exchange arrived changed, or one side computed it wrongly: the server's signature did not fit.",
    open: "Whether a device or memory changed a packet, or an implementation is at fault.",
    causes: &[Cause::CorruptedPacket, Cause::MalformedPacket],
    tells: "captures on both ends at the same time: compare the key exchange packets octet by octet",
};

pub(super) static DISCONNECTED: Meaning = Meaning {
    proves: "The other side ended the connection on purpose and said why: a DISCONNECT message with a reason code.",
    open: "What led to it; OpenSSH gives code 2 whatever the reason, so the text counts.",
    causes: &[Cause::MaxAuthTries, Cause::AuthenticationFailed, Cause::MalformedPacket, Cause::NormalClose],
    tells: "the text itself; before NEWKEYS a capture shows it in clear",
};

pub(super) static TOO_MANY_FAILURES: Meaning = Meaning {
    proves: "sshd ended the login after MaxAuthTries (6) attempts. Every key that an agent offers counts.",
    open: "Nothing of the network: it works.",
    causes: &[Cause::MaxAuthTries],
    tells: "`ssh-add -l` on the client: more keys than tries; in the server's log `maximum authentication attempts exceeded`",
};

pub(super) static PERMISSION_DENIED: Meaning = Meaning {
    proves: "The connection works; the login was refused, and the client closed.",
    open: "Why sshd refused: it tells only its log.",
    causes: &[Cause::AuthenticationFailed],
    tells: "no capture; in the server's log `Failed …`, `Invalid user`, `bad ownership or modes`",
};

pub(super) static CLOSED_IN_SESSION: Meaning = Meaning {
    proves: "In a session the server's side closed in order (FIN), without the end of the shell: its process went away while nothing lay unread.",
    open: "Why the process went: killed, out of memory, a shutdown, a proxy's idle timer, a packet that failed its check.",
    causes: &[
        Cause::SshdSessionKilled,
        Cause::ServerShutdown,
        Cause::OomKill,
        Cause::ProxyIdleTimeout,
        Cause::CorruptedPacket,
    ],
    tells: "a capture on either end shows the FIN and the silence before it; in the server's log and kernel log `Killed process … (sshd)`, `session closed` without `Received disconnect`",
};

pub(super) static RESET_IN_SESSION: Meaning = Meaning {
    proves: "In a session a read met a reset.",
    open: "Who sent it: the server's process, its kernel after a reboot, or a firewall whose timer ran out and that answers in the server's name.",
    causes: &[
        Cause::FirewallIdleTimeout,
        Cause::NatStateLost,
        Cause::SshdSessionKilled,
        Cause::ServerRebooted,
        Cause::InjectedRst,
        Cause::FirewallStateLost,
        Cause::ProxyIdleTimeout,
    ],
    tells: "a capture on the client: sender, and how long it was idle before; one on the server at the same time shows whether it sent that reset",
};

pub(super) static BROKEN_PIPE: Meaning = Meaning {
    proves: "Only that the connection was gone when the client wanted to say good-bye: a read had failed before. Up to OpenSSH 9.7 the reason of that is not printed.",
    open: "Whether a reset came at all: a connection whose packets vanish ends with the same line.",
    causes: &[
        Cause::FirewallIdleTimeout,
        Cause::NatStateLost,
        Cause::SshdSessionKilled,
        Cause::ServerRebooted,
        Cause::LinkOutage,
        Cause::FirewallSilentDrop,
    ],
    tells: "a capture on the client: a reset, or repetitions without an answer; OpenSSH from 9.8 on prints the reason in the line before",
};

pub(super) static WRITE_FAILED: Meaning = Meaning {
    proves: "A write met the end of the connection: the reset came, or had come, while the client was sending.",
    open: "Who sent the reset.",
    causes: &[
        Cause::FirewallIdleTimeout,
        Cause::NatStateLost,
        Cause::ServerRebooted,
        Cause::SshdSessionKilled,
    ],
    tells: "a capture on the client: sender, and how long it was idle before",
};

pub(super) static RETRANSMISSIONS: Meaning = Meaning {
    proves: "No reset: data or keepalive probes stayed unacknowledged until the system gave up (Linux: about 15 min of repetitions, or tcp_keepalive_time and its probes).",
    open: "Where the packets are lost.",
    causes: &[
        Cause::LinkOutage,
        Cause::FirewallSilentDrop,
        Cause::NatStateLost,
        Cause::TcpKeepaliveTimeout,
        Cause::TcpUserTimeout,
    ],
    tells: "captures on both ends at the same time: which way the packets do not pass",
};

pub(super) static KEEPALIVE: Meaning = Meaning {
    proves: "The SSH keepalives (ServerAliveInterval or ClientAliveInterval) had no answer, and the side that sent them gave up. No reset was needed for it.",
    open: "Whether the path dropped the packets or the other side hung.",
    causes: &[
        Cause::SshKeepaliveTimeout,
        Cause::LinkOutage,
        Cause::FirewallSilentDrop,
        Cause::NatStateLost,
        Cause::ServerOverloaded,
    ],
    tells: "a capture on the side that gave up: TCP acknowledgements without SSH answers mean that the other process hangs; neither means that the path is cut",
};

pub(super) static BAD_PACKET: Meaning = Meaning {
    proves: "At one octet of the stream the receiver found no packet: the number is the four octets there. The receiver closed; its peer sees only `Connection closed` or `Connection reset`.",
    open: "Who put the octets there: text that a program wrote into the stream, damage on the way, a fault of an implementation.",
    causes: &[Cause::MalformedPacket, Cause::ProtocolMismatch, Cause::CorruptedPacket],
    tells: "a capture on the receiver, where the length is in clear (before NEWKEYS, AES-GCM, `-etm@openssh.com`): a sound length there, and damage happened behind it",
};

pub(super) static BAD_MAC: Meaning = Meaning {
    proves: "A packet failed its integrity check: it is not what its sender made. The receiver closed without a word to its peer.",
    open: "Where it was changed: memory, a network card's offload, a device that rewrites TCP. A TCP checksum lets one of 65 536 pass.",
    causes: &[Cause::CorruptedPacket, Cause::MalformedPacket],
    tells: "captures on both ends at the same time: compare the last packets octet by octet; `nstat -az TcpInCsumErrors`",
};

pub(super) static PROTOCOL: Meaning = Meaning {
    proves: "A message came that is not due, or whose contents break the protocol.",
    open: "Which implementation is at fault.",
    causes: &[Cause::MalformedPacket, Cause::ProtocolMismatch],
    tells: "a capture with the start of the connection: the report names the rule and the section",
};

pub(super) static CLIENT_CLOSED: Meaning = Meaning {
    proves: "The client's side closed (FIN) before it was logged in; sshd waited.",
    open: "Whether a user gave up, the client refused the host key, a scanner or a health check only looked, or a program between closed.",
    causes: &[
        Cause::ClientAbort,
        Cause::KeyScan,
        Cause::PortScan,
        Cause::AuthenticationFailed,
        Cause::NormalClose,
    ],
    tells: "a capture on either end tells how far it got, and the client's identification string",
};

pub(super) static CLIENT_RESET: Meaning = Meaning {
    proves: "sshd's host received a reset in the client's name.",
    open: "Who sent it: the client's program (killed, or closed with data unread), or a box. The client may have got one too, in the server's name.",
    causes: &[
        Cause::ClientAbort,
        Cause::ClientKilled,
        Cause::FirewallIdleTimeout,
        Cause::InjectedRst,
        Cause::PortScan,
    ],
    tells: "a capture on the server: TTL, answer time and form of the reset; one on the client shows whether it sent it",
};

pub(super) static DROPPED: Meaning = Meaning {
    proves: "sshd's listener itself refused the connection: too many waited for a login (MaxStartups), or the address has a penalty. The text behind it says which.",
    open: "Who holds the places: the log's other lines do, by address.",
    causes: &[Cause::MaxStartups, Cause::PerSourcePenalty],
    tells: "the rest of the line; from 8.2 on the client gets `Exceeded MaxStartups`, from 9.8 on `Not allowed at this time` for both",
};

pub(super) static EXCEEDED_MAX_STARTUPS: Meaning = Meaning {
    proves: "OpenSSH (8.2 to 9.7) refused the connection: MaxStartups connections were waiting to log in. It is written in place of the identification string; ssh shows it with -v only.",
    open: "Who holds the places.",
    causes: &[Cause::MaxStartups],
    tells: "on the server `ss -tn state established sport = :22` at that moment; in its log `beginning MaxStartups throttling` (8.4 and later)",
};

pub(super) static NOT_ALLOWED: Meaning = Meaning {
    proves: "OpenSSH (9.8 and later) refused the connection before its identification string.",
    open: "Which of two: MaxStartups (random, every address) or PerSourcePenalties (this address, always, for a while). The text is the same.",
    causes: &[Cause::PerSourcePenalty, Cause::MaxStartups],
    tells: "in the server's log `drop connection #… penalty: …` or `… Maxstartups`; in a capture, failed logins of the same address before it, or many connections that wait",
};

pub(super) static GRACE: Meaning = Meaning {
    proves: "Nobody logged in within LoginGraceTime (120 s by default) of the connection's start, and sshd closed it.",
    open: "What took so long: a prompt, a second factor, a lookup, a scanner that waits.",
    causes: &[Cause::LoginGraceTimeout],
    tells: "a capture on either end: the age of the connection at the server's FIN, and what was the last message",
};

pub(super) static WRAPPERS: Meaning = Meaning {
    proves: "TCP wrappers (libwrap) refused the address by hosts.allow and hosts.deny.",
    open: "Which line did it.",
    causes: &[Cause::TcpWrappers],
    tells: "on the server `grep -v '^#' /etc/hosts.allow /etc/hosts.deny`",
};

pub(super) static CHILD_FAILED: Meaning = Meaning {
    proves: "sshd could not start the process that serves the connection; the client sees a close or a reset without a word.",
    open: "For how long: every new connection ends so until it is mended, and old ones live on.",
    causes: &[Cause::ForkFailure, Cause::ServerOverloaded],
    tells: "the line itself; after an upgrade (8.2, 9.8, 10.0 changed how the listener talks to its children) restart sshd",
};

pub(super) static CRASHED: Meaning = Meaning {
    proves: "A process of sshd that served the connection was ended by a signal.",
    open: "Who sent the signal, or what crashed: the kernel's log tells (`Out of memory: Killed process`, `segfault`, seccomp's `sig=31`).",
    causes: &[Cause::SshdSessionKilled, Cause::OomKill],
    tells: LOG,
};

pub(super) static ECONNRESET: Meaning = Meaning {
    proves: "A read or write of a program met a reset. These words are the system's (ECONNRESET), for every program and phase.",
    open: "Who sent the reset, in which phase, and why. The words before them tell the phase: give the whole line.",
    causes: &[
        Cause::FirewallIdleTimeout,
        Cause::SshdSessionKilled,
        Cause::MaxStartups,
        Cause::TcpWrappers,
        Cause::ServerRebooted,
        Cause::InjectedRst,
    ],
    tells: "a capture on the client with the start of the connection in it; one on the server at the same time settles who sent it",
};

pub(super) static ABORTED: Meaning = Meaning {
    proves: "Windows (WSAECONNABORTED, 10053): the connection was ended by the client's own system: data stayed unacknowledged, or a local program or filter ended it.",
    open: "Whether a reset ever came: this text does not say so.",
    causes: &[Cause::LinkOutage, Cause::FirewallSilentDrop, Cause::ClientAbort, Cause::TcpUserTimeout],
    tells: "a capture on the client: repetitions without an answer, or a reset that the client itself sent",
};
