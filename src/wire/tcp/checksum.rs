//! The TCP checksum (RFC 9293 §3.1), and the half-made one that checksum offload leaves.

use std::net::IpAddr;

use etherparse::checksum::Sum16BitWords;

use crate::wire::net::IpHeader;
use crate::wire::view::View;
use crate::wire::{Checksum, Segment, Traits};

/// Octets of data up to which a segment without SYN, FIN or RST is looked at.
///
/// What is asked of a checksum is whether a host leaves it to its network card, and whether a forger or a rewriting
/// box got it wrong. Small segments answer that; bulk data is not worth another pass over every octet.
const LARGEST_JUDGED: u32 = 256;

/// TCP's protocol number, which the pseudo-header holds.
const TCP: u8 = 6;

/// Judges the checksum of the segment in `view`.
pub(super) fn judge(ip: &IpHeader, view: &View<'_>, segment: &Segment) -> Checksum {
    let flags = segment.flags;
    let worth_it = flags.syn() || flags.fin() || flags.rst() || segment.payload_len <= LARGEST_JUDGED;
    let joined = segment.traits.has(Traits::SUPER_PACKET) || segment.traits.has(Traits::REASSEMBLED);
    if !worth_it || joined || ip.detours || view.captured().len() < view.len() {
        return Checksum::Unknown;
    }
    let (Ok(field), Some(pseudo)) = (view.array::<2>(16), pseudo_header(ip, view.len() as u32)) else {
        return Checksum::Unknown;
    };
    let right = pseudo.clone().add_slice(view.captured()).ones_complement() == 0;
    // Linux's `CHECKSUM_PARTIAL`: the card is to add the segment and complement the sum.
    let left = field == (!pseudo.ones_complement()).to_ne_bytes();
    match (right, left) {
        (true, false) => Checksum::Good,
        (false, true) => Checksum::Partial,
        // One packet of 65,536: what the card would make of it is what it has already.
        (true, true) => Checksum::Unknown,
        (false, false) => Checksum::Bad,
    }
}

/// The sum of the pseudo-header (RFC 9293 §3.1 for IPv4, RFC 8200 §8.1 for IPv6).
fn pseudo_header(ip: &IpHeader, len: u32) -> Option<Sum16BitWords> {
    let sum = Sum16BitWords::new().add_2bytes([0, TCP]).add_slice(&len.to_be_bytes());
    match (ip.source, ip.target) {
        (IpAddr::V4(source), IpAddr::V4(target)) => {
            Some(sum.add_slice(&source.octets()).add_slice(&target.octets()))
        }
        (IpAddr::V6(source), IpAddr::V6(target)) => {
            Some(sum.add_slice(&source.octets()).add_slice(&target.octets()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Frame, LinkType};
    use crate::wire::sample;

    /// The verdict on an IPv4 packet whose TCP checksum field holds `field`.
    fn judged(mut packet: Vec<u8>, field: [u8; 2]) -> Checksum {
        packet[36..38].copy_from_slice(&field);
        sample::segment(&sample::frame(LinkType::RAW, &packet)).1.checksum
    }

    /// A reset from 10.3.0.2 to 10.1.0.1 without data.
    fn reset() -> Vec<u8> {
        let mut packet =
            sample::ipv4(6, &[0, 22, 0x9c, 0x40, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 4, 0, 0, 0, 0, 0, 0]);
        packet[12..20].copy_from_slice(&[10, 3, 0, 2, 10, 1, 0, 1]);
        packet
    }

    #[test]
    fn what_checksum_offload_leaves_is_partial() {
        assert_eq!(judged(reset(), [0x14, 0x21]), Checksum::Partial);
        assert_eq!(judged(reset(), [0x14, 0x22]), Checksum::Bad);
        assert_eq!(judged(reset(), [0xff, 0x82]), Checksum::Good);
    }

    #[test]
    fn a_sum_that_may_be_either_is_not_judged() {
        let mut packet = reset();
        // The sequence number that makes the right sum the pseudo-header's own.
        packet[24..28].copy_from_slice(&[0, 0, 0xeb, 0x62]);
        assert_eq!(judged(packet, [0x14, 0x21]), Checksum::Unknown);
    }

    #[test]
    fn a_cut_or_large_segment_is_not_judged() {
        let whole = sample::tcp_v4();
        let cut = Frame { data: &whole[..whole.len() - 1], ..sample::frame(LinkType::RAW, &whole) };
        assert_eq!(sample::segment(&cut).1.checksum, Checksum::Unknown);
        let with_data = |octets: usize, flags: u8| {
            let header = [0, 22, 0x9c, 0x40, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 0, 0, 0, 0, 0, 0];
            judged(sample::ipv4(6, &[&header[..], &vec![7; octets]].concat()), [1, 1])
        };
        assert_eq!([with_data(256, 0x10), with_data(257, 0x10)], [Checksum::Bad, Checksum::Unknown]);
        assert_eq!([with_data(257, 0x11), with_data(257, 0x14)], [Checksum::Bad; 2]);
    }

    #[test]
    fn a_packet_that_may_go_elsewhere_is_not_judged() {
        let mut packet = sample::tcp_v4();
        // One word of options: no operation.
        packet.splice(20..20, [1, 1, 1, 1]);
        packet[0] = 0x46;
        packet[3] += 4;
        assert_eq!(sample::segment(&sample::frame(LinkType::RAW, &packet)).1.checksum, Checksum::Unknown);
    }
}
