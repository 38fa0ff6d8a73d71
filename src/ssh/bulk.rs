//! Bulk: much data one way, and whether it stopped where the receiver's window would have ended.

use super::authentication::Unit;
use super::transcript::{Bulk, Mark, Pair, Side};
use crate::units::Elapsed;

/// From here on data is bulk: eight full CHANNEL_DATA of OpenSSH.
const LEAST: u64 = 256 * 1024;
/// A pause that ends a run.
const PAUSE: Elapsed = Elapsed::from_secs(1);
/// What goes out behind the receiver's last word before a full channel window stops it: OpenSSH (`channels.h`,
/// `CHAN_SES_WINDOW_DEFAULT`), paramiko (`common.py`) and AsyncSSH (`constants.py`) give 2 MiB and renew it well before
/// half of it is used; packets add one part in a thousand.
const WINDOW: [u64; 2] = [1 << 20, (2 << 20) + (2 << 13)];

/// One direction's run of data.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: Mark,
    last: Mark,
    octets: u64,
    /// Octets since the peer last sent anything.
    unanswered: u64,
}

/// Watches for bulk both ways; keeps each side's last run, and its last one that stalled.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    current: Pair<Option<Run>>,
    last: Pair<Option<Box<Bulk>>>,
    stalled: Pair<Option<Box<Bulk>>>,
}

impl Runs {
    /// Whether data passes.
    pub(super) const fn foresee(&self) -> bool {
        self.current.client.is_some() || self.current.server.is_some()
    }

    /// Takes the next unit.
    pub(super) fn take(&mut self, unit: &Unit) {
        let now = unit.mark.time;
        for side in Side::BOTH {
            let ended = self.current.of(side).filter(|run| now.since(run.last.time) >= PAUSE);
            if let Some(run) = ended {
                self.finish(side, run, true);
            }
        }
        if let Some(peer) = self.current.of_mut(!unit.side) {
            peer.unanswered = 0;
        }
        let fresh = Run { first: unit.mark, last: unit.mark, octets: 0, unanswered: 0 };
        let run = self.current.of_mut(unit.side).get_or_insert(fresh);
        run.last = unit.mark;
        run.octets = run.octets.saturating_add(unit.octets);
        run.unanswered = run.unanswered.saturating_add(unit.octets);
    }

    fn finish(&mut self, side: Side, run: Run, paused: bool) {
        *self.current.of_mut(side) = None;
        if run.octets < LEAST {
            return;
        }
        let bulk = Bulk { first: run.first, last: run.last, octets: run.octets };
        *self.last.of_mut(side) = Some(Box::new(bulk));
        if paused && (WINDOW[0]..=WINDOW[1]).contains(&run.unanswered) {
            *self.stalled.of_mut(side) = Some(Box::new(bulk));
        }
    }

    /// The last run of each side, and the last one that stalled; `end` is the last thing that is known to have happened.
    pub(super) fn conclude(&self, end: Option<Mark>) -> [Pair<Option<Box<Bulk>>>; 2] {
        let mut known = self.clone();
        for side in Side::BOTH {
            if let Some(run) = *known.current.of(side) {
                let paused = end.is_some_and(|end| end.time.since(run.last.time) >= PAUSE);
                known.finish(side, run, paused);
            }
        }
        [known.last, known.stalled]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FrameNo;
    use crate::units::Timestamp;
    use Side::{Client as C, Server as S};

    fn at(millis: i64) -> Mark {
        let time = Timestamp::from_nanos(millis * 1_000_000);
        Mark { frame: FrameNo(millis as u64), time, offset: 0 }
    }

    fn play(units: impl IntoIterator<Item = (Side, i64, u64)>, end: i64) -> [Option<Box<Bulk>>; 2] {
        let mut runs = Runs::default();
        for (side, millis, octets) in units {
            runs.take(&Unit { side, mark: at(millis), octets, single: false });
        }
        runs.conclude(Some(at(end))).map(|bulk| bulk.server)
    }

    #[test]
    fn much_data_one_way_is_bulk_and_a_login_is_not() {
        let [bulk, stalled] = play((0..400).flat_map(|n| [(S, n, 1448), (C, n, 36)]), 500);
        assert_eq!((bulk.map(|bulk| bulk.octets), stalled), (Some(400 * 1448), None));
        assert_eq!(play((0..20).flat_map(|n| [(S, n, 1448), (C, n, 36)]), 500), [None, None]);
    }

    #[test]
    fn a_stop_a_window_behind_the_receiver_s_last_word_is_a_stall() {
        let full = 2 * 1024 * 1024 / 1448;
        let units = || [(C, 0, 36)].into_iter().chain((1..full).map(|n| (S, n, 1448)));
        let [bulk, stalled] = play(units(), 10_000);
        assert!(bulk.is_some() && stalled == bulk);
        // It goes on later: the stall is over, and was.
        let later = units().chain((0..400).map(|n| (S, 9_000 + n, 1448)));
        let [bulk, stalled] = play(later, 9_500);
        assert!(stalled.is_some() && stalled != bulk);
        assert_eq!(play(units(), full + 500)[1], None, "the end cut it short");
        let answered = units().flat_map(|unit| [unit, (C, unit.1, 36)]);
        assert_eq!(play(answered, 10_000)[1], None, "the receiver kept taking");
    }
}
