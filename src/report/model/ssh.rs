//! What SSH did.

use schemars::JsonSchema;
use serde::Serialize;

use super::build::{round, seconds};
use super::encrypted::encrypted;
use super::{Encrypted, Mismatch};
use crate::case::Case;
use crate::flow::Side;
use crate::report::escape::{escaped, excerpt};
use crate::report::hassh::hassh;
use crate::ssh::{self, Transcript};

/// The SSH part of a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Ssh {
    /// The client.
    pub client: Party,
    /// The server.
    pub server: Party,
    /// The algorithms both agreed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negotiated: Option<Negotiated>,
    /// The first list in which they have nothing in common.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mismatch: Option<Mismatch>,
    /// Rules of the protocol that a side broke.
    pub violations: Vec<Violation>,
    /// What else the clear part shows that is worth knowing and ended nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Keepalives.
    pub keepalive: Keepalive,
    /// What was encrypted, and what can be told of it without a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<Encrypted>,
}

/// One side. Text a peer sent is escaped: octets outside printable ASCII appear as `\xNN`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Party {
    /// Its identification string; null if none was seen.
    pub banner: Option<String>,
    /// Software and version it names.
    pub software: Option<String>,
    /// HASSH (for a server: HASSHServer) of its offer: a label, no proof of anything.
    pub hassh: Option<String>,
    /// Text it sent where SSH should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What that text is; absent where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_is: Option<&'static str>,
    /// Reason code and description of a DISCONNECT it sent in clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disconnect: Option<String>,
    /// How often it answered UNIMPLEMENTED in clear to what its peer sent; absent for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unimplemented: Option<u32>,
}

/// The algorithms both agreed on (RFC 4253 §7.1). An empty MAC: the cipher authenticates by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Negotiated {
    /// Key exchange.
    pub kex: String,
    /// Host key.
    pub host_key: String,
    /// Cipher, client to server.
    pub cipher_c2s: String,
    /// Cipher, server to client.
    pub cipher_s2c: String,
    /// MAC, client to server.
    pub mac_c2s: String,
    /// MAC, server to client.
    pub mac_s2c: String,
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Violation {
    /// Kebab-case name.
    pub id: &'static str,
    /// Who broke it.
    pub side: &'static str,
    /// Frames.
    pub frames: Vec<u64>,
    /// Octets of the side's stream before it.
    pub stream_offset: u64,
    /// What was there and what was expected.
    pub detail: String,
    /// Document and section.
    pub reference: &'static str,
}

/// Something worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Note {
    /// Kebab-case name.
    pub id: &'static str,
    /// In words.
    pub detail: String,
    /// Document and section.
    pub reference: &'static str,
}

/// Distances between keepalives, seconds; null where none were seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Keepalive {
    /// SSH keepalives of the client (ServerAliveInterval).
    pub client_interval_s: Option<f64>,
    /// SSH keepalives of the server (ClientAliveInterval).
    pub server_interval_s: Option<f64>,
    /// TCP keepalive probes of either.
    pub tcp_interval_s: Option<f64>,
}

impl Ssh {
    /// What is said of the SSH part of `case`.
    pub(super) fn of(case: &Case) -> Self {
        let transcript = &case.transcript;
        Self {
            client: party(transcript, Side::Client),
            server: party(transcript, Side::Server),
            negotiated: transcript.negotiated.as_deref().map(negotiated),
            mismatch: Mismatch::of(case),
            violations: transcript.violations.iter().map(violation).collect(),
            notes: terrapin(transcript).into_iter().collect(),
            keepalive: keepalive(case),
            encrypted: encrypted(transcript),
        }
    }
}

fn negotiated(agreed: &ssh::Negotiated) -> Negotiated {
    Negotiated {
        kex: agreed.kex.clone(),
        host_key: agreed.host_key.clone(),
        cipher_c2s: agreed.cipher_c2s.clone(),
        cipher_s2c: agreed.cipher_s2c.clone(),
        mac_c2s: agreed.mac_c2s.clone(),
        mac_s2c: agreed.mac_s2c.clone(),
    }
}

fn violation(violation: &ssh::Violation) -> Violation {
    Violation {
        id: violation.id,
        side: violation.side.word(),
        frames: vec![violation.mark.frame.0],
        stream_offset: violation.mark.offset,
        detail: violation.detail.clone(),
        reference: violation.reference,
    }
}

fn terrapin(transcript: &Transcript) -> Option<Note> {
    let cipher = transcript
        .negotiated
        .as_ref()?
        .truncatable_cipher()
        .filter(|_| transcript.strict_kex == Some(false))?;
    Some(Note {
        id: "terrapin-exposed",
        detail: format!(
            "{cipher} without strict key exchange on both sides: somebody on the path could cut off the first messages in cipher (Terrapin)"
        ),
        reference: "CVE-2023-48795; OpenSSH PROTOCOL 1.10",
    })
}

fn keepalive(case: &Case) -> Keepalive {
    let interval = |side: Side| {
        let keepalive = case.transcript.cipher.keepalive.of(side);
        (keepalive.probes > 1).then(|| round(seconds(keepalive.interval), 3))
    };
    let probes = Side::BOTH.into_iter().filter_map(|side| case.flow.half(side).probe_interval);
    Keepalive {
        client_interval_s: interval(Side::Client),
        server_interval_s: interval(Side::Server),
        tcp_interval_s: probes.min().map(|interval| round(seconds(interval), 3)),
    }
}

fn party(transcript: &Transcript, side: Side) -> Party {
    let party = transcript.party.of(side);
    let banner = party.banner.as_ref().map(|banner| banner.line.as_slice());
    let role = if transcript.reversed { !side } else { side };
    let said = party.disconnect.as_ref();
    Party {
        banner: banner.map(excerpt),
        software: banner.and_then(software),
        hassh: party.offer.as_ref().and_then(|offer| hassh(&offer.lists, role)),
        text: party.stray.as_ref().map(|stray| excerpt(&stray.text)),
        text_is: party.stray.as_ref().and_then(|stray| stray.known).map(ssh::KnownText::title),
        disconnect: said.map(|said| format!("{}: {}", said.code, excerpt(&said.text))),
        unimplemented: Some(party.unimplemented).filter(|&count| count > 0),
    }
}

/// Software and version of an identification string: `OpenSSH_9.2p1 Debian-2` is OpenSSH 9.2p1.
pub(in crate::report) fn software(banner: &[u8]) -> Option<String> {
    let mut parts = banner.splitn(3, |&octet| octet == b'-');
    let (_, _, software) = (parts.next()?, parts.next()?, parts.next()?);
    let name = software.split(|&octet| octet == b' ').next()?;
    Some(escaped(name).replacen('_', " ", 1))
}
