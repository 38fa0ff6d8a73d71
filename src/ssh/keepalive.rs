//! Keepalives on the SSH level, recognised by size, direction and rhythm.
//!
//! OpenSSH's `ServerAliveInterval` and `ClientAliveInterval`, Dropbear and AsyncSSH send a request that the peer
//! must answer; PuTTY sends IGNORE and paramiko a request without an answer, which only their rhythm shows.

use super::authentication::{Unit, payload};
use super::guess;
use super::suite::Sizes;
use super::transcript::{Keepalive, Mark, Pair, Side};
use crate::units::{Elapsed, Timestamp};

/// The shortest silence before a probe: intervals are whole seconds, timers a little early.
const LEAST_SILENCE: Elapsed = Elapsed::from_millis(900);
/// The fewest answered probes where the cipher is not known.
const LEAST_UNKNOWN: u32 = 4;
/// How much distances of a rhythm may differ.
const JITTER: f64 = 0.1;

/// Octets of payload of a probe and of its answer, by the side that probes (OpenSSH `clientloop.c`,
/// `serverloop.c`): a global request; from the server a channel request where a channel is open.
const fn probes(side: Side) -> &'static [(u32, u32)] {
    match side {
        Side::Client => &[(27, payload::SUCCESS), (31, 5)],
        Side::Server => &[(31, 5), (27, payload::SUCCESS)],
    }
}

/// Whether a size is that of a client's probe that asks for no answer: IGNORE with an empty string (PuTTY
/// `ssh/connection2.c`), `keepalive@lag.net` (paramiko `transport.py`).
fn asks_nothing(sizes: Sizes, octets: u64) -> bool {
    sizes.fits(5, octets) || sizes.fits(23, octets)
}

/// One side's probes.
#[derive(Clone, Debug, Default)]
struct Prober {
    /// The last probe that was answered, while only probes and answers follow it.
    previous: Option<Timestamp>,
    /// Units of one size since the peer last sent anything, each after a silence.
    run: Vec<Timestamp>,
    run_octets: u64,
    /// Where the run began and where it is now.
    run_marks: [Mark; 2],
    /// What was recognised; most sessions have nothing.
    found: Option<Box<Found>>,
}

/// Probes that were recognised.
#[derive(Clone, Debug, Default)]
struct Found {
    /// Probes that were answered.
    answered: u32,
    /// An answer was of a size that nothing else has.
    certain: bool,
    /// Distances between neighbouring probes.
    distances: Vec<Elapsed>,
    /// Octets of the last probe that was answered.
    probe_octets: u64,
    /// Where the probes that were recognised began, and where they are now.
    marks: Option<[Mark; 2]>,
    /// The longest finished run of a probe that asks for no answer.
    rhythm: Option<(u32, Elapsed)>,
}

/// Looks for keepalives of both sides.
#[derive(Clone, Debug)]
pub(super) struct Keepalives {
    probers: Pair<Prober>,
    last: Pair<Option<Timestamp>>,
    most: usize,
}

impl Keepalives {
    /// Keeps at most `most` times and distances of each side.
    pub(super) fn new(most: usize) -> Self {
        Self { probers: Pair::default(), last: Pair::default(), most }
    }

    /// Forgets everything: what came before was not the session.
    pub(super) fn restart(&mut self) {
        *self = Self::new(self.most);
    }

    /// Takes the next unit. `too_late`: its peer has ended, and so it answers nothing that the peer still waited for.
    pub(super) fn take(&mut self, unit: &Unit, sizes: &Pair<Sizes>, too_late: bool) {
        let now = unit.mark.time;
        let quiet = Side::BOTH.into_iter().filter_map(|side| *self.last.of(side)).all(|last| {
            // A clock that goes back makes no silence.
            now.since(last) >= LEAST_SILENCE
        }) && self.last != Pair::default();
        if !too_late {
            self.peer_spoke(unit, *sizes.of(!unit.side), *sizes.of(unit.side));
        }
        self.spoke(unit, *sizes.of(unit.side), quiet);
        *self.last.of_mut(unit.side) = Some(now);
    }

