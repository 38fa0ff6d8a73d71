//! What to do about a cause: how to confirm it, and what to change.

use super::facts::Facts;
use super::remedies::mends_idleness;

/// Where a command is run or a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Where {
    /// On the client's host.
    Client,
    /// On a firewall, balancer or router between them.
    Network,
    /// On the server's host.
    Server,
}

impl Where {
    /// The name in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Network => "network",
            Self::Server => "server",
        }
    }
}

/// A command that settles whether the cause is the right one. `Text` is a template, or filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm<Text> {
    /// Where it is run.
    pub place: Where,
    /// The command line.
    pub command: Text,
    /// What it shows if the cause is the right one.
    pub expect: Text,
}

/// A change that mends the cause. `Text` is a template, or filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy<Text> {
    /// Where it is made.
    pub place: Where,
    /// The lines to paste, with the file they belong in as a comment; or an action in words.
    pub what: Text,
    /// `what` is a command or lines of a file, to be pasted as they are.
    pub paste: bool,
    /// Why it helps.
    pub why: Text,
    /// How it goes wrong.
    pub trap: Text,
}

/// The advice of one cause, as templates with placeholders.
#[derive(Clone, Copy, Debug)]
pub struct Advice {
    /// The most telling first.
    pub confirm: &'static [Confirm<&'static str>],
    /// The best first.
    pub remedies: &'static [Remedy<&'static str>],
}

/// The advice of one cause for one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledAdvice {
    /// The most telling first.
    pub confirm: Vec<Confirm<String>>,
    /// The best first.
    pub remedies: Vec<Remedy<String>>,
}

impl Advice {
    /// The same with the addresses, ports, times and the interval of one connection in place.
    pub fn filled(&self, facts: &Facts) -> FilledAdvice {
        let confirm = self.confirm.iter().map(|confirm| Confirm {
            place: confirm.place,
            command: facts.fill(confirm.command),
            expect: facts.fill(confirm.expect),
        });
        let apply = |remedy: &&Remedy<&'static str>| facts.idleness || !mends_idleness(remedy);
        let remedies = self.remedies.iter().filter(apply).map(|remedy| Remedy {
            place: remedy.place,
            what: facts.fill(remedy.what),
            paste: remedy.paste,
            why: facts.fill(remedy.why),
            trap: facts.fill(remedy.trap),
        });
        FilledAdvice { confirm: confirm.collect(), remedies: remedies.collect() }
    }
}

/// Short for a [`Confirm`] template in a declaration.
pub(super) const fn run(place: Where, command: &'static str, expect: &'static str) -> Confirm<&'static str> {
    Confirm { place, command, expect }
}
