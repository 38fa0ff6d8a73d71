//! One direction of a connection: what its sender sent, as the capture point saw it.

use std::hint::black_box;

use crate::flow::round_trip::RoundTrips;
use crate::flow::sender_clock::SenderClock;
use crate::flow::series::Series;
use crate::flow::{Assembler, Contradictions, Delivery, Losses};
use crate::frame::FrameNo;
use crate::units::{Elapsed, Timestamp};
use crate::wire::{Segment, Seq, Traits};

/// A segment that matters by itself: when and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When it passed.
    pub time: Timestamp,
    /// Its frame.
    pub frame: FrameNo,
}

impl Moment {
    /// When and where `segment` passed.
    pub const fn of(segment: &Segment) -> Self {
        Self { time: segment.time, frame: segment.frame }
    }
}

/// How a segment relates to what its sender had sent before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Takes no sequence space: a bare acknowledgement.
    Bare,
    /// Continues the stream, or goes beyond it when something in between was not seen.
    New,
    /// One octet or none at `SND.NXT - 1`: a TCP keepalive probe (RFC 9293 §3.8.4).
    Probe,
    /// Takes sequence space that was sent before.
    Retransmission,
}

/// What one end sent. Resets are kept apart: a forger's must not spoil the host's series.
#[derive(Clone, Debug, Default)]
pub struct Half {
    /// Initial sequence number, from its SYN.
    pub isn: Option<Seq>,
    /// Highest sequence number sent, plus one: `SND.NXT` as seen here. `None` before the first segment.
    pub next: Option<Seq>,
    /// Highest acknowledgement it sent: `RCV.NXT` of this end.
    pub acked: Option<Seq>,
    /// The first acknowledgement it sent.
    first_acked: Option<Seq>,
    /// Window field of its last segment.
    pub window: u16,
    /// Window scale it announced on its SYN.
    pub window_scale: Option<u8>,
    /// Whether its SYN had timestamps; `None` without a SYN.
    pub offered_timestamps: Option<bool>,
    /// Maximum segment size it announced.
    pub mss: u16,
    /// Packets, resets left out.
    pub packets: u64,
    /// Octets of data, retransmissions left out.
    pub octets: u64,
    /// Segments with new data.
    pub data_segments: u64,
    /// Retransmitted segments.
    pub retransmitted: u64,
    /// TCP keepalive probes.
    pub probes: u64,
    /// Shortest distance between two probes of which the first was answered: the interval of the host's TCP keepalive.
    pub probe_interval: Option<Elapsed>,
    last_probe: Option<Timestamp>,
    /// Its last packet: the last sign of life that the capture holds.
    pub last: Option<Moment>,
    /// SYN or SYN-ACK segments it sent.
    pub openings: u32,
    /// On which side of the capture point its packets were lost.
    pub losses: Losses,
    /// Octets of data in the largest segment that is known to have arrived.
    pub largest_arrived: u32,
    largest_pending: u32,
    acknowledged_to: Option<Seq>,
    pub(super) clock: SenderClock,
    /// Segments that came before an earlier one of the same stream.
    pub reordered: u64,
    /// TTL or hop limit.
    pub ttl: Series,
    /// TOS octet or traffic class without ECN's bits.
    pub tos: Series,
    /// First segment with data.
    pub first_data: Option<Moment>,
    /// Last segment with new data.
    pub last_data: Option<Moment>,
    /// First octets of its last data, as far as captured: what a reflector would send back.
    pub last_octets: Option<[u8; 8]>,
    /// First FIN, and the sequence number behind it; where it was not captured, the acknowledgement that betrays it.
    pub fin: Option<(Moment, Seq)>,
    fin_unseen: bool,
    /// Oldest transmission that the other end has not acknowledged, and how often it was repeated.
    pub unanswered: Option<Unanswered>,
    /// The last acknowledgement of something that it had sent and that was not acknowledged before.
    pub answered: Option<Moment>,
    /// Waits with at least [`Half::OUTAGE`] repetitions that were answered in the end.
    pub outages: u32,
    /// The most insistent wait that was answered in the end: an outage that TCP survived.
    pub outage: Option<Unanswered>,
    /// Loops from the capture point to this end and back.
    pub round_trips: RoundTrips,
    /// Its SYN or SYN-ACK.
    pub opened: Option<Moment>,
    /// Time during which it announced a closed window.
    pub closed_window: Elapsed,
    closed_since: Option<Timestamp>,
    /// The stream in order.
    pub assembler: Assembler,
    /// Segments that say otherwise than earlier ones.
    pub contradictions: Contradictions,
    /// Sequence number of the stream's first octet, once known.
    pub base: Option<Seq>,
    /// The stream's start is not in the capture.
    pub midstream: bool,
    /// A packet of it, perhaps a reset, was one that its network card had yet to finish: a checksum left to the card, or a
    /// super-packet.
    pub unfinished: bool,
    /// Distinct link-layer sources, at most two kept.
    pub link_sources: [u32; 2],
    /// Acknowledgements of something that the capture has not shown yet.
    pub(super) patience: u8,
}

