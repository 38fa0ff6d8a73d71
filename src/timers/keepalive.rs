//! Keepalives: whether they help against a timer, and which interval to use.

use crate::units::Elapsed;

words! {
    /// Which keepalive keeps a timer from running out.
    pub enum KeepaliveHelps {
        /// TCP's and SSH's: every segment counts.
        TcpOrSsh = "tcp-or-ssh",
        /// SSH's only: segments without data do not count.
        SshOnly = "ssh-only",
        /// None: it counts keystrokes or the connection's age.
        None = "none",
        /// The entry is not a timer that a keepalive has to do with.
        NotApplicable = "not-applicable",
        /// Nobody said.
        Unknown = "unknown",
    }
}

/// Intervals in seconds that people use and configuration examples show.
const USUAL_INTERVALS_S: [u32; 11] = [10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300];

/// The `ServerAliveInterval` in seconds for a path whose timers are known to be longer than `lower_bound`.
///
/// The longest usual one that fits three times, so that two probes may be lost. `None` below 30 s: then only an
/// interval of a few seconds would help, and the timer is the better thing to change.
pub fn advice_interval(lower_bound: Elapsed) -> Option<u32> {
    USUAL_INTERVALS_S
        .into_iter()
        .rev()
        .find(|&interval| Elapsed::from_secs(3 * i64::from(interval)) <= lower_bound)
}
