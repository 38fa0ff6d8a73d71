//! The ways a run can fail or fall short, with hints; the exit status in one enum.

use std::fmt;
use std::process::ExitCode;

use crate::source::SourceError;

/// How a run ended, as scripts see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exit {
    /// Analysed, whatever was found.
    #[default]
    Analysed,
    /// Analysed, and what `--fail-on` names was found.
    Matched,
    /// Used wrongly.
    Usage,
    /// No input could be read, there is no such interface, or no permission.
    NoInput,
    /// Analysed in part: an input was unreadable or damaged.
    Partial,
    /// The report could not be written.
    NotWritten,
    /// A fault of sshrst itself.
    Fault,
}

impl Exit {
    /// The number that the process returns. 70 is `EX_SOFTWARE` of BSD's sysexits.
    pub const fn status(self) -> u8 {
        match self {
            Self::Analysed => 0,
            Self::Matched => 1,
            Self::Usage => 2,
            Self::NoInput => 3,
            Self::Partial => 4,
            Self::NotWritten => 5,
            Self::Fault => 70,
        }
    }

    /// The one of two that a run ends with when both hold.
    ///
    /// A report that was not written outranks a partial one, that outranks a match: a script which sees 1 may trust that
    /// everything was looked at. What kept the run from happening outranks all of them.
    pub const fn outranked_by(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Analysed => 0,
            Self::Matched => 1,
            Self::Partial => 2,
            Self::NotWritten => 3,
            Self::NoInput => 4,
            Self::Usage => 5,
            Self::Fault => 6,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.status())
    }
}

/// A failure as it is told to the user: what, what to do, and the exit status.
///
/// The message is safe for a terminal: what comes from outside is put in through [`Shown`](crate::source::Shown).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The exit status it leads to.
    pub exit: Exit,
    /// What failed, in one clause without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Error {
    /// A failure without a hint.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    /// The failure with what to do about it.
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl From<&SourceError> for Error {
    fn from(error: &SourceError) -> Self {
        Self::new(Exit::NoInput, error.to_string()).with_hint(error.hint())
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    /// One line for the failure, one for the hint.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        self.hint.iter().try_for_each(|hint| write!(f, "\nhint: {hint}"))
    }
}

/// The candidate that a mistyped `word` most likely stands for; `None` if none is near.
///
/// Near is what clap takes for near: a Jaro similarity above 0.7.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro(word, candidate), candidate))
        .filter(|&(similarity, _)| similarity > 0.7)
        // The first of equals: `max_by` would give the last.
        .fold(
            None,
            |best: Option<(f64, &str)>, next| {
                if best.is_some_and(|best| best.0 >= next.0) { best } else { Some(next) }
            },
        )
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_not_written_outranks_a_partial_one_and_that_a_match() {
        use Exit::{Analysed, Matched, NotWritten, Partial};
        let worst =
            |all: &[Exit]| all.iter().fold(Analysed, |worst, &exit| worst.outranked_by(exit)).status();
        assert_eq!(worst(&[]), 0);
        assert_eq!(worst(&[Matched, Analysed]), 1);
        assert_eq!(worst(&[Matched, Partial, Matched]), 4);
        assert_eq!(worst(&[NotWritten, Partial]), 5);
    }

    #[test]
    fn a_mistyped_word_gets_the_nearest_and_another_word_none() {
        let known = ["reset-ttl-differs", "reset-out-of-window", "idle-before-reset"];
        assert_eq!(nearest("reset-ttl-difers", known), Some("reset-ttl-differs"));
        assert_eq!(nearest("zzz", known), None);
    }

    #[test]
    fn the_hint_stands_on_its_own_line() {
        let error = Error::new(Exit::Usage, "`x` is not a port").with_hint("ports are 1 to 65535");
        assert_eq!(error.to_string(), "`x` is not a port\nhint: ports are 1 to 65535");
    }
}
