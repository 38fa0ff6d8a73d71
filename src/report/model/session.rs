//! One SSH connection.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Cause, Limit, Path, Point, Reset, Ssh, Step, Timer};

/// One SSH connection.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Session {
    /// Number in this report, from 1.
    pub id: u32,
    /// Community ID version 1, seed 0.
    pub community_id: String,
    /// What TCP did, in Zeek's letters.
    pub history: String,
    /// How it ended, in Zeek's words.
    pub conn_state: &'static str,
    /// Who opened the connection.
    pub client: Endpoint,
    /// Whom it was opened to.
    pub server: Endpoint,
    /// How it is known who opened it: `syn`, `syn-ack`, `banner`, `port`, `first-frame`.
    pub oriented_by: &'static str,
    /// Where the capture was taken.
    pub vantage: Vantage,
    /// Time of the first frame.
    pub start: String,
    /// Time of the last frame.
    pub end: String,
    /// Time between the two, in seconds.
    pub duration_s: f64,
    /// Seconds from the capture's first frame to the session's last, for drawings.
    #[serde(skip)]
    pub ended_at_s: f64,
    /// Frames, copies left out.
    pub frames: u64,
    /// Phase when it ended: `tcp-handshake`, `banner`, `kex`, `auth`, `session`, `closed`; null where the start
    /// is not in the capture and nothing tells.
    pub phase: Option<&'static str>,
    /// `reset`, `refused`, `close`, `silence`, `open`.
    pub ended_by: &'static str,
    /// Whose FIN came first: `client` or `server`; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<&'static str>,
    /// What went unanswered to the end of the capture; only with `silence`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unanswered: Option<Unanswered>,
    /// The ICMP error that answered the SYN; only with `refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// What the client's terminal must have shown, from its software, the phase and the end; null where unknown. Where
    /// no connection came about its program is not known, and the words are OpenSSH's.
    pub client_saw: Option<String>,
    /// The frames that tell its story, at most 30.
    pub exchange: Vec<Step>,
    /// What Wireshark shows of it alone: a display filter.
    pub display_filter: String,
    /// What the path was like.
    pub path: Path,
    /// What SSH did.
    pub ssh: Ssh,
    /// The decisive reset; absent when the session holds none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<Reset>,
    /// Why it ended.
    pub cause: Cause,
    /// Idle timers; absent when idleness is not in question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timer: Option<Timer>,
    /// What could not be seen of it.
    pub limits: Vec<Limit>,
    /// Its packets, for drawings; only where they were asked for.
    #[serde(skip)]
    pub trace: Vec<Point>,
}

/// Packets that went unanswered to the end of the capture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unanswered {
    /// Whose packets: `client` or `server`.
    pub sent_by: &'static str,
    /// The first of them.
    pub first_frame: u64,
    /// The last of them.
    pub last_frame: u64,
    /// How often something already sent was sent again.
    pub repeats: u32,
    /// What they were: `syn`, `data` or `keepalive-probe`.
    pub what: &'static str,
    /// When the first of them was sent: the connection was dead by then.
    pub dead_by: String,
    /// Last sign before that of packets getting through, or of the peer; absent where the capture holds none. The connection
    /// died between the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alive_at: Option<String>,
    /// Last packet of the client: the last sign of life of that host, repetitions into the void included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_from_client: Option<String>,
    /// Last packet of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_from_server: Option<String>,
    /// The other end was still heard: only one direction is dead.
    pub other_end_heard: bool,
    /// Octets of data in the largest segment that stayed unanswered.
    pub largest_octets: u32,
    /// Octets in the largest segment of the same end that is known to have arrived, where that is less: the path may carry
    /// only smaller packets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest_arrived_octets: Option<u32>,
}

/// An ICMP error in answer to the SYN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Refused {
    /// Who sent it: its IP address.
    pub by: String,
    /// Code of "destination unreachable" in ICMPv4's numbers (ICMPv6's are mapped by meaning).
    pub code: u8,
    /// Its frame.
    pub frame: u64,
}

/// One end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Endpoint {
    /// IPv4 or IPv6 address.
    pub ip: String,
    /// TCP port.
    pub port: u16,
}

/// Where the capture was taken.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Vantage {
    /// `client`, `client-side`, `middle`, `server-side`, `server`, `unknown`.
    pub place: &'static str,
    /// Between 0 and 1.
    pub confidence: f64,
}
