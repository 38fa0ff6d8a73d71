//! Identification strings and the lines a server may send before (RFC 4253 §4.2).

use super::rule::{self, Rule};
use super::transcript::Side;

/// Octets of an identification string with its line end (RFC 4253 §4.2).
const LONGEST: usize = 255;
/// Octets of another line: no limit in the RFC, this one in OpenSSH (`kex.c` SSH_MAX_BANNER_LEN).
const LONGEST_OTHER: usize = 8192;

/// What a finished line turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// An identification string without its line end.
    Identification(Vec<u8>),
    /// Another line, without its line end.
    Other(Vec<u8>),
    /// No line of text: binary octets, or more of them than the limits allow.
    NotText,
}

/// Puts lines together until the identification string is found.
#[derive(Clone, Debug)]
pub(super) struct LineReader {
    line: Vec<u8>,
    /// Octets of the stream before the line.
    offset: u64,
    /// Octets that may still be read before the identification string ends.
    room: usize,
}

impl LineReader {
    /// A reader whose first line begins at `offset`, of at most `room` octets.
    pub(super) const fn new(room: usize, offset: u64) -> Self {
        Self { line: Vec::new(), offset, room }
    }

    /// Takes octets up to and including the next line feed; says how many, and what the line is once it ended.
    pub(super) fn take(&mut self, octets: &[u8]) -> (usize, Option<Line>) {
        let line_feed = octets.iter().position(|&octet| octet == b'\n');
        let end = line_feed.map_or(octets.len(), |at| at + 1);
        let part = octets.get(..end).unwrap_or_default();
        if part.len() > self.room {
            return (end, Some(Line::NotText));
        }
        self.room -= part.len();
        self.line.extend_from_slice(part);
        if !self.may_be_text() {
            return (end, Some(Line::NotText));
        }
        if line_feed.is_none() {
            return (end, None);
        }
        let mut line = std::mem::take(&mut self.line);
        self.offset += line.len() as u64;
        line.pop();
        line.pop_if(|last| *last == b'\r');
        let line = if line.starts_with(b"SSH-") { Line::Identification(line) } else { Line::Other(line) };
        (end, Some(line))
    }

    /// Octets of the stream before the line that has not ended.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// The rule that taking `octets` breaks by making the line too long, and what receivers do.
    pub(super) fn grows_too_long(&self, octets: &[u8]) -> Option<(Rule, &'static str)> {
        let line_feed = octets.iter().position(|&octet| octet == b'\n');
        let part = line_feed.map_or(octets.len(), |at| at + 1);
        let identification = self.line.iter().chain(octets).take(4).eq(b"SSH-");
        let longest = if identification { LONGEST } else { LONGEST_OTHER };
        if self.line.len() > longest || self.line.len() + part <= longest {
            return None;
        }
        Some(if identification {
            // OpenSSH kex.c SSH_MAX_BANNER_LEN (9 KB refused, 410 octets taken: measured, 9.2); Go, libssh, Dropbear.
            let detail = "more than 255 octets; OpenSSH from 8.0 takes up to 8192 and cut it before, Go and libssh refuse it, Dropbear cuts it";
            (rule::IDENTIFICATION_TOO_LONG, detail)
        } else {
            (rule::LINE_TOO_LONG, "more than 8192 octets in a line; OpenSSH clients from 8.0 refuse it")
        })
    }

    /// The line so far, which has not ended.
    pub(super) fn unfinished(&self) -> &[u8] {
        &self.line
    }

    /// A line that begins as an identification string is judged when it ends. Other lines are UTF-8 (RFC 4253
    /// §4.2), so of the octets below 128 only text.
    fn may_be_text(&self) -> bool {
        self.line.starts_with(b"SSH-")
            || self.line.iter().all(|&octet| octet >= 0x80 || super::text::is_text(octet))
    }
}

/// Whether octets can be the beginning of an identification string.
///
/// True for `SSH-` and for a shorter beginning of it, as a stream may come octet by octet; false for none at all.
pub fn looks_like_ssh(first_octets: &[u8]) -> bool {
    let common = first_octets.len().min(4);
    common > 0 && first_octets.get(..common) == b"SSH-".get(..common)
}

/// The protocol version and the software version with comments; `None` where the form is broken.
fn parts(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = line.strip_prefix(b"SSH-")?;
    let dash = rest.iter().position(|&octet| octet == b'-')?;
    let (version, software) = rest.split_at_checked(dash)?;
    let software = software.get(1..)?;
    (!version.is_empty() && !software.is_empty()).then_some((version, software))
}

/// What an identification string announces (RFC 4253 §4.2, §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// 1.x: version 1 only.
    One,
    /// 1.99: version 2, and version 1 for peers that do not speak it.
    Compatible,
    /// 2.0. Receivers take any 2.x (OpenSSH `kex.c` looks at the major number only).
    Two,
    /// None that exists, or no version at all.
    Other,
}

impl Version {
    /// The version of an identification string.
    pub(super) fn of(line: &[u8]) -> Self {
        let Some((version, _)) = parts(line) else { return Self::Other };
        let digits = |rest: &[u8]| !rest.is_empty() && rest.iter().all(u8::is_ascii_digit);
        match (version, version.strip_prefix(b"1."), version.strip_prefix(b"2.")) {
            (b"1.99", ..) => Self::Compatible,
            (_, Some(minor), _) if digits(minor) => Self::One,
            (_, _, Some(minor)) if digits(minor) => Self::Two,
            _ => Self::Other,
        }
    }

    /// Whether version 2 is announced, alone or for compatibility.
    pub(super) const fn is_2(self) -> bool {
        matches!(self, Self::Compatible | Self::Two)
    }