    /// The unit may answer a probe of the other side; in any case it ends the run.
    fn peer_spoke(&mut self, unit: &Unit, probe_sizes: Sizes, answer_sizes: Sizes) {
        let most = self.most;
        let prober = self.probers.of_mut(!unit.side);
        let run = std::mem::take(&mut prober.run);
        let silent = !unit.side == Side::Client && asks_nothing(probe_sizes, prober.run_octets);
        let Some(&last) = run.last() else {
            // Not an answer: ordinary traffic, after which distances start anew.
            prober.previous = None;
            return;
        };
        let answers = probes(!unit.side).iter().any(|&(probe, answer)| match (probe_sizes, answer_sizes) {
            (Sizes::Unknown, Sizes::Unknown) => {
                guess::could_be([(probe, prober.run_octets), (answer, unit.octets)])
            }
            _ => probe_sizes.fits(probe, prober.run_octets) && answer_sizes.fits(answer, unit.octets),
        });
        if !answers {
            prober.end_run(&run, silent);
            prober.previous = None;
            return;
        }
        let found = prober.found.get_or_insert_default();
        found.answered = found.answered.saturating_add(run.len() as u32);
        found.probe_octets = prober.run_octets;
        found.note(prober.run_marks);
        // Shorter than any message but the plain answers, which only small blocks can show.
        found.certain |= answer_sizes.packet(5) > Some(unit.octets);
        for &time in &run {
            if let Some(previous) = prober.previous.filter(|_| found.distances.len() < most) {
                found.distances.push(time.since(previous));
            }
            prober.previous = Some(time);
        }
        prober.previous = Some(last);
    }

    /// The unit may be a probe.
    fn spoke(&mut self, unit: &Unit, sizes: Sizes, quiet: bool) {
        let most = self.most;
        let prober = self.probers.of_mut(unit.side);
        let silent = unit.side == Side::Client && asks_nothing(sizes, prober.run_octets);
        let same = prober.run.is_empty() || prober.run_octets == unit.octets;
        if !(quiet && same) {
            let run = std::mem::take(&mut prober.run);
            prober.end_run(&run, silent);
            if !quiet {
                prober.previous = None;
                return;
            }
        }
        prober.run_octets = unit.octets;
        if prober.run.is_empty() {
            prober.run_marks[0] = unit.mark;
        }
        prober.run_marks[1] = unit.mark;
        if prober.run.len() < most {
            prober.run.push(unit.mark.time);
        }
    }

    /// What each side's keepalives are.
    pub(super) fn conclude(&self, sizes: &Pair<Sizes>) -> Pair<Keepalive> {
        let of = |side| self.probers.of(side).conclude(side, *sizes.of(side));
        Pair { client: of(Side::Client), server: of(Side::Server) }
    }
}

impl Found {
    /// The run with these marks is one of probes.
    fn note(&mut self, [first, last]: [Mark; 2]) {
        self.marks = Some([self.marks.map_or(first, |[first, _]| first), last]);
    }
}

impl Prober {
    /// A run that nothing answered, of a probe that asks for no answer.
    fn end_run(&mut self, run: &[Timestamp], silent: bool) {
        if let Some(interval) = rhythm(run).filter(|_| silent) {
            let count = run.len() as u32;
            let found = self.found.get_or_insert_default();
            if found.rhythm.is_none_or(|(longest, _)| longest < count) {
                found.rhythm = Some((count, interval));
            }
            found.note(self.run_marks);
        }
    }

    fn conclude(&self, side: Side, sizes: Sizes) -> Keepalive {
        let mut found = self.found.as_deref().cloned().unwrap_or_default();
        let (probes, interval, unanswered) = self.count(&found, side, sizes);
        // Those that wait for an answer, or need none, are among them.
        if probes > 0 && (unanswered > 0 || found.marks.is_none()) {
            found.note(self.run_marks);
        }
        let [first, last] = found.marks.unwrap_or_default();
        Keepalive { probes, interval, unanswered, first, last }
    }

