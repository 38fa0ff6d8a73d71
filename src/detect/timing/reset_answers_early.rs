//! One file, one observation.

use crate::case::{Case, Form, Reset};
use crate::cause::Bearing;
use crate::detect::outcome::cannot_tell;
use crate::detect::{Finding, Outcome};
use crate::flow::Loop;
use crate::units::Elapsed;
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
    /// An abort answers nothing; it may only not acknowledge what its sender cannot have received.
    ///
    /// ## Misleads when
    /// A proxy on the path answers the handshake, so that the round trip measured is not the host's. Each direction was
    /// captured with a clock of its own, and their difference does not show. A box close to the host is as slow as the host.
    /// The delay of the path varies, and the few round trips that were captured are among its long ones (2 of 43 200
    /// captures of the lab out of which frames were taken at random).
    /// Nothing is said where the clock's noise hides the round trip, on the host itself, and where both ends are one host.
    ///
    /// ## Needs
    /// The packet answered, and a round trip of more than 2 ms to the claimed host, from this or another connection: a
    /// handshake's, or the shortest of at least ten; times that are exact to a tenth of it.
    ///
    /// ## References
    /// Measured on 832 captures: answers of boxes 0.004 to 0.86 of the round trip, of hosts 0.97 to 1.29; in the calibration
    /// one of a host at 0.88 of a single round trip, and boxes close to the host up to 1.30.
    /// Duan et al., Hold-On, 2012, for the same idea with DNS.
    ResetAnswersEarly { id: "reset-answers-early", group: Time, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let who = reset.claimed.word();
    if case.is_within_one_host() {
        return cannot_tell("both ends are one host: no path lies between them");
    }
    // A guess from TTLs alone is no better than the round trip that contradicts it.
    if case.vantage.spot.is_at(reset.claimed) && case.vantage.confidence >= KNOWN_PLACE {
        return cannot_tell(format!("the capture was taken on the {who} itself"));
    }
    let Some(shortest) = Shortest::to(case, reset) else {
        return cannot_tell(format!("no round trip to the {who} could be measured"));
    };
    let (round_trip, error) = (shortest.round_trip.time, case.time_error());
    if round_trip < SHORTEST_LOOP {
        return cannot_tell(format!(
            "the round trip to the {who} takes {round_trip} from here: too short to tell who was faster"
        ));
    }
    if error.as_nanos() > round_trip.as_nanos() / 10 {
        return cannot_tell(format!(
            "times in this capture are exact to {error}, and the round trip to the {who} takes {round_trip}"
        ));
    }
    let noise = NOISE.max(error);
    match reset.form {
        Form::Abort => abort(case, reset, &shortest, noise),
        Form::Answer | Form::SynAnswer => answer(case, reset, &shortest, noise),
    }
}

fn answer(case: &Case, reset: &Reset, shortest: &Shortest, noise: Elapsed) -> Outcome {
    let Some(trigger) = reset.trigger.filter(|trigger| trigger.in_time) else {
        return cannot_tell("the reset answers no packet that was captured");
    };
    let round_trip = shortest.round_trip;
    let ratio = trigger.answer_time.ratio(round_trip.time).unwrap_or(1.0);
    let frames = [trigger.segment.frame, reset.segment().frame, round_trip.out, round_trip.back];
    let summary = format!(
        "answer after {}, {}: ratio {ratio:.2}{}",
        trigger.answer_time,
        shortest.words(reset),
        nearby(case, reset, trigger.answer_time)
    );
    let sure = round_trip.time - trigger.answer_time >= noise;
    let early = |host| Bearing { socket: host, stack: host, host_filter: host, ..Bearing::SILENT };
    let finding = |bearing: Bearing| Finding::new(summary.as_str(), frames, bearing.capped(shortest.cap()));
    match ratio {
        // Physics, and so stronger than a few families of captures can show: what needs twice as long had not arrived.
        // What is left is a loop that was not the path's, which `cap` takes off.
        ..0.5 if sure => Outcome::Present(finding(early(-28))),
        // The same, for a path that may have become a little shorter. Judgement.
        0.5..0.8 if sure => Outcome::Present(finding(early(-22))),
        // Measured: boxes near the host, and one host at 0.88 of a single loop.
        0.8..0.92 if sure => Outcome::Present(finding(early(if shortest.loops < FEW { -5 } else { -12 }))),
        ..0.95 => cannot_tell(format!("{summary}; within the clock's noise")),
        // As long as the loop: what the host itself would need, and only a box next to it.
        0.95..1.5 if several_distances(case, reset) => cannot_tell(format!(
            "{summary}; but packets with the address of the {} come from two distances, and the round trip may be to the nearer",
            reset.claimed.word()
        )),
        // Measured: 63 hosts and 2 boxes, these one router from the host.
        0.95..1.15 => {
            Outcome::Absent(finding(Bearing { path_filter: -9, forger: -7, owner: -9, ..Bearing::SILENT }))
        }
        // A little later a box behind the host's distance, or a slower one, fits as well. Judgement: half of that.
        1.15..1.5 => {
            Outcome::Absent(finding(Bearing { path_filter: -5, forger: -4, owner: -5, ..Bearing::SILENT }))
        }
        // Queues make anything late, a little oftener on the longer way to the box. Judgement.
        _ => Outcome::Absent(finding(Bearing::sides(-1, 0))),
    }
}

