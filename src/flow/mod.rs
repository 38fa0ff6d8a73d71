//! What one connection did: both directions, who opened it, silences, round trips, resets.

mod assembler;
mod brief;
mod contradictions;
mod duplicates;
mod half;
mod kept;
mod losses;
mod lull;
mod orientation;
mod packed;
mod resets;
mod ring;
mod round_trip;
mod sender_clock;
mod series;
mod side;
mod silence;
mod state;
mod table;
mod timeline;
mod window;

pub use assembler::{Assembler, Delivery};
pub use brief::Noted;
pub use contradictions::Contradictions;
pub use duplicates::Recent;
pub use half::{Half, Moment, Step, Unanswered};
pub use kept::Kept;
pub use losses::Losses;
pub use orientation::OrientedBy;
pub use resets::Resets;
pub use round_trip::{Loop, RoundTrips};
pub use series::{Seen, Series};
pub use side::{Pair, Side};
pub use silence::{AFTERMATH, Pauses, SHORTEST, Silence, Silences};
pub use table::{Event, FlowId, Origins, Table};
pub use timeline::Timeline;
pub use window::{Acceptance, acceptance};

use std::hint::black_box;

use crate::flow::packed::Writer;
use crate::frame::{FrameNo, Place};
use crate::limits::Limits;
use crate::units::{Elapsed, Timestamp};
use crate::wire::{End, FlowKey, Packet, Quote, Segment};

/// A reset as it was seen, with the state of the connection at that moment.
#[derive(Clone, Debug)]
pub struct SeenReset {
    /// The segment.
    pub segment: Segment,
    /// What the receiver would have made of it.
    pub acceptance: Acceptance,
    /// `SND.NXT` of the claimed sender, as seen before it.
    pub sender_next: Option<crate::wire::Seq>,
    /// `RCV.NXT` of the claimed sender: the highest acknowledgement it had sent.
    pub sender_acked: Option<crate::wire::Seq>,
    /// The silence that led to it.
    pub silence: Option<Silence>,
    /// The longest silence survived before.
    pub survived: Option<Silence>,
    /// The connection waited before it, and how long cannot be told: the capture's clock was set meanwhile.
    pub unmeasured: bool,
    /// The same between segments with data: keepalive probes and bare acknowledgements do not end a pause.
    pub pause: Pauses,
    /// First FIN of either end before it.
    pub after_fin: bool,
    /// Time since the connection's previous packet.
    pub since_previous: Option<Elapsed>,
    /// What the receiver of the reset was owed when it came.
    pub owed_to_receiver: Option<Unanswered>,
    /// Octets of data the reset carried.
    pub payload: Vec<u8>,
}

/// One connection, from its first packet in the capture to its last.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its two ends.
    pub key: FlowKey,
    /// Where it was seen.
    pub place: Place,
    /// Which end opened it.
    pub client: End,
    /// How that is known.
    pub oriented_by: OrientedBy,
    low: Half,
    high: Half,
    recent: [Recent; 2],
    /// It waits to be looked at whether it fell silent.
    awake: bool,
    /// Segments kept.
    pub timeline: Timeline,
    /// Packets, resets included, copies left out.
    pub packets: u64,
    /// Copies of packets that were left out.
    pub copies: u64,
    /// Its first packet.
    pub first: Moment,
    /// Its last packet.
    pub last: Moment,
    /// Silences so far.
    pub silences: Silences,
    /// The same between segments with data.
    pub pauses: Silences,
    /// Resets, at most [`Limits::resets_per_flow`].
    pub resets: Vec<SeenReset>,
    /// All resets, counted.
    pub reset_count: u64,
    /// ICMP errors that quote it, at most as many as resets.
    pub quotes: Vec<Quote>,
    /// Frames whose time lay before that of an earlier frame.
    pub time_reversals: u64,
    /// By how much, at most.
    pub widest_reversal: Elapsed,
}

impl Flow {
    /// A connection that begins with `packet`, which is still to be [handled](Self::handle).
    fn new(packet: &Packet<'_>, ports: &[u16]) -> Self {
        let (client, oriented_by) = orientation::of(packet, ports);
        let moment = Moment::of(&packet.segment);
        Self {
            key: packet.key,
            place: packet.place,
            client,
            oriented_by,
            low: Half::default(),
            high: Half::default(),
            recent: [Recent::default(), Recent::default()],
            awake: false,
            timeline: Timeline::default(),
            packets: 0,
            copies: 0,
            first: moment,
            last: moment,
            silences: Silences::default(),
            pauses: Silences::default(),
            resets: Vec::new(),
            reset_count: 0,
            quotes: Vec::new(),
            time_reversals: 0,
            widest_reversal: Elapsed::ZERO,
        }
    }

