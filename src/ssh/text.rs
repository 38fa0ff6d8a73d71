//! Text where SSH should be: refusals that servers write in plain words, and other protocols.

use super::transcript::{KnownText, Mark, StrayText};

/// Octets of stray text that are kept.
const KEPT: usize = 512;

/// Beginnings that are recognised. Texts of sshd: OpenSSH `kex.c`, `sshd.c` (versions as in [`KnownText`]).
const BEGINNINGS: &[(&[u8], KnownText)] = &[
    (b"Exceeded MaxStartups", KnownText::ExceededMaxStartups),
    (b"Not allowed at this time", KnownText::NotAllowedAtThisTime),
    (b"Invalid SSH identification string", KnownText::InvalidIdentification),
    (b"Protocol mismatch", KnownText::ProtocolMismatch),
    (b"Protocol major versions differ", KnownText::MajorVersionsDiffer),
    (b"SSH-1.", KnownText::Ssh1),
    (b"HTTP/", KnownText::Http),
    (b"GET ", KnownText::Http),
    (b"HEAD ", KnownText::Http),
    (b"POST ", KnownText::Http),
    (b"PUT ", KnownText::Http),
    (b"OPTIONS ", KnownText::Http),
    (b"CONNECT ", KnownText::Http),
    (b"PRI * HTTP/2", KnownText::Http),
    (b"220 ", KnownText::FtpOrSmtp),
    (b"220-", KnownText::FtpOrSmtp),
    (b"EHLO ", KnownText::Smtp),
    (b"HELO ", KnownText::Smtp),
    (b"* OK ", KnownText::Imap),
    (b"+OK ", KnownText::Pop3),
    (b"RFB 003.", KnownText::Vnc),
    (b"@RSYNCD: ", KnownText::Rsync),
    (b"PROXY ", KnownText::ProxyHeader),
    // The 12 octets that open version 2 (haproxy `proxy-protocol.txt`, 2.2).
    (b"\r\n\r\n\0\r\nQUIT\n", KnownText::ProxyHeader),
];

/// Recognises a text or a protocol by how it begins.
pub(super) fn recognise(octets: &[u8]) -> Option<KnownText> {
    let by_text =
        BEGINNINGS.iter().find(|(beginning, _)| octets.starts_with(beginning)).map(|&(_, known)| known);
    let by_text = by_text.map(|known| if known == KnownText::FtpOrSmtp { greeting(octets) } else { known });
    by_text.filter(|&known| known != KnownText::Ssh1 || !octets.starts_with(b"SSH-1.99")).or(match *octets {
        // A TLS record: handshake or alert, major version 3, a minor version that exists (RFC 8446 §5.1).
        [0x15 | 0x16, 3, 0..=4, ..] => Some(KnownText::Tls),
        // SOCKS 4 CONNECT or BIND; SOCKS 5 greeting with its count of methods (RFC 1928 §3).
        [4, 1 | 2, _, _, _, _, _, _, ..] => Some(KnownText::Socks),
        [5, methods, ref rest @ ..] if methods > 0 && rest.len() == usize::from(methods) => {
            Some(KnownText::Socks)
        }
        // TPKT version 3 (RFC 1006 §6) around an X.224 connection request or confirm.
        [3, 0, _, _, _, 0xe0 | 0xd0, ..] => Some(KnownText::Rdp),
        // IAC WILL, WONT, DO, DONT and an option.
        [0xff, 0xfb..=0xfe, _, ..] => Some(KnownText::Telnet),
        _ => None,
    })
}

/// How many octets at the beginning of `text`, which stands where SSH should be, are a program's or a protocol's own and
/// the same from every host. What follows can be anybody's words.
pub fn anonymous_text_octets(text: &[u8]) -> usize {
    BEGINNINGS
        .iter()
        .filter(|(beginning, _)| text.starts_with(beginning))
        .map(|(it, _)| it.len())
        .max()
        .unwrap_or(0)
}

/// Which protocol a greeting `220` is of, by the name in its first line.
fn greeting(octets: &[u8]) -> KnownText {
    let line = octets.split(|&octet| octet == b'\n').next().unwrap_or_default().to_ascii_uppercase();
    let names = |name: &[u8]| line.windows(name.len()).any(|part| part == name);
    match (names(b"SMTP"), names(b"FTP")) {
        (true, false) => KnownText::Smtp,
        (false, true) => KnownText::Ftp,
        _ => KnownText::FtpOrSmtp,
    }
}

