//! Where in a frame its headers lie: for those who cut a frame, or hide whose it is.
//!
//! The same steps as [`crate::wire::Decoder`]'s, each with its place noted. Not on the path of every frame.

mod disguise;
mod sums;
#[cfg(test)]
mod tests;

pub use disguise::{Disguise, Veil};

use crate::frame::{Frame, LinkType};
use crate::limits::Limits;
use crate::wire::Undecoded;
use crate::wire::decode::inward;
use crate::wire::layer::{Context, Next};
use crate::wire::link;
use crate::wire::net::{extension, ipv4::Ipv4};
use crate::wire::view::View;

/// Protocol numbers (IANA).
const ICMP: u8 = 1;
const TCP: u8 = 6;
const ICMPV6: u8 = 58;

/// Octets of an ICMP error before the packet that it quotes.
const ICMP_HEADER: usize = 8;

/// Octets of an Ethernet or cooked address.
const LINK_ADDRESS: usize = 6;

/// One part of a frame. Offsets are in octets from the frame's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Six octets of a link-layer address.
    LinkAddress { at: usize },
    /// The two octets behind it where a cooked header leaves room for longer ones.
    LinkAddressRest { at: usize },
    /// An IPv4 header; `end` of its packet as far as captured.
    Ipv4 { at: usize, header_end: usize, end: usize },
    /// An IPv6 header; the same.
    Ipv6 { at: usize, end: usize },
    /// What an IP packet carries, by protocol number: TCP, UDP, ICMP, GRE, an extension header.
    Carried { protocol: u8, at: usize, end: usize },
    /// From here on is what an ICMP error quotes.
    Quote,
}

/// The places of a frame's headers, outermost first.
#[derive(Clone, Debug)]
pub struct Anatomy {
    parts: Vec<Part>,
}

impl Anatomy {
    /// Reads the headers of `frame` as far as they go; a fragment ends them.
    ///
    /// # Errors
    ///
    /// A header is damaged or cut.
    pub fn of(frame: &Frame<'_>, limits: &Limits) -> Result<Self, Undecoded> {
        let mut context = Context::of_frame(frame, limits);
        let mut this = Self { parts: Vec::new() };
        let cooked = match frame.link {
            LinkType::LINUX_SLL => Some(6),
            LinkType::LINUX_SLL2 => Some(12),
            _ => None,
        };
        if let Some(at) = cooked {
            this.parts.extend([Part::LinkAddress { at }, Part::LinkAddressRest { at: at + LINK_ADDRESS }]);
        }
        let mut next = link::read(frame, &mut context)?;
        loop {
            this.note(&next);
            next = match next {
                Next::Carried(ICMP | ICMPV6, _, view) => {
                    this.quote(view, &mut context)?;
                    return Ok(this);
                }
                Next::Fragment(_) | Next::Tcp(_) | Next::Icmp(_) | Next::Other(_) => return Ok(this),
                layer => inward(layer, &mut context)?,
            };
        }
    }

    /// Where the data of the frame's TCP segment begins; `None` without one.
    pub fn data_at(&self, frame: &Frame<'_>) -> Option<usize> {
        let Some(Part::Carried { protocol: TCP, at, .. }) = self.parts.last() else { return None };
        if self.parts.contains(&Part::Quote) {
            return None;
        }
        let words = frame.data.get(at + 12)? >> 4;
        Some(at + usize::from(words) * 4)
    }

    fn note(&mut self, next: &Next<'_>) {
        match next {
            Next::Ethernet(view) => {
                let at = view.offset();
                self.parts.extend([Part::LinkAddress { at }, Part::LinkAddress { at: at + LINK_ADDRESS }]);
            }
            Next::Ip(view) => self.ip(view),
            Next::Carried(protocol, _, view) => {
                let (at, end) = reach(view);
                self.parts.push(Part::Carried { protocol: *protocol, at, end });
            }
            _ => {}
        }
    }

    fn ip(&mut self, view: &View<'_>) {
        let (at, all) = reach(view);
        if let Ok(header) = Ipv4::parse(view) {
            // A length of 0 is left by a host whose network card cuts up the packet.
            let total = view.u16(2).map_or(0, usize::from);
            let end = if total == 0 { all } else { all.min(at + total) };
            self.parts.push(Part::Ipv4 { at, header_end: at + header.header_len, end });
        } else {
            let payload = view.u16(4).map_or(0, usize::from);
            let end = if payload == 0 { all } else { all.min(at + 40 + payload) };
            self.parts.push(Part::Ipv6 { at, end });
        }
    }

    /// Notes the packet that an ICMP error quotes: the headers that are there, the last one perhaps cut.
    fn quote(&mut self, icmp: View<'_>, context: &mut Context) -> Result<(), Undecoded> {
        let Ok(view) = icmp.skip(ICMP_HEADER) else { return Ok(()) };
        self.parts.push(Part::Quote);
        let mut next = Next::Ip(view);
        loop {
            self.note(&next);
            next = match next {
                Next::Ip(view) => match inward(Next::Ip(view), context) {
                    Ok(next) => next,
                    // Shorter than its header says, as a quote may be.
                    Err(_) => return Ok(()),
                },
                Next::Carried(protocol, header, view) => {
                    match extension::read(protocol, header, view, context) {
                        Some(step) => step?,
                        None => return Ok(()),
                    }
                }
                _ => return Ok(()),
            };
        }
    }
}

/// Where a layer begins, and where what was captured of it ends.
const fn reach(view: &View<'_>) -> (usize, usize) {
    (view.offset(), view.offset() + view.captured().len())
}
