//! A report that tells what happened and not to whom: the model, and its packets, under pseudonyms.
//!
//! Addresses are enciphered so that those with a common prefix have one afterwards (ipcrypt-pfx,
//! draft-denis-ipcrypt): with the same key the same address has the same pseudonym in every report. What a peer or a user
//! wrote is taken out. What stays: ports, times, lengths, sequence numbers, the known programs' names and releases, names
//! of algorithms, VLAN and tunnel numbers, and the digests of the inputs, by which the owner finds them again.
//!
//! The only user of ipcrypt-rs.

mod key;
mod pseudonyms;
mod report;
mod sentence;
mod session;

pub use key::{KeyError, RedactKey};
pub use pseudonyms::Pseudonyms;
pub use report::redacted;
