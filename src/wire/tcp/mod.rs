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

/// The largest IP packet that is taken for one that went over a wire as it is: what switches call a jumbo frame,
/// 9,216 octets with its Ethernet header at most. There is no standard for it. Loopback, with an MTU of 65,536, may
/// exceed it honestly.
const LARGEST_PACKET: usize = 9_216;

/// Reads a segment. Its 20 fixed octets must have been captured; options and data may be cut.
pub(super) fn read<'a>(ip: &IpHeader, view: View<'a>, context: &Context) -> Result<Packet<'a>, Undecoded> {
    let view = view.named("tcp");
    let [s0, s1, t0, t1, q0, q1, q2, q3, a0, a1, a2, a3, c0, c1, w0, w1, _, _, _, _]: [u8; FIXED] =
        view.array(0)?;
    let offset_and_flags = u16::from_be_bytes([c0, c1]);
    let header_len = usize::from(offset_and_flags >> 12) * 4;
    if header_len < FIXED {
        return Err(view.bad(offset_and_flags >> 12));
    }
    let payload_len = view.len().checked_sub(header_len).ok_or_else(|| view.short(header_len))?;
    let captured = view.captured();
    let payload = captured.get(header_len..).unwrap_or_default();

    let source = Endpoint { addr: ip.source, port: u16::from_be_bytes([s0, s1]) };
    let target = Endpoint { addr: ip.target, port: u16::from_be_bytes([t0, t1]) };
    let (key, from) = FlowKey::new(source, target);
    let mut segment = Segment {
        time: context.time,
        frame: context.frame,
        seq: Seq(u32::from_be_bytes([q0, q1, q2, q3])),
        ack: Seq(u32::from_be_bytes([a0, a1, a2, a3])),
        payload_len: payload_len as u32,
        ts_value: 0,
        ts_echo: 0,
        flow_label: ip.flow_label,
        link_source: context.link_source,
        flags: Flags(offset_and_flags & CONTROL_BITS),
        window: u16::from_be_bytes([w0, w1]),
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

#[cfg(test)]
mod tests {
    use crate::frame::{Frame, LinkType};
    use crate::limits::Limits;
    use crate::wire::sample::{self, DATA};
    use crate::wire::{Checksum, Decoded, Decoder, End, Fault, Flags, LengthSetBy, Seq, Traits, Undecoded};

    #[test]
    fn all_facts_of_an_ipv4_segment_are_read() {
        let (key, segment, data) = sample::segment(&sample::frame(LinkType::RAW, &sample::tcp_v4()));
        assert_eq!(
            (key.low.to_string(), key.high.to_string()),
            ("10.0.0.1:40000".into(), "10.0.0.2:22".into())
        );
        assert_eq!((segment.from, segment.seq, segment.ack), (End::Low, Seq(1_000), Seq(2_000)));
        assert_eq!((segment.flags, segment.window, segment.ttl), (Flags::PSH.with(Flags::ACK), 64_240, 57));
        assert_eq!((segment.payload_len as usize, &data[..]), (DATA.len(), DATA));
        assert_eq!(segment.timestamps(), Some((0x0102_0304, 0x0506_0708)));
        assert!(segment.traits.has(Traits::DONT_FRAGMENT) && !segment.traits.has(Traits::IPV6));
        assert_eq!((segment.checksum, segment.link_source), (Checksum::Good, 0));
    }

    #[test]
    fn flow_label_and_traffic_class_of_ipv6_are_read() {
        let segment = sample::segment(&sample::frame(LinkType::RAW, &sample::tcp_v6())).1;
        assert_eq!((segment.flow_label, segment.tos, segment.dscp()), (0x12345, 0xb8, 46));
        assert!(segment.traits.has(Traits::IPV6));
    }

    #[test]
    fn padding_is_not_data() {
        let packet = [&sample::tcp_v4()[..], &[0; 6]].concat();
        let (_, segment, data) = sample::segment(&sample::frame(LinkType::RAW, &packet));
        assert_eq!((segment.payload_len as usize, &data[..]), (DATA.len(), DATA));
    }

    #[test]
    fn a_snaplen_of_68_leaves_the_whole_header_and_the_length() {
        // Ethernet, IPv4, TCP and time stamps take 66 octets.
        let whole = sample::ethernet([0x08, 0x00], &sample::tcp_v4());
        let cut = Frame { data: &whole[..68], ..sample::frame(LinkType::ETHERNET, &whole) };
        let (_, segment, data) = sample::segment(&cut);
        assert_eq!((segment.payload_len as usize, &data[..]), (DATA.len(), &DATA[..2]));
        assert!(segment.timestamps().is_some() && !segment.traits.has(Traits::OPTIONS_CUT));
        let cut = Frame { data: &whole[..54], ..cut };
        let (_, segment, data) = sample::segment(&cut);
        assert_eq!((segment.payload_len as usize, data.len()), (DATA.len(), 0));
        assert!(segment.timestamps().is_none() && segment.traits.has(Traits::OPTIONS_CUT));
    }

    #[test]
    fn a_header_that_is_too_short_or_longer_than_the_segment_is_refused() {
        let decode = |offset: u8| {
            let packet = sample::ipv4(6, &[0, 22, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0, offset, 4, 0, 0, 0, 0, 0, 0]);
            match Decoder::new(Limits::default()).decode(&sample::frame(LinkType::RAW, &packet)) {
                Decoded::Undecoded(Undecoded { layer: "tcp", offset: 20, fault }) => Some(fault),
                _ => None,
            }
        };
        assert_eq!(decode(0x40), Some(Fault::BadValue(4)));
        assert_eq!(decode(0x50), None);
        let longer = Fault::TooShort { needed: 24, available: 20, set_by: LengthSetBy::Header };
        assert_eq!(decode(0x60), Some(longer));
    }

    #[test]
    fn a_length_field_of_0_means_all_there_is() {
        let mut packet = sample::tcp_v4();
        packet[2..4].fill(0);
        packet.resize(70_000, 7);
        let segment = sample::segment(&sample::frame(LinkType::RAW, &packet)).1;
        assert_eq!(segment.payload_len, 70_000 - 20 - 32);
        assert!(segment.traits.has(Traits::SUPER_PACKET) && segment.checksum == Checksum::Unknown);
        let mut packet = sample::tcp_v6();
        packet[4..6].fill(0);
        packet.resize(70_000, 7);
        let segment = sample::segment(&sample::frame(LinkType::RAW, &packet)).1;
        assert_eq!(segment.payload_len, 70_000 - 40 - 32);
        assert!(segment.traits.has(Traits::SUPER_PACKET));
    }

    #[test]
    fn the_jumbo_option_states_the_length() {
        let plain = sample::tcp_v6();
        let len = plain.len() as u32 - 40 + 8;
        let [a, b, c, d] = len.to_be_bytes();
        let mut packet = [&plain[..40], &[6, 0, 0xc2, 4, a, b, c, d], &plain[40..], &[0; 9]].concat();
        packet[4..7].fill(0);
        let (_, segment, data) = sample::segment(&sample::frame(LinkType::RAW, &packet));
        assert_eq!((segment.payload_len as usize, &data[..]), (DATA.len(), DATA));
    }
}