    /// Probes, the distance between them, and how many at the end got no answer.
    fn count(&self, found: &Found, side: Side, sizes: Sizes) -> (u32, Elapsed, u32) {
        let unknown = sizes == Sizes::Unknown;
        let asks = if unknown {
            self.run_octets == found.probe_octets
        } else {
            probes(side).iter().any(|&(probe, _)| sizes.fits(probe, self.run_octets))
        };
        let pending = self.run.len() as u32;
        // Without a known cipher many a pair of sizes fits one: only an even rhythm tells.
        if unknown && !(found.answered >= LEAST_UNKNOWN && are_alike(&mut found.distances.clone())) {
            return Default::default();
        }
        // One exchange can be chance where sizes are coarse; a second one at the same size is a habit.
        if found.answered >= 2 || found.answered == 1 && found.certain {
            let mut distances = found.distances.clone();
            let unanswered = if asks { pending } else { 0 };
            if let (Some(previous), Some(&next)) =
                (self.previous.filter(|_| unanswered > 0), self.run.first())
            {
                distances.push(next.since(previous));
            }
            let interval = median(&mut distances).unwrap_or_default();
            return (found.answered.saturating_add(unanswered), interval, unanswered);
        }
        if let Some(interval) = rhythm(&self.run).or_else(|| pair(&self.run)).filter(|_| asks) {
            return (pending, interval, pending);
        }
        let silent = side == Side::Client && asks_nothing(sizes, self.run_octets);
        if let Some(interval) = rhythm(&self.run).filter(|_| silent) {
            return (pending, interval, 0);
        }
        let (probes, interval) = found.rhythm.unwrap_or_default();
        (probes, interval, 0)
    }
}

/// The median distance, where there are at least three units at distances that are alike.
fn rhythm(run: &[Timestamp]) -> Option<Elapsed> {
    let mut distances: Vec<Elapsed> = run.windows(2).filter_map(distance).collect();
    (run.len() >= 3 && are_alike(&mut distances)).then(|| median(&mut distances)).flatten()
}

/// Whether there are distances and none is far from the median.
fn are_alike(distances: &mut [Elapsed]) -> bool {
    let Some(median) = median(distances) else { return false };
    distances.iter().all(|distance| (distance.as_secs_f64() / median.as_secs_f64() - 1.0).abs() <= JITTER)
}

/// The distance of exactly two units.
fn pair(run: &[Timestamp]) -> Option<Elapsed> {
    if run.len() == 2 { distance(run) } else { None }
}

fn distance(two: &[Timestamp]) -> Option<Elapsed> {
    match *two {
        [earlier, later] => Some(later.since(earlier)),
        _ => None,
    }
}

