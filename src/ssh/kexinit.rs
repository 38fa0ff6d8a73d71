//! KEXINIT (RFC 4253 §7.1): what a side offers.

use std::sync::Arc;

use super::offer::{LISTS, Lists, Offer};

/// Message number and cookie.
const BEFORE_LISTS: usize = 17;
/// Name-lists of a KEXINIT: the last two are of languages.
const ALL_LISTS: usize = LISTS + 2;

/// Reads a KEXINIT's payload, message number included, up to `most` names of each list; the error says what is wrong.
pub(super) fn parse(payload: &[u8], most: usize) -> Result<Offer, &'static str> {
    let (front, mut rest) = payload.split_first_chunk::<BEFORE_LISTS>().ok_or("it ends inside the cookie")?;
    let [_, cookie @ ..] = *front;
    let mut lists = [&[][..]; ALL_LISTS];
    let mut cut = false;
    for list in &mut lists {
        let (length, behind) = rest.split_first_chunk::<4>().ok_or("it ends before its last name-list")?;
        let length = u32::from_be_bytes(*length) as usize;
        let (names, behind) =
            behind.split_at_checked(length).ok_or("a name-list is longer than the packet")?;
        *list = first_names(names, most);
        cut |= list.len() < names.len();
        rest = behind;
    }
    match *rest {
        // The boolean, and a uint32 reserved for later; a later meaning of it is not an error (RFC 4253 §7.1).
        [guesses, _, _, _, _] => {
            let [lists @ .., _, _] = lists;
            Ok(Offer { cookie, lists: Arc::new(Lists::new(lists, guesses != 0, cut)) })
        }
        [_, _, _, _, _, ..] => Err("octets follow the reserved field"),
        _ => Err("it ends before the reserved field"),
    }
}

/// A name-list up to its `most`th name; names are parted by commas (RFC 4251 §5).
fn first_names(octets: &[u8], most: usize) -> &[u8] {
    let mut commas = octets.iter().enumerate().filter(|&(_, &octet)| octet == b',');
    let end = most.checked_sub(1).and_then(|before| commas.nth(before)).map(|(at, _)| at);
    end.and_then(|end| octets.get(..end)).unwrap_or(octets)
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
        let offer = parse(&octets, 2).unwrap();
        let lists = &offer.lists;
        assert_eq!((offer.cookie, lists.kex().as_sent()), ([20; 16], &b"k1,k2"[..]));
        assert_eq!((lists.cipher_s2c().iter().count(), lists.guesses, lists.cut), (2, true, false));
        assert_eq!(lists.compression_s2c().as_sent(), b"zlib");
    }

    #[test]
    fn no_prefix_of_a_kexinit_is_a_kexinit() {
        let octets = payload(["k", "h", "c", "c", "m", "m", "none", "none", "", ""], false);
        assert!((0..octets.len()).all(|end| parse(&octets[..end], 9).is_err()));
        assert!(parse(&[&octets[..], &[0]].concat(), 9).is_err());
    }

    #[test]
    fn a_list_of_many_names_is_cut_and_says_so() {
        let names = vec!["x"; 100_000].join(",");
        let octets = payload([&names, "h", "c", "c", "m", "m", "none", "none", "", ""], false);
        let lists = parse(&octets, 7).unwrap().lists;
        assert_eq!((lists.kex().as_sent(), lists.kex().iter().count()), (&b"x,x,x,x,x,x,x"[..], 7));
        assert!(lists.cut);
    }
}
