//! The lines that say which capture, and what is changed in it. `tests/scenarios/README.md` describes them.

use sshrst::flow::Side;

use super::field::Change;
use super::{Recorded, Recording};

impl Recording {
    /// Carries out one line: `keep 1-46`, `set 46 ttl=50`, …
    pub(crate) fn edit(&mut self, line: &str) -> Result<(), String> {
        let words = words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["keep", which] => {
                let which = self.chosen(which)?;
                self.frames.retain(|frame| which.matches(frame));
            }
            ["drop", which] => {
                let which = self.chosen(which)?;
                self.frames.retain(|frame| !which.matches(frame));
            }
            ["set", which, changes @ ..] if !changes.is_empty() => {
                let (which, changes) = (self.chosen(which)?, parsed(changes)?);
                let frames = self.frames.iter_mut().filter(|frame| which.matches(frame));
                for frame in frames {
                    changes.iter().try_for_each(|change| change.apply(frame))?;
                }
            }
            ["append", which, "at", later, changes @ ..] => {
                let later = duration(later.strip_prefix('+').ok_or("say `at +…`")?)?;
                self.append(which, later, &parsed(changes)?)?;
            }
            ["snaplen", octets] => {
                self.cut(octets.parse().map_err(|_| format!("`{octets}` is not a number"))?);
            }
            _ => return Err("not a line of this language; see tests/scenarios/README.md".into()),
        }
        Ok(())
    }

    /// Puts copies of some frames behind the last one, the first of them `later` than that.
    fn append(&mut self, which: &str, later: i64, changes: &[Change]) -> Result<(), String> {
        let which = self.chosen(which)?;
        let copies: Vec<Recorded> =
            self.frames.iter().filter(|frame| which.matches(frame)).cloned().collect();
        let (Some(first), Some(last)) = (copies.first(), self.frames.last()) else { return Ok(()) };
        let (moved, mut number) = (last.time + later - first.time, last.number);
        for mut copy in copies {
            number += 1;
            copy.number = number;
            copy.time += moved;
            changes.iter().try_for_each(|change| change.apply(&mut copy))?;
            self.frames.push(copy);
        }
        Ok(())
    }

    /// The frames that `text` names; an error if there is none.
    fn chosen(&self, text: &str) -> Result<Chosen, String> {
        let chosen = Chosen(text.split(',').map(Item::parse).collect::<Result<_, _>>()?);
        if self.frames.iter().any(|frame| chosen.matches(frame)) {
            Ok(chosen)
        } else {
            Err(format!("`{text}` names no frame that is there"))
        }
    }
}

/// Some of a capture's frames: `1-46,48,client`.
struct Chosen(Vec<Item>);

enum Item {
    Numbers(u64, u64),
    From(Side),
}

impl Chosen {
    fn matches(&self, frame: &Recorded) -> bool {
        self.0.iter().any(|item| match item {
            Item::Numbers(first, last) => (*first..=*last).contains(&frame.number),
            Item::From(side) => frame.sender() == Some(*side),
        })
    }
}

impl Item {
    /// `46`, `1-46`, `46-`, `client` or `server`.
    fn parse(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse().map_err(|_| format!("`{text}` names no frames"));
        Ok(match (text, text.split_once('-')) {
            ("client", _) => Self::From(Side::Client),
            ("server", _) => Self::From(Side::Server),
            (_, None) => Self::Numbers(number(text)?, number(text)?),
            (_, Some((first, ""))) => Self::Numbers(number(first)?, u64::MAX),
            (_, Some((first, last))) => Self::Numbers(number(first)?, number(last)?),
        })
    }
}

fn parsed(changes: &[&str]) -> Result<Vec<Change>, String> {
    changes.iter().map(|change| Change::parse(change)).collect()
}

/// Nanoseconds of `200us`, `1.5ms` or `30s`.
pub(super) fn duration(text: &str) -> Result<i64, String> {
    let units = [("us", 1e3), ("ms", 1e6), ("s", 1e9)];
    let (number, unit) = units
        .into_iter()
        .find_map(|(unit, nanos)| Some((text.strip_suffix(unit)?, nanos)))
        .ok_or(format!("`{text}` is not a duration in us, ms or s"))?;
    let number: f64 = number.parse().map_err(|_| format!("`{text}` is not a duration"))?;
    Ok((number * unit).round() as i64)
}

/// The words of a line; a text in quotes is part of one word, blanks included.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        quoted ^= letter == '"';
        match letter {
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
