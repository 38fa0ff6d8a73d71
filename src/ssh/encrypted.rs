//! The encrypted part of both directions: packets, or segments where packets cannot be told apart, in the order
//! in which they passed.

use super::authentication::{Authentication, SAME_BREATH, Unit, payload};
use super::bulk::Runs;
use super::channel::Channel;
use super::guess::Guess;
use super::keepalive::Keepalives;
use super::rekey::{Rekeys, Sent};
use super::suite::{Habits, Sizes, Suite};
use super::transcript::{Cipher, Mark, Pair, Side};
use super::typing::Keys;
use crate::limits::Limits;
use crate::units::Elapsed;

/// DISCONNECT of a client that ends as it should: `disconnected by user` of OpenSSH (`clientloop.c`), `Disconnected by
/// application` of AsyncSSH (measured 2.24), `Bye Bye` of libssh (`client.c`).
const CLIENT_DISCONNECTS: [u32; 3] = [33, 45, 20];
/// CHANNEL_CLOSE.
const CHANNEL_CLOSE: u32 = 5;
/// So many keepalives are no chance.
const HABIT: u32 = 3;

/// How much passes, and at what pace.
#[derive(Clone, Debug)]
struct Traffic {
    runs: Runs,
    keepalives: Keepalives,
}

/// What is done with the connection once the user is in.
#[derive(Clone, Debug, Default)]
struct Activity {
    channel: Channel,
    keys: Keys,
    rekeys: Rekeys,
}

/// What sizes and order tell so far.
#[derive(Clone, Debug)]
pub(super) struct Encrypted {
    sizes: Pair<Sizes>,
    /// A segment that may go on: the capture may hold only its beginning.
    open: Option<Unit>,
    last_of_client: Option<Unit>,
    units: Pair<u64>,
    authentication: Authentication,
    /// Times and distances that are kept of each side's keepalives.
    most_keepalives: usize,
    /// Sides that have ended.
    ended: Pair<bool>,
    /// Nothing for the many connections that never come into cipher.
    traffic: Option<Box<Traffic>>,
    /// Nothing for those that never get past a login.
    activity: Option<Box<Activity>>,
    /// What each side sends in the first key exchange.
    sent: Pair<Sent>,
    /// Sides that send an IGNORE before each message, and whether their last unit was one.
    ignores: Pair<Option<bool>>,
    /// Sides whose implementation is not known.
    unnamed: Pair<bool>,
    /// The beginning of the encrypted part is not in the capture: what looks like a login may be anything.
    from_the_middle: bool,
    /// Only where the suite is not known.
    guess: Option<Box<Guess>>,
    inferred: Option<&'static str>,
    compressed: bool,
    compressed_later: bool,
    unusable: Option<&'static str>,
}

impl Encrypted {
    /// `from_the_middle`: nothing is known of how it began, until a side's NEWKEYS is seen.
    pub(super) fn new(limits: &Limits, from_the_middle: bool) -> Self {
        Self {
            sizes: Pair::default(),
            open: None,
            last_of_client: None,
            units: Pair::default(),
            authentication: Authentication::default(),
            most_keepalives: limits.keepalive_times,
            ended: Pair::default(),
            traffic: None,
            activity: None,
            sent: Pair::default(),
            ignores: Pair::default(),
            unnamed: Pair { client: true, server: true },
            from_the_middle,
            guess: None,
            inferred: None,
            compressed: false,
            compressed_later: false,
            unusable: None,
        }
    }

    /// What the next packet or segment meets.
    pub(super) fn foresee(&self) -> (Option<Unit>, u64, bool, bool) {
        let traffic = self.traffic.as_ref().is_some_and(|it| it.runs.foresee());
        (self.last_of_client, self.units.client, traffic, self.activity.is_some())
    }

