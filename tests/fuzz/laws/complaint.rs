//! What a user types: any text has an answer in a terminal's letters, or none.

use sshrst::report::{
    Clock, Network, Screen, Zone, escaped, explain, explain_message, explainable, strftime,
};
use sshrst::units::Timestamp;

use super::script::Script;

/// Any text as a message or a name, laid out in any width; as a time, a zone, a network, and a file's name with a time in it.
pub(crate) fn complaint(octets: &[u8]) {
    let mut script = Script(octets);
    let screen = Screen { width: script.below(300), color: false };
    let text = String::from_utf8_lossy(script.0);
    let answers = [explain_message(&text, screen), explain(&text, screen), Some(escaped(script.0))];
    for answer in answers.into_iter().flatten() {
        assert_eq!(answer.chars().find(|it| it.is_control() && *it != '\n'), None);
    }
    assert!(explainable().any(|id| id == text) == explain(&text, screen).is_some());
    if let Ok(clock) = text.parse::<Clock>() {
        for nanos in [i64::MIN, 0, i64::MAX] {
            let moment = clock.on_day_of(Timestamp::from_nanos(nanos));
            assert!(clock.distance(moment).as_nanos() >= 0);
            assert!(!strftime(&text, moment).is_empty());
        }
    }
    _ = (text.parse::<Network>(), text.parse::<Zone>());
    assert!(
        text.is_empty() || !strftime(&text, Timestamp::from_nanos(i64::MAX)).is_empty() || text.contains('%')
    );
}
