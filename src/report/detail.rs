//! How much of each session a report for people shows.

use super::model::{Report, Session, died};

/// Which sessions a report for people shows in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Those that died; the others have a row in a table.
    Deaths,
    /// All.
    All,
    /// All, in text with the exchange of packets drawn; Markdown and HTML always draw it.
    Exchange,
}

/// At most this many deaths are shown in full unless all are asked for: nobody reads more, and a scan can bring
/// thousands.
pub(super) const IN_FULL: usize = 20;

/// What stands above the sessions that did not die, each in a row, where so many did.
pub(super) const fn heading_of_others(died: usize) -> &'static str {
    if died == 0 {
        "The sessions (`--all` shows each in full)"
    } else {
        "Other sessions (`--all` shows each in full)"
    }
}

/// The sessions of a report by how they are shown.
pub(super) struct Shown<'a> {
    /// In full.
    pub(super) full: Vec<&'a Session>,
    /// Died, but in a row.
    pub(super) more_deaths: Vec<&'a Session>,
    /// In a row.
    pub(super) others: Vec<&'a Session>,
    /// Those that died.
    pub(super) died: Vec<&'a Session>,
}

impl<'a> Shown<'a> {
    /// Those that died and are shown in full.
    pub(super) fn full_deaths(&self) -> impl Iterator<Item = &&'a Session> {
        self.full.iter().filter(|session| died(session))
    }
}

impl Detail {
    /// How each session of `report` is shown; of deaths `most` in full unless all are asked for.
    pub(super) fn of(self, report: &Report, most: usize) -> Shown<'_> {
        let (died, others): (Vec<&Session>, Vec<&Session>) =
            report.sessions.iter().partition(|session| died(session));
        if self == Self::Deaths {
            let (full, more) = died.split_at(died.len().min(most));
            Shown { full: full.to_vec(), more_deaths: more.to_vec(), others, died }
        } else {
            Shown {
                full: report.sessions.iter().collect(),
                more_deaths: Vec::new(),
                others: Vec::new(),
                died,
            }
        }
    }
}