    /// A direction went into cipher.
    pub(super) fn start(&mut self, side: Side, sizes: Sizes, compression: &str) {
        *self.sizes.of_mut(side) = sizes;
        self.from_the_middle = false;
        match compression {
            "" | "none" => {}
            // Starts only once the user is known (OpenSSH PROTOCOL 1.2).
            "zlib@openssh.com" => self.compressed_later = true,
            _ => self.compressed = true,
        }
    }

    /// A side has named its implementation, which has these habits.
    pub(super) fn named(&mut self, side: Side, habits: Habits) {
        *self.unnamed.of_mut(side) = false;
        *self.ignores.of_mut(side) = habits.ignores.then_some(false);
        self.authentication.programs.ask_again |= side == Side::Client && habits.asks_again;
    }

    /// What a side sends in the first key exchange.
    pub(super) const fn first_exchange(&mut self, side: Side) -> &mut Sent {
        match side {
            Side::Client => &mut self.sent.client,
            Side::Server => &mut self.sent.server,
        }
    }

    /// The sides have each other's part: what they sent in the first key exchange was noted for the wrong one.
    pub(super) const fn reverse(&mut self) {
        std::mem::swap(&mut self.sent.client, &mut self.sent.server);
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
        *self.ended.of_mut(side) = true;
    }

    /// Units that this side sent.
    pub(super) fn units(&self, side: Side) -> u64 {
        *self.units.of(side) + u64::from(self.open.is_some_and(|open| open.side == side))
    }

    /// What follows is in another segment.
    pub(super) fn close_segment(&mut self) {
        self.flush();
    }

    fn flush(&mut self) {
        if let Some(unit) = self.open.take() {
            self.take(unit);
        }
    }

    fn take(&mut self, unit: Unit) {
        if unit.side == Side::Client {
            self.last_of_client = Some(unit);
        }
        *self.units.of_mut(unit.side) += 1;
        let most = self.most_keepalives;
        let fresh = || Box::new(Traffic { runs: Runs::default(), keepalives: Keepalives::new(most) });
        self.traffic.get_or_insert_with(fresh).runs.take(&unit);
        if self.sizes == Pair::default() && self.inferred.is_none() {
            self.infer(&unit);
        }
        if self.compressed {
            return;
        }
        let Some(unit) = self.without_ignore(unit) else { return };
        if self.authentication.is_over() || self.from_the_middle {
            let activity = self.activity.get_or_insert_default();
            activity.rekeys.take(&unit, &self.sizes, &self.sent);
            activity.channel.take(&unit, &self.sizes);
            activity.keys.take(&unit, &self.sizes);
        }
        if self.from_the_middle {
            self.authentication.weigh(&unit, true);
        } else if self.takes_success(&unit) {
            self.compressed |= self.compressed_later;
            self.ended = Pair::default();
            if let Some(traffic) = &mut self.traffic {
                traffic.keepalives.restart();
            }
            return;
        }
        if let Some(traffic) = &mut self.traffic {
            traffic.keepalives.take(&unit, &self.sizes, *self.ended.of(!unit.side));
        }
    }

    /// Whether the unit is the one that shows success.
    fn takes_success(&mut self, unit: &Unit) -> bool {
        if !self.authentication.is_over() {
            let server = self.sizes.server;
            let shorter = server.packet(payload::SUCCESS) < server.packet(payload::IGNORE);
            self.authentication.programs.success_is_certain = !self.unnamed.server || shorter;
        }
        self.authentication.take(unit, &self.sizes)
    }

    /// The unit without the IGNORE that a side sends before each message: nothing, if it is that. SUCCESS and others can be
    /// as long; they come behind one.
    fn without_ignore(&mut self, unit: Unit) -> Option<Unit> {
        let Some(was) = self.ignores.of_mut(unit.side) else { return Some(unit) };
        let Some(ignore) = self.sizes.of(unit.side).packet(payload::IGNORE) else { return Some(unit) };
        if *was {
            *was = false;
            return Some(unit);
        }
        *was = unit.octets == ignore;
        let behind = unit.octets.checked_sub(ignore).filter(|&behind| behind > 0);
        // Both in one segment. Before the service is accepted there are only messages without one.
        match behind {
            None if *was => None,
            Some(octets) if !unit.single && self.authentication.has_begun() => Some(Unit { octets, ..unit }),
            _ => Some(unit),
        }
    }

