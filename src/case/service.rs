//! How long the server's programs took, against how long its kernel took.

use crate::flow::{Flow, Side};
use crate::frame::FrameNo;
use crate::ssh::Transcript;
use crate::units::{Elapsed, Timestamp};

/// Times the server took to answer, the round trip to it left out. `None` where the capture does not show one.
///
/// A kernel acknowledges at once whatever its programs do: an acknowledgement that came long before the answer shows a path
/// that was well and a program that had no time, or waited for something else (a name, a directory, a disk).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// SYNs that the client sent until one was answered.
    pub syn_tries: u32,
    /// From the handshake to the server's first data.
    pub banner: Option<Elapsed>,
    /// From the client's key exchange message to the server's.
    pub key_exchange: Option<Elapsed>,
    /// From the client's last message before it to the answer that let the user in or refused.
    pub authentication: Option<Elapsed>,
    /// Time during which the server announced a closed window: nobody read what the client sent.
    pub closed_window: Elapsed,
}

impl Service {
    /// The server's part of `flow`.
    pub(super) fn of(flow: &Flow, transcript: &Transcript) -> Self {
        Self {
            syn_tries: syn_tries(flow),
            banner: banner(flow),
            key_exchange: key_exchange(flow, transcript),
            authentication: authentication(flow, transcript),
            closed_window: flow.half(Side::Server).closed_window,
        }
    }

    /// The longest of its waits.
    pub fn longest(&self) -> Option<Elapsed> {
        [self.banner, self.key_exchange, self.authentication].into_iter().flatten().max()
    }
}

fn syn_tries(flow: &Flow) -> u32 {
    let answered = flow.half(Side::Server).opened.map(|opened| opened.frame);
    let client = flow.end(Side::Client);
    let before = |frame: FrameNo| answered.is_none_or(|answered| frame < answered);
    let tries =
        flow.timeline.segments().filter(|it| it.from == client && it.flags.is_syn() && before(it.frame));
    u32::try_from(tries.count()).unwrap_or(u32::MAX)
}

fn banner(flow: &Flow) -> Option<Elapsed> {
    flow.half(Side::Client).round_trips.min?;
    since_accept(flow, flow.half(Side::Server).first_data?.time)
}

/// Time from the server's acceptance of the connection to what it sent at `moment`, wherever the capture was taken.
pub(super) fn since_accept(flow: &Flow, moment: Timestamp) -> Option<Elapsed> {
    let syn_ack = flow.half(Side::Server).opened?;
    // Between the SYN-ACK and the ACK that completes the handshake lies a round trip, of which each loop has its part.
    let loops = Side::BOTH.map(|side| flow.half(side).round_trips.min.map(|shortest| shortest.time));
    let round_trip = loops.into_iter().fold(Elapsed::ZERO, |sum, part| sum + part.unwrap_or_default());
    Some((moment.since(syn_ack.time) - round_trip).max_zero())
}

fn key_exchange(flow: &Flow, transcript: &Transcript) -> Option<Elapsed> {
    let asked = transcript.party.of(Side::Client).kex_message?.time;
    let answered = transcript.party.of(Side::Server).kex_message?.time;
    answer_time(flow, asked, answered)
}

fn authentication(flow: &Flow, transcript: &Transcript) -> Option<Elapsed> {
    let cipher = &transcript.cipher;
    let answer = cipher.success.or(cipher.last_failure)?;
    let client = flow.end(Side::Client);
    let mut asked = flow
        .timeline
        .segments()
        .filter(|it| it.from == client && it.payload_len > 0 && it.frame < answer.frame);
    answer_time(flow, asked.next_back()?.time, answer.time)
}

/// What of the time from a question to its answer the server itself took; `None` where the order is not that.
fn answer_time(flow: &Flow, asked: Timestamp, answered: Timestamp) -> Option<Elapsed> {
    let loop_to_server = flow.half(Side::Server).round_trips.min?.time;
    let waited = answered.since(asked);
    (waited >= Elapsed::ZERO).then(|| (waited - loop_to_server).max_zero())
}
