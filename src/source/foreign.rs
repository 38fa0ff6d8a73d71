//! Inputs that are known but not read, and how each is turned into one that is.

use std::fmt;

use super::ByteOrder;

/// A kind of input that is recognised and refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Compressed; the program that decompresses to standard output.
    Compressed {
        /// The format's name.
        format: &'static str,
        /// The command, to which the file's name is added.
        command: &'static str,
    },
    /// An archive, which may hold captures; the program that unpacks it.
    Archive {
        /// The format's name.
        format: &'static str,
        /// The command, to which the file's name is added.
        command: &'static str,
    },
    /// Another capture format, which Wireshark's `editcap` converts.
    Capture(&'static str),
    /// A Windows event trace: `pktmon` or `netsh trace`.
    EventTrace,
    /// A Bluetooth capture, in which there is no TCP.
    Bluetooth,
    /// A pcapng that was copied as text: its line ends were changed.
    TextMode,
    /// Text, such as printed packets.
    Text,
}

/// Magics at an input's first octet. Compressed formats: RFC 1952 §2.3.1, RFC 8878 §3.1.1, lz4 frame format 1.6.3, xz file
/// format 1.1.0 §2.1.1.1, bzip2's `BZh`; capture formats: RFC 1761 (snoop) and the readers of Wireshark's wiretap folder.
const MAGICS: &[(&[u8], Foreign)] = &[
    (b"\x1f\x8b", Foreign::Compressed { format: "gzip", command: "gzip -dc" }),
    (b"\x28\xb5\x2f\xfd", Foreign::Compressed { format: "zstd", command: "zstd -dc" }),
    (b"\x04\x22\x4d\x18", Foreign::Compressed { format: "lz4", command: "lz4 -dc" }),
    (b"\xfd7zXZ\0", Foreign::Compressed { format: "xz", command: "xz -dc" }),
    (b"BZh", Foreign::Compressed { format: "bzip2", command: "bzip2 -dc" }),
    (b"\x1f\x9d", Foreign::Compressed { format: "compress", command: "gzip -dc" }),
    (b"PK\x03\x04", Foreign::Archive { format: "zip", command: "unzip" }),
    (b"7z\xbc\xaf\x27\x1c", Foreign::Archive { format: "7z", command: "7z x" }),
    (b"snoop\0\0\0", Foreign::Capture("Solaris snoop")),
    (b"RTSS", Foreign::Capture("Microsoft Network Monitor 1")),
    (b"GMBU", Foreign::Capture("Microsoft Network Monitor 2")),
    (b"TRSNIFF data    \x1a", Foreign::Capture("Network General Sniffer")),
    (b"XCP\0", Foreign::Capture("Network Associates Sniffer")),
    (b"iptrace 1.0", Foreign::Capture("AIX iptrace")),
    (b"iptrace 2.0", Foreign::Capture("AIX iptrace")),
    (b"btsnoop\0", Foreign::Bluetooth),
    // The pcapng magic 0a0d0d0a with its line ends changed: CR LF to LF, LF to CR LF (pcapng draft §4.1).
    (b"\x0a\x0d\x0a", Foreign::TextMode),
    (b"\x0d\x0a\x0d\x0d\x0d\x0a", Foreign::TextMode),
];

impl Foreign {
    /// What an input with these first octets and this name is, if it is one of those.
    ///
    /// The name decides only for ERF, which has no magic, and for an event trace of which too little is at hand.
    pub(super) fn recognise(first: &[u8], name: &str) -> Option<Self> {
        let by_magic = MAGICS.iter().find(|(magic, _)| first.starts_with(magic)).map(|&(_, foreign)| foreign);
        if by_magic.is_none() && is_tar(first) {
            return Some(Self::Archive { format: "tar", command: "tar xf" });
        }
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        if by_magic.is_none() && is_event_trace(first) {
            return Some(Self::EventTrace);
        }
        by_magic.or_else(|| match extension.as_deref() {
            Some("etl") => Some(Self::EventTrace),
            Some("erf") => Some(Self::Capture("Endace ERF")),
            _ => is_text(first).then_some(Self::Text),
        })
    }