/// Something sent that is still owed an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// Its first transmission.
    pub first: Moment,
    /// Its last transmission or the last one behind it.
    pub last: Moment,
    /// How often something already sent was sent again since.
    pub repeats: u32,
    /// Repetitions since its sender last sent anything new.
    pub in_a_row: u32,
    /// Octets of data in the largest segment that waits.
    pub largest: u32,
    /// It is a keepalive probe.
    pub probe: bool,
}

impl Half {
    /// Reads a field here and there, so that all of it is in the cache.
    pub(super) fn foresee(&self) {
        black_box((self.packets, self.acked, self.unanswered.map(|it| it.repeats), self.losses.ahead));
        black_box((self.ttl.values().first(), self.tos.values().first(), self.assembler.next()));
        black_box((self.round_trips.foresee(), self.last_data, self.link_sources));
    }

    /// Takes less room while no packet comes.
    pub(super) fn rest(&mut self) {
        self.round_trips.rest();
        self.ttl.rest();
        self.tos.rest();
        self.contradictions.rest();
    }

    /// How `segment` relates to what was sent before it.
    pub fn step(&self, segment: &Segment) -> Step {
        let Some(next) = self.next else {
            return if segment.sequence_len() == 0 { Step::Bare } else { Step::New };
        };
        let at_probe = segment.seq == next.retreat(1) && segment.payload_len <= 1;
        if at_probe
            && !segment.flags.syn()
            && !segment.flags.fin()
            && !segment.flags.rst()
            && self.fin.is_none()
        {
            return Step::Probe;
        }
        if segment.sequence_len() == 0 {
            return Step::Bare;
        }
        if segment.end().is_after(next) { Step::New } else { Step::Retransmission }
    }

    /// Whether the one octet of `segment`, which was [taken](Self::take), may be a keepalive probe's: it lies before others.
    pub(super) fn is_probe_data(&self, segment: &Segment) -> bool {
        segment.payload_len == 1 && self.next.is_some_and(|next| segment.end() != next)
    }

    /// Whether `reset` betrays that the bare segments before it, with which the capture began, were keepalive probes: they
    /// repeated the number before the one that it has.
    pub(super) fn had_probed(&self, reset: &Segment) -> bool {
        let bare = self.isn.is_none() && self.data_segments == 0;
        reset.flags.rst() && bare && self.next.is_some_and(|next| reset.seq == next.advance(1))
    }

