//! Changes of a whole capture that leave what happened as it was, or hide some of it.

use sshrst::flow::Side;
use sshrst::frame::LinkType;

use super::packet::Sum;
use super::{Packet, Recorded, Recording};

/// Message number of KEXINIT (RFC 4253 §12).
const KEXINIT: u8 = 20;

/// An ICMP error's header before the packet it quotes (RFC 792).
const ICMP_HEADER: usize = 8;

impl Recording {
    /// Cuts every frame to `octets`, as a capture with that snaplen would have.
    pub(crate) fn cut(&mut self, octets: usize) {
        self.frames.iter_mut().for_each(|frame| frame.data.truncate(octets));
    }

    /// Leaves out every packet of `side`, as a capture of one direction would. Resets that carry its address stay if
    /// `but_resets`.
    pub(crate) fn hide(&mut self, side: Side, but_resets: bool) {
        self.frames.retain(|frame| {
            let reset = Packet::of(frame).is_some_and(|packet| packet.is_reset(frame));
            frame.sender() != Some(side) || but_resets && reset
        });
    }

    /// The same at another time.
    pub(crate) fn shift(&mut self, nanos: i64) {
        self.frames.iter_mut().for_each(|frame| frame.time += nanos);
    }

    /// Gives every host another address in the same network of 8 bits, and puts the checksums right. No host gets another
    /// if that would take from a reset what its checksum tells.
    pub(crate) fn renumber(&mut self, mask: [u8; 3]) {
        let before = self.clone();
        for frame in &mut self.frames {
            let packet = Packet::of(frame);
            let sum = packet.map(|packet| packet.sum(frame));
            for at in addresses(&frame.data, frame.link) {
                frame.data[at + 1..at + 4].iter_mut().zip(mask).for_each(|(octet, mask)| *octet ^= mask);
            }
            if let (Some(packet), Some(sum)) = (packet, sum) {
                packet.set_sum(frame, sum);
            }
        }
        let lost = |frame: &Recorded| {
            Packet::of(frame).is_some_and(|it| it.is_reset(frame) && it.sum(frame) == Sum::Either)
        };
        if self.frames.iter().any(lost) {
            *self = before;
        }
    }

    /// Makes other connections of it: other initial sequence numbers, and other random octets in each KEXINIT.
    pub(crate) fn begin_anew(&mut self, number: u32) {
        for frame in &mut self.frames {
            let Some(packet) = Packet::of(frame) else { continue };
            let (sum, server) = (packet.sum(frame), frame.sender() == Some(Side::Server));
            let moves =
                if server { [number.rotate_left(16), number] } else { [number, number.rotate_left(16)] };
            for (at, by) in [packet.tcp + 4, packet.tcp + 8].into_iter().zip(moves) {
                let field: &mut [u8; 4] = (&mut frame.data[at..at + 4]).try_into().unwrap();
                *field = u32::from_be_bytes(*field).wrapping_add(by).to_be_bytes();
            }
            let data = packet.tcp + usize::from(frame.data[packet.tcp + 12] >> 4) * 4;
            if frame.data.get(data + 5) == Some(&KEXINIT) {
                let cookie = frame.data.iter_mut().skip(data + 6).take(16);
                cookie.for_each(|octet| *octet ^= number as u8);
            }
            packet.set_sum(frame, sum);
        }
    }

    /// Puts an 802.1Q tag into every Ethernet frame.
    pub(crate) fn tag(&mut self, vlan: u16) {
        let [high, low] = vlan.to_be_bytes();
        for frame in self.frames.iter_mut().filter(|frame| frame.link == LinkType::ETHERNET) {
            frame.data.splice(12..12, [0x81, 0x00, high & 0x0f, low]);
            frame.wire_len += 4;
        }
    }
}

/// Where the addresses begin: of IPv4's 4 octets all, of IPv6's the last 4; those in an ICMP quote too.
fn addresses(data: &[u8], link: LinkType) -> Vec<usize> {
    let (ip, protocol) = match link {
        LinkType::ETHERNET => (14, [data[12], data[13]]),
        _ => (20, [data[0], data[1]]),
    };
    match protocol {
        [0x08, 0x00] => {
            let inner = ip + usize::from(data[ip] & 0x0f) * 4 + ICMP_HEADER;
            let quoted = if data[ip + 9] == 1 { vec![inner + 12, inner + 16] } else { Vec::new() };
            [vec![ip + 12, ip + 16], quoted].concat()
        }
        [0x86, 0xdd] => vec![ip + 8 + 12, ip + 24 + 12],
        _ => Vec::new(),
    }
}
