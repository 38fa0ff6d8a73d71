//! The frames that nearly every capture is made of, in one look: Ethernet, up to two tags, IP without options, TCP or UDP.
//!
//! [`Decoder`](super::Decoder) goes layer by layer and has an answer for every frame; it takes some hundred instructions.
//! What a data centre sends is plain, and mostly not SSH: to see that takes some dozen. What is not plain is left to the
//! decoder, and so is everything that looks damaged. `wire::laws` holds that both give the same answer.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::frame::{Frame, LinkType};
use crate::limits::Limits;
use crate::wire::layer::Context;
use crate::wire::net::IpHeader;
use crate::wire::tunnel::{geneve, vxlan};
use crate::wire::view::View;
use crate::wire::{Packet, tcp};

/// What a frame shows at a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skimmed<'a> {
    /// A TCP segment between ports that are looked at.
    Tcp(Packet<'a>),
    /// A sound TCP segment between others.
    Elsewhere,
    /// UDP that carries no tunnel.
    Udp,
    /// Not told at a look: for the [`Decoder`](super::Decoder).
    Unclear,
}

/// Octets of addresses and type.
const ETHERNET: usize = 14;

/// Looks at `frame`. `wanted`: whether connections between two ports are looked at.
#[inline]
pub fn skim<'a>(frame: &Frame<'a>, limits: &Limits, wanted: impl Fn(u16, u16) -> bool) -> Skimmed<'a> {
    look(frame, limits, wanted).unwrap_or(Skimmed::Unclear)
}

/// The IP packet of a frame, its layers up to it stepped over.
struct Ip<'a> {
    /// From the IP header on.
    octets: &'a [u8],
    /// Octets of the frame before it.
    offset: usize,
}

impl<'a> Ip<'a> {
    /// Behind Ethernet and up to two tags.
    #[inline]
    fn of(frame: &Frame<'a>) -> Option<(u16, Self)> {
        let mut offset = ETHERNET;
        let mut ether_type = u16_at(frame.data, 12)?;
        for _ in 0..2 {
            if matches!(ether_type, 0x8100 | 0x88a8 | 0x9100) {
                ether_type = u16_at(frame.data, offset + 2)?;
                offset += 4;
            }
        }
        Some((ether_type, Self { octets: frame.data.get(offset..)?, offset }))
    }

    /// What the `header` octets of IP carry, if the packet ends after `total`.
    #[inline]
    fn carried(&self, header: usize, total: usize) -> Option<View<'a>> {
        let captured = self.octets.get(..total).unwrap_or(self.octets).get(header..)?;
        Some(View::new(captured, total.checked_sub(header)?, self.offset + header))
    }
}

#[inline]
fn look<'a>(frame: &Frame<'a>, limits: &Limits, wanted: impl Fn(u16, u16) -> bool) -> Option<Skimmed<'a>> {
    if frame.link != LinkType::ETHERNET || limits.encapsulations < 2 {
        return None;
    }
    let (ether_type, ip) = Ip::of(frame)?;
    let (protocol, view) = match ether_type {
        0x0800 => look_v4(&ip)?,
        0x86dd => look_v6(&ip)?,
        _ => return None,
    };
    let captured = view.captured();
    let (source, target) = (u16_at(captured, 0)?, u16_at(captured, 2)?);
    if protocol == UDP {
        let tunnel = vxlan::PORTS.contains(&target) || target == geneve::PORT;
        return (captured.len() >= 8 && !tunnel).then_some(Skimmed::Udp);
    }
    let header = captured.first_chunk::<20>()?;
    let header_len = usize::from(header[12] >> 4) * 4;
    if header_len < 20 || view.len() < header_len {
        return None;
    }
    if !wanted(source, target) {
        return Some(Skimmed::Elsewhere);
    }
    let ip = if ether_type == 0x0800 { header_v4(&ip)? } else { header_v6(&ip)? };
    let mut context = Context::of_frame(frame, limits);
    context.set_link_source(frame.data.get(6..12)?);
    tcp::read(&ip, view, &context).ok().map(Skimmed::Tcp)
}

const TCP: u8 = 6;
const UDP: u8 = 17;

/// Protocol and payload of an IPv4 packet without options that is whole.
#[inline]
fn look_v4<'a>(ip: &Ip<'a>) -> Option<(u8, View<'a>)> {
    let header = ip.octets.first_chunk::<20>()?;
    let total = u16::from_be_bytes([header[2], header[3]]);
    // More fragments, and the offset.
    let piece = u16::from_be_bytes([header[6], header[7]]) & 0x3fff != 0;
    let plain = header[0] == 0x45 && total != 0 && !piece && matches!(header[9], TCP | UDP);
    plain.then(|| Some((header[9], ip.carried(20, total.into())?))).flatten()
}

/// The same of an IPv6 packet without extension headers.
#[inline]
fn look_v6<'a>(ip: &Ip<'a>) -> Option<(u8, View<'a>)> {
    let header = ip.octets.first_chunk::<40>()?;
    let payload = u16::from_be_bytes([header[4], header[5]]);
    let plain = header[0] >> 4 == 6 && payload != 0 && matches!(header[6], TCP | UDP);
    plain.then(|| Some((header[6], ip.carried(40, 40 + usize::from(payload))?))).flatten()
}

fn header_v4(ip: &Ip<'_>) -> Option<IpHeader> {
    let header = ip.octets.first_chunk::<20>()?;
    let [_, tos, _, _, id_high, id_low, flags, _, ttl, _, _, _, s0, s1, s2, s3, t0, t1, t2, t3] = *header;
    Some(IpHeader {
        source: Ipv4Addr::new(s0, s1, s2, s3).into(),
        target: Ipv4Addr::new(t0, t1, t2, t3).into(),
        ttl,
        tos,
        id: u16::from_be_bytes([id_high, id_low]),
        flow_label: 0,
        dont_fragment: flags & 0x40 != 0,
        unsegmented: false,
        detours: false,
    })
}

fn header_v6(ip: &Ip<'_>) -> Option<IpHeader> {
    let first = u32::from_be_bytes(*ip.octets.first_chunk()?);
    let source: [u8; 16] = *ip.octets.get(8..)?.first_chunk()?;
    let target: [u8; 16] = *ip.octets.get(24..)?.first_chunk()?;
    Some(IpHeader {
        source: Ipv6Addr::from(source).into(),
        target: Ipv6Addr::from(target).into(),
        ttl: *ip.octets.get(7)?,
        tos: (first >> 20) as u8,
        id: 0,
        flow_label: first & 0xf_ffff,
        dont_fragment: false,
        unsegmented: false,
        detours: false,
    })
}

#[inline]
fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    octets.get(at..)?.first_chunk().copied().map(u16::from_be_bytes)
}
