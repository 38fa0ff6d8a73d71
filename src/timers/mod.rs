#![doc = include_str!("README.md")]

/// Makes an enum whose variants each have a word, the same in the catalogue, in JSON and in reports.
macro_rules! words {
    (
        $(#[$of_enum:meta])*
        pub enum $name:ident {
            $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$of_enum])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
        pub enum $name {
            $($(#[doc = $doc])+ #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it in the catalogue and in JSON.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.id())
            }
        }
    };
}

mod expiry;
mod family;
mod gap;
mod keepalive;
mod matching;
mod parse;
mod timer;
mod trust;
mod waits;

pub use expiry::{Agreement, Expiry};
pub use family::{Family, families};
pub use gap::{Ending, Gap};
pub use keepalive::{KeepaliveHelps, advice_interval};
pub use matching::{Candidate, Fit, Origin, matching, matching_in, matching_waits};
pub use parse::{TimersError, parse};
pub use timer::{Counts, DefaultIs, Phase, ReArmedBy, Settable, Source, Timer};
pub use trust::{Basis, Check, Confidence, SourceKind};
pub use waits::{MeasuredBy, Waits};

use std::sync::OnceLock;

/// The timers that come with the program, in the order of their file. Parsed at the first call.
pub fn catalogue() -> &'static [Timer] {
    static CATALOGUE: OnceLock<Vec<Timer>> = OnceLock::new();
    // A catalogue that does not parse fails the tests; a run goes on without one rather than panic.
    CATALOGUE.get_or_init(|| parse(include_str!("catalogue.toml")).unwrap_or_default())
}

/// The timer of that name in [`catalogue`].
pub fn find(id: &str) -> Option<&'static Timer> {
    catalogue().iter().find(|timer| timer.id == id)
}

#[cfg(test)]
mod tests;
