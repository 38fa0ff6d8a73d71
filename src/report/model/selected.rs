//! Which sessions were asked for.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::flow::Side;
use crate::population::Judged;
use crate::report::moment;
use crate::report::select::Selection;

/// What was asked for, and what the capture holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Selected {
    /// The options, as on the command line.
    pub by: String,
    /// Sessions that they choose, folded ones included.
    pub chosen: u64,
    /// Sessions of the capture.
    pub of: u64,
    /// Addresses of the capture's clients, a few.
    pub clients: Vec<String>,
    /// Addresses of its servers, a few.
    pub servers: Vec<String>,
    /// Start of its first session; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_start: Option<String>,
    /// End of its last session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_end: Option<String>,
}

/// Addresses that help a reader to ask for others.
const ADDRESSES: usize = 5;

impl Selected {
    /// `selection` chose `chosen` of `sessions`.
    pub(super) fn of(selection: &Selection, chosen: usize, sessions: &[Judged]) -> Self {
        let addresses = |side: Side| {
            let all: BTreeSet<_> = sessions.iter().map(|judged| judged.case.endpoint(side).addr).collect();
            all.into_iter().take(ADDRESSES).map(|address| address.to_string()).collect()
        };
        let flows = || sessions.iter().map(|judged| &judged.case.flow);
        Self {
            by: selection.to_string(),
            chosen: chosen as u64,
            of: sessions.len() as u64,
            clients: addresses(Side::Client),
            servers: addresses(Side::Server),
            first_start: flows().map(|flow| flow.start()).min().map(moment),
            last_end: flows().map(|flow| flow.last.time).max().map(moment),
        }
    }
}
