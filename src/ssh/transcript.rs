//! What SSH was doing, as far as the capture shows: the values the case is built from.

use std::sync::Arc;

pub use super::event::{Certainty, Event, EventKind};
pub use super::offer::{Lists, Names, Offer};
use super::software::Software;
pub use crate::flow::{Pair, Side};
use crate::frame::FrameNo;
use crate::units::Timestamp;

/// How far SSH got. `TcpHandshake` and `Closed` are not SSH's to say and are decided in [`crate::case`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Not both identification strings seen.
    Banner,
    /// Both identification strings, not both NEWKEYS.
    Kex,
    /// In cipher, no sign that the user was let in.
    Auth,
    /// In cipher and, by sizes and order, past authentication.
    Session,
}

/// Where in the capture and in its stream something stood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Frame that carried its last octet.
    pub frame: FrameNo,
    /// When that frame passed.
    pub time: Timestamp,
    /// Octets of the direction's stream before it.
    pub offset: u64,
}

/// An identification string (RFC 4253 §4.2), octets as sent, without the line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    /// The whole line, or what the capture holds of it where its end is missing. Not to be shown unescaped.
    pub line: Vec<u8>,
    /// Where it stood.
    pub mark: Mark,
}

/// What both offers lead to (RFC 4253 §7.1): the first of the client's names that the server has too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Negotiated {
    /// Key exchange method.
    pub kex: String,
    /// Host key algorithm.
    pub host_key: String,
    /// Encryption, client to server.
    pub cipher_c2s: String,
    /// Encryption, server to client.
    pub cipher_s2c: String,
    /// MAC, client to server; empty where the cipher authenticates by itself (AEAD).
    pub mac_c2s: String,
    /// MAC, server to client; empty as above.
    pub mac_s2c: String,
    /// Compression, client to server.
    pub compression_c2s: String,
    /// Compression, server to client.
    pub compression_s2c: String,
}

/// The first list without a common name, in the order OpenSSH looks: kex, host key, then for each direction
/// cipher, MAC, compression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mismatch {
    /// Field name as in the contract: `kex`, `host_key`, `cipher_c2s`…
    pub what: &'static str,
    /// The client's offer, in its order, markers left out.
    pub client_offers: Vec<String>,
    /// The server's offer.
    pub server_offers: Vec<String>,
}

/// A DISCONNECT in clear (RFC 4253 §11.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disconnect {
    /// Reason code of RFC 4250 §4.2.2.
    pub code: u32,
    /// Description, octets as sent, cut at 512. Not to be shown unescaped.
    pub text: Vec<u8>,
    /// Where it stood.
    pub mark: Mark,
}

/// Text that stood where a packet or an identification string should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayText {
    /// The octets, cut at 512. Not to be shown unescaped.
    pub text: Vec<u8>,
    /// What it is, where sshrst knows it.
    pub known: Option<KnownText>,
    /// Where its first octet stood.
    pub mark: Mark,
}

/// Texts and protocols that sshrst knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KnownText {
    /// `Exceeded MaxStartups`: OpenSSH 8.2 to 9.7.
    ExceededMaxStartups,
    /// `Not allowed at this time`: OpenSSH from 9.8, `MaxStartups` or `PerSourcePenalties`.
    NotAllowedAtThisTime,
    /// `Invalid SSH identification string.`: OpenSSH from 8.0.
    InvalidIdentification,
    /// `Protocol mismatch.`: OpenSSH to 7.9, and others.
    ProtocolMismatch,
    /// `Protocol major versions differ.`
    MajorVersionsDiffer,
    /// An HTTP request or response.
    Http,
    /// A TLS record.
    Tls,
    /// A greeting `220 …` that names neither FTP nor SMTP, which both begin so (RFC 959 §5.4, RFC 5321 §3.1).
    FtpOrSmtp,
    /// The greeting of an FTP server.
    Ftp,
    /// The greeting of an SMTP server, or a client's EHLO or HELO.
    Smtp,
    /// The greeting of an IMAP server (RFC 9051 §7.1).
    Imap,
    /// The greeting of a POP3 server (RFC 1939 §4).
    Pop3,
    /// Telnet's option negotiation (RFC 854).
    Telnet,
    /// The version of an RFB (VNC) peer (RFC 6143 §7.1.1).
    Vnc,
    /// The greeting of an rsync daemon.
    Rsync,
    /// A SOCKS request.
    Socks,
    /// A PROXY protocol header.
    ProxyHeader,
    /// An RDP connection request (TPKT).
    Rdp,
    /// An identification string of SSH 1.x without compatibility.
    Ssh1,
}

/// A rule of the protocol that a side broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Kebab-case name.
    pub id: &'static str,
    /// Who broke it.
    pub side: Side,
    /// Where.
    pub mark: Mark,
    /// What was there and what was expected, in words.
    pub detail: String,
    /// Document and section.
    pub reference: &'static str,
}

