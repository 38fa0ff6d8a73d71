//! Frames for the tests of this stage: packets, and everything they can be wrapped in.

use etherparse::{PacketBuilder, TcpOptionElement};

use crate::frame::{Frame, FrameNo, LinkType, Mark, Place};
use crate::limits::Limits;
use crate::units::Timestamp;
use crate::wire::{Decoded, Decoder, FlowKey, Segment};

/// The data of [`tcp_v4`] and [`tcp_v6`].
pub(super) const DATA: &[u8] = b"SSH-2.0-OpenSSH_9.2\r\n";

/// The source address of frames made here.
pub(super) const SOURCE_MAC: [u8; 6] = [0x52, 0x54, 0, 0x12, 0x34, 0x56];

/// The options of [`tcp_v4`] and [`tcp_v6`].
const OPTIONS: [TcpOptionElement; 3] =
    [TcpOptionElement::Noop, TcpOptionElement::Noop, TcpOptionElement::Timestamp(0x0102_0304, 0x0506_0708)];

/// An IPv4 packet with a segment from 10.0.0.1:40000 to 10.0.0.2:22.
pub(super) fn tcp_v4() -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 57)
        .tcp(40_000, 22, 1_000, 64_240)
        .ack(2_000)
        .psh()
        .options(&OPTIONS)
        .unwrap()
        .write(&mut packet, DATA)
        .unwrap();
    packet
}

/// The same in IPv6, from fd00::1 to fd00::2.
pub(super) fn tcp_v6() -> Vec<u8> {
    let address = |last| [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    let mut packet = Vec::new();
    PacketBuilder::ipv6(address(1), address(2), 57)
        .tcp(40_000, 22, 1_000, 64_240)
        .ack(2_000)
        .psh()
        .options(&OPTIONS)
        .unwrap()
        .write(&mut packet, DATA)
        .unwrap();
    // Traffic class 0xb8, flow label 0x12345.
    packet[..4].copy_from_slice(&[0x6b, 0x81, 0x23, 0x45]);
    packet
}

/// An IPv4 packet around `payload`, from 192.0.2.1 to 192.0.2.2.
pub(super) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let [high, low] = (20 + payload.len() as u16).to_be_bytes();
    let header = [0x45, 0, high, low, 0, 9, 0, 0, 64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
    [&header, payload].concat()
}

/// An IPv6 packet around `payload`, from fd01::1 to fd01::2.
pub(super) fn ipv6(next_header: u8, payload: &[u8]) -> Vec<u8> {
    let [high, low] = (payload.len() as u16).to_be_bytes();
    let address = |last| [0xfd, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    [&[0x60, 0, 0, 0, high, low, next_header, 64][..], &address(1), &address(2), payload].concat()
}

/// A UDP datagram in IPv4.
pub(super) fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
    let [high, low] = port.to_be_bytes();
    let [len_high, len_low] = (8 + payload.len() as u16).to_be_bytes();
    ipv4(17, &[&[0xc0, 0, high, low, len_high, len_low, 0, 0], payload].concat())
}

/// The ether type of an IP packet.
pub(super) fn ether_type(packet: &[u8]) -> [u8; 2] {
    if packet[0] >> 4 == 4 { [0x08, 0x00] } else { [0x86, 0xdd] }
}

/// An Ethernet frame with a four-octet trailer, as a frame check sequence or padding leaves it.
pub(super) fn ethernet(ether_type: [u8; 2], payload: &[u8]) -> Vec<u8> {
    [&[0x52, 0x54, 0, 0, 0, 1][..], &SOURCE_MAC, &ether_type, payload, &[0xde, 0xad, 0xbe, 0xef]].concat()
}

/// A frame with all its octets.
pub(super) fn frame(link: LinkType, data: &[u8]) -> Frame<'_> {
    Frame {
        number: FrameNo(1),
        time: Timestamp::from_nanos(1_700_000_000_000_000_000),
        link,
        place: Place::default(),
        mark: Mark::None,
        wire_len: data.len() as u32,
        data,
    }
}

/// What a decoder of its own makes of a frame: connection, segment, data.
pub(super) fn segment(frame: &Frame<'_>) -> (FlowKey, Segment, Vec<u8>) {
    match Decoder::new(Limits::default()).decode(frame) {
        Decoded::Tcp(packet) => (packet.key, packet.segment, packet.payload.to_vec()),
        other => panic!("not a segment but {other:?}: {:02x?}", frame.data),
    }
}

/// What takes an IP packet into another.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tunnel {
    InIpv4,
    InIpv6,
    Gre,
    GreWithAllOptions,
    GreBridged,
    Erspan1,
    Erspan2,
    Erspan3,
    Vxlan,
    Geneve,
    Mpls,
}

impl Tunnel {
    /// All of them.
    pub(super) const ALL: [Self; 11] = [
        Self::InIpv4,
        Self::InIpv6,
        Self::Gre,
        Self::GreWithAllOptions,
        Self::GreBridged,
        Self::Erspan1,
        Self::Erspan2,
        Self::Erspan3,
        Self::Vxlan,
        Self::Geneve,
        Self::Mpls,
    ];

