//! The user's words of a capture filter: whatever compiles takes fewer packets than without them, never others.

use pcap::{BpfProgram, Capture, Linktype};
use sshrst::source::Filter;

use super::mutation::changed;
use super::script::Script;

/// What such words are made of. No names of hosts: libpcap would ask for them.
const WORDS: [&str; 32] = [
    "host 192.0.2.1",
    "net 10.0.0.0/8",
    "ip6 host fd00::1",
    "port 22",
    "portrange 1-65535",
    "tcp",
    "udp",
    "icmp",
    "ip",
    "ip6",
    "and",
    "or",
    "not",
    "(",
    ")",
    ") or (",
    "tcp[13] & 4 != 0",
    "ip[8] < 64",
    "greater 60",
    "less 9",
    "len > 100",
    "ether host 02:00:00:00:00:01",
    "src",
    "dst",
    "ether[0] & 1 = 0",
    "1 = 1",
    "1 = 0",
    "proto 6",
    "broadcast",
    "ip[70000:4] = 0",
    "tcp[tcpflags] = tcp-rst",
    "4 / 0 = 1",
];

/// Any words; the frames are those of a changed capture.
pub(crate) fn filter_words(octets: &[u8]) {
    let mut script = Script(octets);
    let count = script.below(12);
    let chosen: Vec<&str> = (0..count).map(|_| WORDS[script.below(WORDS.len())]).collect();
    let own = Filter { ports: vec![22], words: chosen.join(" "), own: None };
    let dead = Capture::dead(Linktype::ETHERNET).unwrap();
    // As `capture` does: by themselves first.
    if own.words.is_empty() || dead.compile(&own.words, true).is_err() {
        return;
    }
    let all = Filter { words: String::new(), ..own.clone() };
    for tags in [false, true] {
        let compiled =
            |filter: &Filter| -> BpfProgram { dead.compile(&filter.expression(tags), true).unwrap() };
        // Words that can never hold make a filter that libpcap refuses, and says so.
        let Ok(narrow) = dead.compile(&own.expression(tags), true) else { continue };
        let wide = compiled(&all);
        let thinned = dead.compile(&own.thinned(tags), true);
        let mut script = Script(script.0);
        for frame in changed(&mut script).frames {
            let taken = narrow.filter(&frame.data);
            assert!(!taken || wide.filter(&frame.data), "{:?} takes frame {}", own.words, frame.number);
            let thin = thinned.as_ref().is_ok_and(|thinned| thinned.filter(&frame.data));
            assert!(!thin || taken, "{:?}, thinned, takes frame {}", own.words, frame.number);
        }
    }
}
