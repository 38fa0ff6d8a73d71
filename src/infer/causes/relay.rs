//! Whether an end is a relay: a proxy or balancer that owns the address, with the real end somewhere behind it.

use crate::case::Case;
use crate::flow::Side;
use crate::units::Elapsed;
use crate::wire::{Segment, Seq};

/// Answers needed before the fastest one says something. Those of a login wait for computations and for sshd's own delays;
/// keys that are echoed do not.
const ANSWERS: usize = 8;

/// What an SSH program adds to its TCP's own answer in the fastest of several exchanges, with a wide margin: accepting a
/// service, or echoing a key, takes less than 1.5 ms wherever the laboratory measured it (OpenSSH, Dropbear, AsyncSSH, paramiko).
const THINKING: Elapsed = Elapsed::from_millis(5);

/// Whether `side`'s TCP acknowledges data at once, but even its fastest answer with data takes longer by far.
///
/// The host that acknowledges is then nearer than the program that answers. A relay next to the real end does not show. Of a
/// client only the answers of its key exchange tell: what follows may be typed, which takes its time anywhere.
pub(super) fn is_relay(case: &Case, side: Side) -> bool {
    if side == Side::Client && case.transcript.party.of(side).kex_message.is_none() {
        return false;
    }
    let mut waiting: Vec<Segment> = Vec::new();
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
fn acknowledged(waiting: &[Segment], ack: Seq) -> Option<&Segment> {
    waiting.iter().rev().find(|asked| !asked.end().is_after(ack))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::case;
    use crate::flow::tests::{Sent, Wire};

    /// Keys of the client, each echoed `echo_after` milliseconds after the server's acknowledgement.
    fn echoes(count: u32, echo_after: i64) -> Case {
        let mut wire = Wire::new();
        wire.handshake(100, 900);
        for n in 0..count {
            let (seq, ack) = (101 + n, 901 + n);
            let id = 10 + 4 * n as u16;
            wire.wait(200).send(Side::Client, Sent { seq, ack, data: b"k", ip_id: id, ..Sent::default() });
            let acknowledged = Sent { seq: ack, ack: seq + 1, ip_id: id + 1, ..Sent::default() };
            wire.wait(9).send(Side::Server, Sent { ..acknowledged });
            wire.wait(echo_after).send(Side::Server, Sent { data: b"k", ip_id: id + 2, ..acknowledged });
        }
        case(&wire)
    }

    #[test]
    fn who_acknowledges_at_once_and_always_answers_late_is_a_relay() {
        assert!(is_relay(&echoes(10, 40), Side::Server));
        assert!(!is_relay(&echoes(10, 1), Side::Server));
        assert!(!is_relay(&echoes(10, 40), Side::Client), "the client answers nothing");
    }

    #[test]
    fn a_few_late_answers_are_a_slow_login() {
        assert!(!is_relay(&echoes(5, 40), Side::Server));
    }

    #[test]
    fn eight_answers_are_enough_and_five_milliseconds_are_a_programs() {
        assert!(is_relay(&echoes(8, 40), Side::Server) && !is_relay(&echoes(7, 40), Side::Server));
        // The echo is a millisecond behind the wait, and the acknowledgement came after ten.
        assert!(is_relay(&echoes(10, 5), Side::Server) && !is_relay(&echoes(10, 4), Side::Server));
    }
}
