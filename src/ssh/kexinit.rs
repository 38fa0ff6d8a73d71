//! KEXINIT (RFC 4253 §7.1): what a side offers.

use super::transcript::Offer;
use crate::limits::Limits;

/// Message number and cookie.
const BEFORE_LISTS: usize = 17;

/// Reads a KEXINIT's payload, message number included; the error says what is wrong.
pub(super) fn parse(payload: &[u8], limits: &Limits) -> Result<Offer, &'static str> {
    let (front, mut rest) = payload.split_first_chunk::<BEFORE_LISTS>().ok_or("it ends inside the cookie")?;
    let mut offer = Offer::default();
    let [_, cookie @ ..] = *front;
    offer.cookie = cookie;
    let mut languages = [Vec::new(), Vec::new()];
    let [to_server, to_client] = &mut languages;
    let lists = [
        &mut offer.kex,
        &mut offer.host_key,
        &mut offer.cipher_c2s,
        &mut offer.cipher_s2c,
        &mut offer.mac_c2s,
        &mut offer.mac_s2c,
        &mut offer.compression_c2s,
        &mut offer.compression_s2c,
        to_server,
        to_client,
    ];
    for list in lists {
        let (length, behind) = rest.split_first_chunk::<4>().ok_or("it ends before its last name-list")?;
        let length = u32::from_be_bytes(*length) as usize;
        let (names, behind) =
            behind.split_at_checked(length).ok_or("a name-list is longer than the packet")?;
        offer.cut |= read_names(names, limits.names_per_list, list);
        rest = behind;
    }
    match *rest {
        // The boolean, and a uint32 reserved for later; a later meaning of it is not an error (RFC 4253 §7.1).
        [guesses, _, _, _, _] => {
            offer.guesses = guesses != 0;
            Ok(offer)
        }
        [_, _, _, _, _, ..] => Err("octets follow the reserved field"),
        _ => Err("it ends before the reserved field"),
    }
}

/// Splits a name-list at its commas (RFC 4251 §5); says whether it was cut.
fn read_names(octets: &[u8], most: usize, names: &mut Vec<Vec<u8>>) -> bool {
    if octets.is_empty() {
        return false;
    }
    let mut split = octets.split(|&octet| octet == b',');
    names.extend(split.by_ref().take(most).map(<[u8]>::to_vec));
    split.next().is_some()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A KEXINIT payload of ten name-lists.
    pub(crate) fn payload(lists: [&str; 10], guesses: bool) -> Vec<u8> {
        let mut octets = vec![20; 17];
        for list in lists {
            octets.extend_from_slice(&(list.len() as u32).to_be_bytes());
            octets.extend_from_slice(list.as_bytes());
        }
        octets.extend_from_slice(&[u8::from(guesses), 0, 0, 0, 0]);
        octets
    }

    #[test]
    fn the_lists_are_read_in_their_order() {
        let octets = payload(["k1,k2", "h", "c1", "c2,c3", "m1", "m2", "none", "zlib", "", ""], true);
        let offer = parse(&octets, &Limits::default()).unwrap();
        assert_eq!(offer.kex, [b"k1", b"k2"]);
        assert_eq!((offer.cipher_s2c.len(), offer.guesses, offer.cut), (2, true, false));
        assert_eq!(offer.compression_s2c, [b"zlib"]);
    }

    #[test]
    fn no_prefix_of_a_kexinit_is_a_kexinit() {
        let octets = payload(["k", "h", "c", "c", "m", "m", "none", "none", "", ""], false);
        assert!((0..octets.len()).all(|end| parse(&octets[..end], &Limits::default()).is_err()));
        assert!(parse(&[&octets[..], &[0]].concat(), &Limits::default()).is_err());
    }

    #[test]
    fn a_list_of_many_names_is_cut_and_says_so() {
        let names = vec!["x"; 100_000].join(",");
        let octets = payload([&names, "h", "c", "c", "m", "m", "none", "none", "", ""], false);
        let offer = parse(&octets, &Limits::default()).unwrap();
        assert_eq!((offer.kex.len(), offer.cut), (Limits::default().names_per_list, true));
    }
}
