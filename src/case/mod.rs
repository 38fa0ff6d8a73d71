//! Everything a detector may look at, frozen.

mod clock;
mod ending;
mod host;
mod last_minute;
mod reset;
mod service;
mod stack;
mod stamps;
mod vantage;
mod visibility;

pub use ending::{Death, Ending};
pub use host::{Answer, Host, HostId, Hosts, Sight};
pub use last_minute::{LastMinute, Sent};
pub use reset::{Form, Reset, Role, Trigger};
pub use service::Service;
pub use stack::{Generator, Stack, Sums};
pub use stamps::StampClock;
pub use vantage::{Spot, Vantage};
pub use visibility::{Blind, BlindKind};

use crate::flow::{Flow, Loop, Moment, Pair, Pauses, Side, Silence};
use crate::ssh::{Phase, Transcript};
use crate::units::{Elapsed, Timestamp};
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
    /// What TCP did. In its own place: it is a third of all, and stays where it was made.
    pub flow: Box<Flow>,
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
    pub fn new(
        flow: impl Into<Box<Flow>>,
        mut transcript: Transcript,
        hosts: Pair<Host>,
        capture_end: Timestamp,
    ) -> Self {
        let flow = flow.into();
        let reset = Reset::decisive(&flow, &hosts);
        let ending = ending::of(&flow, reset.as_ref(), capture_end);
        let progress = progress(&flow, reset.as_ref(), &transcript, ending);
        let vantage = vantage::of(&flow, &hosts);
        let mut blind = visibility::of(&flow);
        blind.extend(visibility::of_transcript(&transcript));
        if blind.iter().any(|blind| blind.kind == BlindKind::Multipath) {
            // The stream of one path is not SSH's stream: what looks like a broken rule is on another path.
            transcript.violations.clear();
        }
        Self { flow, transcript, reset, ending, progress, vantage, blind, hosts, capture_end }
    }

    /// Address and port of `side`.
    pub fn endpoint(&self, side: Side) -> Endpoint {
        self.flow.key.at(self.flow.end(side))
    }

    /// The same between segments with data: a pause, which keepalive probes and bare acknowledgements do not end.
    pub fn pauses(&self) -> Pauses {
        match &self.reset {
            Some(reset) => reset.seen.pause,
            None => self.flow.pauses.pauses(),
        }
    }

    /// The silence that led to the end, and the longest one survived before.
    pub fn silence(&self) -> (Option<Silence>, Option<Silence>) {
        match &self.reset {
            Some(reset) => (reset.seen.silence, reset.seen.survived),
            None => (self.flow.silences.leading_here(), self.flow.silences.longest_survived()),
        }
    }

    /// Shortest silence that a network's timer can explain. Real ones are longer (the shortest default in the catalogue is
    /// 30 s), but rules and laboratories use seconds.
    pub const IDLE: Elapsed = Elapsed::from_secs(2);

    /// The shortest default among the timers of proxies in the catalogue.
    pub const SHORTEST_TIMER: Elapsed = Elapsed::from_secs(30);

    /// The silence before the end, if it is long enough to be a timer's.
    pub fn idle(&self) -> Option<Silence> {
        self.silence().0.filter(|silence| silence.length >= Self::IDLE)
    }

    /// How it died without a word; `None` where it ended otherwise.
    pub fn death(&self) -> Option<Death> {
        (self.ending == Ending::Silence).then(|| Death::of(&self.flow, self.capture_end))?
    }

    /// What the path was like shortly before the end.
    pub fn last_minute(&self) -> LastMinute {
        LastMinute::of(&self.flow)
    }

    /// How long the server's programs took.
    pub fn service(&self) -> Service {
        Service::of(&self.flow, &self.transcript)
    }

    /// For how long the client and the server had sent nothing when the silence before the end was over; `None` where the
    /// capture, or what is kept of it, does not hold that end's last packet.
    pub fn quiet_before_end(&self) -> [Option<Elapsed>; 2] {
        let Some(silence) = self.silence().0 else { return [None, None] };
        let timeline = &self.flow.timeline;
        Side::BOTH.map(|side| {
            let from = self.flow.end(side);
            let mut sent = timeline
                .segments()
                .filter(|it| it.from == from && it.frame <= silence.before && !it.flags.rst());
            let last = sent.next_back()?.time;
            // Between the head and the tail of the timeline there may have been others.
            let kept = timeline.dropped == 0 || Some(last) >= timeline.tail_begins();
            kept.then(|| (silence.since + silence.length).since(last))
        })
    }

    /// The side whose FIN came first, and where.
    pub fn first_fin(&self) -> Option<(Side, Moment)> {
        let fins =
            Side::BOTH.into_iter().filter_map(|side| self.flow.half(side).fin.map(|(fin, _)| (side, fin)));
        fins.min_by_key(|(_, fin)| fin.frame)
    }

    /// Time from the server's acceptance of the connection to what it sent at `moment`, wherever the capture was taken; `None`
    /// without its SYN-ACK.
    pub fn since_accept(&self, moment: Timestamp) -> Option<Elapsed> {
        service::since_accept(&self.flow, moment)
    }

    /// The shortest loop from the capture point to the host of `side`, in this connection or another.
    pub fn shortest_loop(&self, side: Side) -> Option<Loop> {
        reset::shortest_loop(&self.flow, self.hosts.of(side), side)
    }

    /// By how much a difference of two times of the connection can be wrong, as far as its packets show.
    pub fn time_error(&self) -> Elapsed {
        clock::exactness(&self.flow)
    }

    /// Whether packets of `side` are known to have passed uncaptured: then its last ones in the capture need not be its last.
    pub fn misses_packets_of(&self, side: Side) -> bool {
        self.flow.half(side).assembler.missing > 0
    }

    /// Whether both ends are one host: its packets never leave it, and no path lies between.
    pub fn is_within_one_host(&self) -> bool {
        let [client, server] = Side::BOTH.map(|side| self.endpoint(side).addr);
        client == server || client.is_loopback() || server.is_loopback()
    }

    /// Whether the capture is blind in the given way.
    pub fn is_blind(&self, kind: BlindKind) -> bool {
        self.blind.iter().any(|blind| blind.kind == kind)
    }
}

/// Whether both ends closed, and the client first or after its good-bye: a server that closes first has lost its process.
fn orderly(flow: &Flow, transcript: &Transcript) -> bool {
    let fin = |side: Side| flow.half(side).fin.map(|(fin, _)| fin.frame);
    let Some((client, server)) = fin(Side::Client).zip(fin(Side::Server)) else { return false };
    let said_goodbye = transcript.cipher.client_disconnect.is_some_and(|mark| mark.frame < server);
    client < server || said_goodbye
}

fn progress(flow: &Flow, reset: Option<&Reset>, transcript: &Transcript, ending: Ending) -> Option<Progress> {
    if !flow.is_established() {
        // A lone reset may have ended anything, unless its form tells that it answers a SYN.
        let lone = Side::BOTH.into_iter().all(|side| flow.half(side).packets == 0);
        let answers_syn = reset.is_some_and(|reset| reset.form == Form::SynAnswer);
        return (!lone || answers_syn).then_some(Progress::TcpHandshake);
    }
    let orderly = orderly(flow, transcript);
    Some(match transcript.phase? {
        Phase::Banner => Progress::Banner,
        Phase::Kex => Progress::Kex,
        Phase::Auth => Progress::Auth,
        Phase::Session if orderly && ending == Ending::Close => Progress::Closed,
        Phase::Session => Progress::Session,
    })
}

#[cfg(test)]
pub(crate) mod tests;