    /// What `side` sent.
    pub fn half(&self, side: Side) -> &Half {
        self.at(self.end(side))
    }

    /// Which end `side` is.
    pub fn end(&self, side: Side) -> End {
        match side {
            Side::Client => self.client,
            Side::Server => !self.client,
        }
    }

    /// Which side the owner of `end` is.
    pub fn side(&self, end: End) -> Side {
        if end == self.client { Side::Client } else { Side::Server }
    }

    /// What the owner of `end` sent.
    pub const fn at(&self, end: End) -> &Half {
        match end {
            End::Low => &self.low,
            End::High => &self.high,
        }
    }

    const fn at_mut(&mut self, end: End) -> &mut Half {
        match end {
            End::Low => &mut self.low,
            End::High => &mut self.high,
        }
    }

    /// Reads what taking a packet from `end` begins with.
    fn foresee(&self, end: End) {
        let (own, other) = (self.at(end), self.at(!end));
        let [low, high] = &self.recent;
        let recent = if end == End::Low { low } else { high };
        black_box((recent.foresee(), self.last, self.timeline.foresee(), self.silences.is_unmeasured()));
        own.foresee();
        other.foresee();
    }

    /// Takes one packet, and tells `tell` what it did.
    fn handle(
        &mut self,
        packet: &Packet<'_>,
        id: FlowId,
        limits: &Limits,
        tell: &mut impl FnMut(FlowId, Moment, Event<'_>),
    ) {
        let at = Moment::of(&packet.segment);
        self.take(packet, limits, &mut |from, delivery| tell(id, at, Event::Stream { from, delivery }));
        if packet.segment.flags.fin() || packet.segment.flags.rst() {
            tell(id, at, Event::Ended { from: self.side(packet.segment.from) });
        }
    }

    /// Notices, by what an end does next, that it had the acknowledgement it was waiting for although the capture does not
    /// hold it: an end that is owed one repeats itself within some seconds, and this one goes on (RFC 6298 §2, §5).
    fn notice_unseen_acknowledgement(&mut self, segment: &Segment, step: Step) {
        let (half, peer) = (self.at(segment.from), self.at(!segment.from));
        let Some(owed) = half.unanswered else { return };
        let waited = segment.time.since(owed.last.time);
        let goes_on = step == Step::New && half.next == Some(segment.seq);
        // Probes have a clock of their own, and it is slower.
        let by_probes = owed.probe && peer.packets > 0;
        if waited < REPEATED_WITHIN || !goes_on || by_probes {
            return;
        }
        let loops = peer.round_trips.quantile(0.95).unwrap_or_default();
        if waited >= REPEATED_WITHIN + loops + loops + loops {
            self.at_mut(segment.from).unanswered = None;
        }
    }

    /// The same of both ends where nothing but `reset` comes any more: who has data unacknowledged repeats it. Of the end that
    /// the reset is sent to, whatever it waits for, where the reset is the first packet captured from the other.
    fn notice_unseen_before(&mut self, reset: &Segment) {
        let unseen = self.at(reset.from).packets == 0;
        for end in [reset.from, !reset.from] {
            let half = self.at(end);
            let Some(owed) = half.unanswered else { continue };
            let loops = self.at(!end).round_trips.quantile(0.95).unwrap_or_default();
            let waited = reset.time.since(owed.last.time);
            let quiet = owed.in_a_row == 0 && waited >= REPEATED_WITHIN;
            let data = owed.largest > 0 && !owed.probe && waited >= REPEATED_WITHIN + loops + loops + loops;
            if quiet && (data || unseen && end != reset.from) {
                self.at_mut(end).unanswered = None;
            }
        }
    }

    /// Takes one packet; what it adds to the sender's stream goes to `deliver`.
    fn take(&mut self, packet: &Packet<'_>, limits: &Limits, deliver: &mut impl FnMut(Side, Delivery<'_>)) {
        let segment = &packet.segment;
        self.timeline.wake();
        let Self { recent: [low, high], timeline, .. } = self;
        let recent = if segment.from == End::Low { low } else { high };
        let alike = recent.is_copy(segment, || timeline.sent_by(segment.from));
        // Alike but for their data, two are not one packet: who forges one fills in the rest.
        if alike && !self.contradicts(packet, limits) {
            self.copies += 1;
            return;
        }
        let step = self.at(segment.from).step(segment);
        self.notice_unseen_acknowledgement(segment, step);
        if segment.flags.rst() {
            self.notice_unseen_before(segment);
        }
        if self.at(segment.from).had_probed(segment) {
            // What looked like silences were waits between probes.
            self.silences = Silences::default();
        }
        let owed = self.is_owed();
        let since_previous = (self.packets > 0).then(|| segment.time.since(self.last.time));
        if let Some(backwards) = since_previous.filter(|&it| it < Elapsed::ZERO) {
            self.time_reversals += 1;
            self.widest_reversal = self.widest_reversal.max(Elapsed::ZERO - backwards);
        }
        self.silences.packet(segment.time, segment.frame, owed);
        let ends_pause = step == Step::New && !segment.flags.syn() || segment.flags.rst();
        if ends_pause || self.packets == 0 {
            self.pauses.packet(segment.time, segment.frame, owed);
        }
        self.packets += 1;
        self.last = Moment::of(segment);
        self.timeline.push(*segment, limits);
        self.at_mut(segment.from).unfinished |= segment.is_unfinished();
        if segment.flags.rst() {
            self.take_reset(packet, since_previous, limits);
            return;
        }
        if let Some(since) = self.at_mut(segment.from).clock.take(segment) {
            self.silences.deny(segment.from, since);
            self.pauses.deny(segment.from, since);
        }
        self.round_trips(segment, step, limits);
        if segment.flags.ack() {
            let progress = self.at(segment.from).acked.is_none_or(|acked| segment.ack.is_after(acked));
            self.at_mut(!segment.from).acknowledged(segment.ack, progress, Moment::of(segment));
        }
        self.at_mut(segment.from).take(segment, step);
        if segment.flags.is_syn_ack() {
            self.at_mut(!segment.from).begins_at(segment.ack);
        }
        if let Some(&first) = packet.payload.first_chunk() {
            self.at_mut(segment.from).last_octets = Some(first);
        }
        if !alike {
            self.contradicts(packet, limits);
        }
        self.assemble(packet, step, limits, deliver);
    }

