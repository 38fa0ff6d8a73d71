//! Times in file names.

use std::fmt::Write;

use chrono::DateTime;

use crate::units::Timestamp;

/// `pattern` with the parts of `time` in place of its `%Y`, `%H` and so on, as strftime(3) has them; UTC. A pattern with
/// something that is none of them stays as it is.
pub fn strftime(pattern: &str, time: Timestamp) -> String {
    let mut text = String::new();
    let written = write!(text, "{}", DateTime::from_timestamp_nanos(time.as_nanos()).format(pattern));
    if written.is_ok() { text } else { pattern.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_the_time_are_put_in_and_what_is_none_stays() {
        let time = Timestamp::from_nanos(1_763_700_000_000_000_000);
        assert_eq!(strftime("x-%F_%T.pcap", time), "x-2025-11-21_04:40:00.pcap");
        assert_eq!(strftime("100%!.pcap", time), "100%!.pcap");
    }
}
