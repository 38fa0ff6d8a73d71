//! What is said while a capture still runs: each end in a line, and what of it the closing report changes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::model::{Report, Session, died};
use super::text::told;
use super::words;

/// Whether something new is said of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It was not spoken of before.
    First,
    /// What was said of it does not hold any more.
    Revised,
    /// Nothing new.
    None,
}

/// What a line says at its core: while it stays the same, nothing is to be revised.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Verdict {
    ended_by: &'static str,
    cause: &'static str,
    reset: Option<(&'static str, &'static str)>,
}

impl Verdict {
    fn of(session: &Session) -> Self {
        Self {
            ended_by: session.ended_by,
            cause: session.cause.id,
            reset: session.reset.as_ref().map(|reset| (reset.sender, reset.role)),
        }
    }
}

/// What was said so far, within bounds.
#[derive(Debug, Default)]
pub struct Ledger {
    said: BTreeMap<u32, Verdict>,
    /// A bit for each session that was ever spoken of: 12 MB for a hundred million.
    spoken_of: Vec<u64>,
    /// The sessions in `said`, in the order in which they were spoken of first.
    order: VecDeque<u32>,
    /// The deaths as they were told, the last one last, for a closing report in which their packets are not kept any more.
    deaths: VecDeque<Session>,
    /// Deaths told, revisions left out.
    pub told: u64,
}

/// Sessions whose verdict is remembered: more than are kept to be judged again
/// ([`finished_octets`](crate::limits::Limits::finished_octets) has room for twelve thousand).
const REMEMBERED: usize = 32_768;

/// Deaths that are kept as they were told: some ten thousand octets each.
const DEATHS: usize = 1_024;

impl Ledger {
    /// Notes what is about to be said of `session`, and whether that is news.
    pub fn note(&mut self, session: &Session) -> News {
        let forgotten = self.speak_of(session.id) && !self.said.contains_key(&session.id);
        let before = self.said.insert(session.id, Verdict::of(session));
        if before.is_none() {
            self.order.push_back(session.id);
        }
        if self.order.len() > REMEMBERED
            && let Some(gone) = self.order.pop_front()
        {
            self.said.remove(&gone);
        }
        // One that is spoken of again was mostly told just now.
        if before.is_some()
            && let Some(at) = self.deaths.iter().rposition(|death| death.id == session.id)
        {
            self.deaths.remove(at);
        }
        if died(session) && !forgotten {
            self.deaths.push_back(session.clone());
            if self.deaths.len() > DEATHS {
                self.deaths.pop_front();
            }
        }
        match before {
            None if forgotten => News::None,
            None => {
                self.told += u64::from(died(session));
                News::First
            }
            Some(before) if before != Verdict::of(session) => News::Revised,
            Some(_) => News::None,
        }
    }

    /// Notes that session number `id` is spoken of; whether it was before.
    fn speak_of(&mut self, id: u32) -> bool {
        let (word, bit) = (id as usize / 64, 1 << (id % 64));
        if word >= self.spoken_of.len() {
            self.spoken_of.resize(word + 1, 0);
        }
        let Some(word) = self.spoken_of.get_mut(word) else { return false };
        let before = *word & bit != 0;
        *word |= bit;
        before
    }

    /// The last deaths told, the last one first.
    pub fn last_deaths(&self) -> impl Iterator<Item = &Session> {
        self.deaths.iter().rev()
    }

    /// Gives the sessions of a closing report the numbers under which they were told, `ids`, and adds the deaths that were
    /// told and are not in it: of these the packets are not kept any more.
    pub fn close(&self, report: &mut Report, ids: &[u32]) {
        let id = |number: u32| ids.get((number as usize).wrapping_sub(1)).copied().unwrap_or(number);
        report.sessions.iter_mut().for_each(|session| session.id = id(session.id));
        for pattern in &mut report.patterns {
            pattern.sessions.iter_mut().for_each(|session| *session = id(*session));
        }
        // Those that are folded have no row of their own, and are there all the same.
        let kept: BTreeSet<u32> = ids.iter().copied().collect();
        let gone = self.deaths.iter().filter(|death| !kept.contains(&death.id));
        report.sessions.extend(gone.cloned());
        report.sessions.sort_by_key(|session| session.id);
    }
}