    /// Compares what `packet`, which the sender's numbers know already, adds to the stream with what was there before; whether
    /// it says otherwise, which is noted.
    fn contradicts(&mut self, packet: &Packet<'_>, limits: &Limits) -> bool {
        let segment = &packet.segment;
        let half = self.at_mut(segment.from);
        if segment.payload_len == 0 || half.is_probe_data(segment) {
            return false;
        }
        let start = half.base.map_or(Some(0), |_| half.offset(segment.data_start()));
        start.is_some_and(|offset| half.contradictions.take(segment, offset, packet.payload, limits))
    }

    /// The shortest round trip between the ends: the shortest loops to both sides of the capture point.
    pub fn shortest_round_trip(&self) -> Option<Elapsed> {
        Some(self.low.round_trips.min?.time + self.high.round_trips.min?.time)
    }

    fn round_trips(&mut self, segment: &Segment, step: Step, limits: &Limits) {
        if segment.flags.ack() {
            self.at_mut(segment.from).round_trips.acknowledged(segment.ack, segment.time, segment.frame);
        }
        let towards = &mut self.at_mut(!segment.from).round_trips;
        match step {
            Step::New => towards.sent(segment.end(), segment.time, segment.frame, limits.round_trip_marks),
            Step::Retransmission => towards.retransmitted(),
            Step::Bare | Step::Probe => {}
        }
    }

    fn take_reset(&mut self, packet: &Packet<'_>, since_previous: Option<Elapsed>, limits: &Limits) {
        self.reset_count += 1;
        if self.resets.len() >= limits.resets_per_flow {
            return;
        }
        let segment = packet.segment;
        let (sender, receiver) = (self.at(segment.from), self.at(!segment.from));
        let reset = SeenReset {
            segment,
            acceptance: acceptance(&segment, sender, receiver),
            sender_next: sender.next,
            sender_acked: sender.acked,
            silence: self.silences.leading_here(),
            survived: self.silences.longest_survived(),
            unmeasured: self.silences.is_unmeasured(),
            pause: self.pauses.pauses(),
            after_fin: self.low.fin.is_some() || self.high.fin.is_some(),
            since_previous,
            owed_to_receiver: receiver.unanswered,
            payload: packet.payload.get(..64).unwrap_or(packet.payload).to_vec(),
        };
        self.resets.push(reset);
    }

