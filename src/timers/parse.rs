//! Reads timers: the catalogue's file, or a user's own.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::timer::{Counts, Timer};

/// Why a file of timers cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct TimersError {
    /// The line at fault, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    timer: Vec<Spanned<Timer>>,
}

/// Reads `[[timer]]` tables. `id`, `whose`, `ends_by` and a value (`default_s` or `settable_s`) are needed,
/// everything else has a default.
///
/// # Errors
///
/// The first line that is not TOML, holds a key that is not known, a time that is negative or not whole, an
/// id that was there before, or begins a timer without a value.
pub fn parse(text: &str) -> Result<Vec<Timer>, TimersError> {
    let file: File = toml::from_str(text).map_err(|error| TimersError {
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        problem: error.message().to_owned(),
    })?;
    let mut ids = BTreeSet::new();
    for timer in &file.timer {
        if let Some(problem) = problem(timer.get_ref(), &mut ids) {
            return Err(TimersError { line: line_of(text, timer.span().start), problem });
        }
    }
    Ok(file.timer.into_iter().map(Spanned::into_inner).collect())
}

/// What TOML cannot know: names are unique, and a timer that is to be matched has a value.
fn problem<'a>(timer: &'a Timer, ids: &mut BTreeSet<&'a str>) -> Option<String> {
    let id = timer.id.as_str();
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Some(format!("id {id:?} is not made of a-z, 0-9 and `-`"));
    }
    if !ids.insert(id) {
        return Some(format!("there are two timers with the id `{id}`"));
    }
    let is_timed = matches!(timer.counts, Counts::Idle | Counts::Lifetime);
    let has_value = timer.default.is_some() || timer.settable_within.is_some();
    let says_why_not = timer.default_is != super::DefaultIs::Shipped;
    (is_timed && !has_value && !says_why_not)
        .then(|| format!("timer `{id}` has no value: give `default_s` or `settable_s`"))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}
