//! What the path was like.

use schemars::JsonSchema;
use serde::Serialize;

use crate::case::Case;
use crate::flow::{Flow, Side};
use crate::units::Elapsed;

/// Round trips, losses, waits. A field is absent where it could not be measured.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Path {
    /// Shortest round trip between the ends, milliseconds: the shortest loops to both sides of the capture point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtt_min_ms: Option<f64>,
    /// The same at the 95th percentile of the last samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtt_p95_ms: Option<f64>,
    /// Share of the client's data segments that were retransmissions.
    pub retransmitted_share_c2s: f64,
    /// Share of the server's.
    pub retransmitted_share_s2c: f64,
    /// Time during which either end announced a closed window, seconds.
    pub zero_window_s: f64,
    /// Time from the handshake's end to the server's first data, less the round trip, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_think_ms: Option<f64>,
}

impl Path {
    /// Measures the path of `case`.
    pub(super) fn of(case: &Case) -> Self {
        let flow = &case.flow;
        let sum = |of: &dyn Fn(Side) -> Option<Elapsed>| {
            let total = of(Side::Client)? + of(Side::Server)?;
            Some(total.as_millis_f64())
        };
        let shortest = |side: Side| flow.half(side).round_trips.min.map(|shortest| shortest.time);
        Self {
            rtt_min_ms: sum(&shortest),
            rtt_p95_ms: sum(&|side| flow.half(side).round_trips.quantile(0.95)),
            retransmitted_share_c2s: retransmitted(flow, Side::Client),
            retransmitted_share_s2c: retransmitted(flow, Side::Server),
            zero_window_s: Side::BOTH.map(|side| flow.half(side).closed_window.as_secs_f64()).iter().sum(),
            server_think_ms: server_think(case),
        }
    }
}

fn retransmitted(flow: &Flow, side: Side) -> f64 {
    let half = flow.half(side);
    let all = half.data_segments + half.retransmitted;
    if all == 0 { 0.0 } else { half.retransmitted as f64 / all as f64 }
}

fn server_think(case: &Case) -> Option<f64> {
    let first = case.flow.half(Side::Server).first_data?;
    Some(case.since_accept(first.time)?.as_millis_f64())
}
