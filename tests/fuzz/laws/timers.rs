//! The user's file of timers: any text is timers or a line at fault, and timers of any value can be looked at.

use sshrst::report::{self, Screen};
use sshrst::timers;
use sshrst::units::Elapsed;

use super::script::Script;

/// What such a file is made of.
const WORDS: [&str; 32] = [
    "[[timer]]\n",
    "id = ",
    "whose = ",
    "ends_by = ",
    "default_s = ",
    "settable_s = ",
    "\"a\"",
    "\"b-2\"",
    "\"rst\"",
    "\"silent\"",
    "\"fin\"",
    "\n",
    "0",
    "1",
    "300",
    "9223372036854775807",
    "18446744073709551616",
    "-1",
    "0.5",
    "[1, 2]",
    "[2, 1]",
    "[]",
    "counts = ",
    "\"idle\"",
    "\"lifetime\"",
    "note = ",
    "\"\u{1b}[31m\"",
    "'''",
    "timer = 1",
    "#",
    "1e308",
    "source = ",
];

/// Any octets as text, or as words of such a file.
pub(crate) fn timers_file(octets: &[u8]) {
    let mut script = Script(octets);
    let text = if script.octet() & 1 == 1 {
        script.0.iter().map(|octet| WORDS[usize::from(octet % 32)]).collect()
    } else {
        String::from_utf8_lossy(script.0).into_owned()
    };
    let own = match timers::parse(&text) {
        Ok(own) => own,
        Err(error) => {
            assert!(error.line >= 1 && error.line <= text.lines().count() + 1, "{error}");
            return;
        }
    };
    let screen = Screen { width: 80, color: false };
    let obeyed = |it: char| it.is_control() && it != '\n';
    assert!(!report::timers(None, &own, screen).contains(obeyed));
    for nanos in [0, 1, 300_000_000_000, i64::MAX] {
        let silence = Elapsed::from_nanos(nanos);
        assert!(!report::timers(Some(silence.as_secs_f64()), &own, screen).contains(obeyed));
    }
}
