//! Which connections have which hosts, and which of them are to be looked at.

use super::sketch::Desk;
use super::view::View;
use crate::case::{HostId, Hosts, Sight};
use crate::flow::Flow;
use crate::wire::End;

/// A connection has a host at one of its ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meeting {
    pub(super) host: HostId,
    /// Number of the connection.
    pub(super) index: u32,
    pub(super) end: End,
    /// It has packets of the host.
    pub(super) shows: bool,
    pub(super) by: By,
}

/// What tells what a connection shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// It is kept as a flow.
    Flow,
    /// It is brief and ran without surprises: its packets.
    Packets,
    /// It is brief, and something takes more than a look at its packets: the flow that they make.
    Replay,
}

/// Meetings by what is to be done with them, each list in the order of the connections.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// What they show of the hosts is of interest to other connections, and does not go beyond what is remembered.
    pub(super) now: Vec<Meeting>,
    /// Nobody else meets the host, and the packets are there later, too: of a scan's hosts most.
    pub(super) once: Vec<Meeting>,
}

/// Sorts `meetings`, in the order of the connections, with what is known of `hosts` so far.
pub(super) fn sorted(meetings: &[Meeting], hosts: &Hosts) -> Sorted {
    let (mut met, mut taken) = (vec![0_u32; hosts.len()], vec![0_u8; hosts.len()]);
    for meeting in meetings {
        met.get_mut(meeting.host.index()).into_iter().for_each(|met| *met += 1);
    }
    let mut sorted = Sorted::default();
    for meeting in meetings.iter().filter(|it| it.shows) {
        let index = meeting.host.index();
        let (Some(met), Some(taken)) = (met.get(index), taken.get_mut(index)) else { continue };
        let known = hosts.sights(meeting.host);
        if *met == 1 && known == 0 && meeting.by != By::Flow {
            sorted.once.push(*meeting);
        } else if known + usize::from(*taken) < Hosts::SIGHTS {
            *taken += 1;
            sorted.now.push(*meeting);
        }
    }
    sorted
}

/// Looks at connections; often at both ends of one.
#[derive(Debug, Default)]
pub(super) struct Onlooker {
    desk: Desk,
    /// The connection whose packets lie on the desk.
    last: Option<u32>,
}

impl Onlooker {
    /// What a connection of `all` shows of the host that it meets.
    pub(super) fn sight(&mut self, meeting: &Meeting, all: &View<'_>) -> Option<Sight> {
        let Meeting { index, end, by, .. } = *meeting;
        let number = index as usize;
        let of = |flow: &Flow| Sight::of(flow, flow.side(end));
        match by {
            By::Flow => of(all.kept(number)?.whole()?),
            By::Replay => of(&all.replay(number, &mut |_, _, _| {})?),
            By::Packets => {
                if self.last != Some(index) {
                    self.last = None;
                    self.desk.sketch(all.kept(number)?.packets(), all.shapes())?;
                    self.last = Some(index);
                }
                self.desk.sight(end)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::frame::Place;

    /// Meetings of hosts by the last octet of their address, in the order of the connections.
    fn meetings(hosts: &mut Hosts, met: &[(u8, bool, By)]) -> Vec<Meeting> {
        let meeting = |(&(host, shows, by), index): (&(u8, bool, By), u32)| {
            let host = hosts.number(IpAddr::from([192, 0, 2, host]), Place::default());
            Meeting { host, index, end: End::Low, shows, by }
        };
        met.iter().zip(0..).map(meeting).collect()
    }

    fn indices(meetings: &[Meeting]) -> Vec<u32> {
        meetings.iter().map(|it| it.index).collect()
    }

    #[test]
    fn only_what_nobody_else_asks_for_and_stays_at_hand_is_put_off() {
        let mut hosts = Hosts::default();
        let met = [
            (1, true, By::Packets),
            // A flow is let go before anybody could look later.
            (2, true, By::Flow),
            (3, true, By::Replay),
            // One shows the host, the other one wants to know.
            (4, true, By::Packets),
            (4, false, By::Packets),
            (5, false, By::Packets),
        ];
        let Sorted { now, once } = sorted(&meetings(&mut hosts, &met), &hosts);
        assert_eq!((indices(&now), indices(&once)), (vec![1, 3], vec![0, 2]));
    }

    #[test]
    fn beyond_the_bound_nothing_is_looked_at() {
        let mut hosts = Hosts::default();
        let met = [(1, true, By::Packets); Hosts::SIGHTS + 3];
        let Sorted { now, once } = sorted(&meetings(&mut hosts, &met), &hosts);
        assert_eq!((now.len(), once.len()), (Hosts::SIGHTS, 0));
    }
}
