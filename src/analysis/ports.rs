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
        match self {
            Self::Only(ports) => {
                ports.contains(&packet.key.low.port) || ports.contains(&packet.key.high.port)
            }
            Self::Any => true,
        }
    }
}