    /// The lengths of a side's packets show how it encrypts, though the offers do not.
    pub(super) fn infer_readable(&mut self, side: Side, suite: Suite, name: &'static str) {
        self.inferred = Some(name);
        *self.sizes.of_mut(side) = Sizes::Suite(suite);
    }

    /// Looks whether the sizes so far leave only one cipher.
    fn infer(&mut self, unit: &Unit) {
        let guess = self.guess.get_or_insert_default();
        let Some((suite, name)) = guess.take(unit) else { return };
        self.inferred = Some(name);
        self.sizes = Pair { client: Sizes::Suite(suite), server: Sizes::Suite(suite) };
        // SUCCESS is shorter than all that the server sends before it.
        let success = guess.shortest().filter(|shortest| suite.packet(payload::SUCCESS) == shortest.octets);
        if let Some(success) = success.filter(|_| !self.authentication.is_over()) {
            if self.from_the_middle {
                // A request's answer is as short, and comes later still.
                self.authentication.over("the server sent what is too short for an answer to a login");
            } else {
                self.authentication.succeeded(success.mark);
            }
        }
    }

    /// What is known, given where each direction ended.
    pub(super) fn conclude(&mut self, ends: &Pair<Option<Mark>>) -> Cipher {
        self.flush();
        let mut cipher = Cipher::default();
        self.authentication.conclude(&self.sizes, ends, &mut cipher);
        cipher.client_disconnect = self.client_disconnect(ends);
        if let Some(traffic) = &self.traffic {
            let end = ends.client.into_iter().chain(ends.server).min_by_key(|end| end.time);
            cipher.keepalive = traffic.keepalives.conclude(&self.sizes);
            [cipher.bulk, cipher.stalled] = traffic.runs.conclude(end);
        }
        if let Some(activity) = &self.activity {
            cipher.session_opened = activity.channel.opened();
            cipher.server_finished = activity.channel.finished(&self.sizes);
            cipher.typing = activity.keys.conclude();
            cipher.rekey = activity.rekeys.conclude();
        }
        cipher.suite_inferred = self.inferred;
        let alive = Side::BOTH.into_iter().any(|side| cipher.keepalive.of(side).probes >= HABIT);
        if !self.authentication.is_over() {
            let alive = alive.then_some("keepalives, which begin only behind a login");
            let typed = cipher.typing.map(|_| "keys were typed and echoed");
            cipher.past_authentication = alive.or(typed);
        }
        cipher.sizes_unusable = if self.compressed {
            Some("compression hides what messages the sizes belong to")
        } else {
            let unknown = self.units != Pair::default() && *self.sizes.of(Side::Server) == Sizes::Unknown;
            let unknown = unknown.then_some("the cipher is not known: not both offers are in the capture");
            self.unusable.or(unknown)
        };
        cipher
    }

    /// The client's last unit has the size of DISCONNECT, alone or behind CHANNEL_CLOSE, and its end follows.
    fn client_disconnect(&self, ends: &Pair<Option<Mark>>) -> Option<Mark> {
        let last = self.last_of_client.filter(|_| !self.compressed)?;
        let end = ends.client?;
        let close = self.sizes.client.packet(CHANNEL_CLOSE)?;
        // EOF and CLOSE in one segment can be as long.
        let fits = last.octets != close + close
            && CLIENT_DISCONNECTS
                .iter()
                .filter_map(|&payload| self.sizes.client.packet(payload))
                .any(|size| last.octets == size || !last.single && last.octets == close + size);
        let at_once = (Elapsed::ZERO..=SAME_BREATH).contains(&end.time.since(last.mark.time));
        // A request of a similar size before SUCCESS is no farewell.
        (fits && at_once && self.authentication.is_over() && last.octets > payload::SUCCESS.into())
            .then_some(last.mark)
    }
}
