//! A list without a common entry, and what would give it one.

use schemars::JsonSchema;
use serde::Serialize;

use crate::case::Case;
use crate::cause::mismatch::{self, Ends, Repair};
use crate::flow::{Pair, Side};

/// A list without a common entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Mismatch {
    /// Which: a field of `negotiated`.
    pub what: &'static str,
    /// The client's offer, in its order.
    pub client_offers: Vec<String>,
    /// The server's offer.
    pub server_offers: Vec<String>,
    /// Which side is too old or too strict, in words.
    pub verdict: String,
    /// What each side could enable, so that one entry is common; the safe ones first.
    pub enable: Vec<Enable>,
}

/// An entry to enable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Enable {
    /// `client` or `server`.
    #[serde(rename = "where")]
    pub place: &'static str,
    /// The algorithm.
    pub name: &'static str,
    /// Whether it is too weak to be more than a last resort.
    pub weak: bool,
    /// What to type or to write.
    pub what: String,
    /// Whether `what` is a command or lines of a file, to be pasted as they are.
    pub paste: bool,
}

impl Mismatch {
    /// What is said of the list of `case` without a common entry.
    pub(super) fn of(case: &Case) -> Option<Self> {
        let found = case.transcript.mismatch.as_ref()?;
        let Repair { verdict, enable } = repair(case)?;
        Some(Self {
            what: found.what,
            client_offers: found.client_offers.clone(),
            server_offers: found.server_offers.clone(),
            verdict,
            enable: enable
                .into_iter()
                .map(|it| Enable {
                    place: it.side.word(),
                    name: it.name,
                    weak: it.weak,
                    what: it.what,
                    paste: it.paste,
                })
                .collect(),
        })
    }
}

/// What mends the mismatch of `case`; `None` without one.
pub(super) fn repair(case: &Case) -> Option<Repair> {
    let found = case.transcript.mismatch.as_ref()?;
    // In reverse SSH the side that was connected to is the client of SSH.
    let owner = |role: Side| if case.transcript.reversed { !role } else { role };
    let software = |role: Side| case.transcript.party.of(owner(role)).software();
    let server = case.endpoint(owner(Side::Server));
    let software = Pair { client: software(Side::Client), server: software(Side::Server) };
    Some(mismatch::repair(found, &Ends { software, server: (server.addr, server.port) }))
}