/// One side of the transcript.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// Its identification string.
    pub banner: Option<Banner>,
    /// Lines before it, cut and counted by the limits.
    pub lines_before: Vec<Vec<u8>>,
    /// Its first KEXINIT.
    pub offer: Option<Offer>,
    /// Where that KEXINIT ended.
    pub kexinit: Option<Mark>,
    /// Where its first key exchange message (type 30 to 34) ended.
    pub kex_message: Option<Mark>,
    /// Where its NEWKEYS ended.
    pub newkeys: Option<Mark>,
    /// A DISCONNECT it sent in clear.
    pub disconnect: Option<Box<Disconnect>>,
    /// Text it sent where SSH should be.
    pub stray: Option<Box<StrayText>>,
    /// Clear-text packets it sent.
    pub clear_packets: u32,
    /// UNIMPLEMENTED messages it sent in clear.
    pub unimplemented: u32,
    /// Octets it sent after its NEWKEYS, as far as known.
    pub cipher_octets: u64,
    /// Packets walked after NEWKEYS where the length can be read; `None` where it cannot.
    pub cipher_packets: Option<u64>,
    /// Octets at its end that do not make up a whole packet: the stream was cut inside one.
    /// `None` where that cannot be told.
    pub cut_inside_packet: Option<bool>,
}

impl Party {
    /// The program that its identification string names; `None` without one, or where it is none of those known.
    pub fn software(&self) -> Option<Software> {
        Software::of(&self.banner.as_ref()?.line)
    }
}

/// A keepalive on the SSH level, recognised by size, direction and rhythm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keepalive {
    /// Probes seen.
    pub probes: u32,
    /// Median distance between probes, in nanoseconds; 0 with fewer than two.
    pub interval: crate::units::Elapsed,
    /// Probes at the end that got no answer.
    pub unanswered: u32,
    /// The first probe that was recognised.
    pub first: Mark,
    /// The last one.
    pub last: Mark,
}

/// Keys typed by the client's user, recognised by size, echo and pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typing {
    /// The first key.
    pub first: Mark,
    /// The last one.
    pub last: Mark,
    /// How many, those that hide others included.
    pub keys: u64,
    /// They hide in a stream of packets at a fixed interval (OpenSSH 9.5): `keys` is then no count of keys.
    pub hidden: bool,
}

/// A run of much data one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// Its first octets.
    pub first: Mark,
    /// Its last.
    pub last: Mark,
    /// Octets on the wire.
    pub octets: u64,
}

/// Key exchanges after the first, by the sizes of the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rekey {
    /// How many ended.
    pub count: u32,
    /// Where the first of them began.
    pub first: Option<Mark>,
    /// Where the last of them ended.
    pub last: Option<Mark>,
    /// One that both sides began and that has not ended.
    pub unfinished: Option<Mark>,
}

/// What could be told of the encrypted part from sizes and order, without a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cipher {
    /// SERVICE_ACCEPT, by position and size.
    pub service_accepted: Option<Mark>,
    /// USERAUTH_FAILURE messages, by size; the first one answers the `none` request.
    pub failures: u32,
    /// The first of them.
    pub first_failure: Option<Mark>,
    /// The last of them.
    pub last_failure: Option<Mark>,
    /// USERAUTH_SUCCESS, by size.
    pub success: Option<Mark>,
    /// The server's DISCONNECT `Too many authentication failures`, by size and what followed.
    pub too_many_failures: Option<Mark>,
    /// The client's DISCONNECT `disconnected by user`, by size and what followed.
    pub client_disconnect: Option<Mark>,
    /// What other than `success` shows that authentication is over. Words for the report.
    pub past_authentication: Option<&'static str>,
    /// The opening of a session channel, confirmed by the server.
    pub session_opened: Option<Mark>,
    /// Keys typed.
    pub typing: Option<Typing>,
    /// The last run of much data, by the side in SSH that sent it.
    pub bulk: Pair<Option<Box<Bulk>>>,
    /// The last such run that stopped, about a channel window behind the receiver's last word.
    pub stalled: Pair<Option<Box<Bulk>>>,
    /// Later key exchanges.
    pub rekey: Rekey,
    /// The server's CHANNEL_CLOSE behind the command's exit status: a normal end.
    pub server_finished: Option<Mark>,
    /// The cipher, inferred from sizes as the offers are not both in the capture.
    pub suite_inferred: Option<&'static str>,
    /// Keepalives that each side of the TCP connection sent, by size and rhythm.
    pub keepalive: Pair<Keepalive>,
    /// Why sizes say nothing here: compression, unusual padding, a hole. Words for the report.
    pub sizes_unusable: Option<&'static str>,
}

/// What SSH was doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// Each side's part.
    pub party: Pair<Party>,
    /// The algorithms, once both offers are known and have something in common in every list.
    pub negotiated: Option<Arc<Negotiated>>,
    /// The list in which they have nothing in common.
    pub mismatch: Option<Arc<Mismatch>>,
    /// Rules broken, in order of time.
    pub violations: Vec<Violation>,
    /// How many more there were than [`crate::limits::Limits::violations`].
    pub violations_omitted: u32,
    /// Whether both sides announce strict key exchange; `None` where an offer is not in the capture.
    pub strict_kex: Option<bool>,
    /// The encrypted part.
    pub cipher: Cipher,
    /// What happened in it, in order of time.
    pub events: Vec<Event>,
    /// How far it got; `None` where the start or one direction is not in the capture and nothing tells.
    pub phase: Option<Phase>,
    /// One side has sent too few octets to be in cipher, whether the capture holds them or not.
    pub before_cipher: bool,
    /// The side that opened the TCP connection acts as the SSH server (reverse SSH, call home: RFC 8071). What
    /// `negotiated`, `mismatch` and `cipher` call client and server are then the SSH roles, and the client's
    /// direction is the server's in [`Pair`]s.
    pub reversed: bool,
}

impl Transcript {
    /// Whether somebody spoke SSH: an identification string was seen.
    pub fn speaks(&self) -> bool {
        Side::BOTH.into_iter().any(|side| self.party.of(side).banner.is_some())
    }
}
