//! The rules of the protocol that a side can be seen to break, each with its name and where it is written.

/// A rule that [`crate::ssh::Session`] checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Kebab-case name, as in the report's `violations[].id`.
    pub id: &'static str,
    /// Document and section.
    pub reference: &'static str,
    /// What the rule asks for, in one sentence.
    pub asks: &'static str,
}

macro_rules! rules {
    ($($name:ident = $id:literal, $reference:literal, $asks:literal;)*) => {
        $(#[doc = $asks] pub(super) const $name: Rule = Rule { id: $id, reference: $reference, asks: $asks };)*
        /// Every rule that is checked, in the order a connection meets them.
        pub const RULES: &[Rule] = &[$($name),*];
    };
}

rules! {
    NOT_IDENTIFIED = "identification-missing", "RFC 4253 §4.2",
        "A side's identification string begins with `SSH-`; only a server may send other lines before it.";
    IDENTIFICATION_TOO_LONG = "identification-too-long", "RFC 4253 §4.2",
        "An identification string has at most 255 octets, line end included.";
    LINE_TOO_LONG = "line-before-identification-too-long", "RFC 4253 §4.2, OpenSSH kex.c",
        "Lines before a server's identification string are of a length that clients take.";
    IDENTIFICATION_CHARACTERS = "identification-forbidden-octet", "RFC 4253 §4.2",
        "An identification string holds no NUL, and no carriage return but the one before the line feed.";
    IDENTIFICATION_MALFORMED = "identification-malformed", "RFC 4253 §4.2",
        "An identification string is `SSH-protoversion-softwareversion`, with none of the parts empty.";
    VERSION_UNSUPPORTED = "protocol-version-unsupported", "RFC 4253 §4.2, §5.1",
        "The protocol version is 2.0, or 1.99 from a server that also speaks version 1.";
    TEXT_FOR_PACKET = "text-instead-of-packet", "RFC 4253 §6",
        "After the identification string there are only binary packets.";
    LENGTH_OUT_OF_RANGE = "packet-length-out-of-range", "RFC 4253 §6.1",
        "packet_length makes a packet of at least 16 octets and stays within what receivers take: 35000 octets must be taken, OpenSSH takes 262144.";
    MISALIGNED = "packet-misaligned", "RFC 4253 §6",
        "A packet's length, its length field included, is a multiple of 8 octets or of the cipher's block.";
    PADDING_TOO_SHORT = "padding-too-short", "RFC 4253 §6",
        "A packet has at least 4 octets of padding.";
    PADDING_EXCEEDS_PACKET = "padding-exceeds-packet", "RFC 4253 §6",
        "A packet's padding leaves room for a payload of at least one octet.";
    MESSAGE_ZERO = "message-number-zero", "RFC 4250 §4.1.1",
        "Message numbers are 1 to 255.";
    KEXINIT_MALFORMED = "kexinit-malformed", "RFC 4253 §7.1",
        "A KEXINIT holds a cookie, ten name-lists, a boolean and a reserved uint32, and nothing else.";
    KEXINIT_REPEATED = "kexinit-repeated", "RFC 4253 §7.1",
        "After its KEXINIT a side sends no second one until NEWKEYS.";
    KEX_BEFORE_KEXINIT = "kex-message-before-kexinit", "RFC 4253 §7",
        "Key exchange begins with KEXINIT.";
    KEX_UNEXPECTED = "kex-message-unexpected", "RFC 4253 §8, RFC 4419 §3, RFC 5656 §4",
        "Each side sends the messages of its role in the negotiated key exchange method.";
    KEX_VALUE = "kex-value-malformed", "RFC 4253 §8, RFC 4419 §3, RFC 5656 §4, RFC 8731 §3",
        "A public value has the form, length and range that the key exchange method fixes.";
    NEWKEYS_EARLY = "newkeys-too-early", "RFC 4253 §7.3",
        "NEWKEYS ends a key exchange: it comes after KEXINIT and at least one message of the method.";
    NEWKEYS_MALFORMED = "newkeys-malformed", "RFC 4253 §7.3",
        "NEWKEYS is its message number and nothing else.";
    NOT_ALLOWED_IN_CLEAR = "message-before-newkeys", "RFC 4253 §7.1, §10",
        "Before NEWKEYS there are only transport messages (1 to 4) and key exchange (20 to 49); services come after it.";
    EXT_INFO_IN_CLEAR = "ext-info-before-newkeys", "RFC 8308 §2.4",
        "EXT_INFO is sent behind the sender's first NEWKEYS, or by the server before USERAUTH_SUCCESS.";
    DISCONNECT_MALFORMED = "disconnect-malformed", "RFC 4253 §11.1",
        "DISCONNECT holds a reason code, a description and a language tag.";
    AFTER_DISCONNECT = "message-after-disconnect", "RFC 4253 §11.1",
        "Nothing is sent after DISCONNECT.";
    STRICT_FIRST_PACKET = "strict-kex-first-packet", "OpenSSH PROTOCOL 1.10",
        "Where both sides announce strict key exchange, KEXINIT is the first packet.";
    STRICT_UNEXPECTED = "strict-kex-unexpected-message", "OpenSSH PROTOCOL 1.10",
        "Where both sides announce strict key exchange, IGNORE, DEBUG and UNIMPLEMENTED are not sent during the first one.";
    CIPHER_FRAMING = "cipher-framing-lost", "RFC 4253 §6.1, RFC 5647 §7.3, OpenSSH PROTOCOL 1.5",
        "With AES-GCM and encrypt-then-MAC each packet begins with its length in clear: 5 to 262144, a multiple of the block.";
}

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn no_two_rules_have_one_name_and_each_cites_a_document() {
        let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RULES.len());
        assert!(
            RULES.iter().all(|rule| rule.reference.contains("RFC") || rule.reference.contains("PROTOCOL"))
        );
    }
}
