//! The groups into which causes fall: what a person asks about first.

/// A group of causes, in the order of the contract: the six classic causes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The path lost packets or state, or a timer on it ran out.
    NetworkOrFirewallTimeout,
    /// The server had no memory, processes, queue places or time left.
    ServerResourceExhaustion,
    /// The process that served the connection was gone, or none listened.
    SshdCrashOrRestart,
    /// One side sent what the other could not or would not read.
    ProtocolError,
    /// The whole server went away, for good or for a while.
    ServerRebootOrShutdown,
    /// A rule somebody wrote refused the connection.
    AccessControlBlock,
    /// The connection worked, the login did not.
    Authentication,
    /// The client, or its user, ended it.
    ClientSide,
    /// Somebody on or beside the path forged the reset.
    InjectedReset,
    /// An orderly end.
    Normal,
    /// This capture does not tell.
    Unknown,
}

impl Group {
    /// Every group, in the order of the contract.
    pub const ALL: [Self; 11] = [
        Self::NetworkOrFirewallTimeout,
        Self::ServerResourceExhaustion,
        Self::SshdCrashOrRestart,
        Self::ProtocolError,
        Self::ServerRebootOrShutdown,
        Self::AccessControlBlock,
        Self::Authentication,
        Self::ClientSide,
        Self::InjectedReset,
        Self::Normal,
        Self::Unknown,
    ];

    /// The name in JSON and on the command line.
    pub const fn id(self) -> &'static str {
        match self {
            Self::NetworkOrFirewallTimeout => "network-or-firewall-timeout",
            Self::ServerResourceExhaustion => "server-resource-exhaustion",
            Self::SshdCrashOrRestart => "sshd-crash-or-restart",
            Self::ProtocolError => "protocol-error",
            Self::ServerRebootOrShutdown => "server-reboot-or-shutdown",
            Self::AccessControlBlock => "access-control-block",
            Self::Authentication => "authentication",
            Self::ClientSide => "client-side",
            Self::InjectedReset => "injected-reset",
            Self::Normal => "normal",
            Self::Unknown => "unknown",
        }
    }

    /// What reports for people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::NetworkOrFirewallTimeout => "network interruption or firewall timeout",
            Self::ServerResourceExhaustion => "server out of resources",
            Self::SshdCrashOrRestart => "sshd crashed, was killed or restarted",
            Self::ProtocolError => "protocol mismatch or malformed packet",
            Self::ServerRebootOrShutdown => "server rebooted or shut down",
            Self::AccessControlBlock => "TCP wrappers, iptables or another access rule",
            Self::Authentication => "the login did not succeed",
            Self::ClientSide => "the client ended it",
            Self::InjectedReset => "somebody on the path forged it",
            Self::Normal => "nothing went wrong",
            Self::Unknown => "not to be told from this capture",
        }
    }

    /// The group of that name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_found_by_its_id() {
        assert!(Group::ALL.into_iter().all(|group| Group::from_id(group.id()) == Some(group)));
        assert_eq!(Group::from_id("nothing"), None);
    }
}