/// A session's end in one line of text, without its line end.
pub fn line(session: &Session, news: News) -> String {
    let again = if news == News::Revised { "revised: " } else { "" };
    let time = session.reset.as_ref().map_or(&session.end, |reset| &reset.time);
    let sentence = told::verdict_with_cause(session);
    format!("{}  #{} {again}{sentence}", words::moment(time), session.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Analysis, Ports};
    use crate::frame::{Frame, FrameNo, LinkType, Mark, Place};
    use crate::limits::Limits;
    use crate::report::model::{self, Options};
    use crate::units::Timestamp;

    /// A connection that was refused: SYN, and a reset in answer.
    fn refused() -> Report {
        let header = [0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0];
        let (client, server) = ([192, 0, 2, 1], [192, 0, 2, 2]);
        let syn = [0xc3, 0x50, 0, 22, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 4, 0, 0, 0, 0, 0];
        let rst = [0, 22, 0xc3, 0x50, 0, 0, 0, 0, 0, 0, 0, 2, 0x50, 0x14, 0, 0, 0, 0, 0, 0];
        let mut analysis = Analysis::new(Limits::default(), Ports::default());
        for (number, [from, to], tcp) in [(1, [client, server], syn), (2, [server, client], rst)] {
            let data = [&header[..], &from, &to, &tcp].concat();
            analysis.handle_frame(&Frame {
                number: FrameNo(number),
                time: Timestamp::from_nanos(number as i64 * 1_000_000),
                link: LinkType::RAW,
                place: Place::default(),
                mark: Mark::None,
                wire_len: 40,
                data: &data,
            });
        }
        model::build(&analysis.finish(Vec::new()), &[], &Options::default())
    }

    #[test]
    fn only_what_changes_a_verdict_is_news() {
        let mut ledger = Ledger::default();
        let mut session = refused().sessions.remove(0);
        assert_eq!(ledger.note(&session), News::First);
        session.frames += 1;
        assert_eq!(ledger.note(&session), News::None);
        session.ended_by = "open";
        assert_eq!(ledger.note(&session), News::Revised);
        assert_eq!((ledger.told, ledger.last_deaths().count()), (1, 0), "it lives");
    }

    #[test]
    fn the_oldest_session_is_remembered_when_it_dies_last() {
        let mut ledger = Ledger::default();
        let session = refused().sessions.remove(0);
        let told = REMEMBERED as u32 + DEATHS as u32;
        for id in 2..told {
            ledger.note(&Session { id, ..session.clone() });
        }
        let oldest = Session { id: 1, ..session };
        assert_eq!(ledger.note(&oldest), News::First);
        assert_eq!(ledger.note(&oldest), News::None);
        assert_eq!(ledger.last_deaths().next().map(|death| death.id), Some(1));
        assert_eq!((ledger.said.len(), ledger.deaths.len()), (REMEMBERED, DEATHS));
        let forgotten = Session { id: 2, ..oldest };
        assert_eq!(ledger.note(&forgotten), News::None, "what it said of it was said");
    }

    #[test]
    fn a_closing_report_has_the_numbers_that_were_told_and_the_deaths_that_were_let_go() {
        let mut ledger = Ledger::default();
        let mut report = refused();
        let gone = Session { id: 3, ..report.sessions[0].clone() };
        ledger.note(&gone);
        ledger.close(&mut report, &[7]);
        let ids: Vec<u32> = report.sessions.iter().map(|session| session.id).collect();
        assert_eq!(ids, [3, 7]);
    }

    #[test]
    fn a_line_says_when_who_and_why() {
        let session = refused().sessions.remove(0);
        let line = line(&session, News::Revised);
        assert!(line.starts_with("1970-01-01 00:00:00.002"), "{line}");
        assert!(line.contains("#1 revised: 192.0.2.1:50000 → 192.0.2.2:22: "), "{line}");
    }
}
