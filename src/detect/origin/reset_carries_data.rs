//! One file, one observation.

use crate::case::{Case, Reset};
use crate::cause::Bearing;
use crate::detect::{Finding, Outcome};

declare_detector! {
    /// The reset carries data.
    ///
    /// ## Sees
    /// Octets behind the TCP header of the reset: words, the diagnostic payload that is being standardised, or the
    /// octets of the receiver's own last data.
    ///
    /// ## Means
    /// No common host stack puts data into a reset. Some appliances write the reason there in words (F5's BIG-IP its
    /// name and the cause), some programs reflect the packet they answer.
    ///
    /// ## Misleads when
    /// A host implements the diagnostic payload that is being standardised (magic 0x33AA), or an old Unix writes
    /// its reason (RFC 9293 §3.5.3 allows it). A BIG-IP is the server's address for its clients: then it is no stranger
    /// on the path. Who forges a reset can write any words.
    ///
    /// ## Needs
    /// The reset with the IP header's length.
    ///
    /// ## References
    /// RFC 9293 §3.5.3 (SHLD-2); draft-ietf-tcpm-rst-diagnostic-payload-01 (2026-04). BIG-IP's words
    /// as in public captures of its resets (`BIG-IP: [0x2664c65:2574] No flow found for ACK`), setting `tm.rstcause.pkt`.
    ResetCarriesData { id: "reset-carries-data", group: Data, examine: examine }
}

fn examine(case: &Case, reset: &Reset) -> Outcome {
    let segment = reset.segment();
    if segment.payload_len == 0 {
        return Outcome::Absent(Finding::new("no data in the reset", [segment.frame], Bearing::SILENT));
    }
    let data = Data::of(case, reset);
    let summary = format!("{} octets of data in the reset{}", segment.payload_len, data.words());
    let host = match data {
        // What was not captured may be a diagnostic payload, which hosts and boxes may send alike. Judgement.
        Data::Uncaptured | Data::Diagnostic(_) => -3,
        // Measured: two forged resets, no host's. No host stack in use is known to write any; that some may is judgement.
        Data::Other | Data::Text(_) => -17,
        // Eight octets of cipher do not meet by chance, and a BIG-IP says who it is; kept below what that allows, for
        // plain octets repeat and words can be forged. Judgement.
        Data::Reflected | Data::BigIp(_) => -23,
    };
    // Netfilter's rejects have none, other filters may. Judgement.
    let bearing = Bearing { path_filter: -8, ..Bearing::sides(host, 0) };
    Outcome::Present(Finding::new(summary, [segment.frame], bearing))
}

/// What the data are, as far as they were captured and kept.
enum Data {
    /// Not a word of them was captured.
    Uncaptured,
    /// The diagnostic payload of draft-ietf-tcpm-rst-diagnostic-payload with its reason code.
    Diagnostic(Option<u16>),
    /// The first octets of the receiver's last data.
    Reflected,
    /// Words of F5's BIG-IP.
    BigIp(String),
    /// Other words.
    Text(String),
    /// Something else.
    Other,
}

impl Data {
    fn of(case: &Case, reset: &Reset) -> Self {
        let data = reset.seen.payload.as_slice();
        let last = case.flow.half(reset.receiver()).last_octets;
        match data {
            [] | [_] => Self::Uncaptured,
            [0x33, 0xaa, code @ ..] => {
                Self::Diagnostic(code.first_chunk().map(|octets| u16::from_be_bytes(*octets)))
            }
            _ if last.is_some_and(|last| data.starts_with(&last)) => Self::Reflected,
            _ if data.iter().all(|octet| matches!(octet, b' '..=b'~' | b'\r' | b'\n' | b'\t')) => {
                let text: String = data.iter().map(|&octet| printable(octet)).collect();
                let text = text.trim().to_owned();
                if text.starts_with("BIG-IP: [") { Self::BigIp(text) } else { Self::Text(text) }
            }
            _ => Self::Other,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Uncaptured => ", which were not captured".into(),
            Self::Diagnostic(None) => ", a diagnostic payload (magic 0x33AA)".into(),
            Self::Diagnostic(Some(code)) => {
                let meaning = reason(*code).map(|words| format!(" ({words})")).unwrap_or_default();
                format!(", a diagnostic payload (magic 0x33AA) with reason {code}{meaning}")
            }
            Self::Reflected => ", the same as the last data of its receiver: a reflector".into(),
            Self::BigIp(text) => {
                format!(", in which a BIG-IP names itself and the cause: \u{201c}{text}\u{201d}")
            }
            Self::Text(text) => format!(", in words: \u{201c}{text}\u{201d}"),
            Self::Other => String::new(),
        }
    }
}

/// What the draft's code means, where its name says more than the number. 8 to 14 are for boxes on the path, too.
const fn reason(code: u16) -> Option<&'static str> {
    Some(match code {
        2 => "desynchronised",
        3 => "data after close",
        4 => "aborted",
        9 => "not authorised",
        10 => "out of resources",
        11 => "network failure",
        12 => "reset by the peer",
        13 => "destination unreachable",
        14 => "connection timed out",
        _ => return None,
    })
}

fn printable(octet: u8) -> char {
    if octet.is_ascii_graphic() { char::from(octet) } else { ' ' }
}
