//! What `--fail-on` names.

use std::fmt;
use std::str::FromStr;

use crate::cause::Group;
use crate::report::model::{Report, Session, died};

/// What makes a run end with exit status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// A reset ended a session.
    Reset,
    /// A session died, by a reset or otherwise.
    Death,
    /// A reset that ended a session has this sender: `client`, `server`, `middlebox`, `undetermined`.
    Sender(&'static str),
    /// A session's likeliest cause is of this group.
    Cause(Group),
}

/// Senders, in the words of the JSON.
const SENDERS: [&str; 4] = ["client", "server", "middlebox", "undetermined"];

impl FailOn {
    /// Whether a session of `report` is one. Of sessions that are folded because they are alike, the examples are there.
    pub fn matches(self, report: &Report) -> bool {
        report.sessions.iter().any(|session| self.is(session))
    }

    /// Whether `session` is one.
    pub fn is(self, session: &Session) -> bool {
        let ended_by_reset = session.ended_by == "reset";
        match self {
            Self::Reset => ended_by_reset,
            Self::Death => died(session),
            Self::Sender(sender) => {
                ended_by_reset && session.reset.as_ref().is_some_and(|reset| reset.sender == sender)
            }
            Self::Cause(group) => session.cause.group == group.id(),
        }
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "reset" => return Ok(Self::Reset),
            "death" => return Ok(Self::Death),
            _ => {}
        }
        if let Some(sender) = SENDERS.into_iter().find(|sender| *sender == text) {
            return Ok(Self::Sender(sender));
        }
        Group::from_id(text).map(Self::Cause).ok_or_else(|| {
            let groups: Vec<&str> = Group::ALL.iter().map(|group| group.id()).collect();
            format!(
                "expected reset, death, a sender ({}) or a group of causes ({})",
                SENDERS.join(", "),
                groups.join(", ")
            )
        })
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reset => "reset",
            Self::Death => "death",
            Self::Sender(sender) => sender,
            Self::Cause(group) => group.id(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_be_named_is_read_back() {
        let groups = Group::ALL.iter().map(|group| group.id());
        for word in ["reset", "death"].into_iter().chain(SENDERS).chain(groups) {
            assert_eq!(word.parse::<FailOn>().unwrap().to_string(), word);
        }
        let refused = "firewall".parse::<FailOn>().unwrap_err();
        assert!(refused.contains("middlebox") && refused.contains("protocol-error"), "{refused}");
    }
}
