//! Which connections are looked at.

use crate::wire::Packet;

/// Which ports SSH is looked for on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ports {
    /// These only.
    Only(Vec<u16>),
    /// Any: a connection is SSH when one side sends an identification string.
    Any,
}

impl Default for Ports {
    fn default() -> Self {
        Self::Only(vec![SSH_PORT])
    }
}

/// Port of SSH (RFC 4253 §4.1).
pub const SSH_PORT: u16 = 22;

impl Ports {
    pub(super) fn list(&self) -> &[u16] {
        match self {
            Self::Only(ports) => ports,
            Self::Any => &[SSH_PORT],
        }
    }

    pub(super) fn takes(&self, packet: &Packet<'_>) -> bool {
        self.connect(packet.key.low.port, packet.key.high.port)
    }

    /// Whether connections between the two are looked at.
    pub(super) fn connect(&self, one: u16, other: u16) -> bool {
        match self {
            Self::Only(ports) => ports.contains(&one) || ports.contains(&other),
            Self::Any => true,
        }
    }
}
