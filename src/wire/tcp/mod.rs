//! The TCP header (RFC 9293 §3.1).

use crate::wire::layer::Context;
use crate::wire::net::IpHeader;
use crate::wire::view::View;
use crate::wire::{Checksum, Endpoint, Flags, FlowKey, Packet, Segment, Seq, Traits, Undecoded};

mod checksum;
mod options;

/// Octets of the header without options.
const FIXED: usize = 20;

/// The control bits of [`Flags`] in the field of data offset and control bits: from FIN up to AE (RFC 9768 §3.1).
const CONTROL_BITS: u16 = 0x1ff;

/// The largest IP packet that is taken for one that went over a wire as it is: what switches call a jumbo frame, 9,216 octets
/// with its Ethernet header at most. There is no standard for it. Loopback, with an MTU of 65,536, may exceed it honestly.
const LARGEST_PACKET: usize = 9_216;

/// Reads a segment. Its 20 fixed octets must have been captured; options and data may be cut.
pub(super) fn read<'a>(ip: &IpHeader, view: View<'a>, context: &Context) -> Result<Packet<'a>, Undecoded> {
    let view = view.named("tcp");
    let _whole: [u8; FIXED] = view.array(0)?;
    let offset_and_flags = view.u16(12)?;
    let header_len = usize::from(offset_and_flags >> 12) * 4;
    if header_len < FIXED {
        return Err(view.bad(offset_and_flags >> 12));
    }
    let payload_len = view.len().checked_sub(header_len).ok_or_else(|| view.short(header_len))?;
    let captured = view.captured();
    let payload = captured.get(header_len..).unwrap_or_default();

    let source = Endpoint { addr: ip.source, port: view.u16(0)? };
    let (key, from) = FlowKey::new(source, Endpoint { addr: ip.target, port: view.u16(2)? });
    let mut segment = Segment {
        time: context.time,
        frame: context.frame,
        seq: Seq(view.u32(4)?),
        ack: Seq(view.u32(8)?),
        payload_len: payload_len as u32,
        ts_value: 0,
        ts_echo: 0,
        flow_label: ip.flow_label,
        link_source: context.link_source,
        flags: Flags(offset_and_flags & CONTROL_BITS),
        window: view.u16(14)?,
        ip_id: ip.id,
        mss: 0,
        traits: traits(ip, view.len(), context),
        ttl: ip.ttl,
        tos: ip.tos,
        window_scale: 0,
        from,
        checksum: Checksum::Unknown,
        mark: context.mark,
    };
    let options = captured.get(FIXED..header_len.min(captured.len())).unwrap_or_default();
    options::read(options, header_len - FIXED, &mut segment);
    segment.checksum = checksum::judge(ip, &view, &segment);
    Ok(Packet { key, place: context.place, segment, payload })
}

fn traits(ip: &IpHeader, len: usize, context: &Context) -> Traits {
    let mut traits = context.traits;
    if ip.source.is_ipv6() {
        traits.set(Traits::IPV6);
    }
    if ip.dont_fragment {
        traits.set(Traits::DONT_FRAGMENT);
    }
    if ip.unsegmented || (len > LARGEST_PACKET && !traits.has(Traits::REASSEMBLED)) {
        traits.set(Traits::SUPER_PACKET);
    }
    traits
}
