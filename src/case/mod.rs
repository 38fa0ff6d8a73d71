//! Everything a detector may look at, frozen.

mod ending;
mod host;
mod reset;
mod vantage;
mod visibility;

pub use ending::Ending;
pub use host::{Host, Hosts};
pub use reset::{Form, Reset, Role, Trigger};
pub use vantage::{Spot, Vantage};
pub use visibility::{Blind, BlindKind};

use crate::flow::{Flow, Pair, Side, Silence};
use crate::ssh::{Phase, Transcript};
use crate::units::Timestamp;
use crate::wire::Endpoint;

/// How far the connection got, TCP's part included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Progress {
    /// The three-way handshake was not complete.
    TcpHandshake,
    /// Not both identification strings.
    Banner,
    /// Not both NEWKEYS.
    Kex,
    /// In cipher, the user not yet let in.
    Auth,
    /// In cipher, past authentication.
    Session,
    /// The end came after an orderly close.
    Closed,
}

impl Progress {
    /// The contract's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TcpHandshake => "tcp-handshake",
            Self::Banner => "banner",
            Self::Kex => "kex",
            Self::Auth => "auth",
            Self::Session => "session",
            Self::Closed => "closed",
        }
    }
}

/// One connection with all that is known of it. The only argument of a detector.
#[derive(Clone, Debug)]
pub struct Case {
    /// What TCP did.
    pub flow: Flow,
    /// What SSH did.
    pub transcript: Transcript,
    /// The decisive reset, if there was one.
    pub reset: Option<Reset>,
    /// How it ended.
    pub ending: Ending,
    /// How far it got; `None` where the start is not in the capture and nothing tells.
    pub progress: Option<Progress>,
    /// Where it was seen.
    pub vantage: Vantage,
    /// What was not visible.
    pub blind: Vec<Blind>,
    /// What other connections of the capture show of the two hosts.
    pub hosts: Pair<Host>,
    /// Last moment of the capture.
    pub capture_end: Timestamp,
}

impl Case {
    /// Freezes one connection. `capture_end`: the time of the capture's last frame.
    pub fn new(flow: Flow, transcript: Transcript, hosts: Pair<Host>, capture_end: Timestamp) -> Self {
        let reset = Reset::decisive(&flow);
        let ending = ending::of(&flow, reset.as_ref(), capture_end);
        let progress = progress(&flow, reset.as_ref(), &transcript, ending);
        let (vantage, blind) = (vantage::of(&flow), visibility::of(&flow));
        Self { flow, transcript, reset, ending, progress, vantage, blind, hosts, capture_end }
    }

    /// Address and port of `side`.
    pub fn endpoint(&self, side: Side) -> Endpoint {
        self.flow.key.at(self.flow.end(side))
    }

    /// The silence that led to the end, and the longest one survived before.
    pub fn silence(&self) -> (Option<Silence>, Option<Silence>) {
        match &self.reset {
            Some(reset) => (reset.seen.silence, reset.seen.survived),
            None => (self.flow.silences.leading_here(), self.flow.silences.longest_survived()),
        }
    }

    /// Whether the capture is blind in the given way.
    pub fn is_blind(&self, kind: BlindKind) -> bool {
        self.blind.iter().any(|blind| blind.kind == kind)
    }
}

fn progress(flow: &Flow, reset: Option<&Reset>, transcript: &Transcript, ending: Ending) -> Option<Progress> {
    if !flow.is_established() {
        // A lone reset may have ended anything, unless its form tells that it answers a SYN.
        let lone = Side::BOTH.into_iter().all(|side| flow.half(side).packets == 0);
        let answers_syn = reset.is_some_and(|reset| reset.form == Form::SynAnswer);
        return (!lone || answers_syn).then_some(Progress::TcpHandshake);
    }
    let orderly = Side::BOTH.into_iter().all(|side| flow.half(side).fin.is_some());
    Some(match transcript.phase? {
        Phase::Banner => Progress::Banner,
        Phase::Kex => Progress::Kex,
        Phase::Auth => Progress::Auth,
        Phase::Session if orderly && ending == Ending::Close => Progress::Closed,
        Phase::Session => Progress::Session,
    })
}
