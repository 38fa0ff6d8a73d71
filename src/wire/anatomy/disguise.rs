//! A frame as somebody else's: addresses replaced, what else could tell whose it is blanked, checksums carried over.

use std::net::IpAddr;
use std::ops::Range;

use super::sums::Covered;
use super::{Anatomy, ICMP, ICMP_HEADER, ICMPV6, LINK_ADDRESS, Part, TCP};

const GRE: u8 = 47;
const UDP: u8 = 17;

/// UDP port of Geneve, whose options may hold anything.
const GENEVE: [u8; 2] = 6081u16.to_be_bytes();

/// Gives addresses others in their place.
pub trait Disguise {
    /// Another address of the same version.
    fn address(&self, address: IpAddr) -> IpAddr;
    /// Another link-layer address.
    fn link_address(&self, address: [u8; 6]) -> [u8; 6];
}

/// Octets of a segment's data that are written over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Veil {
    /// Which, from the data's start.
    pub octets: Range<usize>,
    /// With what.
    pub with: u8,
}

impl Anatomy {
    /// The octets of the frame `data`, disguised: link and IP addresses in all its headers, whatever option, extension
    /// or trailer could hold another one, and of the segment's data what `veils` say.
    pub fn disguised(&self, data: &[u8], disguise: &dyn Disguise, veils: &[Veil]) -> Vec<u8> {
        let mut draft =
            Draft { new: data.to_vec(), sums: Vec::new(), end: data.len(), addresses: 0..0, quoted: false };
        for (index, part) in self.parts.iter().enumerate() {
            let inner = self.parts.get(index + 1);
            draft.part(data, part, inner, disguise, veils);
        }
        // The innermost first: the outer ones cover the fields of the inner ones.
        for covered in draft.sums.iter().rev() {
            covered.carry_over(data, &mut draft.new);
        }
        draft.new
    }
}

/// A frame that is being rewritten.
struct Draft {
    new: Vec<u8>,
    sums: Vec<Covered>,
    /// Where the innermost packet so far ends.
    end: usize,
    /// Where the addresses of the last IP header lie.
    addresses: Range<usize>,
    /// Inside what an ICMP error quotes.
    quoted: bool,
}

impl Draft {
    fn part(
        &mut self,
        old: &[u8],
        part: &Part,
        inner: Option<&Part>,
        disguise: &dyn Disguise,
        veils: &[Veil],
    ) {
        match *part {
            Part::LinkAddress { at } => {
                if let Some(address) =
                    self.new.get_mut(at..at + LINK_ADDRESS).and_then(|it| it.first_chunk_mut())
                {
                    *address = disguise.link_address(*address);
                }
            }
            Part::LinkAddressRest { at } => self.blank(at..at + 2),
            Part::Ipv4 { at, header_end, end } => {
                self.ends(end);
                self.swap::<4>(at + 12, disguise);
                self.swap::<4>(at + 16, disguise);
                self.addresses = at + 12..at + 20;
                self.options(at + 20..header_end, |_| false);
                let octets = at..header_end.min(old.len());
                self.sums.push(Covered { field: at + 10, octets, pseudo: None, optional: false });
            }
            Part::Ipv6 { at, end } => {
                self.ends(end);
                self.swap::<16>(at + 8, disguise);
                self.swap::<16>(at + 24, disguise);
                self.addresses = at + 8..at + 40;
            }
            Part::Carried { protocol, at, end } => self.carried(old, protocol, at..end, inner, veils),
            Part::Quote => self.quoted = true,
        }
    }

