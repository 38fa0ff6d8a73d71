//! Which connections have which hosts, and which of them are to be looked at.

use super::sketch::Desk;
use super::view::View;
use crate::case::{HostId, Hosts, Sight};
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
    /// The connection was [looked at](super::crowd) already, with this number.
    pub(super) looked: Option<u32>,
}

/// Meetings by what is to be done with them, each list in the order of the connections.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// What they show of the hosts is of interest to other connections, and does not go beyond what is remembered.
    pub(super) now: Vec<Meeting>,
    /// Nobody else meets the host: of a scan's hosts most.
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
        if *met == 1 && known == 0 {
            sorted.once.push(*meeting);
        } else if known + usize::from(*taken) < Hosts::SIGHTS {
            *taken += 1;
            sorted.now.push(*meeting);
        }
    }
    sorted
}

/// Looks at the packets of brief connections that ran without surprises; often at both ends of one.
#[derive(Debug, Default)]
pub(super) struct Onlooker {
    desk: Desk,
    /// The connection at which it looked last.
    last: Option<u32>,
}

impl Onlooker {
    /// What such a connection of `all` shows of the host that it meets.
    pub(super) fn sight(&mut self, meeting: &Meeting, all: &View<'_>) -> Option<Sight> {
        let Meeting { index, end, .. } = *meeting;
        if self.last != Some(index) {
            self.last = None;
            self.desk.sketch(all.kept(index as usize)?.packets(), all.shapes())?;
            self.last = Some(index);
        }
        self.desk.sight(end)
    }
}
