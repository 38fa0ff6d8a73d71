//! What programs print when an SSH connection dies: the message that a user has, and what it is worth.
//!
//! One table serves both directions. From a capture: what the client's terminal must have shown ([`shown`]). From a
//! message: which ends print it, what that proves, and what would tell more ([`matching`]).

mod dropbear;
mod libraries;
mod meaning;
mod pattern;
mod putty;
mod ssh;
mod sshd;
mod system;

pub use meaning::Meaning;

use crate::ssh::{Program, Release};

/// Who prints a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Printer {
    /// A client: on its terminal, or in its exception.
    Client(Program),
    /// A server, in its log.
    Log(Program),
    /// Any program that shows the system's text for an error.
    System,
}

/// How a connection ended for the client, as far as what is printed depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Situation {
    /// A reset answered the SYN, or an ICMP error said that the port is unreachable.
    Refused,
    /// An ICMP error said that the host cannot be reached, or that somebody does not want it to be.
    NoRoute,
    /// An ICMP error said that the network cannot be reached.
    NetworkUnreachable,
    /// An ICMPv6 error said that the way is prohibited.
    Prohibited,
    /// Nothing answered the SYNs.
    ConnectTimedOut,
    /// A FIN before the server's identification string.
    ClosedBeforeVersion,
    /// A reset before the server's identification string.
    ResetBeforeVersion,
    /// What the server wrote is no identification string of SSH 2.
    NotSsh2,
    /// A list without a common name.
    Mismatch,
    /// The server said DISCONNECT.
    Disconnected,
    /// A FIN between the identification strings and the login.
    ClosedBeforeLogin,
    /// A reset between the identification strings and the login.
    ResetBeforeLogin,
    /// A FIN of the server in a session.
    ClosedInSession,
    /// A reset in a session.
    ResetInSession,
    /// The client's keepalives had no answer, and it gave up.
    KeepaliveTimeout,
}

/// A situation in which a message is shown, and by which releases.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// The situation.
    pub when: Situation,
    /// First release that shows it then.
    pub from: Release,
    /// First release that does not any more.
    pub until: Release,
}

/// Every release.
const FIRST: Release = (0, 0);
const NEVER: Release = (u32::MAX, 0);

impl Situation {
    const fn always(self) -> Shown {
        Shown { when: self, from: FIRST, until: NEVER }
    }

    const fn from(self, from: Release) -> Shown {
        Shown { when: self, from, until: NEVER }
    }

    const fn until(self, until: Release) -> Shown {
        Shown { when: self, from: FIRST, until }
    }

    const fn between(self, from: Release, until: Release) -> Shown {
        Shown { when: self, from, until }
    }
}

/// A message that a program prints.
#[derive(Debug)]
pub struct Message {
    /// Who prints it.
    pub printer: Printer,
    /// Its text; what varies stands in braces ([`Message::filled`]).
    pub template: &'static str,
    /// Which releases print it, and what of the wording depends on them.
    pub releases: &'static str,
    /// When a client shows it. Empty where a capture does not tell that it did.
    pub shown: &'static [Shown],
    /// What it is worth.
    pub meaning: &'static Meaning,
    /// Where the text is from.
    pub source: &'static str,
}

impl Message {
    /// The text with `values` for what stands in braces.
    pub fn filled(&self, values: &[(&str, &str)]) -> String {
        let fill = |text: String, (name, value): &(&str, &str)| text.replace(&format!("{{{name}}}"), value);
        values.iter().fold(self.template.to_owned(), fill)
    }
}

/// All messages, those of clients first.
pub fn all() -> impl Iterator<Item = &'static Message> {
    let tables: [&[Message]; 6] = [
        ssh::MESSAGES,
        sshd::MESSAGES,
        putty::MESSAGES,
        dropbear::MESSAGES,
        libraries::MESSAGES,
        system::MESSAGES,
    ];
    tables.into_iter().flatten()
}

/// What this client shows then, line by line; nothing where it is not known.
pub fn shown(program: Program, release: Option<Release>, when: Situation) -> Vec<&'static Message> {
    let applies = |shown: &Shown| {
        let known = (shown.from, shown.until) == (FIRST, NEVER);
        shown.when == when
            && (known || release.is_some_and(|release| shown.from <= release && release < shown.until))
    };
    let of_program = all().filter(|it| it.printer == Printer::Client(program));
    of_program.filter(|it| it.shown.iter().any(applies)).collect()
}

/// A message that a text holds.
#[derive(Debug)]
pub struct Match {
    /// The message.
    pub message: &'static Message,
    /// What stood in place of each name in braces.
    pub values: Vec<(&'static str, String)>,
    /// Whether only most of its words were found.
    pub near: bool,
}

/// The messages in `text`, for each of its lines those that explain most of it. Letters' case, addresses and numbers
/// do not matter, nor what stands before or behind. Where none fits, or only the system's words for an error, the
/// nearest one that shares most of its words stands first.
pub fn matching(text: &str) -> Vec<Match> {
    let mut found: Vec<Match> = Vec::new();
    for line in text.lines() {
        for new in in_line(line) {
            if !found.iter().any(|it| std::ptr::eq(it.message, new.message)) {
                found.push(new);
            }
        }
    }
    if found.iter().all(|it| it.message.printer == Printer::System) {
        let explained = found.iter().map(|it| pattern::alike(it.message.template, &pattern::normal(text)));
        found.splice(0..0, nearest(text, explained.fold(0.0, f64::max)));
    }
    found
}

fn in_line(line: &str) -> Vec<Match> {
    let line = pattern::normal(line);
    let fits = all().filter_map(|message| Some((message, pattern::find(message.template, &line)?)));
    let fits: Vec<_> = fits.collect();
    let most = fits.iter().map(|(_, found)| found.literal).max().unwrap_or(0);
    let best = fits.into_iter().filter(|(_, found)| found.literal == most);
    best.map(|(message, found)| Match { message, values: found.values, near: false }).collect()
}

/// The message that shares most words with `text`, if it is more than `explained` of them.
fn nearest(text: &str, explained: f64) -> Option<Match> {
    let text = pattern::normal(text);
    let of_programs = all().filter(|it| it.printer != Printer::System);
    let alike = of_programs.map(|message| (message, pattern::alike(message.template, &text)));
    let (message, share) = alike.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (share >= NEAR && share > explained).then(|| Match { message, values: Vec::new(), near: true })
}

/// Share of words in common from which on a message is worth suggesting.
const NEAR: f64 = 0.6;

#[cfg(test)]
mod tests;
