//! Who can have put a reset on the wire, and how.

use super::Weight;

/// A way for a reset that carries the address of host X to come into being.
///
/// "Who" and "how" are one question here because they look alike only together: X's own packet filter and
/// one on the path send the same octets, X's TCP does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A socket of X aborted.
    Socket,
    /// X's TCP answered a segment for which it had no socket.
    Stack,
    /// A packet filter on X rejected a segment.
    HostFilter,
    /// A packet filter on the path rejected a segment.
    PathFilter,
    /// A program or appliance made the reset by itself: injector, intrusion prevention, a timer's reset.
    Forger,
    /// The TCP of a box that owns X's address at this point of the path: a NAT, a balancer.
    Owner,
}

impl Origin {
    /// All of them, the claimed host's own first.
    pub const ALL: [Self; 6] =
        [Self::Socket, Self::Stack, Self::HostFilter, Self::PathFilter, Self::Forger, Self::Owner];

    /// Whether the claimed host itself sent it.
    pub const fn is_claimed_host(self) -> bool {
        matches!(self, Self::Socket | Self::Stack | Self::HostFilter)
    }

    /// The part of `shares`, given in the order of [`Origin::ALL`], that falls to the claimed host (`true`) or to boxes.
    pub fn side_share(shares: &[f64; 6], claimed_host: bool) -> f64 {
        let of_side =
            Self::ALL.into_iter().zip(shares).filter(|(it, _)| it.is_claimed_host() == claimed_host);
        of_side.map(|(_, share)| share).sum()
    }
}

/// What an observation says of each [`Origin`]: its log-likelihood in decibans, at most 0.
///
/// Only differences count; 0 for all is silence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bearing {
    /// Of [`Origin::Socket`].
    pub socket: i32,
    /// Of [`Origin::Stack`].
    pub stack: i32,
    /// Of [`Origin::HostFilter`].
    pub host_filter: i32,
    /// Of [`Origin::PathFilter`].
    pub path_filter: i32,
    /// Of [`Origin::Forger`].
    pub forger: i32,
    /// Of [`Origin::Owner`].
    pub owner: i32,
}

impl Bearing {
    /// Says nothing.
    pub const SILENT: Self =
        Self { socket: 0, stack: 0, host_filter: 0, path_filter: 0, forger: 0, owner: 0 };

    /// What it says of `origin`.
    pub const fn of(&self, origin: Origin) -> Weight {
        Weight(match origin {
            Origin::Socket => self.socket,
            Origin::Stack => self.stack,
            Origin::HostFilter => self.host_filter,
            Origin::PathFilter => self.path_filter,
            Origin::Forger => self.forger,
            Origin::Owner => self.owner,
        })
    }

    /// The same for every way in which the claimed host sends by itself, and for every box.
    pub const fn sides(host: i32, middlebox: i32) -> Self {
        Self {
            socket: host,
            stack: host,
            host_filter: host,
            path_filter: middlebox,
            forger: middlebox,
            owner: middlebox,
        }
    }

    /// `host` for whatever makes its packets itself, two thirds of it for a filter, which may copy numbers from what it
    /// rejects, and nothing against a forger.
    pub const fn points_to_forger(host: i32) -> Self {
        Self {
            socket: host,
            stack: host,
            host_filter: host,
            path_filter: host * 2 / 3,
            owner: host,
            forger: 0,
        }
    }

    /// Every weight at least `-cap`: what a small baseline can support (about `n + 1` for `n` observations).
    pub fn capped(self, cap: i32) -> Self {
        let at_least = |weight: i32| weight.max(-cap);
        Self {
            socket: at_least(self.socket),
            stack: at_least(self.stack),
            host_filter: at_least(self.host_filter),
            path_filter: at_least(self.path_filter),
            forger: at_least(self.forger),
            owner: at_least(self.owner),
        }
    }

    /// Distance between what it says of the likeliest and of the unlikeliest origin.
    pub fn spread(&self) -> i32 {
        let weights = Origin::ALL.map(|origin| self.of(origin).0);
        weights.iter().max().zip(weights.iter().min()).map_or(0, |(most, least)| most - least)
    }
}
