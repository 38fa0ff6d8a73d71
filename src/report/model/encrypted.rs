//! What SSH did in cipher, as far as sizes and order tell.

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::moment;
use crate::ssh::{self, Certainty, Transcript};

/// The encrypted part of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Encrypted {
    /// What the client sent.
    pub client: EncryptedStream,
    /// What the server sent.
    pub server: EncryptedStream,
    /// The cipher, where it is inferred from sizes as the offers are not both in the capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cipher_inferred: Option<&'static str>,
    /// Why sizes say nothing: compression, a hole, an unknown cipher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sizes_unusable: Option<&'static str>,
    /// What happened, in order of time.
    pub events: Vec<Event>,
}

/// One direction in cipher.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EncryptedStream {
    /// Octets since NEWKEYS, as far as known.
    pub octets: u64,
    /// Packets, walked from length to length up to the last octet; null where the lengths are encrypted or lost.
    pub packets: Option<u64>,
    /// Whether the stream ends inside a packet; null where that cannot be told.
    pub cut_inside_packet: Option<bool>,
}

/// Something that happened in cipher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Event {
    /// Kebab-case name.
    pub id: &'static str,
    /// Whose doing: `client` or `server` of the TCP connection.
    pub side: &'static str,
    /// Frames of its beginning and its end, one if they are the same.
    pub frames: Vec<u64>,
    /// When it began.
    pub time: String,
    /// Messages, keys or probes; octets of bulk.
    pub count: u64,
    /// `sure`: lengths were read, and nothing else fits. `likely`: sizes, order and times fit.
    pub certainty: &'static str,
}

/// The encrypted part of `transcript`; none where nothing was encrypted.
pub(super) fn encrypted(transcript: &Transcript) -> Option<Encrypted> {
    let party = &transcript.party;
    let begun = |party: &ssh::Party| party.newkeys.is_some() || party.cipher_octets > 0;
    (begun(&party.client) || begun(&party.server)).then(|| Encrypted {
        client: stream(&party.client),
        server: stream(&party.server),
        cipher_inferred: transcript.cipher.suite_inferred,
        sizes_unusable: transcript.cipher.sizes_unusable,
        events: transcript.events.iter().map(event).collect(),
    })
}

const fn stream(party: &ssh::Party) -> EncryptedStream {
    EncryptedStream {
        octets: party.cipher_octets,
        packets: party.cipher_packets,
        cut_inside_packet: party.cut_inside_packet,
    }
}

fn event(event: &ssh::Event) -> Event {
    let mut frames = vec![event.first.frame.0, event.last.frame.0];
    frames.dedup();
    Event {
        id: event.kind.id(),
        side: event.side.word(),
        frames,
        time: moment(event.first.time),
        count: event.count,
        certainty: match event.certainty {
            Certainty::Sure => "sure",
            Certainty::Likely => "likely",
        },
    }
}
