//! Which sessions a report shows.

mod network;
mod time;

pub use network::Network;
pub use time::{Clock, ClockError};

use std::fmt;
use std::net::IpAddr;

use crate::flow::Side;
use crate::population::Judged;
use crate::report::zone::Zone;
use crate::units::{Elapsed, Timestamp};

/// What a session must be to be shown: all that is given must hold, and of several values of one kind one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Its number in a report of the whole capture.
    pub sessions: Vec<u32>,
    /// Networks, one of which has the client or the server.
    pub hosts: Vec<Network>,
    /// Networks, one of which has the client.
    pub clients: Vec<Network>,
    /// Networks, one of which has the server.
    pub servers: Vec<Network>,
    /// Its last frame is not before this.
    pub since: Option<Clock>,
    /// Its first frame is not after this.
    pub until: Option<Clock>,
    /// Its last frame lies within five minutes of this.
    pub around: Option<Clock>,
}

/// How far from the time that a user remembers a session may have ended: people look at the clock after the fact.
const AROUND: Elapsed = Elapsed::from_secs(5 * 60);

impl Selection {
    /// Whether every session is shown.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// The same with times as clocks of `zone` show them.
    pub fn of_zone(mut self, zone: Zone) -> Self {
        for clock in [&mut self.since, &mut self.until, &mut self.around].into_iter().flatten() {
            *clock = clock.of_zone(zone);
        }
        self
    }

    /// Whether the session with this number is asked for by it.
    pub(super) fn names(&self, id: u32) -> bool {
        self.sessions.contains(&id)
    }

    /// Whether a session is shown. `capture`: the times of the capture's first and last frame.
    pub(super) fn takes(&self, id: u32, judged: &Judged, capture: (Timestamp, Timestamp)) -> bool {
        let flow = &judged.case.flow;
        let address = |side: Side| judged.case.endpoint(side).addr;
        let (client, server) = (address(Side::Client), address(Side::Server));
        let among = |networks: &[Network], addresses: &[IpAddr]| {
            networks.is_empty()
                || networks.iter().any(|it| addresses.iter().any(|address| it.contains(*address)))
        };
        (self.sessions.is_empty() || self.names(id))
            && among(&self.hosts, &[client, server])
            && among(&self.clients, &[client])
            && among(&self.servers, &[server])
            && self.since.is_none_or(|since| flow.last.time >= since.on_day_of(capture.0))
            && self.until.is_none_or(|until| flow.start() <= until.on_day_of(capture.1))
            && self.around.is_none_or(|around| around.distance(flow.last.time) <= AROUND)
    }
}

impl fmt::Display for Selection {
    /// As it is asked for on the command line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        words.extend(self.sessions.iter().map(|id| format!("--session {id}")));
        for (option, networks) in
            [("host", &self.hosts), ("client", &self.clients), ("server", &self.servers)]
        {
            words.extend(networks.iter().map(|network| format!("--{option} {network}")));
        }
        for (option, clock) in [("since", self.since), ("until", self.until), ("around", self.around)] {
            words.extend(clock.map(|clock| format!("--{option} \"{clock}\"")));
        }
        f.write_str(&words.join(" "))
    }
}
