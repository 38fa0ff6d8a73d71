//! What SSH did.

use schemars::JsonSchema;
use serde::Serialize;

use super::Encrypted;

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
    /// HASSH of its offer.
    pub hassh: Option<String>,
    /// Text it sent where SSH should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Reason code and description of a DISCONNECT it sent in clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disconnect: Option<String>,
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

/// A list without a common entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Mismatch {
    /// Which: a field of `negotiated`.
    pub what: &'static str,
    /// The client's offer, in its order.
    pub client_offers: Vec<String>,
    /// The server's offer.
    pub server_offers: Vec<String>,
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