    /// Takes a segment that is not a reset.
    pub(super) fn take(&mut self, segment: &Segment, step: Step) {
        self.packets += 1;
        self.last = Some(Moment::of(segment));
        self.ttl.record(segment.ttl, segment.frame);
        self.tos.record(segment.tos & 0xfc, segment.frame);
        self.window = segment.window;
        self.watch_window(segment);
        self.link_source(segment.link_source);
        if segment.flags.syn() {
            self.isn = Some(segment.seq);
            self.openings = self.openings.saturating_add(1);
            self.opened.get_or_insert(Moment::of(segment));
            self.base = Some(segment.seq.advance(1));
            self.midstream = false;
            self.mss = segment.mss;
            self.window_scale = segment.traits.has(Traits::WINDOW_SCALE).then_some(segment.window_scale);
            self.offered_timestamps = Some(segment.traits.has(Traits::TIMESTAMPS));
        }
        match step {
            Step::Bare => {}
            Step::Probe => self.probe(segment),
            Step::Retransmission => self.retransmitted += 1,
            Step::New => self.advance(segment),
        }
        if segment.flags.fin() && (self.fin.is_none() || self.fin_unseen) {
            self.fin = Some((Moment::of(segment), segment.end()));
            self.fin_unseen = false;
        }
        self.next = Some(self.next.map_or(segment.end(), |next| next.max(segment.end())));
        if segment.flags.ack() {
            self.first_acked.get_or_insert(segment.ack);
            self.acked = Some(self.acked.map_or(segment.ack, |acked| acked.max(segment.ack)));
        }
        self.owe(segment, step);
    }

    /// The other end's first acknowledgement is of the SYN of this one, which need not be in the capture: data begins at
    /// `first` (RFC 9293 §3.5).
    pub(super) fn begins_at(&mut self, first: Seq) {
        self.base.get_or_insert(first);
    }

    fn probe(&mut self, segment: &Segment) {
        self.probes += 1;
        let before = self.last_probe.replace(segment.time).filter(|_| self.unanswered.is_none());
        if let Some(distance) = before.map(|before| segment.time.since(before).max_zero())
            && self.probe_interval.is_none_or(|shortest| distance < shortest)
        {
            self.probe_interval = Some(distance);
        }
    }

    fn watch_window(&mut self, segment: &Segment) {
        if let Some(since) = self.closed_since.take() {
            self.closed_window = self.closed_window + segment.time.since(since).max_zero();
        }
        self.closed_since = (segment.window == 0 && !segment.flags.syn()).then_some(segment.time);
    }

    fn advance(&mut self, segment: &Segment) {
        if segment.payload_len == 0 {
            return;
        }
        self.data_segments += 1;
        let new = self.next.map_or(segment.payload_len, |next| segment.end().since(next).max(0) as u32);
        self.octets += u64::from(new.min(segment.payload_len));
        self.first_data.get_or_insert(Moment::of(segment));
        self.last_data = Some(Moment::of(segment));
    }

    fn owe(&mut self, segment: &Segment, step: Step) {
        if step == Step::Bare {
            return;
        }
        let now = Moment::of(segment);
        let again = u32::from(matches!(step, Step::Retransmission | Step::Probe));
        let owed = self.unanswered.get_or_insert(Unanswered {
            first: now,
            last: now,
            repeats: 0,
            in_a_row: 0,
            largest: 0,
            probe: step == Step::Probe,
        });
        owed.largest = owed.largest.max(segment.payload_len);
        if owed.first != now {
            owed.last = now;
            owed.repeats += again;
            owed.in_a_row = if again == 0 { 0 } else { owed.in_a_row + again };
        }
        self.largest_pending = self.largest_pending.max(segment.payload_len);
    }

