//! The step from one layer to the next, and what the layers passed so far have told.

use crate::frame::{Frame, FrameNo, Mark, Place};
use crate::limits::Limits;
use crate::units::Timestamp;
use crate::wire::net::{Fragment, IpHeader};
use crate::wire::view::View;
use crate::wire::{Fault, Packet, Quote, Traits, Undecoded};

/// What a layer holds, read as far as its own header.
#[derive(Debug)]
pub(super) enum Next<'a> {
    /// An Ethernet frame from its addresses on.
    Ethernet(View<'a>),
    /// The payload of an ether type (IEEE 802 numbers; GRE, SLL, HDLC and Geneve use them too).
    Typed(u16, View<'a>),
    /// A PPP frame, with or without HDLC-like framing.
    Ppp(View<'a>),
    /// An IP packet of either version.
    Ip(View<'a>),
    /// What an IP packet carries, by protocol number, from its header on.
    Carried(u8, IpHeader, View<'a>),
    /// A piece of an IP datagram.
    Fragment(Fragment<'a>),
    /// The end: a TCP segment.
    Tcp(Packet<'a>),
    /// The end: an ICMP error that quotes one.
    Icmp(Quote),
    /// The end: sound as far as it was read, but not TCP. The name of the layer.
    Other(&'static str),
}

/// A layer's reading: the next one, or why there is none.
pub(super) type Step<'a> = Result<Next<'a>, Undecoded>;

/// What the layers passed so far have told about the segment to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// The frame's number.
    pub(super) frame: FrameNo,
    /// When it passed.
    pub(super) time: Timestamp,
    /// Where it was seen.
    pub(super) place: Place,
    /// Whether the capturing host sent it.
    pub(super) mark: Mark,
    /// Hash of the source address of the link layer right below the innermost IP header; 0 without one.
    pub(super) link_source: u32,
    /// One-bit facts from outside the innermost IP header.
    pub(super) traits: Traits,
    encapsulations_left: usize,
    extension_headers_left: usize,
}

impl Context {
    /// What is known of `frame` before its first octet is read.
    pub(super) fn of_frame(frame: &Frame<'_>, limits: &Limits) -> Self {
        Self {
            frame: frame.number,
            time: frame.time,
            place: frame.place,
            mark: frame.mark,
            link_source: 0,
            traits: Traits::default(),
            encapsulations_left: limits.encapsulations,
            extension_headers_left: limits.extension_headers,
        }
    }

    /// Counts one tag, label or header that carries another layer of the same kind.
    pub(super) fn encapsulate(&mut self, view: &View<'_>) -> Result<(), Undecoded> {
        take_one(&mut self.encapsulations_left, view)
    }

    /// Counts one tunnel: what follows has addresses of its own, and no link layer yet.
    pub(super) fn enter_tunnel(&mut self, view: &View<'_>) -> Result<(), Undecoded> {
        self.encapsulate(view)?;
        self.traits.set(Traits::TUNNELLED);
        self.link_source = 0;
        Ok(())
    }

    /// Counts one IP extension header, of all those in the frame.
    pub(super) fn extend(&mut self, view: &View<'_>) -> Result<(), Undecoded> {
        take_one(&mut self.extension_headers_left, view)
    }

    /// The name of a link-layer address: FNV-1a in 32 bits, the same in every run and on every link type.
    ///
    /// An address whose hash is 0 gets 1, for 0 says that there is none.
    pub(super) fn set_link_source(&mut self, address: &[u8]) {
        // Offset basis and prime: draft-eastlake-fnv §6.
        let hash = address
            .iter()
            .fold(0x811c_9dc5_u32, |hash, &octet| (hash ^ u32::from(octet)).wrapping_mul(0x0100_0193));
        self.link_source = if address.is_empty() { 0 } else { hash.max(1) };
    }
}

/// Takes one from what is left of a bound.
fn take_one(left: &mut usize, view: &View<'_>) -> Result<(), Undecoded> {
    *left = left.checked_sub(1).ok_or_else(|| view.fault(Fault::TooDeep))?;
    Ok(())
}