    fn assemble(
        &mut self,
        packet: &Packet<'_>,
        step: Step,
        limits: &Limits,
        deliver: &mut impl FnMut(Side, Delivery<'_>),
    ) {
        let segment = &packet.segment;
        let from = segment.from;
        let (sender, receiver) = (self.side(from), self.side(!from));
        let adjoins = self.at(!from).adjoins(segment.data_start());
        let round_trip = self.shortest_round_trip();
        let half = self.at_mut(from);
        if segment.payload_len > 0 && !half.is_probe_data(segment) {
            if half.base.is_none() {
                half.base = Some(segment.data_start());
                half.midstream = true;
                deliver(sender, Delivery::LateStart { adjoins });
            }
            if let Some(offset) = half.offset(segment.data_start()) {
                let gap = offset > half.assembler.next();
                half.reordered += u64::from(gap);
                half.patience = if gap { half.patience } else { 0 };
                let length = u64::from(segment.payload_len);
                half.losses.take(
                    segment,
                    step == Step::Retransmission,
                    half.assembler.holds(offset, length),
                    round_trip,
                );
                let sink = &mut |delivery: Delivery<'_>| deliver(sender, delivery);
                half.assembler.insert(offset, packet.payload, length, limits, sink);
                half.losses.hole(half.assembler.is_waiting(), segment.time);
            }
        }
        // What the receiver has acknowledged and was not seen will not come any more, unless the
        // capture is out of order; a few packets of patience settle that.
        if !segment.flags.ack() {
            return;
        }
        let other = self.at_mut(!from);
        if let Some(acked) = other.offset(segment.ack)
            && acked > other.assembler.next()
            && other.base.is_some()
        {
            if acked == other.assembler.next() + 1 && !other.assembler.is_waiting() {
                other.betrayed_fin(segment);
            }
            let fin = u64::from(other.fin.is_some_and(|(_, end)| end == segment.ack));
            other.await_missing(acked - fin, &mut |delivery: Delivery<'_>| deliver(receiver, delivery));
        }
    }

    /// The capture ended or the connection did: what is still held back is handed on.
    fn flush(&mut self, deliver: &mut impl FnMut(Side, Delivery<'_>)) {
        for end in [End::Low, End::High] {
            let side = self.side(end);
            let half = self.at_mut(end);
            let sink = &mut |delivery: Delivery<'_>| deliver(side, delivery);
            while half.assembler.is_waiting() {
                half.assembler.give_up(sink);
            }
        }
        for end in [End::Low, End::High] {
            let (side, listener) = (self.side(end), self.at(!end).listened());
            self.at_mut(end).pass_unseen(listener, &mut |delivery: Delivery<'_>| deliver(side, delivery));
        }
    }

    /// Whether `segment` was seen before, perhaps at another place.
    fn holds(&self, segment: &Segment) -> bool {
        let [low, high] = &self.recent;
        let recent = if segment.from == End::Low { low } else { high };
        recent.holds(segment, self.timeline.sent_by(segment.from))
    }

    /// Makes it quick to look at again.
    pub fn wake(&mut self) {
        self.timeline.wake();
    }

    /// Takes less room while no packet comes, and nobody looks at it often.
    pub fn rest(&mut self) {
        self.recent.iter_mut().for_each(Recent::rest);
        self.low.rest();
        self.high.rest();
        self.timeline.rest(&mut Writer::default());
    }

    /// Time from the first packet to the last.
    pub fn duration(&self) -> Elapsed {
        self.last.time.since(self.first.time)
    }

    /// When the capture first saw it.
    pub const fn start(&self) -> Timestamp {
        self.first.time
    }

    /// Number of its first frame.
    pub const fn first_frame(&self) -> FrameNo {
        self.first.frame
    }
}

/// An unacknowledged segment is sent again within the retransmission timeout: 1 s before anything is measured, later the
/// round trip and four times its variation (RFC 6298 §2). With some room.
const REPEATED_WITHIN: Elapsed = Elapsed::from_secs(3);

#[cfg(test)]
pub(crate) mod tests;