fn median(distances: &mut [Elapsed]) -> Option<Elapsed> {
    distances.sort_unstable();
    distances.get(distances.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::super::suite::Suite;
    use super::super::transcript::Mark;
    use super::*;
    use crate::frame::FrameNo;
    use Side::{Client as C, Server as S};

    /// Plays units (side, milliseconds, octets) under chacha20-poly1305; a unit without octets is an end.
    fn play(units: &[(Side, i64, u64)]) -> Pair<Keepalive> {
        let suite = Sizes::Suite(Suite::of("chacha20-poly1305@openssh.com", "").unwrap());
        let sizes = Pair { client: suite, server: suite };
        let (mut keepalives, mut ended) = (Keepalives::new(64), Pair::default());
        for (number, &(side, millis, octets)) in units.iter().enumerate() {
            let time = Timestamp::from_nanos(millis * 1_000_000);
            let mark = Mark { frame: FrameNo(number as u64), time, offset: 0 };
            if octets == 0 {
                *ended.of_mut(side) = true;
            } else {
                keepalives.take(&Unit { side, mark, octets, single: false }, &sizes, *ended.of(!side));
            }
        }
        keepalives.conclude(&sizes)
    }

    fn seen(keepalive: &Keepalive) -> (u32, f64, u32) {
        (keepalive.probes, keepalive.interval.as_secs_f64(), keepalive.unanswered)
    }

    #[test]
    fn probes_and_answers_show_the_side_that_probes_and_its_interval() {
        let client =
            [(C, 0, 36), (S, 50, 36), (C, 15_050, 52), (S, 15_080, 28), (C, 30_050, 52), (S, 30_080, 28)];
        let found = play(&client);
        assert_eq!((seen(&found.client), seen(&found.server)), ((2, 15.0, 0), (0, 0.0, 0)));
        let server =
            [(C, 0, 36), (S, 50, 36), (S, 4_050, 60), (C, 4_080, 36), (S, 8_050, 60), (C, 8_080, 36)];
        assert_eq!(seen(&play(&server).server), (2, 4.0, 0));
    }

    #[test]
    fn an_even_rhythm_of_fitting_sizes_is_enough_where_the_cipher_is_not_known() {
        let play_unknown = |units: &[(Side, i64, u64)]| {
            let mut keepalives = Keepalives::new(64);
            for (number, &(side, millis, octets)) in units.iter().enumerate() {
                let time = Timestamp::from_nanos(millis * 1_000_000);
                let mark = Mark { frame: FrameNo(number as u64), time, offset: 0 };
                keepalives.take(&Unit { side, mark, octets, single: false }, &Pair::default(), false);
            }
            seen(&keepalives.conclude(&Pair::default()).client)
        };
        // aes128-ctr with hmac-sha2-256: 80 and 48.
        let exchanges =
            |at: &[i64]| at.iter().flat_map(|&at| [(C, at, 80), (S, at + 30, 48)]).collect::<Vec<_>>();
        let mut even = exchanges(&[0, 15_000, 30_000, 45_000, 60_000]);
        assert_eq!(play_unknown(&even), (4, 15.0, 0));
        even.push((C, 75_000, 80));
        assert_eq!(play_unknown(&even), (5, 15.0, 1));
        assert_eq!(play_unknown(&exchanges(&[0, 15_000, 33_000, 45_000, 62_000])).0, 0);
        let odd: Vec<_> = (0..9).flat_map(|n| [(C, n * 15_000, 81), (S, n * 15_000 + 30, 48)]).collect();
        assert_eq!(play_unknown(&odd).0, 0);
    }

    #[test]
    fn keepalives_beyond_the_bound_are_counted_and_their_times_not_kept() {
        let begin = [(C, 0, 36), (S, 50, 36)];
        let exchanges = (1..=300).flat_map(|n| [(C, n * 15_000, 52), (S, n * 15_000 + 30, 28)]);
        let units: Vec<_> = begin.into_iter().chain(exchanges).collect();
        assert_eq!(seen(&play(&units).client), (300, 15.0, 0));
    }

    #[test]
    fn probes_without_an_answer_at_the_end_are_counted() {
        let units = [(C, 0, 36), (S, 50, 36), (C, 2_050, 52), (S, 2_060, 28), (C, 4_050, 52), (C, 6_050, 52)];
        assert_eq!(seen(&play(&units).client), (3, 2.0, 2));
    }

    #[test]
    fn an_answer_after_the_prober_s_end_came_too_late() {
        let units = [
            (C, 0, 36),
            (S, 50, 36),
            (C, 2_050, 52),
            (C, 4_050, 52),
            (C, 6_050, 0),
            (S, 7_000, 28),
            (S, 7_001, 28),
        ];
        assert_eq!(seen(&play(&units).client), (2, 2.0, 2));
    }

    #[test]
    fn typing_and_regular_output_are_no_keepalives() {
        let typing: Vec<_> = (0..20).flat_map(|n| [(C, n * 1_500, 36), (S, n * 1_500 + 40, 36)]).collect();
        assert_eq!(play(&typing), Pair::default());
        let output: Vec<_> = (0..60).map(|n| (S, n * 1_000, 100)).collect();
        assert_eq!(play(&output), Pair::default());
    }

    #[test]
    fn a_client_that_sends_ignore_at_a_rhythm_keeps_alive_without_answers() {
        let units: Vec<_> = [(S, 0, 100)].into_iter().chain((1..6).map(|n| (C, n * 30_000, 36))).collect();
        assert_eq!(seen(&play(&units).client), (5, 30.0, 0));
    }
}
