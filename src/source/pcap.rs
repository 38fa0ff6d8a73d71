//! Classic pcap: a file header, then records until the end (draft-ietf-opsawg-pcap).

use super::damage::{Cost, Fault};
use super::intake::{Captured, Intake, Pause};
use super::summary::Interface;
use super::tally::Tally;
use super::{ByteOrder, Precision, Variant};
use crate::frame::{LinkType, Mark};
use crate::units::Timestamp;

/// The record's part of a [`Damage`](super::Damage).
pub(super) const RECORD: &str = "pcap record";

/// In which order a record states its two lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lengths {
    /// Captured, then on the wire.
    InOrder,
    /// On the wire, then captured: before version 2.3, and DG/UX's 543.0 (libpcap, sf-pcap.c).
    Swapped,
    /// Either: version 2.3. The smaller is the captured one.
    Either,
}

/// A record's header.
struct Fields {
    seconds: u32,
    fraction: u32,
    captured: u32,
    wire_len: u32,
}

/// What a record's header says, believed or not.
pub(super) struct Record {
    /// Its time, if that can be one.
    pub(super) time: Option<Timestamp>,
    /// Octets captured.
    pub(super) captured: u32,
    /// Octets on the wire.
    pub(super) wire_len: u32,
    /// Octets of the record with its header.
    pub(super) octets: usize,
}

/// The file header, as far as records need it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pcap {
    order: ByteOrder,
    precision: Precision,
    lengths: Lengths,
    record_header: usize,
    pub(super) link: LinkType,
    snaplen: u32,
}

impl Pcap {
    /// Reads the file header, which [`Format`](super::Format) has recognised; what is wrong with it otherwise.
    pub(super) fn new(
        order: ByteOrder,
        precision: Precision,
        variant: Variant,
        file: &[u8],
    ) -> Result<Self, Fault> {
        let cut = || Fault::Cut { needed: variant.file_header() as u64, available: file.len() as u64 };
        let (Some(major), Some(minor)) = (order.u16_at(file, 4), order.u16_at(file, 6)) else {
            return Err(cut());
        };
        let (Some(snaplen), Some(link)) = (order.u32_at(file, 16), order.u32_at(file, 20)) else {
            return Err(cut());
        };
        if file.len() < variant.file_header() {
            return Err(cut());
        }
        let lengths = match (major, minor) {
            (2, 0..=2) | (543, 0) => Lengths::Swapped,
            (2, 3) => Lengths::Either,
            (2, _) => Lengths::InOrder,
            _ => {
                return Err(Fault::OutOfRange {
                    field: "major version",
                    found: major.into(),
                    least: 2,
                    most: 2,
                });
            }
        };
        // Bits 16 to 25 are reserved, those above say whether and how long a frame check sequence is kept
        // (draft-ietf-opsawg-pcap §4). libpcap and Wireshark refuse reserved bits too: they would change the type.
        let reserved = link & 0x03ff_0000;
        if reserved != 0 {
            return Err(Fault::OutOfRange { field: "link type", found: link.into(), least: 0, most: 0xffff });
        }
        let record_header = if variant == Variant::Kuznetzov { 24 } else { 16 };
        Ok(Self { order, precision, lengths, record_header, link: registered(link as u16), snaplen })
    }

    /// Counts the one interface of the file.
    pub(super) fn describe(&self, tally: &mut Tally) {
        tally.sections = 1;
        tally.interface(Interface::new(self.link, self.snaplen));
    }

    /// Follows the records as far as the octets go.
    pub(super) fn walk(&self, intake: &mut Intake<'_>) -> Pause {
        loop {
            let rest = intake.rest();
            let Some(header) = rest.first_chunk::<16>() else { return Pause::Need(self.record_header) };
            let Fields { seconds, fraction, captured, wire_len } = self.fields(header);
            let most = intake.tally.limits.record_octets;
            if captured > most {
                let (found, most) = (captured.into(), most.into());
                return Pause::Lost(Fault::OutOfRange { field: "captured length", found, least: 0, most });
            }
            let record = self.record_header + captured as usize;
            if rest.len() < record {
                return Pause::Need(record);
            }
            let time = self.time(seconds, fraction, intake);
            intake.tally.last_time = time;
            intake.deliver(Captured {
                time,
                start: self.record_header,
                len: captured,
                wire_len,
                link: self.link,
                interface: 0,
                mark: Mark::None,
            });
            intake.cursor += record;
        }
    }

    #[inline]
    fn fields(&self, header: &[u8; 16]) -> Fields {
        let word = |at| self.order.u32_at(header, at).unwrap_or_default();
        let (first, second) = (word(8), word(12));
        let (captured, wire_len) = match self.lengths {
            Lengths::Swapped => (second, first),
            Lengths::Either if first > second => (second, first),
            Lengths::InOrder | Lengths::Either => (first, second),
        };
        Fields { seconds: word(0), fraction: word(4), captured, wire_len }
    }

    /// What the record says whose header `octets` begin with; `None` if they do not hold the header.
    pub(super) fn record(&self, octets: &[u8]) -> Option<Record> {
        octets.get(..self.record_header)?;
        let Fields { seconds, fraction, captured, wire_len } = self.fields(octets.first_chunk()?);
        let per_second = self.precision.per_second();
        let nanos = i64::from(fraction) * i64::from(1_000_000_000 / per_second);
        let time = Timestamp::from_nanos(i64::from(seconds) * 1_000_000_000 + nanos);
        Some(Record {
            time: (fraction < per_second).then_some(time),
            captured,
            wire_len,
            octets: self.record_header + captured as usize,
        })
    }

    /// The record's time. A fraction of a second or more is carried over, as Wireshark does, and noted: some writers
    /// add up times carelessly, and the lengths still lead from record to record.
    #[inline]
    fn time(&self, seconds: u32, fraction: u32, intake: &mut Intake<'_>) -> Timestamp {
        let per_second = self.precision.per_second();
        if fraction >= per_second {
            let (found, most) = (fraction.into(), u64::from(per_second) - 1);
            let fault = Fault::OutOfRange { field: "fraction of a second", found, least: 0, most };
            intake.damaged(RECORD, Cost::Detail, fault);
        }
        let nanos = i64::from(fraction) * i64::from(1_000_000_000 / per_second);
        Timestamp::from_nanos(i64::from(seconds) * 1_000_000_000 + nanos)
    }
}

/// The registered number of a link type: 12 and 14 are `DLT_RAW` of some systems, which some programs write though
/// files should have 101 (libpcap, pcap-common.c, at `LINKTYPE_RAW`).
pub(super) const fn registered(link: u16) -> LinkType {
    match link {
        12 | 14 => LinkType::RAW,
        other => LinkType(other),
    }
}
