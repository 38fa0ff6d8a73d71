//! From a frame to its TCP segment, layer by layer.

use crate::frame::Frame;
use crate::limits::Limits;
use crate::wire::layer::{Context, Next, Step};
use crate::wire::link::{self, ethernet, ppp};
use crate::wire::net::{self, Datagram, Fragments, Joined};
use crate::wire::{Fault, Packet, Quote, Traits, Undecoded};

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// A TCP segment.
    Tcp(Packet<'a>),
    /// An ICMP error that quotes a TCP segment.
    Icmp(Quote),
    /// No TCP: the name of the layer that shows it, as `udp` or `arp`.
    ///
    /// `fragment` is a piece of an IP datagram, even its first, until the last missing one comes; that frame then
    /// stands for the whole. Pieces of datagrams that cannot hold TCP stay `fragment`.
    Other(&'static str),
    /// Not read to its end, and why.
    Undecoded(Undecoded),
}

/// The reader of a capture's frames, in their order.
///
/// Only fragments leave something behind: all those of one capture must come to the same decoder. Any other frame reads
/// the same whatever came before it.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    pub(super) fragments: Fragments,
    /// The last datagram put together, from which a packet's data is lent.
    whole: Option<Datagram>,
}

impl Decoder {
    /// A reader that has seen no frame, bound by `limits`.
    pub fn new(limits: Limits) -> Self {
        Self { fragments: Fragments::new(&limits), limits, whole: None }
    }

    /// Reads one frame. Total: there is an answer for any octets of any link type.
    ///
    /// The packet's data lies in the frame, or in the decoder if it came in fragments.
    pub fn decode<'a>(&'a mut self, frame: &Frame<'a>) -> Decoded<'a> {
        let mut context = Context::of_frame(frame, &self.limits);
        match walk(link::read(frame, &mut context), &mut context) {
            Ok(Next::Fragment(fragment)) => self.join(&fragment, context),
            end => Decoded::from(end),
        }
    }

    /// Datagrams of which fragments were seen but which were not put together: given up, or still waiting.
    ///
    /// Datagrams that cannot hold TCP do not count.
    pub fn unfinished_datagrams(&self) -> u64 {
        self.fragments.unfinished()
    }

    /// Adds a fragment, and reads the datagram if that made it whole.
    fn join(&mut self, fragment: &net::Fragment<'_>, mut context: Context) -> Decoded<'_> {
        let mut joined = self.fragments.add(fragment, &context);
        // A datagram may hold a tunnel with a fragment inside. The limit on encapsulations ends this.
        loop {
            let datagram = match joined {
                Joined::Waiting => return Decoded::Other("fragment"),
                Joined::Broken => return Decoded::Undecoded(fragment.piece.fault(Fault::Fragments)),
                Joined::Whole(datagram) => datagram,
            };
            context.traits.set(Traits::REASSEMBLED);
            let mut ahead = context;
            match walk(Ok(datagram.read()), &mut ahead) {
                Ok(Next::Fragment(inner)) => joined = self.fragments.add(&inner, &ahead),
                _ => return Decoded::from(walk(Ok(self.whole.insert(datagram).read()), &mut context)),
            }
            context = ahead;
        }
    }
}

/// Steps from layer to layer to the end, or to a fragment.
fn walk<'a>(mut step: Step<'a>, context: &mut Context) -> Step<'a> {
    loop {
        step = match step? {
            end @ (Next::Fragment(_) | Next::Tcp(_) | Next::Icmp(_) | Next::Other(_)) => return Ok(end),
            next => inward(next, context),
        };
    }
}

/// The step from one layer to the one that it carries; an end stays what it is.
#[inline]
pub(super) fn inward<'a>(next: Next<'a>, context: &mut Context) -> Step<'a> {
    match next {
        Next::Ethernet(view) => ethernet::read(view, context),
        Next::Typed(ether_type, view) => ethernet::read_typed(ether_type, view, context),
        Next::Ppp(view) => ppp::read(view),
        Next::Ip(view) => net::read(view),
        Next::Carried(protocol, header, view) => net::read_carried(protocol, header, view, context),
        end @ (Next::Fragment(_) | Next::Tcp(_) | Next::Icmp(_) | Next::Other(_)) => Ok(end),
    }
}

impl<'a> From<Step<'a>> for Decoded<'a> {
    fn from(end: Step<'a>) -> Self {
        match end {
            Ok(Next::Tcp(packet)) => Self::Tcp(packet),
            Ok(Next::Icmp(quote)) => Self::Icmp(quote),
            Ok(Next::Other(layer)) => Self::Other(layer),
            Err(undecoded) => Self::Undecoded(undecoded),
            Ok(_) => Self::Other("fragment"),
        }
    }
}
