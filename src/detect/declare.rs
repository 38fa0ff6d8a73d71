//! The declaration of a detector: its documentation is where its name is.

use crate::detect::Group;

/// What a detector says of itself. `sshrst explain`, the README's table and reports are made from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Kebab-case name: completes "the capture shows that …".
    pub id: &'static str,
    /// Observations of one group depend on each other; only the strongest counts.
    pub group: Group,
    /// Documentation: one sentence, then the headings Sees, Means, Misleads when, Needs, References.
    pub doc: &'static str,
    /// Source file.
    pub file: &'static str,
}

impl Meta {
    /// The first sentence of the documentation.
    pub fn summary(&self) -> &'static str {
        self.doc.trim_start().lines().next().unwrap_or_default().trim()
    }
}

/// Declares a detector: documentation, name, group. Its logic stays outside, in `impl Detect`'s function.
macro_rules! declare_detector {
    ($(#[doc = $doc:literal])+ $name:ident { id: $id:literal, group: $group:ident, examine: $examine:path }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl $crate::detect::Detect for $name {
            fn meta(&self) -> &'static $crate::detect::Meta {
                &$crate::detect::Meta {
                    id: $id,
                    group: $crate::detect::Group::$group,
                    doc: concat!($($doc, "\n"),+),
                    file: file!(),
                }
            }

            fn examine(
                &self,
                case: &$crate::case::Case,
                reset: &$crate::case::Reset,
            ) -> $crate::detect::Outcome {
                $examine(case, reset)
            }
        }
    };
}