    /// How to get at what it holds; `name` is a file's, fit for a command line.
    pub(super) fn hint(self, name: &str) -> String {
        match self {
            Self::Compressed { command, .. } => format!("run `{command} {name} | sshrst analyze -`"),
            Self::Archive { command, .. } => {
                format!("unpack it with `{command} {name}` and give the captures in it")
            }
            Self::Capture(_) => {
                format!("convert it with `editcap -F pcap {name} out.pcap` (part of Wireshark)")
            }
            Self::EventTrace => format!(
                "convert it on Windows with `pktmon etl2pcap {name}`, or one made by `netsh trace` with `etl2pcapng {name} out.pcapng`"
            ),
            Self::Bluetooth => "it holds no TCP; give a capture of the network".to_owned(),
            Self::TextMode => "copy it again in binary mode (`scp`, or `binary` in ftp)".to_owned(),
            Self::Text => "printed packets cannot be read back; capture with `tcpdump -w FILE`".to_owned(),
        }
    }
}

/// Whether the octets begin a Windows event trace: a buffer header of 72 octets, then the system trace header that every
/// first buffer holds, whose marker ends in its type (1 or 2) and 0xc0 (geoffchappell.com, `WMI_BUFFER_HEADER` and
/// `SYSTEM_TRACE_HEADER`; etl-parser's `wmi.py` reads the same).
fn is_event_trace(first: &[u8]) -> bool {
    let buffer = ByteOrder::Little.u32_at(first, 0).unwrap_or_default();
    buffer > 0 && buffer.is_multiple_of(1024) && matches!(first.get(74..76), Some([1 | 2, 0xc0]))
}

/// Whether the octets begin a tar archive: `ustar` behind the first file's name and numbers (POSIX.1, pax, "ustar").
fn is_tar(first: &[u8]) -> bool {
    first.get(257..262) == Some(b"ustar")
}

/// Whether the octets are those of a text: none but printable ASCII, white space and what is beyond ASCII, in UTF-8.
fn is_text(first: &[u8]) -> bool {
    let plain = |octet: &u8| !octet.is_ascii_control() || octet.is_ascii_whitespace();
    // A character may be cut at the end.
    let utf8 = |octets: &[u8]| {
        std::str::from_utf8(octets).map_or_else(|error| error.error_len().is_none(), |_| true)
    };
    !first.is_empty() && first.iter().all(plain) && utf8(first)
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compressed { format, .. } => {
                write!(f, "is compressed ({format}), which is not read")
            }
            Self::Archive { format, .. } => write!(f, "is an archive ({format})"),
            Self::Capture(format) => write!(f, "is a capture in the format of {format}, which is not read"),
            Self::EventTrace => write!(f, "is a Windows event trace, which is not read"),
            Self::Bluetooth => write!(f, "is a Bluetooth capture"),
            Self::TextMode => write!(f, "is a pcapng whose line ends were changed on the way"),
            Self::Text => write!(f, "is text, not a capture"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_capture_is_named_with_the_command_that_reads_it() {
        let gzip = Foreign::recognise(b"\x1f\x8b\x08\x08", "a.pcap.gz").unwrap();
        assert_eq!(gzip.to_string(), "is compressed (gzip), which is not read");
        assert_eq!(gzip.hint("a.pcap.gz"), "run `gzip -dc a.pcap.gz | sshrst analyze -`");
    }

    #[test]
    fn formats_without_a_magic_are_told_by_the_name() {
        assert_eq!(Foreign::recognise(&[0, 0, 1, 0], "C:\\trace.ETL"), Some(Foreign::EventTrace));
        assert_eq!(Foreign::recognise(&[0, 0, 1, 0], "dag.erf"), Some(Foreign::Capture("Endace ERF")));
        assert_eq!(Foreign::recognise(&[0, 0, 1, 0], "other"), None);
    }

    #[test]
    fn an_event_trace_is_told_by_its_first_record_whatever_its_name() {
        let mut trace = [0; 100];
        trace[1] = 0x20;
        trace[72..76].copy_from_slice(&[2, 0, 2, 0xc0]);
        assert_eq!(Foreign::recognise(&trace, "-"), Some(Foreign::EventTrace));
    }

    #[test]
    fn text_is_told_from_a_binary_input() {
        assert_eq!(Foreign::recognise("07:00:01 IP é > b.22\n".as_bytes(), "x"), Some(Foreign::Text));
        assert_eq!(Foreign::recognise(&"é".as_bytes()[..1], "x"), Some(Foreign::Text));
        assert_eq!(Foreign::recognise(b"MZ\x90\0\x03", "x"), None);
    }
}
