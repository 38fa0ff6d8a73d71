//! HASSH and HASSHServer: MD5 of what a side offers, as a label for its software.
//!
//! As Salesforce defined them (github.com/salesforce/hassh, README): the lists of kex, encryption, MAC and compression in
//! the side's own direction, as sent, markers included, parted by semicolons. Several releases share one value, and any
//! line of a configuration changes it; MD5 and the lists are anybody's to forge.

use std::fmt::Write;

use md5::{Digest, Md5};

use crate::flow::Side;
use crate::ssh::{Lists, Names};

/// The label of a side's offer; `None` where names were left out for their number.
pub(super) fn hassh(offer: &Lists, side: Side) -> Option<String> {
    if offer.cut {
        return None;
    }
    let lists = match side {
        Side::Client => [offer.kex(), offer.cipher_c2s(), offer.mac_c2s(), offer.compression_c2s()],
        Side::Server => [offer.kex(), offer.cipher_s2c(), offer.mac_s2c(), offer.compression_s2c()],
    };
    let lists = lists.map(Names::as_sent);
    let mut text = String::new();
    for octet in Md5::digest(lists.join(&b';')) {
        // Writing to a `String` cannot fail.
        _ = write!(text, "{octet:02x}");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::lists;

    #[test]
    fn the_label_is_the_digest_of_four_lists() {
        let mut offer = lists(["a,kex-strict-c-v00@openssh.com", "", "b,c", "", "d", "", "none", ""]);
        // printf 'a,kex-strict-c-v00@openssh.com;b,c;d;none' | md5sum
        assert_eq!(hassh(&offer, Side::Client).unwrap(), "5cadccded704ace27808b2a11f5ec2ef");
        // printf 'a,kex-strict-c-v00@openssh.com;;;' | md5sum
        assert_eq!(hassh(&offer, Side::Server).unwrap(), "c6bbb62563fd73aafc0db8ebba92a9e3");
        offer.cut = true;
        assert_eq!(hassh(&offer, Side::Client), None);
    }
}
