#![doc = include_str!("README.md")]

mod advice;
mod commands;
mod facts;
mod group;
pub mod mismatch;
mod origin;
mod remedies;
mod weight;

pub use advice::{Advice, Confirm, FilledAdvice, Remedy, Where};
pub use facts::Facts;
pub use group::Group;
pub use origin::{Bearing, Origin};
pub use weight::Weight;

use std::fmt;

/// What is declared once for each cause.
struct Declaration {
    id: &'static str,
    group: Group,
    /// The lines of the doc comment, each with the blank that follows the slashes.
    doc: &'static [&'static str],
    advice: Advice,
}

/// Declares causes. The doc comment of each is the text of `sshrst explain`: captured, not repeated.
macro_rules! declare_causes {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident {
            id: $id:literal,
            group: $group:ident,
            confirm: [$($confirm:expr),* $(,)?],
            remedies: [$($remedy:expr),* $(,)?],
        }
    )+) => {$(
        $(#[doc = $doc])+
        pub(super) static $name: $crate::cause::Declaration = $crate::cause::Declaration {
            id: $id,
            group: $crate::cause::Group::$group,
            doc: &[$($doc),+],
            advice: $crate::cause::Advice { confirm: &[$($confirm),*], remedies: &[$($remedy),*] },
        };
    )+};
}

mod access;
mod authentication;
mod client;
mod host;
mod injected;
mod normal;
mod path;
mod protocol;
mod resources;
mod sshd;
mod timeout;
mod unknown;

/// Makes the enum, its list and the way from a variant to its declaration out of one list. A variant's doc
/// comment is its title, in lower case because reports print it inside sentences.
macro_rules! closed_list {
    ($($(#[doc = $title:literal])+ $variant:ident = $file:ident::$declaration:ident,)+) => {
        /// Why a connection ended: it completes "the connection ended because …". The list is closed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Cause {
            $($(#[doc = $title])+ $variant,)+
        }

        impl Cause {
            /// Every cause, alphabetically.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// One short phrase without capital or full stop: `the firewall forgot the idle connection`.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($title),+).trim_ascii(),)+
                }
            }

            fn declaration(self) -> &'static Declaration {
                match self {
                    $(Self::$variant => &$file::$declaration,)+
                }
            }
        }
    };
}

