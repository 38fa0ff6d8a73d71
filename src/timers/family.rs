//! Values that several timers share, and how their owners are told apart.

use std::sync::OnceLock;

use serde::Deserialize;

use super::gap::tolerance;
use crate::units::Elapsed;

/// One value, or a few near each other, that several timers have by default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    seconds: Vec<u32>,
    /// What tells the members apart, where the number does not.
    pub apart: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    family: Vec<Family>,
}

impl Family {
    /// Its values.
    pub fn values(&self) -> impl Iterator<Item = Elapsed> {
        self.seconds.iter().map(|&seconds| Elapsed::from_secs(seconds.into()))
    }

    /// Whether a silence of `length` is as long as one of its values.
    pub fn holds(&self, length: Elapsed) -> bool {
        self.values().any(|value| {
            let tolerance = tolerance(value);
            value - tolerance <= length && length <= value + tolerance
        })
    }
}

/// All families, the shortest values first.
pub fn families() -> &'static [Family] {
    static FAMILIES: OnceLock<Vec<Family>> = OnceLock::new();
    // As with the catalogue: a file that does not parse fails the tests.
    FAMILIES.get_or_init(|| {
        toml::from_str::<File>(include_str!("families.toml")).map(|file| file.family).unwrap_or_default()
    })
}
