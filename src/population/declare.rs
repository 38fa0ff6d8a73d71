//! The declaration of a pattern: its documentation is where its name is.

/// What a pattern says of itself; `sshrst explain` and the README's table are made from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Kebab-case name, the same as its file's.
    pub id: &'static str,
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

/// Declares a pattern: documentation and name. What finds it stays outside.
macro_rules! declare_pattern {
    ($(#[doc = $doc:literal])+ $name:ident = $id:literal) => {
        $(#[doc = $doc])+
        pub(super) static $name: $crate::population::Meta = $crate::population::Meta {
            id: $id,
            doc: concat!($($doc, "\n"),+),
            file: file!(),
        };
    };
}
