//! One file, one observation.

use crate::case::{Case, Form, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::flow::Loop;
use crate::frame::FrameNo;
use crate::units::{Elapsed, Timestamp};
use crate::wire::Segment;

declare_detector! {
    /// The reset answers a packet sooner than that packet could have reached the claimed host and come back.
    ///
    /// ## Sees
    /// The time from the packet answered to the reset, against the shortest round trip from the capture point to
    /// the claimed host. For an abort: the time since the first packet with the data that the reset acknowledges.
    ///
    /// ## Means
    /// Nobody answers what he has not received. An answer clearly faster than the round trip comes from a box nearer than
    /// the host. An answer at the length of the round trip is what a kernel does: it answers within microseconds.
    ///
    /// ## Misleads when
    /// A proxy on the path answers the handshake, so that the round trip measured is not the host's. The round trip is so short
    /// that the clock's noise hides it: then nothing is said. A box close to the host is as slow as the host.
    ///
    /// ## Needs
    /// The packet answered, and a round trip of more than 2 ms to the claimed host, from this or another connection: a
    /// handshake's, or the shortest of at least ten.
    ///
    /// ## References
    /// Measured on 832 captures: answers of boxes 0.004 to 0.86 of the round trip, of hosts 0.97 to 1.29; in the calibration
    /// one of a host at 0.88 of a single round trip, and boxes close to the host up to 1.30.
    /// Duan et al., Hold-On, 2012, for the same idea with DNS.
    ResetAnswersEarly { id: "reset-answers-early", group: Time, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let Some(shortest) = Shortest::to(case, reset) else {
        return cannot_tell(format!("no round trip to the {} could be measured", reset.claimed.word()));
    };
    let round_trip = shortest.round_trip;
    if round_trip.time < SHORTEST_LOOP {
        return cannot_tell(format!(
            "the round trip to the {} takes {} from here: too short to tell who was faster",
            reset.claimed.word(),
            round_trip.time
        ));
    }
    let Some((asked, answer_time)) = fairest(case, reset, round_trip.time) else {
        return cannot_tell("the reset answers no packet that was captured");
    };
    let ratio = answer_time.ratio(round_trip.time).unwrap_or(1.0);
    let frames = [asked.frame, reset.segment().frame, round_trip.out, round_trip.back];
    let summary = format!(
        "answer after {answer_time}, the shortest round trip to the {} from here is {} (n={}): ratio {ratio:.2}",
        reset.claimed.word(),
        round_trip.time,
        shortest.loops,
    );
    let sure = round_trip.time.as_nanos() - answer_time.as_nanos() >= NOISE.as_nanos();
    if reset.form == Form::Abort {
        return abort(ratio, sure, summary, &frames, shortest.cap());
    }
    // The path to the host, once measured, is no shorter a second time: below 0.9 only a nearer box remains.
    let early = |host| Bearing { socket: host, stack: host, host_filter: host, ..Bearing::SILENT };
    let finding = |bearing: Bearing| Finding::new(summary.as_str(), frames, bearing.capped(shortest.cap()));
    match ratio {
        ..0.5 if sure => Outcome::Present(finding(early(-28))),
        0.5..0.8 if sure => Outcome::Present(finding(early(-22))),
        0.8..0.92 if sure => Outcome::Present(finding(early(if shortest.loops < FEW { -5 } else { -12 }))),
        ..0.95 => cannot_tell(format!("{summary}; within the clock's noise")),
        // As long as the loop: what the host itself would need, and only a box next to it.
        0.95..1.5 if several_distances(case, reset) => cannot_tell(format!(
            "{summary}; but packets with the address of the {} come from two distances, and the round trip may be to the nearer",
            reset.claimed.word()
        )),
        0.95..1.15 => {
            Outcome::Absent(finding(Bearing { path_filter: -9, forger: -7, owner: -9, ..Bearing::SILENT }))
        }
        // A little later a box behind the host's distance, or a slower one, fits as well.
        1.15..1.5 => {
            Outcome::Absent(finding(Bearing { path_filter: -5, forger: -4, owner: -5, ..Bearing::SILENT }))
        }
        _ => Outcome::Absent(finding(Bearing::sides(-1, 0))),
    }
}

/// Whether a proxy on the path may have answered for the claimed host (a SYN proxy answers the handshake and leaves the rest
/// to the host): then the shortest round trip is the proxy's.
fn several_distances(case: &Case, reset: &Reset) -> bool {
    case.flow.half(reset.claimed).ttl.values().len() > 1
}

/// An abort answers nothing by rule. Only if it acknowledges what it cannot have received does the time say something.
fn abort(ratio: f64, sure: bool, summary: String, frames: &[FrameNo], cap: i32) -> Outcome {
    if ratio < 0.8 && sure {
        let bearing = Bearing { socket: -20, ..Bearing::SILENT }.capped(cap);
        return Outcome::Present(Finding::new(summary, frames.iter().copied(), bearing));
    }
    cannot_tell("an abort may come at any time after what it acknowledges")
}

/// Loops shorter than this drown in the scheduling noise of capturing hosts.
const SHORTEST_LOOP: Elapsed = Elapsed::from_millis(2);

/// Round trips of which the shortest may still be a good deal longer than the path.
const FEW: u32 = 3;

/// Noise of one time difference on a busy capturing host.
const NOISE: Elapsed = Elapsed::from_micros(400);

/// The shortest loop to the claimed host, with what it rests on.
struct Shortest {
    round_trip: Loop,
    /// Loops measured, in this connection and in others.
    loops: u32,
    /// A handshake is among them.
    handshake: bool,
}

impl Shortest {
    fn to(case: &Case, reset: &Reset) -> Option<Self> {
        let own = &case.flow.half(reset.claimed).round_trips;
        let other = case.hosts.of(reset.claimed);
        let both = own.min.into_iter().chain(other.round_trip);
        Some(Self {
            round_trip: both.min_by_key(|round_trip| round_trip.time)?,
            loops: own.count.saturating_add(other.loops),
            handshake: own.count > 0 && case.flow.has_handshake_loop() || other.loop_of_handshake,
        })
    }

    /// What it can support. A kernel answers a handshake at once; it holds back other acknowledgements for some 40 ms
    /// or until the program has written (RFC 9293 §3.8.6.3), so the shortest of a few may be much longer than the path.
    ///
    /// One loop may have met a queue or a sleeping radio that the reset did not meet. On a path whose delay varies as much
    /// as it lasts, about one loop in seven is twice as long as the next; few paths are like that. Judgement.
    fn cap(&self) -> i32 {
        match self.loops {
            ..2 if self.handshake => 16,
            2 if self.handshake => 21,
            _ if self.handshake => 30,
            ..2 => 3,
            2..5 => 6,
            5..10 => 12,
            _ => 30,
        }
    }
}

/// The packet that the reset can answer with the time that speaks best for the claimed host.
fn fairest(case: &Case, reset: &Reset, round_trip: Elapsed) -> Option<(Segment, Elapsed)> {
    let segment = reset.segment();
    let asked: Vec<Segment> = match reset.form {
        Form::Abort => new_knowledge(case, reset).into_iter().collect(),
        Form::Answer | Form::SynAnswer => {
            let latest = |other: &Segment| segment.time.since(other.time) < round_trip + round_trip + LATE;
            case.flow
                .timeline
                .segments()
                .filter(|other| reset.answers(other))
                .copied()
                .filter(latest)
                .collect()
        }
    };
    let time = |asked: Timestamp| segment.time.since(asked).max_zero();
    let distance = |answer: Elapsed| (answer.as_nanos() - round_trip.as_nanos()).abs();
    // A stack answers every packet it has no socket for, the first one first: the others were under way.
    let asked = asked.into_iter().filter(|asked| !answered_already(case, reset, asked));
    asked.map(|asked| (asked, time(asked.time))).min_by_key(|(_, answer)| distance(*answer))
}

/// How much later than twice the loop an answer is still looked for.
const LATE: Elapsed = Elapsed::from_millis(50);

/// Whether the claimed host showed, after receiving `asked`, that it still had the connection.
fn answered_already(case: &Case, reset: &Reset, asked: &Segment) -> bool {
    let from = reset.segment().from;
    let mut between = case.flow.timeline.segments().filter(|other| {
        other.from == from
            && other.frame > asked.frame
            && other.frame < reset.segment().frame
            && !other.flags.rst()
    });
    asked.sequence_len() > 0 && between.any(|other| other.flags.ack() && other.ack.since(asked.end()) >= 0)
}

/// The packet that brought what an abort acknowledges for the first time.
fn new_knowledge(case: &Case, reset: &Reset) -> Option<Segment> {
    let segment = reset.segment();
    let known = reset.seen.sender_acked?;
    if !segment.ack.is_after(known) {
        return None;
    }
    let brings = |other: &&Segment| {
        other.from != segment.from
            && other.frame < segment.frame
            && other.sequence_len() > 0
            && other.end().since(segment.ack) >= 0
            && segment.ack.is_after(other.seq)
    };
    case.flow.timeline.segments().find(brings).copied()
}
