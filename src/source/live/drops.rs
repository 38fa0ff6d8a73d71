//! Frames that were not captured because there was no time for them.

use std::time::{Duration, Instant};

use pcap::{Active, Capture};

/// How often libpcap is asked.
const ASKED_EVERY: Duration = Duration::from_secs(1);

/// Without a drop for so long, there is time for everything again.
const CALM: Duration = Duration::from_secs(10);

/// What was dropped so far. libpcap's counters are 32 bits wide and go round.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Drops {
    /// For want of room in the system's buffer.
    pub(super) by_system: u64,
    /// By the interface or its driver.
    pub(super) by_interface: u64,
    seen: Option<(u32, u32)>,
    asked: Option<Instant>,
    /// When something was dropped for the last time.
    last: Option<Instant>,
    /// Since when bulk data is left out.
    pub(super) thinned: bool,
    /// How often that was begun.
    pub(super) thinnings: u64,
}

/// What is to be done about drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Nothing.
    None,
    /// Leave bulk data out, so that the rest is captured.
    Thin,
    /// Take everything again.
    Restore,
}

impl Drops {
    /// Asks libpcap, if it is time to; for the `last` time it always is.
    pub(super) fn ask(&mut self, capture: &mut Capture<Active>, now: Instant, last: bool) -> Remedy {
        if !last && self.asked.is_some_and(|asked| now.duration_since(asked) < ASKED_EVERY) {
            return Remedy::None;
        }
        self.asked = Some(now);
        let Ok(stats) = capture.stats() else { return Remedy::None };
        self.count(stats.dropped, stats.if_dropped, now)
    }

    /// Takes back that bulk data is left out: it was not possible.
    pub(super) const fn not_thinned(&mut self) {
        if self.thinned {
            self.thinned = false;
            self.thinnings -= 1;
        }
    }

    fn count(&mut self, system: u32, interface: u32, now: Instant) -> Remedy {
        let before = self.seen.replace((system, interface)).unwrap_or_default();
        let new = (system.wrapping_sub(before.0), interface.wrapping_sub(before.1));
        self.by_system += u64::from(new.0);
        self.by_interface += u64::from(new.1);
        // What the interface drops no filter spares it.
        if new.0 > 0 {
            self.last = Some(now);
            if !self.thinned {
                self.thinned = true;
                self.thinnings += 1;
                return Remedy::Thin;
            }
        }
        let calm = self.last.is_some_and(|last| now.duration_since(last) >= CALM);
        if self.thinned && calm {
            self.thinned = false;
            return Remedy::Restore;
        }
        Remedy::None
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test needs some moment to count from")]
mod tests {
    use super::*;

    #[test]
    fn bulk_is_left_out_from_the_first_drop_on_until_ten_quiet_seconds_have_passed() {
        let (mut drops, start) = (Drops::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(drops.count(0, 7, at(0)), Remedy::None, "the interface's own");
        assert_eq!(drops.count(5, 7, at(1)), Remedy::Thin);
        assert_eq!(drops.count(9, 7, at(2)), Remedy::None);
        assert_eq!(drops.count(9, 7, at(11)), Remedy::None);
        assert_eq!(drops.count(9, 7, at(12)), Remedy::Restore);
        assert_eq!((drops.by_system, drops.by_interface, drops.thinnings), (9, 7, 1));
        assert_eq!(drops.count(10, 7, at(13)), Remedy::Thin);
        drops.not_thinned();
        assert_eq!((drops.thinned, drops.thinnings), (false, 1), "what was not possible did not happen");
    }

    #[test]
    fn counters_that_go_round_go_on() {
        let (mut drops, now) = (Drops::default(), Instant::now());
        drops.count(u32::MAX, 0, now);
        drops.count(4, 0, now);
        assert_eq!(drops.by_system, u64::from(u32::MAX) + 5);
    }
}