closed_list! {
    /// the server's queue for new connections was full
    AcceptQueueOverflow = resources::ACCEPT_QUEUE_OVERFLOW,
    /// the login was refused
    AuthenticationFailed = authentication::AUTHENTICATION_FAILED,
    /// a reset that came after an orderly end and changed nothing
    BenignRstAfterClose = normal::BENIGN_RST_AFTER_CLOSE,
    /// packets vanished for a while, then the connection was reset
    BlackholeThenReset = path::BLACKHOLE_THEN_RESET,
    /// the client's program or user broke it off
    ClientAbort = client::CLIENT_ABORT,
    /// the client gave up before the server had answered
    ClientConnectTimeout = client::CLIENT_CONNECT_TIMEOUT,
    /// the client's process was killed
    ClientKilled = client::CLIENT_KILLED,
    /// the client used a port again that the server still held a connection on
    ClientPortReuse = client::CLIENT_PORT_REUSE,
    /// a packet was damaged on its way
    CorruptedPacket = protocol::CORRUPTED_PACKET,
    /// a rule on the path refused the connection with an ICMP error
    FirewallIcmpReject = access::FIREWALL_ICMP_REJECT,
    /// the firewall forgot the idle connection
    FirewallIdleTimeout = timeout::FIREWALL_IDLE_TIMEOUT,
    /// a rule on the path refused the connection with a reset
    FirewallRuleReject = access::FIREWALL_RULE_REJECT,
    /// a firewall dropped the connection's packets without a word
    FirewallSilentDrop = timeout::FIREWALL_SILENT_DROP,
    /// the firewall lost its table of connections
    FirewallStateLost = timeout::FIREWALL_STATE_LOST,
    /// the server could not start a process for the connection
    ForkFailure = resources::FORK_FAILURE,
    /// one end had forgotten a connection that the other still used
    HalfOpen = unknown::HALF_OPEN,
    /// the packet filter on the server's own host forgot the idle connection
    HostFirewallIdleTimeout = timeout::HOST_FIREWALL_IDLE_TIMEOUT,
    /// somebody forged a reset, and it ended the connection
    InjectedRst = injected::INJECTED_RST,
    /// somebody forged a reset, and the connection went on
    InjectedRstIneffective = injected::INJECTED_RST_INEFFECTIVE,
    /// a program only asked for the server's keys
    KeyScan = client::KEY_SCAN,
    /// the link was down for a while
    LinkOutage = path::LINK_OUTAGE,
    /// nobody logged in within the time sshd allows
    LoginGraceTimeout = authentication::LOGIN_GRACE_TIMEOUT,
    /// one side sent bytes that are not a packet of the protocol
    MalformedPacket = protocol::MALFORMED_PACKET,
    /// the client tried too many keys or passwords
    MaxAuthTries = authentication::MAX_AUTH_TRIES,
    /// too many connections were waiting to log in
    MaxStartups = resources::MAX_STARTUPS,
    /// large packets never arrived
    MtuBlackhole = path::MTU_BLACKHOLE,
    /// an address translator gave the connection another address or port
    NatRebinding = timeout::NAT_REBINDING,
    /// an address translator forgot the connection
    NatStateLost = timeout::NAT_STATE_LOST,
    /// client and server have no algorithm in common
    NoCommonAlgorithm = protocol::NO_COMMON_ALGORITHM,
    /// the connection was closed in order
    NormalClose = normal::NORMAL_CLOSE,
    /// the kernel killed the session for lack of memory
    OomKill = resources::OOM_KILL,
    /// the path lost too many packets
    PathLoss = path::PATH_LOSS,
    /// sshd refused this address for what it had done before
    PerSourcePenalty = access::PER_SOURCE_PENALTY,
    /// nothing listened on the port
    PortClosed = sshd::PORT_CLOSED,
    /// a scanner tried the port
    PortScan = client::PORT_SCAN,
    /// one side does not speak SSH, or not this version
    ProtocolMismatch = protocol::PROTOCOL_MISMATCH,
    /// a proxy or balancer had no server behind it
    ProxyBackendDown = sshd::PROXY_BACKEND_DOWN,
    /// a proxy or balancer closed the idle connection
    ProxyIdleTimeout = timeout::PROXY_IDLE_TIMEOUT,
    /// another machine took over the server's address
    ServerFailover = host::SERVER_FAILOVER,
    /// the server's own packet filter refused the connection
    ServerFirewallReject = access::SERVER_FIREWALL_REJECT,
    /// the server had no time to answer
    ServerOverloaded = resources::SERVER_OVERLOADED,
    /// the server was restarted and no longer knew the connection
    ServerRebooted = host::SERVER_REBOOTED,
    /// the server was shut down
    ServerShutdown = host::SERVER_SHUTDOWN,
    /// somebody destroyed the socket by hand
    SocketDestroyed = unknown::SOCKET_DESTROYED,
    /// the SSH keepalive had no answer
    SshKeepaliveTimeout = client::SSH_KEEPALIVE_TIMEOUT,
    /// the process that served this session was killed or crashed
    SshdSessionKilled = sshd::SSHD_SESSION_KILLED,
    /// the kernel's keepalive probes had no answer
    TcpKeepaliveTimeout = path::TCP_KEEPALIVE_TIMEOUT,
    /// data was not acknowledged within the time the application allowed
    TcpUserTimeout = path::TCP_USER_TIMEOUT,
    /// the TCP wrappers refused the client's address
    TcpWrappers = access::TCP_WRAPPERS,
    /// this capture does not tell
    Unknown = unknown::UNKNOWN,
}

impl Cause {
    /// The name in JSON and on the command line.
    pub fn id(self) -> &'static str {
        self.declaration().id
    }

    /// The cause of that name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|cause| cause.id() == id)
    }

    /// The group it is counted in.
    pub fn group(self) -> Group {
        self.declaration().group
    }

    /// How to confirm and to mend it.
    pub fn advice(self) -> &'static Advice {
        &self.declaration().advice
    }

    /// What `sshrst explain` prints, in Markdown: What happened, On the wire, Looks the same, References.
    pub fn doc(self) -> String {
        let lines = self.declaration().doc.iter().map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests;
