//! What the path was like.

use schemars::JsonSchema;
use serde::Serialize;

use super::build::seconds;
use crate::case::{Case, Sent};
use crate::flow::{Flow, Half, Side, Unanswered};
use crate::report::moment;
use crate::units::Elapsed;

/// Round trips, losses, waits. A field is absent where it could not be measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
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
    /// The same from the client's key exchange message to the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_key_exchange_ms: Option<f64>,
    /// The same to the answer that let the user in, or else to the last refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_authentication_ms: Option<f64>,
    /// SYNs of the client until one was answered; 0 where none is in the capture.
    pub syn_tries: u32,
    /// Where packets of each direction were lost.
    pub lost: Lost,
    /// The last minute of the connection.
    pub last_minute: Recent,
    /// Waits of an end for an acknowledgement with at least three repetitions: for each end the most insistent that was
    /// answered in the end, and the last one where it never was.
    pub outages: Vec<Outage>,
}

/// Retransmitted segments with data, by whether the capture point had seen their octets before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lost {
    /// The client's that had never passed here: lost between the client and the capture point.
    pub c2s_before_here: u64,
    /// The client's that had passed here: lost behind the capture point, or their acknowledgement was.
    pub c2s_behind_here: u64,
    /// The server's that had never passed here.
    pub s2c_before_here: u64,
    /// The server's that had passed here.
    pub s2c_behind_here: u64,
}

/// The path in the last minute of the connection, or in what is kept of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Recent {
    /// How much time was looked at, seconds.
    pub span_s: f64,
    /// Shortest round trip between the ends, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtt_min_ms: Option<f64>,
    /// Round trip at the 95th percentile, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtt_p95_ms: Option<f64>,
    /// Share of the client's data segments that were retransmissions; absent without data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retransmitted_share_c2s: Option<f64>,
    /// Share of the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retransmitted_share_s2c: Option<f64>,
}

/// A wait in which one end repeated itself.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Outage {
    /// Who repeated itself: `client` or `server`.
    pub sent_by: &'static str,
    /// The first packet that was not answered at once.
    pub first_frame: u64,
    /// When it was sent.
    pub start: String,
    /// Time to the last repetition, seconds.
    pub length_s: f64,
    /// Repetitions.
    pub repeats: u32,
    /// Answered in the end: TCP lived through it.
    pub survived: bool,
}

impl Path {
    /// Measures the path of `case`.
    pub(super) fn of(case: &Case) -> Self {
        let flow = &case.flow;
        let service = case.service();
        let millis = |time: Option<Elapsed>| time.map(Elapsed::as_millis_f64);
        let sum = |of: &dyn Fn(Side) -> Option<Elapsed>| {
            let total = of(Side::Client)? + of(Side::Server)?;
            Some(total.as_millis_f64())
        };
        Self {
            rtt_min_ms: millis(flow.shortest_round_trip()),
            rtt_p95_ms: sum(&|side| flow.half(side).round_trips.quantile(0.95)),
            retransmitted_share_c2s: retransmitted(flow, Side::Client),
            retransmitted_share_s2c: retransmitted(flow, Side::Server),
            zero_window_s: Side::BOTH.map(|side| flow.half(side).closed_window.as_secs_f64()).iter().sum(),
            server_think_ms: millis(service.banner),
            server_key_exchange_ms: millis(service.key_exchange),
            server_authentication_ms: millis(service.authentication),
            syn_tries: service.syn_tries,
            lost: lost(flow),
            last_minute: last_minute(case),
            outages: Side::BOTH.into_iter().flat_map(|side| outages(flow, side)).collect(),
        }
    }
}

fn retransmitted(flow: &Flow, side: Side) -> f64 {
    let half = flow.half(side);
    let all = half.data_segments + half.retransmitted;
    if all == 0 { 0.0 } else { half.retransmitted as f64 / all as f64 }
}

fn lost(flow: &Flow) -> Lost {
    let [client, server] = Side::BOTH.map(|side| flow.half(side).losses);
    Lost {
        c2s_before_here: client.ahead,
        c2s_behind_here: client.behind,
        s2c_before_here: server.ahead,
        s2c_behind_here: server.behind,
    }
}

fn last_minute(case: &Case) -> Recent {
    let minute = case.last_minute();
    let [client, server] = &minute.sides;
    let sum = |client: Option<Elapsed>, server: Option<Elapsed>| Some((client? + server?).as_millis_f64());
    let shortest = |sent: &Sent| sent.round_trips.min.map(|shortest| shortest.time);
    Recent {
        span_s: seconds(minute.span),
        rtt_min_ms: sum(shortest(client), shortest(server)),
        rtt_p95_ms: sum(client.round_trips.quantile(0.95), server.round_trips.quantile(0.95)),
        retransmitted_share_c2s: client.retransmitted_share(),
        retransmitted_share_s2c: server.retransmitted_share(),
    }
}

fn outages(flow: &Flow, side: Side) -> impl Iterator<Item = Outage> {
    let half = flow.half(side);
    // Where the other direction was not captured every wait looks long.
    let seen = flow.half(!side).packets > 0 || half.acked.is_none();
    let long = move |owed: &Unanswered| seen && owed.repeats >= Half::OUTAGE;
    let outage = move |owed: Unanswered, survived: bool| Outage {
        sent_by: side.word(),
        first_frame: owed.first.frame.0,
        start: moment(owed.first.time),
        length_s: seconds(owed.last.time.since(owed.first.time).max_zero()),
        repeats: owed.repeats,
        survived,
    };
    let survived = half.outage.filter(long).map(|owed| outage(owed, true));
    survived.into_iter().chain(half.unanswered.filter(long).map(|owed| outage(owed, false)))
}
