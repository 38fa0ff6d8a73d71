//! Segments in few octets, a fifth of what they take otherwise: what a segment has in common with the one before it from the same
//! end is not repeated.

mod octets;

use crate::frame::{FrameNo, Mark};
use crate::units::Timestamp;
use crate::wire::{Checksum, End, Flags, Segment, Seq, Traits};
use octets::Reader;
pub(in crate::flow) use octets::Writer;

/// What the next segment is compared with.
#[derive(Clone, Copy, Default)]
struct Before {
    time: i64,
    frame: u64,
    /// The last segment of each end.
    last: [Last; 2],
}

/// The last segment of an end.
#[derive(Clone, Copy, Default)]
struct Last {
    fields: [u32; FIELDS],
    /// The number behind its last octet.
    end: Seq,
}

/// A segment of which nothing is known.
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
    const fn of(&self, end: End) -> &Last {
        let [low, high] = &self.last;
        match end {
            End::Low => low,
            End::High => high,
        }
    }

    const fn of_mut(&mut self, end: End) -> &mut Last {
        let [low, high] = &mut self.last;
        match end {
            End::Low => low,
            End::High => high,
        }
    }
}

/// Set for segments of the high end.
const HIGH: u64 = 1;

/// Set where octets of data are kept.
const OCTETS: u64 = 1 << 16;

/// The fields that are written only where they change, in the order of their bits from [`FIRST`] on: those that often do come
/// first, so that seven bits tell of all that changed.
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

/// The bit of the first field.
const FIRST: u32 = 1;

/// A segment of `from` that has these fields, and none of those that are always written.
fn with_fields(fields: &[u32; FIELDS], from: End) -> Segment {
    let [
        ts_value,
        ts_echo,
        payload_len,
        flags,
        ip_id,
        window,
        flow_label,
        link_source,
        mss,
        traits,
        ttl,
        tos,
        scale,
        checksum,
        mark,
    ] = *fields;
    Segment {
        payload_len,
        ts_value,
        ts_echo,
        flow_label,
        link_source,
        flags: Flags(flags as u16),
        window: window as u16,
        ip_id: ip_id as u16,
        mss: mss as u16,
        traits: Traits(traits as u16),
        ttl: ttl as u8,
        tos: tos as u8,
        window_scale: scale as u8,
        from,
        checksum: CHECKSUMS.get(checksum as usize).copied().unwrap_or_default(),
        mark: MARKS.get(mark as usize).copied().unwrap_or_default(),
        ..NOTHING
    }
}

const CHECKSUMS: [Checksum; 4] = [Checksum::Unknown, Checksum::Good, Checksum::Partial, Checksum::Bad];
const MARKS: [Mark; 3] = [Mark::None, Mark::Inbound, Mark::Outbound];

/// Packs segments, each with the octets of data that are kept of it, by way of `writer`.
pub(super) fn pack<'a>(
    segments: impl Iterator<Item = (&'a Segment, &'a [u8])>,
    writer: &mut Writer,
) -> Box<[u8]> {
    writer.clear();
    let mut before = Before::default();
    for (segment, octets) in segments {
        let new = fields(segment);
        let (old, acked) = (*before.of(segment.from), before.of(!segment.from).end);
        let differ = old.fields.iter().zip(&new).zip(FIRST..);
        let changed = differ.clone().fold(0, |bits, ((old, new), bit)| bits | u64::from(old != new) << bit);
        let high = if segment.from == End::High { HIGH } else { 0 };
        let kept = if octets.is_empty() { 0 } else { OCTETS };
        writer.number(changed | high | kept);
        for ((old, new), _) in differ.filter(|((old, new), _)| old != new) {
            writer.step(i64::from(new.wrapping_sub(*old) as i32));
        }
        writer.step(segment.time.as_nanos().wrapping_sub(before.time));
        writer.step(segment.frame.0.wrapping_sub(before.frame) as i64);
        writer.step(segment.seq.since(old.end).into());
        writer.step(segment.ack.since(acked).into());
        if !octets.is_empty() {
            writer.octets(octets);
        }
        (before.time, before.frame) = (segment.time.as_nanos(), segment.frame.0);
        *before.of_mut(segment.from) = Last { fields: new, end: segment.end() };
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
    pub(super) fn of(packed: &'a [u8]) -> Self {
        Self { reader: Reader(packed), before: Before::default() }
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
        let (acked, time, frame) = (before.of(!from).end, before.time, before.frame);
        let last = before.of_mut(from);
        let mut bits = (changed & !(HIGH | OCTETS)) >> FIRST;
        while bits != 0 {
            let step = reader.step() as u32;
            if let Some(field) = last.fields.get_mut(bits.trailing_zeros() as usize) {
                *field = field.wrapping_add(step);
            }
            bits &= bits - 1;
        }
        let segment = Segment {
            time: Timestamp::from_nanos(time.wrapping_add(reader.step())),
            frame: FrameNo(frame.wrapping_add(reader.step() as u64)),
            seq: last.end.advance(reader.step() as u32),
            ack: acked.advance(reader.step() as u32),
            ..with_fields(&last.fields, from)
        };
        last.end = segment.end();
        (before.time, before.frame) = (segment.time.as_nanos(), segment.frame.0);
        Some((segment, if changed & OCTETS == 0 { &[] } else { reader.octets() }))
    }
}
