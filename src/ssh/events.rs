//! The encrypted part of both directions: packets, or segments where packets cannot be told apart, in the order
//! in which they passed.

use super::authentication::{Authentication, SAME_BREATH, Unit, payload};
use super::keepalive::Keepalives;
use super::suite::Sizes;
use super::transcript::{Cipher, Mark, Pair, Side};
use crate::limits::Limits;
use crate::units::Elapsed;

/// DISCONNECT `disconnected by user` of the OpenSSH client (`clientloop.c`), CHANNEL_CLOSE.
const CLIENT_DISCONNECT: u32 = 33;
const CHANNEL_CLOSE: u32 = 5;

/// What sizes and order tell so far.
#[derive(Clone, Debug)]
pub(super) struct Encrypted {
    sizes: Pair<Sizes>,
    /// A segment that may go on: the capture may hold only its beginning.
    open: Option<Unit>,
    last: Pair<Option<Unit>>,
    units: Pair<u64>,
    authentication: Authentication,
    keepalives: Keepalives,
    compressed: bool,
    compressed_later: bool,
    unusable: Option<&'static str>,
}

impl Encrypted {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            sizes: Pair::default(),
            open: None,
            last: Pair::default(),
            units: Pair::default(),
            authentication: Authentication::default(),
            keepalives: Keepalives::new(limits.ssh_events),
            compressed: false,
            compressed_later: false,
            unusable: None,
        }
    }

    /// A direction went into cipher.
    pub(super) fn start(&mut self, side: Side, sizes: Sizes, compression: &str) {
        *self.sizes.of_mut(side) = sizes;
        match compression {
            "" | "none" => {}
            // Starts only once the user is known (OpenSSH PROTOCOL 1.2).
            "zlib@openssh.com" => self.compressed_later = true,
            _ => self.compressed = true,
        }
    }

    /// A packet of known size.
    pub(super) fn packet(&mut self, side: Side, mark: Mark, octets: u64) {
        self.flush();
        self.take(Unit { side, mark, octets, single: true });
    }

    /// Octets of a segment in which packets cannot be told apart; those of one frame are one segment.
    pub(super) fn segment(&mut self, side: Side, mark: Mark, octets: u64) {
        if let Some(open) =
            self.open.as_mut().filter(|open| open.side == side && open.mark.frame == mark.frame)
        {
            open.octets += octets;
            return;
        }
        self.flush();
        self.open = Some(Unit { side, mark, octets, single: false });
    }

    /// Whether the last octets of this side were of the same frame.
    pub(super) fn continues(&self, side: Side, mark: Mark) -> bool {
        self.open.is_some_and(|open| open.side == side && open.mark.frame == mark.frame)
    }

    /// Octets that are missing, in an unknown number of segments.
    pub(super) fn gap(&mut self, side: Side) {
        self.flush();
        self.authentication.gap(side);
        if !self.authentication.is_over() {
            self.unusable = Some("octets of the encrypted part are not in the capture");
        }
    }

    /// A side ended.
    pub(super) fn end(&mut self, side: Side) {
        self.flush();
        self.keepalives.end(side);
    }

    /// Units that this side sent.
    pub(super) fn units(&self, side: Side) -> u64 {
        *self.units.of(side) + u64::from(self.open.is_some_and(|open| open.side == side))
    }

    fn flush(&mut self) {
        if let Some(unit) = self.open.take() {
            self.take(unit);
        }
    }

    fn take(&mut self, unit: Unit) {
        *self.last.of_mut(unit.side) = Some(unit);
        *self.units.of_mut(unit.side) += 1;
        if self.compressed {
            return;
        }
        if self.authentication.take(&unit, &self.sizes) {
            self.keepalives.restart();
            self.compressed |= self.compressed_later;
        } else {
            self.keepalives.take(&unit, &self.sizes);
        }
    }

    /// What is known, given where each direction ended.
    pub(super) fn conclude(&self, ends: &Pair<Option<Mark>>) -> Cipher {
        let mut known = self.clone();
        known.flush();
        let mut cipher = Cipher::default();
        known.authentication.conclude(&known.sizes, ends, &mut cipher);
        cipher.keepalive = known.keepalives.conclude(&known.sizes);
        cipher.client_disconnect = known.client_disconnect(ends);
        let unknown = known.units != Pair::default() && *known.sizes.of(Side::Server) == Sizes::Unknown;
        cipher.sizes_unusable = if known.compressed {
            Some("compression hides what messages the sizes belong to")
        } else {
            let unknown = unknown.then_some("the cipher is not known: not both offers are in the capture");
            known.unusable.or(unknown)
        };
        cipher
    }

    /// The client's last unit has the size of DISCONNECT, alone or behind CHANNEL_CLOSE, and its end follows.
    fn client_disconnect(&self, ends: &Pair<Option<Mark>>) -> Option<Mark> {
        let last = self.last.client.filter(|_| !self.compressed)?;
        let end = ends.client?;
        let disconnect = self.sizes.client.packet(CLIENT_DISCONNECT)?;
        let behind_close = self.sizes.client.packet(CHANNEL_CLOSE).map(|close| close + disconnect);
        let fits = last.octets == disconnect || !last.single && behind_close == Some(last.octets);
        let at_once = (Elapsed::ZERO..=SAME_BREATH).contains(&end.time.since(last.mark.time));
        // A request of a similar size before SUCCESS is no farewell.
        (fits && at_once && self.authentication.is_over() && last.octets > payload::SUCCESS.into())
            .then_some(last.mark)
    }
}
