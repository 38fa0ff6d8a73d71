//! What is asked to be explained: any text has an answer in a terminal's letters, or none.

use sshrst::report::{Screen, escaped, explain, explain_message, explainable};

use super::script::Script;

/// Any text as a message or a name, laid out in any width.
pub(crate) fn complaint(octets: &[u8]) {
    let mut script = Script(octets);
    let screen = Screen { width: script.below(300), color: false };
    let text = String::from_utf8_lossy(script.0);
    let answers = [explain_message(&text, screen), explain(&text, screen), Some(escaped(script.0))];
    for answer in answers.into_iter().flatten() {
        assert_eq!(answer.chars().find(|it| it.is_control() && *it != '\n'), None);
    }
    assert!(explainable().any(|id| id == text) == explain(&text, screen).is_some());
}
