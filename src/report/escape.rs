//! Text that a peer sent, made safe to show.

use std::fmt::Write;

/// Printable ASCII as it is; every other octet, and the backslash, as `\xNN`.
///
/// Stricter than a terminal needs: right-to-left marks and look-alike letters mislead readers too.
pub fn escaped(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for &octet in octets {
        match octet {
            b'\\' => text.push_str("\\\\"),
            b' '..=b'~' => text.push(char::from(octet)),
            // Writing to a `String` cannot fail.
            _ => _ = write!(text, "\\x{octet:02x}"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_other_scripts_become_numbers() {
        assert_eq!(escaped(b"SSH-2.0-\x1b[2Jx\\\xe2\x80\xae\r\n"), r"SSH-2.0-\x1b[2Jx\\\xe2\x80\xae\x0d\x0a");
    }
}
