//! The report for a ticket: GitHub Flavored Markdown, which GitLab and Jira take too.

mod evidence;
mod exchange;
mod frame;
mod paper;
mod prose;
mod room;
mod session;

use std::io::{self, Write};

use super::detail::{Detail, heading_of_others};
use super::model::{Report, died};
use paper::Paper;
use room::Room;

/// At most this many deaths are shown in full unless all are asked for: a comment on GitHub holds 65,536 characters,
/// and a session has about ten thousand.
const IN_FULL: usize = 5;

/// Writes `report` as Markdown that a comment on GitHub can hold: sessions that do not fit in full have a row, and rows
/// that do not fit are counted.
///
/// # Errors
///
/// When `out` does not take it.
pub fn markdown(report: &Report, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    let shown = detail.of(report, IN_FULL);
    let mut room = Room::new();
    let mut paper = Paper::default();
    frame::bottom(&mut paper, report);
    let bottom = room.part_of(&paper.take(), room::EDGE);
    frame::top(&mut paper, report, &shown);
    let top = room.part_of(&paper.take(), room::EDGE);
    frame::overview(&mut paper, report, &shown);
    let overview = room.part_of(&paper.take(), room::EDGE);
    let mut middle = String::new();
    let fitting = shown.full.iter().take_while(|each| {
        session::show(&mut paper, each);
        room.take(&paper.take()).map(|text| middle.push_str(&text)).is_some()
    });
    let fitting = fitting.count();
    let (more_deaths, more): (Vec<_>, Vec<_>) = shown.full.iter().skip(fitting).partition(|each| died(each));
    let without_room = more_deaths.len() + more.len();
    frame::rows(
        &mut paper,
        report,
        "Also died (`--all` shows each in full)",
        &[more_deaths, shown.more_deaths].concat(),
    );
    middle += &room.lines_of(&paper.take());
    let heading = heading_of_others(shown.died.len());
    frame::rows(&mut paper, report, heading, &[more, shown.others].concat());
    middle += &room.lines_of(&paper.take());
    if room.is_short() {
        frame::shortened(&mut paper, without_room, room.left_out());
    }
    for part in [top, paper.take(), overview, middle, bottom] {
        out.write_all(part.as_bytes())?;
    }
    Ok(())
}
