//! Sessions that died together.

use std::collections::BTreeMap;

use super::{Judged, Pattern};
use crate::case::{Ending, Role};
use crate::flow::Side;
use crate::units::{Elapsed, Timestamp};
use crate::wire::Endpoint;

/// Deaths closer than this are one event: a kernel closes the sockets of a killed service within milliseconds, a
/// firewall's flush shows at the next packet of each session.
const TOGETHER: Elapsed = Elapsed::from_secs(1);

/// Sessions of one server that ended within [`TOGETHER`] of each other, two at least.
pub(super) fn patterns(sessions: &[Judged]) -> Vec<Pattern> {
    let mut by_server: BTreeMap<Endpoint, Vec<(Timestamp, usize)>> = BTreeMap::new();
    for (index, judged) in sessions.iter().enumerate() {
        if let Some(died) = death(judged) {
            by_server.entry(judged.case.endpoint(Side::Server)).or_default().push((died, index));
        }
    }
    by_server.into_iter().flat_map(|(server, mut deaths)| groups(server, &mut deaths)).collect()
}

/// When the session died, if it had been established and did not end in order.
fn death(judged: &Judged) -> Option<Timestamp> {
    let case = &judged.case;
    if !case.flow.is_established() {
        return None;
    }
    match (case.ending, &case.reset) {
        (Ending::Reset, Some(reset)) if reset.role == Role::Initiating => Some(reset.segment().time),
        (Ending::Close, _) => {
            // The server's process went first: a crash, a restart, a shutdown.
            let fin = |side: Side| case.flow.half(side).fin.map(|(fin, _)| fin);
            let server = fin(Side::Server)?;
            fin(Side::Client).is_none_or(|client| server.frame < client.frame).then_some(server.time)
        }
        _ => None,
    }
}

fn groups(server: Endpoint, deaths: &mut [(Timestamp, usize)]) -> Vec<Pattern> {
    deaths.sort_unstable();
    let mut patterns = Vec::new();
    for group in deaths.chunk_by(|a, b| b.0.since(a.0) <= TOGETHER) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        if group.len() < 2 {
            continue;
        }
        let span = last.0.since(first.0);
        patterns.push(Pattern {
            id: "sessions-of-a-server-died-together",
            sessions: group.iter().map(|(_, index)| *index).collect(),
            detail: format!(
                "{} sessions of {} port {} ended within {span}",
                group.len(),
                server.addr,
                server.port
            ),
        });
    }
    patterns
}
