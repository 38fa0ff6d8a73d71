//! The kernel's own words on resets: any text, in any pieces, says the same.

use sshrst::analysis::KernelReset;
use sshrst::source::kernel::KernelLines;
use sshrst::units::Timestamp;

use super::script::Script;

/// What such a line is made of.
const WORDS: [&str; 24] = [
    "            sshd-812     [001] ..s1.  1234.567890: ",
    "tcp_send_reset: ",
    "tcp_receive_reset: ",
    "\n",
    "src=10.33.0.15:22 ",
    "src=[fd00::1]:22 ",
    "dest=10.34.0.15:42556 ",
    "dest=0.0.0.0:0 ",
    "reason=TCP_ABORT_ON_CLOSE ",
    "family=AF_INET ",
    "family=AF_INET6 ",
    "sport=22 ",
    "dport=45644 ",
    "saddr=0.0.0.0 ",
    "daddr=10.0.0.1 ",
    "saddrv6=fd00::2 ",
    "daddrv6=fd00::1 ",
    " 9223372036854775807.999999999: ",
    " -5.-1: ",
    " 0.1234567890: ",
    ": ",
    "CPU:1 [LOST 12 EVENTS]\n",
    "=",
    "é",
];

/// Any octets as text, or as words of such lines.
pub(crate) fn kernel_log(octets: &[u8]) {
    let mut script = Script(octets);
    let (words, size) = (script.octet(), usize::from(script.octet()) + 1);
    let text: Vec<u8> = if words & 1 == 1 {
        script.0.iter().flat_map(|octet| WORDS[usize::from(octet % 24)].bytes()).collect()
    } else {
        script.0.to_vec()
    };
    let whole = said(&text, text.len().max(1));
    // What is no line of the kernel's, for its length, is not kept to the end.
    if text.split(|&octet| octet == b'\n').all(|line| line.len() <= 4_096) {
        assert_eq!(said(&text, size), whole, "by {size} octets");
    }
}

fn said(text: &[u8], size: usize) -> Vec<KernelReset> {
    let (mut lines, mut said) = (KernelLines::default(), Vec::new());
    for piece in text.chunks(size) {
        lines.take(piece, Timestamp::from_nanos(1_700_000_000_000_000_000), &mut |reset| said.push(reset));
    }
    said
}
