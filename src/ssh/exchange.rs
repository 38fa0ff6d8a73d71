//! What the two directions share: the offers, what they lead to, the rules broken, the encrypted part.

use super::encrypted::Encrypted;
use super::group_exchange::Group;
use super::identification::Version;
use super::negotiate::{self, Outcome};
use super::offer::{Lists, Offer};
use super::rule::Rule;
use super::suite::{Habits, PaddingStyle, Sizes, Suite};
use super::transcript::{Mark, Pair, Side, Violation};
use crate::limits::Limits;

/// The bounds that a session goes by: of those of a run, which are many, a session has no copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) banner_octets: usize,
    pub(super) lines_before_banner: usize,
    pub(super) ssh_packet_octets: usize,
    pub(super) names_per_list: usize,
    violations: usize,
}

impl Bounds {
    const fn of(limits: &Limits) -> Self {
        Self {
            banner_octets: limits.banner_octets,
            lines_before_banner: limits.lines_before_banner,
            ssh_packet_octets: limits.ssh_packet_octets,
            names_per_list: limits.names_per_list,
            violations: limits.violations,
        }
    }
}

/// State of the connection that belongs to neither side.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) bounds: Bounds,
    pub(super) offers: Pair<Option<Offer>>,
    pub(super) outcome: Outcome,
    /// An offer came since [`super::Session::share`].
    pub(super) unshared: bool,
    pub(super) encrypted: Encrypted,
    /// The group that the sides agree on in a group exchange.
    pub(super) group: Group,
    /// How each side pads, by its identification string.
    pub(super) padding: Pair<PaddingStyle>,
    /// What each side sends beyond others, by its identification string; `None` without one.
    pub(super) habits: Pair<Option<Habits>>,
    /// The version that each side's identification string announces, once it is known.
    pub(super) versions: Pair<Option<Version>>,
    /// The side that opened the TCP connection acts as the SSH server.
    pub(super) reversed: bool,
    /// Packets of version 1 were seen behind an identification string that announces it for compatibility.
    pub(super) version_1_seen: bool,
    /// Each side has sent a message of the key exchange method: it has taken what its peer sent before.
    pub(super) kex_begun: Pair<bool>,
    violations: Vec<Violation>,
    violations_omitted: u32,
}

impl Exchange {
    pub(super) fn new(limits: &Limits, midstream: bool) -> Self {
        Self {
            bounds: Bounds::of(limits),
            offers: Pair::default(),
            outcome: Outcome::Unknown,
            unshared: false,
            encrypted: Encrypted::new(limits, midstream),
            group: Group::default(),
            padding: Pair::default(),
            habits: Pair::default(),
            versions: Pair::default(),
            reversed: false,
            version_1_seen: false,
            kex_begun: Pair::default(),
            violations: Vec::new(),
            violations_omitted: 0,
        }
    }

    /// Takes a side's first offer.
    pub(super) fn offer(&mut self, side: Side, offer: Offer) {
        *self.offers.of_mut(side) = Some(offer);
        self.unshared = true;
        self.negotiate();
    }

    /// The part a side has in SSH. Nearly always its own; a device that calls home connects as the SSH server.
    pub(super) fn role(&self, side: Side) -> Side {
        if self.reversed { !side } else { side }
    }

    /// Looks at a key exchange message in clear: 30 opens every method that is checked, and the SSH client sends it.
    pub(super) fn look_for_reversal(&mut self, side: Side, number: u8, first: bool) {
        if side == Side::Server && number == 30 && first && self.kex_begun == Pair::default() {
            self.reversed = true;
            self.encrypted.reverse();
            self.negotiate();
        }
        *self.kex_begun.of_mut(side) = true;
    }

    fn negotiate(&mut self) {
        if let Some((client, server)) = self.both_offers() {
            self.outcome = negotiate::negotiate(client, server);
        }
    }

    fn both_offers(&self) -> Option<(&Lists, &Lists)> {
        let of = |role| self.offers.of(self.role(role)).as_ref();
        Some((&of(Side::Client)?.lists, &of(Side::Server)?.lists))
    }

    /// Whether both sides announce strict key exchange; `None` while an offer is missing or was cut.
    pub(super) fn is_strict(&self) -> Option<bool> {
        let (client, server) = self.both_offers()?;
        let strict = negotiate::is_strict(client, server);
        (strict || !(client.cut || server.cut)).then_some(strict)
    }

    /// The method whose message this side must send next, its `sent` key exchange messages so far given. `None` where
    /// the method is not known, or it is a guess that will be dropped.
    pub(super) fn kex(&self, side: Side, sent: u32) -> Option<&str> {
        let (client, server) = self.both_offers()?;
        let Outcome::Agreed(negotiated) = &self.outcome else { return None };
        let guesses = self.offers.of(side).as_ref().is_some_and(|offer| offer.lists.guesses);
        let dropped = guesses && sent == 0 && !negotiate::guess_is_right(client, server);
        (!dropped).then_some(&negotiated.kex)
    }

    /// Puts a direction into cipher; says how it is encrypted, where that is known.
    pub(super) fn start_cipher(&mut self, side: Side) -> Option<Suite> {
        let role = self.role(side);
        if let Some(habits) = *self.habits.of(side) {
            self.encrypted.named(role, habits);
        }
        let Outcome::Agreed(negotiated) = &self.outcome else {
            self.encrypted.start(role, Sizes::Unknown, "");
            return None;
        };
        let (cipher, mac, compression) = match role {
            Side::Client => (&negotiated.cipher_c2s, &negotiated.mac_c2s, &negotiated.compression_c2s),
            Side::Server => (&negotiated.cipher_s2c, &negotiated.mac_s2c, &negotiated.compression_s2c),
        };
        let suite = Suite::of(cipher, mac);
        let style = *self.padding.of(side);
        let sizes = suite.map_or(Sizes::Unknown, |suite| Sizes::Suite(suite.padded(style)));
        self.encrypted.start(role, sizes, compression);

        suite
    }

    /// Writes down that a rule was broken.
    pub(super) fn violation(&mut self, side: Side, mark: Mark, rule: Rule, detail: String) {
        if self.violations.len() >= self.bounds.violations {
            self.violations_omitted = self.violations_omitted.saturating_add(1);
            return;
        }
        self.violations.push(Violation { id: rule.id, side, mark, detail, reference: rule.reference });
    }

    /// The rules broken, in order of time, and how many more there were.
    pub(super) fn into_violations(mut self) -> (Vec<Violation>, u32) {
        self.violations.sort_by_key(|violation| (violation.mark.time, violation.mark.frame));
        (self.violations, self.violations_omitted)
    }
}