    /// The other end acknowledged everything before `ack`; `progress`: more than it ever had.
    pub(super) fn acknowledged(&mut self, ack: Seq, progress: bool, by: Moment) {
        if progress {
            self.answered = Some(by);
            // Of what is acknowledged in part, no more than the part is known to have arrived in one piece.
            let part = self.offset(ack).zip(self.acknowledged_to.and_then(|to| self.offset(to)));
            let arrived = part.map_or(0, |(now, before)| now.saturating_sub(before));
            let arrived = u32::try_from(arrived).unwrap_or(u32::MAX);
            self.largest_arrived = self.largest_arrived.max(self.largest_pending.min(arrived));
            self.acknowledged_to = Some(ack);
        }
        if progress && let Some(owed) = self.unanswered {
            self.outages += u32::from(owed.repeats >= Self::OUTAGE);
            let worse = |outage: &Unanswered| owed.repeats >= outage.repeats;
            self.outage = if self.outage.as_ref().is_none_or(worse) { Some(owed) } else { self.outage };
        }
        if self.next.is_none_or(|next| !next.is_after(ack)) {
            self.unanswered = None;
            self.largest_pending = 0;
        } else if let Some(owed) = &mut self.unanswered
            && progress
        {
            // Part of it arrived: the path was open then, and the wait for the rest begins anew.
            *owed = Unanswered { first: owed.last, repeats: 0, in_a_row: 0, ..*owed };
        }
    }

    /// The other end has acknowledged the stream up to `acked`, and the capture does not have it so far.
    ///
    /// Capture points reorder; only what is still missing some acknowledgements later was really not seen.
    pub(super) fn await_missing(&mut self, acked: u64, deliver: &mut impl FnMut(Delivery<'_>)) {
        self.patience += 1;
        if self.patience > Self::PATIENCE {
            self.patience = 0;
            self.assembler.skip_to(acked, deliver);
        }
    }

    /// The first and the last number it acknowledged, if it opened the connection: the first is then the other's ISN and one.
    pub(super) fn listened(&self) -> Option<(Seq, Seq)> {
        self.isn.and(self.first_acked.zip(self.acked))
    }

    /// Nothing of this end is in the capture. The other one acknowledged from the first number to the last: that much it sent.
    pub(super) fn pass_unseen(
        &mut self,
        listened: Option<(Seq, Seq)>,
        deliver: &mut impl FnMut(Delivery<'_>),
    ) {
        if let Some((first, last)) = listened.filter(|_| self.packets == 0) {
            self.begins_at(first);
            self.assembler.skip_to(self.offset(last).unwrap_or_default(), deliver);
        }
    }

    /// The other end acknowledged, in `segment`, one number more than was sent here: a FIN that was not captured.
    ///
    /// SSH never sends a single octet, and a keepalive probe repeats a number.
    pub(super) fn betrayed_fin(&mut self, segment: &Segment) {
        if self.fin.is_none() {
            self.fin = Some((Moment::of(segment), segment.ack));
            self.fin_unseen = true;
            self.next = self.next.map(|next| next.max(segment.ack));
        }
    }

    /// Repetitions from which on a wait is called an outage: the timeout had doubled, so it was no single loss.
    pub const OUTAGE: u32 = 3;

    /// Acknowledgements of something unseen that are waited for before it is called missing.
    const PATIENCE: u8 = 4;

    fn link_source(&mut self, source: u32) {
        let [first, second] = &mut self.link_sources;
        if *first == 0 {
            *first = source;
        } else if *second == 0 && source != *first {
            *second = source;
        }
    }

    /// Whether this end, seen from its SYN on without a hole, has acknowledged the other's stream up to `start`, and never less.
    pub(super) fn adjoins(&self, start: Seq) -> bool {
        let sent = self.next.and_then(|next| self.offset(next));
        let whole = sent == Some(self.assembler.next()) && self.assembler.missing == 0;
        self.isn.is_some() && whole && self.acked == Some(start) && self.first_acked == Some(start)
    }

    /// Offset of sequence number `seq` in the stream; `None` before the base is known or for what lies before it.
    pub fn offset(&self, seq: Seq) -> Option<u64> {
        let base = self.base?;
        // The stream can be longer than the space: count from where the assembler stands.
        let here = self.assembler.next();
        let delta = i64::from(seq.since(base.advance(here as u32)));
        u64::try_from(i64::try_from(here).ok()? + delta).ok()
    }
}
