//! Whether an end is a relay: a proxy or balancer that owns the address, with the real end somewhere behind it.

use crate::case::Case;
use crate::flow::Side;
use crate::units::Elapsed;
use crate::wire::{Segment, Seq};

/// Answers needed before the fastest one says something: one may wait for a lookup or a computation.
const ANSWERS: usize = 4;

/// What an SSH program adds to its TCP's own answer in the fastest of several exchanges, with a wide margin: accepting a
/// service, or echoing a key, takes less than 1.5 ms wherever the laboratory measured it (OpenSSH, Dropbear, AsyncSSH, paramiko).
const THINKING: Elapsed = Elapsed::from_millis(5);

/// Whether `side`'s TCP acknowledges data at once, but even its fastest answer with data takes longer by far.
///
/// The host that acknowledges is then nearer than the program that answers. A relay next to the real end does not show.
pub(super) fn is_relay(case: &Case, side: Side) -> bool {
    let mut waiting: Vec<&Segment> = Vec::new();
    let (mut loops, mut answers) = (None, Fastest::default());
    for segment in case.flow.timeline.segments().filter(|segment| !segment.flags.rst()) {
        let has_data = segment.payload_len > 0;
        if case.flow.side(segment.from) != side {
            if has_data {
                waiting.push(segment);
            }
            continue;
        }
        let Some(asked) = acknowledged(&waiting, segment.ack) else { continue };
        let time = segment.time.since(asked.time).max_zero();
        loops = Some(loops.map_or(time, |shortest: Elapsed| shortest.min(time)));
        if has_data {
            answers.take(time);
            waiting.retain(|asked| asked.end().is_after(segment.ack));
        }
    }
    let slow = |answer: Elapsed| loops.is_some_and(|shortest| answer > shortest + THINKING);
    answers.count >= ANSWERS && answers.shortest.is_some_and(slow)
}

/// The newest of `waiting` that `ack` covers.
fn acknowledged<'a>(waiting: &[&'a Segment], ack: Seq) -> Option<&'a Segment> {
    waiting.iter().rev().find(|asked| !asked.end().is_after(ack)).copied()
}

#[derive(Default)]
struct Fastest {
    count: usize,
    shortest: Option<Elapsed>,
}

impl Fastest {
    fn take(&mut self, time: Elapsed) {
        self.count += 1;
        self.shortest = Some(self.shortest.map_or(time, |shortest| shortest.min(time)));
    }
}
