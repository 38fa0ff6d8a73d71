//! How much passed in cipher and for how long: more than authentication takes is a session, whatever the sizes.

use super::authentication::Unit;
use super::transcript::{Pair, Side};
use crate::units::{Elapsed, Timestamp};

/// More than authentication takes either way: six attempts with the largest keys and certificates stay below.
const MORE_THAN_AUTHENTICATION: u64 = 64 * 1024;
/// More units than attempts take, with the usual limit of six (OpenSSH `MaxAuthTries`).
const MORE_UNITS_THAN_ATTEMPTS: u32 = 32;
/// Twice the longest default login timer read: Dropbear's 300 s (`sysoptions.h`); OpenSSH 120 s.
const LONGER_THAN_LOGIN: Elapsed = Elapsed::from_secs(600);

/// Volume and duration of the encrypted part.
#[derive(Clone, Debug, Default)]
pub(super) struct Volume {
    first: Option<Timestamp>,
    octets: Pair<u64>,
    client_units: u32,
    late: Pair<bool>,
    missing: bool,
}

impl Volume {
    /// Octets of the server are missing.
    pub(super) const fn miss_from_server(&mut self) {
        self.missing = true;
    }

    /// Whether octets of the server are missing.
    pub(super) const fn is_missing_from_server(&self) -> bool {
        self.missing
    }

    /// Takes the next unit; says why authentication must be over. `unsure`: SUCCESS may have passed without being
    /// recognised, so that the client's units count.
    pub(super) fn take(&mut self, unit: &Unit, unsure: bool) -> Option<&'static str> {
        let first = *self.first.get_or_insert(unit.mark.time);
        let octets = self.octets.of_mut(unit.side);
        *octets = octets.saturating_add(unit.octets);
        let too_much = *octets > MORE_THAN_AUTHENTICATION;
        self.client_units = self.client_units.saturating_add((unit.side == Side::Client).into());
        *self.late.of_mut(unit.side) |= unit.mark.time.since(first) > LONGER_THAN_LOGIN;
        if too_much {
            Some("more data than authentication takes")
        } else if unsure && self.client_units > MORE_UNITS_THAN_ATTEMPTS {
            Some("more packets than attempts at authentication take")
        } else if self.late.client && self.late.server {
            Some("both sides still send after every usual login timer")
        } else {
            None
        }
    }
}
