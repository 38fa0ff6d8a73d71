//! A page of `tests/scenarios/`: prose for people, blocks for the test.

pub(crate) mod causes;

use sshrst::detect::{Meta, Outcome};

/// The four things to know of a detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// It sees what it looks for.
    Fires,
    /// It looked, and it is not there.
    StaysSilent,
    /// The capture does not show it.
    CannotTell,
    /// It sees or misses something, and the conclusion would be wrong.
    KnownToMislead,
}

impl Section {
    const ALL: [Self; 4] = [Self::Fires, Self::StaysSilent, Self::CannotTell, Self::KnownToMislead];

    /// Its heading.
    pub(crate) const fn heading(self) -> &'static str {
        match self {
            Self::Fires => "## Fires",
            Self::StaysSilent => "## Stays silent",
            Self::CannotTell => "## Cannot tell",
            Self::KnownToMislead => "## Known to mislead",
        }
    }

    /// Whether `outcome` belongs under it.
    pub(crate) const fn fits(self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (Self::Fires, Outcome::Present(_))
            | (Self::StaysSilent, Outcome::Absent(_))
            | (Self::CannotTell, Outcome::CannotTell(_))
            | (Self::KnownToMislead, _) => true,
            (Self::Fires | Self::StaysSilent | Self::CannotTell, _) => false,
        }
    }
}

/// Who really sent the reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Truth {
    /// `client`, `server` or `middlebox`.
    pub(crate) sender: String,
}

/// Packets, and what is found in them.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    /// The section it is in.
    pub(crate) section: Section,
    /// Line of its packets block, from 1.
    pub(crate) line: usize,
    /// Lines of that block with their numbers, but for the truth.
    pub(crate) script: Vec<(usize, String)>,
    /// Who sent the reset of these packets.
    pub(crate) truth: Option<Truth>,
    /// Where the text of the finds block lies, as indices of lines.
    finds: std::ops::Range<usize>,
}

/// One detector's page.
#[derive(Debug)]
pub(crate) struct Page {
    lines: Vec<String>,
    /// In the order of the page.
    pub(crate) scenarios: Vec<Scenario>,
    /// Sections without packets, because this detector has no such answer.
    pub(crate) never: Vec<Section>,
}

/// Line, and what is wrong there.
type Fault = (usize, String);

impl Page {
    /// Reads `text`, the page of the detector that `meta` declares.
    pub(crate) fn parse(text: &str, meta: &Meta) -> Result<Self, Fault> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let head = [format!("# {}", meta.id), String::new(), meta.summary().to_owned(), String::new()];
        if !lines.starts_with(&head) {
            return Err((1, format!("a page begins with its title and `{}`", meta.summary())));
        }
        let starts = sections(&lines)?;
        let (mut scenarios, mut never) = (Vec::new(), Vec::new());
        for (index, section) in Section::ALL.into_iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(lines.len());
            let before = scenarios.len();
            read_section(&lines, section, starts[index] + 1..end, &mut scenarios)?;
            let prose = lines[starts[index] + 1..end].iter().find(|line| !line.is_empty());
            let says_never = prose.is_some_and(|line| line.starts_with("Never"));
            if says_never && before == scenarios.len() {
                never.push(section);
            } else if prose.is_none_or(|line| line.starts_with("```")) {
                return Err((starts[index] + 1, "a section begins with prose".into()));
            } else if before == scenarios.len() {
                return Err((starts[index] + 1, "no packets; if there can be none, begin with Never".into()));
            }
        }
        Ok(Self { lines, scenarios, never })
    }

    /// The page with `found`, for each scenario the new lines of its finds block; `None` leaves them.
    pub(crate) fn with(&self, found: &[Option<Vec<String>>]) -> String {
        let mut lines = self.lines.clone();
        for (scenario, found) in self.scenarios.iter().zip(found).rev() {
            if let Some(found) = found {
                lines.splice(scenario.finds.clone(), found.iter().cloned());
            }
        }
        lines.join("\n") + "\n"
    }
}

/// Where the four sections begin, as indices of lines; there are no others.
fn sections(lines: &[String]) -> Result<Vec<usize>, Fault> {
    let headings: Vec<(usize, &str)> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with('#'))
        .skip(1)
        .map(|(index, line)| (index, line.as_str()))
        .collect();
    let wanted = Section::ALL.map(Section::heading);
    for (index, heading) in wanted.iter().enumerate() {
        match headings.get(index) {
            Some((_, found)) if found == heading => {}
            Some((line, found)) => return Err((line + 1, format!("`{found}` where `{heading}` belongs"))),
            None => return Err((lines.len(), format!("`{heading}` is missing"))),
        }
    }
    if let Some((line, found)) = headings.get(wanted.len()) {
        return Err((line + 1, format!("`{found}`: there are four sections")));
    }
    Ok(headings.into_iter().map(|(index, _)| index).collect())
}

/// A block: what it is called, and where its text lies.
type Block = (String, std::ops::Range<usize>);

fn read_section(
    lines: &[String],
    section: Section,
    within: std::ops::Range<usize>,
    scenarios: &mut Vec<Scenario>,
) -> Result<(), Fault> {
    let blocks = blocks(lines, within)?;
    for pair in blocks.chunks(2) {
        let [(packets, text), (found, finds)] = pair else {
            return Err((pair[0].1.start, "a packets block and a finds block belong together".into()));
        };
        if (packets.as_str(), found.as_str()) != ("packets", "finds") {
            return Err((text.start, format!("`{packets}` and `{found}` where packets and finds belong")));
        }
        let mut script: Vec<(usize, String)> =
            text.clone().map(|index| (index + 1, lines[index].trim().to_owned())).collect();
        let truth = match script.last() {
            Some((line, last)) if last.starts_with("truth") => {
                let truth = truth(last).map_err(|why| (*line, why))?;
                script.pop();
                Some(truth)
            }
            _ => None,
        };
        if section == Section::KnownToMislead && truth.is_none() {
            return Err((text.start, "the last line here says the `truth`".into()));
        }
        scenarios.push(Scenario { section, line: text.start, script, truth, finds: finds.clone() });
    }
    Ok(())
}

fn blocks(lines: &[String], within: std::ops::Range<usize>) -> Result<Vec<Block>, Fault> {
    let (mut blocks, mut open): (Vec<Block>, Option<Block>) = (Vec::new(), None);
    for index in within {
        let Some(fence) = lines[index].strip_prefix("```") else { continue };
        match open.take() {
            None => open = Some((fence.to_owned(), index + 1..index + 1)),
            Some((name, text)) => blocks.push((name, text.start..index)),
        }
    }
    match open {
        Some((_, text)) => Err((text.start, "this block has no end".into())),
        None => Ok(blocks),
    }
}

/// `truth server: its standby took the address over`.
fn truth(line: &str) -> Result<Truth, String> {
    let told = line.strip_prefix("truth ").and_then(|rest| rest.split_once(": "));
    match told {
        Some((sender @ ("client" | "server" | "middlebox"), _)) => Ok(Truth { sender: sender.into() }),
        _ => Err("a truth is `truth client|server|middlebox: what happened`".into()),
    }
}

/// A page to be filled in.
pub(crate) fn skeleton(meta: &Meta) -> String {
    let sections = Section::ALL
        .map(|section| format!("\n{}\n\n```packets\nfrom\n```\n\n```finds\n```\n", section.heading()));
    format!("# {}\n\n{}\n{}", meta.id, meta.summary(), sections.concat())
}