    /// Whether two peers of these versions speak version 1 with each other.
    pub(super) const fn speak_1(self, peer: Self) -> bool {
        matches!((self, peer), (Self::One, Self::One | Self::Compatible) | (Self::Compatible, Self::One))
    }
}

/// Rules that an identification string breaks, with what was there.
///
/// A line end of LF alone is no violation: OpenSSH 7.4 servers send it and every reader accepts it (OpenSSH `sshd.c`).
pub(super) fn faults(side: Side, line: &[u8]) -> Vec<(Rule, String)> {
    let mut faults = Vec::new();
    // OpenSSH takes several carriage returns before the line feed (kex.c).
    let content = line.trim_ascii_end();
    if line.contains(&0) || content.contains(&b'\r') {
        let detail =
            "a NUL, or a carriage return that no line feed follows; OpenSSH from 8.0 refuses it".to_owned();
        faults.push((rule::IDENTIFICATION_CHARACTERS, detail));
    }
    match parts(line) {
        None => faults.push((rule::IDENTIFICATION_MALFORMED, format!("`{}`", line.escape_ascii()))),
        Some((version, _)) if Version::of(line) == Version::Other => {
            let detail = format!("the {} announces protocol version {}", side.word(), version.escape_ascii());
            faults.push((rule::VERSION_UNSUPPORTED, detail));
        }
        // Only a server announces 1.99, but clients that do are taken as version 2 by all (OpenSSH kex.c). Whether
        // version 1 is at fault depends on the peer.
        Some(_) => {}
    }
    faults
}

/// Says why a side that announces version 1 only is not understood; `None` where it is, or the peer is not known.
pub(super) fn version_fault(side: Side, line: &[u8], peer: Option<Version>) -> Option<String> {
    let (version, _) = parts(line)?;
    let lost = Version::of(line) == Version::One && peer == Some(Version::Two);
    lost.then(|| {
        format!(
            "the {} announces protocol version {}, its peer speaks version 2 only",
            side.word(),
            version.escape_ascii()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: usize = 16 * 1024;

    fn ids(line: &[u8]) -> Vec<&'static str> {
        faults(Side::Server, line).into_iter().map(|(rule, _)| rule.id).collect()
    }

    #[test]
    fn usual_identification_strings_break_no_rule() {
        for line in [
            &b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10"[..],
            b"SSH-1.99-Cisco-1.25                                                        ",
            b"SSH-2.0-dropbear_2022.83",
            b"SSH-2.0-Go",
            b"SSH-2.0--",
            b"SSH-2.1-x",
            b"SSH-1.5-1.2.27",
            b"SSH-2.0-x\r",
        ] {
            assert!(ids(line).is_empty(), "{}", line.escape_ascii());
        }
    }

    #[test]
    fn broken_identification_strings_name_their_rule() {
        assert_eq!(ids(b"SSH-3.0-x"), ["protocol-version-unsupported"]);
        assert_eq!(ids(b"SSH-2.0"), ["identification-malformed"]);
        assert_eq!(ids(b"SSH-2.0-a\0b"), ["identification-forbidden-octet"]);
    }

    #[test]
    fn version_1_is_at_fault_only_with_a_peer_that_does_not_speak_it() {
        let fault = |peer| version_fault(Side::Client, b"SSH-1.5-x", peer).is_some();
        assert!(fault(Some(Version::Two)));
        assert!(!fault(Some(Version::Compatible)) && !fault(Some(Version::One)) && !fault(None));
        assert_eq!(version_fault(Side::Client, b"SSH-2.0-x", Some(Version::One)), None);
    }

    #[test]
    fn lines_are_told_from_the_identification_string_in_any_chunking() {
        let stream = b"Welcome\r\n\nSSH-2.0-x\nrest";
        for size in 1..=stream.len() {
            let mut reader = LineReader::new(ROOM, 0);
            let (mut lines, mut used) = (Vec::new(), 0);
            'stream: for chunk in stream.chunks(size) {
                let mut rest = chunk;
                while !rest.is_empty() {
                    let (taken, line) = reader.take(rest);
                    used += taken;
                    rest = &rest[taken..];
                    let last = matches!(line, Some(Line::Identification(_)));
                    lines.extend(line);
                    if last {
                        break 'stream;
                    }
                }
            }
            assert_eq!(used, 20);
            assert_eq!(
                lines,
                [
                    Line::Other(b"Welcome".to_vec()),
                    Line::Other(Vec::new()),
                    Line::Identification(b"SSH-2.0-x".to_vec())
                ]
            );
        }
    }

    #[test]
    fn a_line_that_never_ends_is_given_up_at_the_limit() {
        let mut reader = LineReader::new(ROOM, 0);
        let given_up = (0..100).any(|_| reader.take(&[b'x'; 1000]).1 == Some(Line::NotText));
        assert!(given_up && reader.unfinished().len() <= ROOM);
    }

    #[test]
    fn the_octet_that_makes_a_line_too_long_is_noticed_once() {
        let line = [&b"SSH-2.0-"[..], &[b'x'; 300]].concat();
        for size in [1, 7, 400] {
            let mut reader = LineReader::new(ROOM, 0);
            let noticed = line.chunks(size).filter(|chunk| {
                let noticed = reader.grows_too_long(chunk).is_some();
                let _ = reader.take(chunk);
                noticed
            });
            assert_eq!(noticed.count(), 1);
        }
    }

    #[test]
    fn a_binary_opening_is_not_a_line() {
        let mut reader = LineReader::new(ROOM, 0);
        assert_eq!(reader.take(b"\x16\x03\x01\x02\x00").1, Some(Line::NotText));
    }
}