impl KnownText {
    /// What it is, in a sentence that begins "this is".
    pub const fn title(self) -> &'static str {
        match self {
            Self::ExceededMaxStartups => {
                "the refusal of OpenSSH 8.2 to 9.7 when MaxStartups connections wait for a login"
            }
            Self::NotAllowedAtThisTime => {
                "the refusal of OpenSSH 9.8 and later, for MaxStartups and for a penalty of the address alike"
            }
            Self::InvalidIdentification => {
                "the answer of OpenSSH 8.0 and later to what is no identification string"
            }
            Self::ProtocolMismatch => {
                "the answer of OpenSSH to 7.9, and of others, to what is no identification string"
            }
            Self::MajorVersionsDiffer => "OpenSSH's answer to a client of SSH 1",
            Self::Http => "HTTP",
            Self::Tls => "a TLS record",
            Self::FtpOrSmtp => "the greeting of an FTP or SMTP server",
            Self::Ftp => "the greeting of an FTP server",
            Self::Smtp => "SMTP",
            Self::Imap => "the greeting of an IMAP server",
            Self::Pop3 => "the greeting of a POP3 server",
            Self::Telnet => "Telnet",
            Self::Vnc => "RFB (VNC)",
            Self::Rsync => "the greeting of an rsync daemon",
            Self::Socks => "a SOCKS request",
            Self::ProxyHeader => "a PROXY protocol header, which a balancer puts before the connection",
            Self::Rdp => "an RDP connection request",
            Self::Ssh1 => "an identification string of SSH 1",
        }
    }
}

/// What the four octets of a length are if they are none: the beginning of a known text or protocol, or of a line.
///
/// OpenSSH logs such a length as `Bad packet length N`; N is these octets, in network order.
pub fn length_as_text(octets: [u8; 4]) -> Option<&'static str> {
    if octets.starts_with(&[0x16, 3]) || octets.starts_with(&[0x15, 3]) {
        return Some("a TLS record");
    }
    if !octets.into_iter().all(is_text) {
        return None;
    }
    let known =
        BEGINNINGS.iter().find(|(beginning, _)| beginning.starts_with(&octets)).map(|(_, known)| *known);
    Some(known.map_or("text that something wrote into the stream", KnownText::title))
}

/// Whether an octet can be part of a line of text in ASCII.
pub(super) const fn is_text(octet: u8) -> bool {
    matches!(octet, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

/// Collects the beginning of what may turn out to be stray text.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    octets: Vec<u8>,
    mark: Option<Mark>,
}

impl Head {
    /// Adds octets; `mark` is where the first of them stood.
    pub(super) fn add(&mut self, octets: &[u8], mark: Mark) {
        self.mark.get_or_insert(mark);
        let room = KEPT.saturating_sub(self.octets.len());
        self.octets.extend(octets.iter().take(room));
    }

    /// Whether more octets would be kept.
    pub(super) const fn wants_more(&self) -> bool {
        self.octets.len() < KEPT
    }

    /// The text, if anything was collected.
    pub(super) fn stray(&self) -> Option<StrayText> {
        let mark = self.mark?;
        Some(StrayText { text: self.octets.clone(), known: recognise(&self.octets), mark })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_text_only_the_programs_own_words_name_nobody() {
        let shown = |text: &'static str| text.get(..anonymous_text_octets(text.as_bytes())).unwrap();
        assert_eq!(shown("Not allowed at this time\r\n"), "Not allowed at this time");
        assert_eq!(shown("220 mail.example.org ESMTP"), "220 ");
        assert_eq!(shown("Go away, alice"), "");
    }

    #[test]
    fn refusals_and_foreign_protocols_are_recognised_by_their_beginning() {
        let cases: &[(&[u8], KnownText)] = &[
            (b"Exceeded MaxStartups\r\n", KnownText::ExceededMaxStartups),
            (b"Not allowed at this time\r\n", KnownText::NotAllowedAtThisTime),
            (b"GET / HTTP/1.0\r\n\r\n", KnownText::Http),
            (b"\x16\x03\x01\x02\x00\x01", KnownText::Tls),
            (b"\x05\x01\x00", KnownText::Socks),
            (b"\x03\x00\x00\x13\x0e\xe0\x00\x00", KnownText::Rdp),
            (b"SSH-1.5-1.2.27\n", KnownText::Ssh1),
            (b"220 mail.example.org ESMTP Postfix\r\n", KnownText::Smtp),
            (b"220-ProFTPD Server ready\r\n", KnownText::Ftp),
            (b"220 ready\r\n", KnownText::FtpOrSmtp),
            (b"\xff\xfd\x18\xff\xfd\x20", KnownText::Telnet),
            (b"RFB 003.008\n", KnownText::Vnc),
            (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 22\r\n", KnownText::ProxyHeader),
        ];
        for (octets, known) in cases {
            assert_eq!(recognise(octets), Some(*known));
        }
    }

    #[test]
    fn a_length_that_is_text_says_what_text_begins_so() {
        let what = |octets: &[u8; 4]| length_as_text(*octets);
        assert_eq!(what(b"HTTP"), Some("HTTP"));
        assert!(what(b"Exce").unwrap().contains("MaxStartups"));
        assert!(what(b"stty").unwrap().contains("something wrote"));
        assert_eq!(what(&[0, 0, 4, 0]), None);
    }

    #[test]
    fn compatibility_version_1_99_is_not_ssh_1() {
        assert_eq!(recognise(b"SSH-1.99-Cisco-1.25\r\n"), None);
    }

    #[test]
    fn only_the_first_512_octets_are_kept() {
        let mut head = Head::default();
        let mark = Mark::default();
        for _ in 0..100 {
            head.add(&[b'x'; 100], mark);
        }
        assert!(!head.wants_more());
        assert_eq!(head.stray().unwrap().text.len(), 512);
    }
}
