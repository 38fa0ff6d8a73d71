//! The octets of a TCP packet inside a frame: where its fields lie, and its checksums.

use sshrst::frame::LinkType;

use super::Recorded;

/// Where the headers of a frame begin. The lab captures Ethernet and Linux cooked, without VLAN or extension headers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet {
    /// First octet of the IP header.
    pub(crate) ip: usize,
    /// IPv6; IPv4 otherwise.
    pub(crate) v6: bool,
    /// First octet of the TCP header.
    pub(crate) tcp: usize,
    /// First octet behind it.
    pub(crate) payload: usize,
}

/// How the TCP checksum of a packet stands, so that a change can leave it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sum {
    /// Right.
    Good,
    /// Left for the sending host's network card: the sum of the pseudo-header.
    Partial,
    /// Both of them: nobody can tell which.
    Either,
    /// Neither, on purpose.
    Wrong,
    /// Anything else, or not all of the packet is there.
    Other,
}

const TCP: u8 = 6;

impl Packet {
    /// The TCP packet in `frame`, if it holds one whose headers were captured.
    pub(crate) fn of(frame: &Recorded) -> Option<Self> {
        let data = &frame.data;
        let (ip, protocol) = match frame.link {
            LinkType::ETHERNET => (14, data.get(12..14)?),
            LinkType::LINUX_SLL2 => (20, data.get(..2)?),
            _ => return None,
        };
        let (v6, tcp) = match protocol {
            [0x08, 0x00] if *data.get(ip + 9)? == TCP => (false, ip + usize::from(data[ip] & 0x0f) * 4),
            [0x86, 0xdd] if *data.get(ip + 6)? == TCP => (true, ip + 40),
            _ => return None,
        };
        let payload = tcp + usize::from(*data.get(tcp + 12)? >> 4) * 4;
        // A header that says less than it holds is no place for fields.
        let sound = tcp >= ip + 20 && payload >= tcp + 20;
        (sound && data.len() >= payload).then_some(Self { ip, v6, tcp, payload })
    }

    /// Source and target port.
    pub(crate) fn ports(self, frame: &Recorded) -> [u16; 2] {
        [0, 2].map(|at| u16::from_be_bytes([frame.data[self.tcp + at], frame.data[self.tcp + at + 1]]))
    }

    pub(crate) fn is_reset(self, frame: &Recorded) -> bool {
        frame.data[self.tcp + 13] & 4 != 0
    }

    /// The octets that hold source and target address.
    pub(crate) fn addresses(self) -> std::ops::Range<usize> {
        if self.v6 { self.ip + 8..self.ip + 40 } else { self.ip + 12..self.ip + 20 }
    }

    /// Octets of the TCP segment by the IP header.
    fn len(self, frame: &Recorded) -> usize {
        let at = if self.v6 { self.ip + 4 } else { self.ip + 2 };
        let len = usize::from(u16::from_be_bytes([frame.data[at], frame.data[at + 1]]));
        if self.v6 { len } else { len.saturating_sub(self.tcp - self.ip) }
    }

    /// Replaces the data, and says so in the lengths.
    pub(crate) fn set_payload(self, frame: &mut Recorded, octets: &[u8]) {
        frame.data.truncate(self.payload);
        frame.data.extend_from_slice(octets);
        frame.wire_len = frame.data.len() as u32;
        let (at, from) = if self.v6 { (self.ip + 4, self.tcp) } else { (self.ip + 2, self.ip) };
        let len = (frame.data.len() - from) as u16;
        frame.data[at..at + 2].copy_from_slice(&len.to_be_bytes());
    }

    /// How the TCP checksum stands.
    pub(crate) fn sum(self, frame: &Recorded) -> Sum {
        let Some(segment) = frame.data.get(self.tcp..self.tcp + self.len(frame)) else { return Sum::Other };
        let pseudo = self.pseudo_sum(frame);
        let field = u16::from_be_bytes([segment[16], segment[17]]);
        match (add(pseudo, segment) == 0xffff, field == pseudo) {
            (true, false) => Sum::Good,
            (false, true) => Sum::Partial,
            (true, true) => Sum::Either,
            (false, false) => Sum::Other,
        }
    }

    /// Makes the checksums stand as `sum` says; [`Sum::Other`] leaves TCP's alone.
    pub(crate) fn set_sum(self, frame: &mut Recorded, sum: Sum) {
        if !self.v6 {
            frame.data[self.ip + 10..self.ip + 12].fill(0);
            let header = !add(0, &frame.data[self.ip..self.tcp]);
            frame.data[self.ip + 10..self.ip + 12].copy_from_slice(&header.to_be_bytes());
        }
        let at = self.tcp + 16..self.tcp + 18;
        let pseudo = self.pseudo_sum(frame);
        let value = match sum {
            Sum::Other => return,
            Sum::Partial => pseudo,
            Sum::Good | Sum::Either | Sum::Wrong => {
                let end = self.tcp + self.len(frame);
                if end < at.end || frame.data.len() < end {
                    return; // Not all of the packet is there.
                }
                frame.data[at.clone()].fill(0);
                let good = !add(pseudo, &frame.data[self.tcp..end]);
                if sum == Sum::Wrong { good ^ 0x5555 } else { good }
            }
        };
        frame.data[at].copy_from_slice(&value.to_be_bytes());
    }

    /// The sum of the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1).
    fn pseudo_sum(self, frame: &Recorded) -> u16 {
        let fixed = u16::from(TCP) + self.len(frame) as u16;
        add(fixed, &frame.data[self.addresses()])
    }
}

/// The ones' complement sum of RFC 1071.
fn add(start: u16, octets: &[u8]) -> u16 {
    let words = octets.chunks(2).map(|pair| u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)]));
    words.fold(start, |sum, word| {
        let (sum, carried) = sum.overflowing_add(word);
        sum + u16::from(carried)
    })
}