    fn carried(
        &mut self,
        old: &[u8],
        protocol: u8,
        octets: Range<usize>,
        inner: Option<&Part>,
        veils: &[Veil],
    ) {
        let at = octets.start;
        let mut covered = |field, pseudo: Option<Range<usize>>| {
            let pseudo = pseudo.map(|addresses| (addresses, protocol));
            let (octets, optional) = (octets.clone(), protocol == UDP);
            self.sums.push(Covered { field: at + field, octets, pseudo, optional });
        };
        let addresses = self.addresses.clone();
        match protocol {
            TCP => {
                covered(16, Some(addresses));
                let header_end = at + usize::from(old.get(at + 12).map_or(0, |octet| octet >> 4)) * 4;
                // MSS, window scale, SACK permitted, SACK, timestamps: what a verdict may rest on.
                self.options(at + 20..header_end, |kind| matches!(kind, 2..=5 | 8));
                if self.quoted {
                    return self.blank(header_end.max(at + 8)..self.end);
                }
                for veil in veils {
                    let (from, to) = (header_end + veil.octets.start, header_end + veil.octets.end);
                    self.fill(from..to.min(octets.end), veil.with);
                }
            }
            UDP => {
                covered(6, Some(addresses));
                if self.new.get(at + 2..at + 4) == Some(&GENEVE[..]) {
                    let words = self.new.get(at + 8).map_or(0, |octet| octet & 0x3f);
                    self.blank(at + 16..at + 16 + usize::from(words) * 4);
                }
            }
            ICMP => {
                covered(2, None);
                self.icmp(at);
            }
            ICMPV6 => {
                covered(2, Some(addresses));
                self.icmp(at);
            }
            GRE if self.new.get(at).is_some_and(|flags| flags & 0x80 != 0) => covered(4, None),
            // Hop-by-hop, routing, authentication, destination options, mobility, HIP, shim6: the type and the length stay,
            // and of a routing header what it is.
            0 | 43 | 51 | 60 | 135 | 139 | 140 => {
                let end = match inner {
                    Some(Part::Carried { at, .. }) => *at,
                    _ => octets.end,
                };
                self.blank(at + 4..end);
            }
            _ => {}
        }
    }

    /// The header stays but for the length of what is quoted (RFC 4884): behind it are extensions, which are blanked.
    fn icmp(&mut self, at: usize) {
        self.blank(at + 5..at + 6);
        let quote = at + ICMP_HEADER;
        let version = self.new.get(quote).map_or(0, |octet| octet >> 4);
        // An MTU in the last two octets stays; a length in the first of an ICMPv6 error is in its fifth.
        if version == 6 {
            self.blank(at + 4..at + 5);
        }
    }

    /// A packet ends: what follows it in the one around it is padding, a checksum of the link, or a switch's note. Of a
    /// packet that is quoted only the front is there.
    fn ends(&mut self, end: usize) {
        if !self.quoted {
            self.blank(end..self.end);
            self.end = end;
        }
    }

    fn swap<const N: usize>(&mut self, at: usize, disguise: &dyn Disguise)
    where
        IpAddr: From<[u8; N]>,
    {
        let Some(room) = self.new.get_mut(at..at + N) else { return };
        let Some(address) = room.first_chunk::<N>() else { return };
        match disguise.address(IpAddr::from(*address)) {
            IpAddr::V4(other) if N == 4 => room.copy_from_slice(&other.octets()),
            IpAddr::V6(other) if N == 16 => room.copy_from_slice(&other.octets()),
            _ => room.fill(0),
        }
    }

    /// Blanks the values of options of IPv4 or TCP, but for those to be `kept`.
    fn options(&mut self, octets: Range<usize>, kept: impl Fn(u8) -> bool) {
        let mut at = octets.start;
        while at < octets.end {
            match (self.new.get(at).copied(), self.new.get(at + 1).copied()) {
                (Some(1), _) => at += 1,
                (Some(kind @ 2..), Some(length @ 2..)) => {
                    let end = (at + usize::from(length)).min(octets.end);
                    if !kept(kind) {
                        self.blank(at + 2..end);
                    }
                    at = end;
                }
                // The end of the list, or no option: nothing behind it is read.
                _ => return self.blank(at + 1..octets.end),
            }
        }
    }

    fn blank(&mut self, octets: Range<usize>) {
        self.fill(octets, 0);
    }

    fn fill(&mut self, octets: Range<usize>, with: u8) {
        let end = octets.end.min(self.new.len());
        if let Some(room) = self.new.get_mut(octets.start..end) {
            room.fill(with);
        }
    }
}
