//! Segments in few octets, a fifth of what they take otherwise: what a segment has in common with the one before it from the same
//! end is not repeated.

mod octets;

use crate::frame::{FrameNo, Mark};
use crate::units::Timestamp;
use crate::wire::{Checksum, End, Flags, Segment, Seq, Traits};
use octets::Reader;
pub(in crate::flow) use octets::Writer;

/// What the next segment is compared with.
#[derive(Clone, Copy)]
struct Before {
    time: i64,
    frame: u64,
    /// The last segment of each end.
    last: [Segment; 2],
}

/// What the first segment of each end is compared with.
pub(super) const NOTHING: Segment = Segment {
    time: Timestamp::from_nanos(0),
    frame: FrameNo(0),
    seq: Seq(0),
    ack: Seq(0),
    payload_len: 0,
    ts_value: 0,
    ts_echo: 0,
    flow_label: 0,
    link_source: 0,
    flags: Flags(0),
    window: 0,
    ip_id: 0,
    mss: 0,
    traits: Traits(0),
    ttl: 0,
    tos: 0,
    window_scale: 0,
    from: End::Low,
    checksum: Checksum::Unknown,
    mark: Mark::None,
};

impl Before {
    const fn start() -> Self {
        Self { time: 0, frame: 0, last: [NOTHING, Segment { from: End::High, ..NOTHING }] }
    }

    const fn of(&self, end: End) -> &Segment {
        let [low, high] = &self.last;
        match end {
            End::Low => low,
            End::High => high,
        }
    }

    const fn of_mut(&mut self, end: End) -> &mut Segment {
        let [low, high] = &mut self.last;
        match end {
            End::Low => low,
            End::High => high,
        }
    }

    const fn take(&mut self, segment: Segment) {
        self.time = segment.time.as_nanos();
        self.frame = segment.frame.0;
        *self.of_mut(segment.from) = segment;
    }
}

/// Set for segments of the high end.
const HIGH: u64 = 1;

/// Set where octets of data are kept.
const OCTETS: u64 = 1 << 16;

/// The fields that are written only where they change, in the order of their bits from 1 on: those that often do come first, so
/// that seven bits tell of all that changed.
fn fields(segment: &Segment) -> [u32; FIELDS] {
    [
        segment.ts_value,
        segment.ts_echo,
        segment.payload_len,
        segment.flags.0.into(),
        segment.ip_id.into(),
        segment.window.into(),
        segment.flow_label,
        segment.link_source,
        segment.mss.into(),
        segment.traits.0.into(),
        segment.ttl.into(),
        segment.tos.into(),
        segment.window_scale.into(),
        segment.checksum as u32,
        segment.mark as u32,
    ]
}

const FIELDS: usize = 15;

/// Adds `step` to the field of a bit, as [`fields`] has them.
fn add(segment: &mut Segment, bit: u32, step: i64) {
    let wide = |field: &mut u32| *field = field.wrapping_add(step as u32);
    let short = |field: &mut u16| *field = field.wrapping_add(step as u16);
    let octet = |field: &mut u8| *field = field.wrapping_add(step as u8);
    match bit {
        1 => wide(&mut segment.ts_value),
        2 => wide(&mut segment.ts_echo),
        3 => wide(&mut segment.payload_len),
        4 => short(&mut segment.flags.0),
        5 => short(&mut segment.ip_id),
        6 => short(&mut segment.window),
        7 => wide(&mut segment.flow_label),
        8 => wide(&mut segment.link_source),
        9 => short(&mut segment.mss),
        10 => short(&mut segment.traits.0),
        11 => octet(&mut segment.ttl),
        12 => octet(&mut segment.tos),
        13 => octet(&mut segment.window_scale),
        14 => segment.checksum = stepped(CHECKSUMS, segment.checksum as i64 + step),
        _ => segment.mark = stepped(MARKS, segment.mark as i64 + step),
    }
}

const CHECKSUMS: [Checksum; 4] = [Checksum::Unknown, Checksum::Good, Checksum::Partial, Checksum::Bad];
const MARKS: [Mark; 3] = [Mark::None, Mark::Inbound, Mark::Outbound];

fn stepped<T: Copy + Default, const N: usize>(values: [T; N], index: i64) -> T {
    usize::try_from(index).ok().and_then(|index| values.get(index)).copied().unwrap_or_default()
}

/// Packs segments, each with the octets of data that are kept of it, by way of `writer`.
pub(super) fn pack<'a>(
    segments: impl Iterator<Item = (&'a Segment, &'a [u8])>,
    writer: &mut Writer,
) -> Box<[u8]> {
    writer.clear();
    let mut before = Before::start();
    for (segment, octets) in segments {
        let (last, other) = (before.of(segment.from), before.of(!segment.from));
        let (old, new) = (fields(last), fields(segment));
        let differ = old.iter().zip(&new).zip(1..).filter(|((old, new), _)| old != new);
        let changed = differ.clone().fold(0, |bits, (_, bit)| bits | 1 << bit);
        let high = if segment.from == End::High { HIGH } else { 0 };
        let kept = if octets.is_empty() { 0 } else { OCTETS };
        writer.number(changed | high | kept);
        for ((old, new), _) in differ {
            writer.step(i64::from(new.wrapping_sub(*old) as i32));
        }
        writer.step(segment.time.as_nanos().wrapping_sub(before.time));
        writer.step(segment.frame.0.wrapping_sub(before.frame) as i64);
        writer.step(segment.seq.since(last.end()).into());
        writer.step(segment.ack.since(other.end()).into());
        if !octets.is_empty() {
            writer.octets(octets);
        }
        before.take(*segment);
    }
    writer.written().into()
}

/// Reads segments that were packed, one after the other, with the octets of data that are kept of each.
pub(super) struct Unpacking<'a> {
    reader: Reader<'a>,
    before: Before,
}

impl<'a> Unpacking<'a> {
    /// Of what [`pack`] made.
    pub(super) const fn of(packed: &'a [u8]) -> Self {
        Self { reader: Reader(packed), before: Before::start() }
    }
}

impl<'a> Iterator for Unpacking<'a> {
    type Item = (Segment, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let Self { reader, before } = self;
        if reader.is_empty() {
            return None;
        }
        let changed = reader.number();
        let from = if changed & HIGH == 0 { End::Low } else { End::High };
        let acked = before.of(!from).end();
        let (time, frame) = (before.time, before.frame);
        // In place: this is done for each packet of millions of connections.
        let segment = before.of_mut(from);
        let next = segment.end();
        let mut bits = changed & !(HIGH | OCTETS);
        while bits != 0 {
            add(segment, bits.trailing_zeros(), reader.step());
            bits &= bits - 1;
        }
        segment.time = Timestamp::from_nanos(time.wrapping_add(reader.step()));
        segment.frame = FrameNo(frame.wrapping_add(reader.step() as u64));
        segment.seq = next.advance(reader.step() as u32);
        segment.ack = acked.advance(reader.step() as u32);
        let segment = *segment;
        (before.time, before.frame) = (segment.time.as_nanos(), segment.frame.0);
        Some((segment, if changed & OCTETS == 0 { &[] } else { reader.octets() }))
    }
}
