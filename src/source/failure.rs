//! Why nothing of an input could be read.

use std::io;

use thiserror::Error;

use super::damage::Fault;
use super::open::STANDARD_INPUT;
use super::{Compression, Foreign, Shown};

/// What kept an input from being read at all.
#[derive(Debug, Error)]
pub enum Reason {
    /// There is no such file.
    #[error("does not exist")]
    Missing,
    /// It is a directory.
    #[error("is a directory, not a capture")]
    Directory,
    /// The system does not let this user read it.
    #[error("may not be read by this user")]
    Permission,
    /// The system could not open or read it; its words.
    #[error("could not be read: {0}")]
    Io(io::Error),
    /// Standard input is a terminal.
    #[error("is a terminal, not a capture")]
    Terminal,
    /// It has no octets at all.
    #[error("is empty: it holds not even a capture's header")]
    Empty,
    /// It is known, but not a format that is read.
    #[error("{0}")]
    Foreign(Foreign),
    /// It begins as no known format does.
    #[error("is not a capture: it begins with {0}, expected the magic of pcap or pcapng")]
    Unknown(String),
    /// It is compressed, and what it holds cannot be read.
    #[error("is compressed ({0}); decompressed it {1}")]
    Inside(Compression, Box<Reason>),
    /// It begins as a capture, but its header is cut or wrong.
    #[error("has a damaged {part} at offset 0: {fault}")]
    Header {
        /// The header's name.
        part: &'static str,
        /// What is wrong with it.
        fault: Fault,
    },
}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            io::ErrorKind::PermissionDenied => Self::Permission,
            io::ErrorKind::IsADirectory => Self::Directory,
            _ => Self::Io(error),
        }
    }
}

/// An input of which nothing can be read, and why.
#[derive(Debug, Error)]
#[error("{} {reason}", shown(.name))]
pub struct SourceError {
    /// Path as given, `-` for standard input.
    pub name: String,
    /// Why.
    pub reason: Box<Reason>,
}

impl SourceError {
    pub(super) fn new(name: &str, reason: Reason) -> Self {
        Self { name: name.to_owned(), reason: Box::new(reason) }
    }

    /// The same of what a compressed input holds.
    pub(super) fn inside(self, compression: Compression) -> Self {
        Self { reason: Box::new(Reason::Inside(compression, self.reason)), ..self }
    }

    /// Whether it was read, and is something else than a capture or nothing at all.
    pub fn is_no_capture(&self) -> bool {
        self.reason.is_no_capture()
    }

    /// What to do about it, in a clause.
    pub fn hint(&self) -> String {
        self.reason.hint(&in_command(&self.name))
    }
}

impl Reason {
    fn is_no_capture(&self) -> bool {
        match self {
            Self::Empty | Self::Foreign(_) | Self::Unknown(_) => true,
            Self::Inside(_, inner) => inner.is_no_capture(),
            _ => false,
        }
    }

    /// What to do about it, in a clause; `name`: the input's, fit for a command line.
    fn hint(&self, name: &str) -> String {
        let fixed = match self {
            Self::Inside(compression, inner) => {
                return match &**inner {
                    Self::Foreign(Foreign::Compressed { .. }) => format!(
                        "one layer of compression is taken off: run `{compression} -dc {name} | sshrst analyze -`"
                    ),
                    Self::Foreign(Foreign::Archive { .. }) => inner.hint(name),
                    Self::Io(_) => "copy the file again from where it was made".to_owned(),
                    _ => format!("`{compression} -dc {name} | head -c 64 | xxd` shows what it holds"),
                };
            }
            Self::Foreign(foreign) => return foreign.hint(name),
            Self::Directory => {
                return format!(
                    "give the captures in it: `sshrst analyze {}/*.pcap*`",
                    name.trim_end_matches('/')
                );
            }
            Self::Permission => {
                return format!("let a user who may read it give it: `sudo cat {name} | sshrst analyze -`");
            }
            Self::Unknown(_) => {
                return format!(
                    "`capinfos {name}` tells what it is, `editcap -F pcap {name} out.pcap` converts it (Wireshark)"
                );
            }
            Self::Missing => "check the path; a name with spaces needs quotes",
            Self::Io(error) if is_want_of_descriptors(error) => {
                "`ulimit -n 256` in the same shell lets more files be open; those of one capture need 64 at most"
            }
            Self::Io(_) => "check the disk or the program that writes into the pipe",
            Self::Terminal => {
                "give a file, or pipe a capture in: `tcpdump -U -w - port 22 | sshrst analyze -`"
            }
            Self::Empty => "tcpdump keeps packets back while it runs: stop it first, or run it with `-U`",
            Self::Header { fault: Fault::Cut { .. }, .. } => {
                "the capture was stopped before its first packet, or copied incompletely: copy it again"
            }
            Self::Header { .. } => "copy the file again from where it was captured",
        };
        fixed.to_owned()
    }
}

/// Whether no more files can be open: `EMFILE`, `ENFILE` (the numbers are the same on all Unix systems).
fn is_want_of_descriptors(error: &std::io::Error) -> bool {
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

/// The name as a message shows it.
fn shown(name: &str) -> String {
    if name == STANDARD_INPUT { "standard input".to_owned() } else { Shown(name).to_string() }
}

/// The name as a command takes it: plain names as they are, others as a word that stands for them.
fn in_command(name: &str) -> String {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"._/+-,:@%".contains(&octet);
    if !name.starts_with('-') && name.bytes().all(plain) { name.to_owned() } else { "FILE".to_owned() }
}
