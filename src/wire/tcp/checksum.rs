//! The TCP checksum (RFC 9293 §3.1), and the half-made one that checksum offload leaves.

use std::net::IpAddr;

use etherparse::checksum::Sum16BitWords;

use crate::wire::net::IpHeader;
use crate::wire::view::View;
use crate::wire::{Checksum, Segment, Traits};

/// Octets of data up to which a segment without SYN, FIN or RST is looked at.
///
/// What is asked of a checksum is whether a host leaves it to its network card, and whether a forger or a rewriting box got
/// it wrong. Small segments answer that; bulk data is not worth another pass over every octet.
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
    if pseudo.clone().add_slice(view.captured()).ones_complement() == 0 {
        Checksum::Good
    } else if field == (!pseudo.ones_complement()).to_ne_bytes() {
        // Linux's `CHECKSUM_PARTIAL`: the card is to add the segment and complement the sum.
        Checksum::Partial
    } else {
        Checksum::Bad
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
