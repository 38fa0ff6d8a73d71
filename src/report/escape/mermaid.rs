//! Text in a Mermaid sequence diagram.

use std::fmt::Write;

use super::plain::presentable;

/// A label: letters, digits and a few signs as they are, all else as Mermaid's `#code;`.
///
/// A line end would begin a new statement, and so would `;`; `%%{` would begin a directive anywhere, `<` HTML. Mermaid's
/// documentation, "Entity codes to escape characters".
pub(crate) fn mermaid(label: &str) -> String {
    let mut out = String::with_capacity(label.len());
    for character in presentable(label).chars() {
        if character.is_alphanumeric()
            || matches!(character, ' ' | '.' | ',' | '-' | '/' | '(' | ')' | '=' | '_' | '+' | '\'' | '→')
        {
            out.push(character);
        } else {
            // Writing to a `String` cannot fail.
            _ = write!(out, "#{};", u32::from(character));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_label_begins_a_statement_a_directive_or_markup() {
        let label = mermaid("a;b\nC->>S: %%{init: {}}%%<b>#35;");
        assert!(label.lines().count() == 1 && !label.contains(['%', '<', '>', '{', ':']), "{label}");
        assert_eq!(mermaid("frame 7, 5.98 s (idle)"), "frame 7, 5.98 s (idle)");
        assert_eq!(mermaid("#;"), "#35;#59;");
    }
}