    /// The IP packet that carries `packet`.
    pub(super) fn wrap(self, packet: &[u8]) -> Vec<u8> {
        let [high, low] = ether_type(packet);
        let bridged = ethernet([high, low], packet);
        let number = if high == 0x08 { 4 } else { 41 };
        match self {
            Self::InIpv4 => ipv4(number, packet),
            Self::InIpv6 => ipv6(number, packet),
            Self::Gre => ipv4(47, &[&[0, 0, high, low], packet].concat()),
            Self::GreWithAllOptions => ipv6(47, &[&[0xb0, 0, high, low][..], &[7; 12], packet].concat()),
            Self::GreBridged => ipv4(47, &[&[0x20, 0, 0x65, 0x58, 0, 0, 0, 7][..], &bridged].concat()),
            Self::Erspan1 => ipv4(47, &[&[0, 0, 0x88, 0xbe][..], &bridged].concat()),
            Self::Erspan2 => ipv4(
                47,
                &[&[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1][..], &[0x10, 1, 0, 5, 0, 0, 0, 0], &bridged].concat(),
            ),
            Self::Erspan3 => {
                let header = [0x20, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
                ipv4(47, &[&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1][..], &header, &bridged].concat())
            }
            Self::Vxlan => udp(4789, &[&[0x08, 0, 0, 0, 0, 0, 42, 0][..], &bridged].concat()),
            Self::Geneve => udp(6081, &[&[0x01, 0, 0x65, 0x58, 0, 0, 42, 0][..], &[0; 4], &bridged].concat()),
            Self::Mpls => ipv4(137, &[&[0, 1, 1, 64][..], packet].concat()),
        }
    }
}

/// What takes an IP packet into a frame, without a tunnel's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    Raw,
    Null,
    NullOfOtherByteOrder,
    Loop,
    Ethernet,
    Snap,
    Vlan,
    QinQ,
    OldQinQ,
    Mpls,
    PseudoWire,
    PseudoWireWithControlWord,
    PppoeOnEthernet,
    Pppoe,
    Ppp,
    PppFramed,
    CiscoHdlc,
    Sll,
    Sll2,
}

impl Carrier {
    /// All of them.
    pub(super) const ALL: [Self; 19] = [
        Self::Raw,
        Self::Null,
        Self::NullOfOtherByteOrder,
        Self::Loop,
        Self::Ethernet,
        Self::Snap,
        Self::Vlan,
        Self::QinQ,
        Self::OldQinQ,
        Self::Mpls,
        Self::PseudoWire,
        Self::PseudoWireWithControlWord,
        Self::PppoeOnEthernet,
        Self::Pppoe,
        Self::Ppp,
        Self::PppFramed,
        Self::CiscoHdlc,
        Self::Sll,
        Self::Sll2,
    ];

    /// The link type and the frame that carries `packet`.
    pub(super) fn wrap(self, packet: &[u8]) -> (LinkType, Vec<u8>) {
        let ip = ether_type(packet);
        let before = |front: &[u8]| [front, packet].concat();
        let tagged = |tags: &[u8]| before(&[tags, &ip].concat());
        let is_v4 = ip == [0x08, 0x00];
        let (family, ppp) = if is_v4 { (2, 0x21) } else { (30, 0x57) };
        let [high, low] = (packet.len() as u16 + 2).to_be_bytes();
        let session = before(&[0x11, 0, 0, 7, high, low, 0, ppp]);
        let labels = |more: &[u8], payload: &[u8]| {
            ethernet([0x88, 0x47], &[&[0, 1, 0, 64, 0, 2, 1, 64], more, payload].concat())
        };
        match self {
            Self::Raw => (LinkType::RAW, packet.to_vec()),
            Self::Null => (LinkType::NULL, before(&[family, 0, 0, 0])),
            Self::NullOfOtherByteOrder => (LinkType::NULL, before(&[0, 0, 0, family])),
            Self::Loop => (LinkType::LOOP, before(&[0, 0, 0, family])),
            Self::Ethernet => (LinkType::ETHERNET, ethernet(ip, packet)),
            Self::Snap => {
                let payload = tagged(&[0xaa, 0xaa, 3, 0, 0, 0]);
                (LinkType::ETHERNET, ethernet((payload.len() as u16).to_be_bytes(), &payload))
            }
            Self::Vlan => (LinkType::ETHERNET, ethernet([0x81, 0x00], &tagged(&[0, 7]))),
            Self::QinQ => (LinkType::ETHERNET, ethernet([0x88, 0xa8], &tagged(&[0, 7, 0x81, 0, 0, 8]))),
            Self::OldQinQ => (LinkType::ETHERNET, ethernet([0x91, 0x00], &tagged(&[0, 7, 0x81, 0, 0, 8]))),
            Self::Mpls => (LinkType::ETHERNET, labels(&[], packet)),
            Self::PseudoWire => (LinkType::ETHERNET, labels(&[], &ethernet(ip, packet))),
            Self::PseudoWireWithControlWord => (LinkType::ETHERNET, labels(&[0; 4], &ethernet(ip, packet))),
            Self::PppoeOnEthernet => (LinkType::ETHERNET, ethernet([0x88, 0x64], &session)),
            Self::Pppoe => (LinkType(51), session),
            Self::Ppp => (LinkType(9), before(&[ppp])),
            Self::PppFramed => (LinkType(9), before(&[0xff, 0x03, 0, ppp])),
            Self::CiscoHdlc => (LinkType(104), tagged(&[0x0f, 0])),
            Self::Sll => {
                let header = [&[0, 4, 0, 1, 0, 6][..], &SOURCE_MAC, &[0, 0]].concat();
                (LinkType::LINUX_SLL, tagged(&header))
            }
            Self::Sll2 => {
                let header = [&ip[..], &[0, 0, 0, 1, 0, 3, 0, 1, 4, 6], &SOURCE_MAC, &[0, 0]].concat();
                (LinkType::LINUX_SLL2, before(&header))
            }
        }
    }
}
