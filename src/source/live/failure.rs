//! Why a capture could not begin.

use thiserror::Error;

use super::interfaces;
use crate::source::Shown;

/// Why a capture could not begin.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LiveError {
    /// There is no such interface.
    #[error("there is no interface {}", Shown(.name))]
    Unknown {
        /// As given.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The system does not let this user capture.
    #[error("this user may not capture on {}: {}", Shown(.name), Shown(.words))]
    Permission {
        /// The interface.
        name: String,
        /// libpcap's words.
        words: String,
    },
    /// The interface is switched off.
    #[error("interface {} is down", Shown(.name))]
    Down {
        /// The interface.
        name: String,
    },
    /// libpcap could not open the interface for another reason.
    #[error("interface {} could not be opened: {}", Shown(.name), Shown(.words))]
    Interface {
        /// The interface.
        name: String,
        /// libpcap's words.
        words: String,
    },
    /// The words after `--` are not a filter for this interface.
    #[error("`{}` is not a capture filter: {}", Shown(.words), Shown(.fault))]
    Filter {
        /// The words.
        words: String,
        /// What libpcap says.
        fault: String,
    },
    /// Signals could not be listened to; the system's words.
    #[error("signals could not be listened to: {}", Shown(.0))]
    System(String),
}

impl LiveError {
    /// Tells why an interface could not be opened. The pcap crate drops libpcap's status and keeps its words only, so the
    /// list of interfaces is asked first.
    pub(super) fn of_interface(name: &str, error: &pcap::Error) -> Self {
        let (name, words) = (name.to_owned(), words(error));
        let listed = interfaces().unwrap_or_default();
        let this = listed.iter().find(|listed| listed.name == name);
        if this.is_none() && !listed.is_empty() {
            return Self::Unknown { name, known: listed.into_iter().map(|listed| listed.name).collect() };
        }
        // `EPERM`, `EACCES`, and libpcap's own hint, which comes without either.
        if ["ermission", "ermitted", "CAP_NET_RAW"].iter().any(|sign| words.contains(sign)) {
            return Self::Permission { name, words };
        }
        if this.is_some_and(|this| this.state == super::interfaces::DOWN) {
            return Self::Down { name };
        }
        Self::Interface { name, words }
    }
}

/// libpcap's words, without the crate's.
pub(super) fn words(error: &pcap::Error) -> String {
    match error {
        pcap::Error::PcapError(words) => words.clone(),
        other => other.to_string(),
    }
}
