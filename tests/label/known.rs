//! Where `sshrst` is known to say otherwise than a label, and why.
//!
//! Each row must still hold: what has been mended is to be taken out. A wrong sender has no row here: [`Field::Sender`]
//! cannot be excused, only a sender that was left open ([`Field::Abstention`]).

use super::judge::Field;

/// A difference that is known.
pub(crate) struct Known {
    /// The capture's folder.
    pub(crate) slug: &'static str,
    /// What differs.
    pub(crate) field: Field,
    /// Why it is not mended, or not yet.
    #[allow(dead_code, reason = "for who reads this file")]
    pub(crate) why: &'static str,
}

/// All of them.
pub(crate) const KNOWN: [Known; 2] = [
    Known {
        slug: "lossy-seen-at-client",
        field: Field::Phase,
        why: "the FINs were lost or came after the capture: its last frames are a DISCONNECT and its acknowledgement",
    },
    Known {
        slug: "server-rebooted-seen-at-server-side",
        field: Field::Vantage,
        why: "taken on the wire of the server, no hop from it: its packets show no difference to the server's own capture",
    },
];