/// What an answer says that only the receiver's own machine, or its neighbour, was fast enough to give.
fn nearby(case: &Case, reset: &Reset, answer: Elapsed) -> &'static str {
    let unrouted = matches!(reset.segment().ttl, 64 | 128 | 255);
    if unrouted && answer <= SAME_HOST && case.vantage.spot.is_near(reset.receiver()) {
        "; so soon, with a TTL that no router lowered, only the receiver's own machine or its first neighbour answers"
    } else {
        ""
    }
}

/// A kernel answers within this time (15 to 100 µs on captures of the lab that were taken on the host).
const SAME_HOST: Elapsed = Elapsed::from_micros(100);

/// Whether a proxy on the path may have answered for the claimed host (a SYN proxy answers the handshake and leaves the rest
/// to the host): then the shortest round trip is the proxy's.
fn several_distances(case: &Case, reset: &Reset) -> bool {
    case.flow.half(reset.claimed).ttl.values().len() > 1
}

/// An abort answers nothing by rule. Only if it acknowledges what it cannot have received does the time say something.
fn abort(case: &Case, reset: &Reset, shortest: &Shortest, noise: Elapsed) -> Outcome {
    let Some(news) = new_knowledge(case, reset) else {
        return cannot_tell("the reset acknowledges nothing new: it may come at any time");
    };
    let (segment, round_trip) = (reset.segment(), shortest.round_trip);
    let after = segment.time.since(news.time).max_zero();
    let sure = round_trip.time - after >= noise;
    if !sure || after.ratio(round_trip.time).is_none_or(|ratio| ratio >= 0.8) {
        return cannot_tell("an abort may come at any time after what it acknowledges");
    }
    let summary = format!(
        "it acknowledges frame {} {after} after that had passed, {}",
        news.frame,
        shortest.words(reset)
    );
    let frames = [news.frame, segment.frame, round_trip.out, round_trip.back];
    // As for an early answer, less what a proxy that acknowledges for the host may do. Judgement.
    let bearing = Bearing { socket: -20, ..Bearing::SILENT }.capped(shortest.cap());
    Outcome::Present(Finding::new(summary, frames, bearing))
}

/// Confidence of a vantage that the capture's own marks, unfinished checksums or its user tell.
const KNOWN_PLACE: f64 = 0.9;

/// Loops shorter than this drown in the scheduling noise of capturing hosts.
const SHORTEST_LOOP: Elapsed = Elapsed::from_millis(2);

/// Round trips of which the shortest may still be a good deal longer than the path: of five on a path of the lab whose delay
/// varies it was 1.14 times what an answer took. The bound is judgement.
const FEW: u32 = 10;

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
        Some(Self {
            round_trip: case.shortest_loop(reset.claimed)?,
            loops: own.count.saturating_add(other.loops),
            handshake: own.count > 0 && case.flow.has_handshake_loop() || other.loop_of_handshake,
        })
    }

    fn words(&self, reset: &Reset) -> String {
        let (who, time, n) = (reset.claimed.word(), self.round_trip.time, self.loops);
        format!("the shortest round trip to the {who} from here is {time} (n={n})")
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

/// The packet that brought what an abort acknowledges for the first time.
fn new_knowledge(case: &Case, reset: &Reset) -> Option<Segment> {
    let segment = reset.segment();
    let known = reset.seen.sender_acked?;
    if !segment.ack.is_after(known) {
        return None;
    }
    let brings = |other: &Segment| {
        other.from != segment.from
            && other.frame < segment.frame
            && other.sequence_len() > 0
            && other.end().since(segment.ack) >= 0
            && segment.ack.is_after(other.seq)
    };
    case.flow.timeline.segments().find(brings)
}
