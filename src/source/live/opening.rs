//! From a name to a capture that runs behind its filter.

use pcap::{Active, Capture, Linktype};

use super::{LiveError, READ_TIMEOUT, failure, wait};
use crate::frame::LinkType;
use crate::source::{Filter, Wanted};

/// The name that stands for all interfaces.
const ANY: &str = "any";

/// Opens the interface, and sets what is wanted.
pub(super) fn open(wanted: &Wanted) -> Result<Capture<Active>, LiveError> {
    let mut capture = activate(wanted).map_err(|error| LiveError::of_interface(&wanted.interface, &error))?;
    prefer_indexed(&mut capture);
    set_filter(&mut capture, &wanted.filter)?;
    wait::prepare(capture).map_err(|error| LiveError::of_interface(&wanted.interface, &error))
}

fn activate(wanted: &Wanted) -> Result<Capture<Active>, pcap::Error> {
    let mut capture = Capture::from_device(wanted.interface.as_str())?
        .snaplen(wanted.snaplen as i32)
        .buffer_size(i32::try_from(wanted.buffer).unwrap_or(i32::MAX))
        .timeout(READ_TIMEOUT.as_millis() as i32)
        // libpcap warns that `any` cannot be promiscuous, and the crate takes warnings for errors.
        .promisc(wanted.promiscuous && wanted.interface != ANY);
    #[cfg(target_os = "linux")]
    {
        capture = capture.precision(pcap::Precision::Nano);
    }
    capture.open()
}

/// Of the two cooked headers of Linux, takes the one that names the interface of each frame.
fn prefer_indexed(capture: &mut Capture<Active>) {
    let indexed = Linktype(i32::from(LinkType::LINUX_SLL2.0));
    if capture.list_datalinks().is_ok_and(|links| links.contains(&indexed)) {
        // Without it the capture is as good but for the interface.
        _ = capture.set_datalink(indexed);
    }
}

fn set_filter(capture: &mut Capture<Active>, filter: &Filter) -> Result<(), LiveError> {
    let refused =
        |error: &pcap::Error| LiveError::Filter { words: filter.words.clone(), fault: failure::words(error) };
    // By itself first: only so is an error the user's, and an odd parenthesis cannot open up the built-in part.
    if !filter.words.is_empty() {
        capture.compile(&filter.words, true).map_err(|error| refused(&error))?;
    }
    let tags = has_tags(capture);
    capture.filter(&filter.expression(tags), true).map_err(|error| refused(&error))
}

/// Not every link type has VLAN tags, and libpcap knows which.
fn has_tags(capture: &Capture<Active>) -> bool {
    capture.compile("vlan", true).is_ok()
}

/// Leaves data in bulk out of the capture, or takes it in again. Where libpcap refuses, all stays as it is.
pub(super) fn thin(capture: &mut Capture<Active>, filter: &Filter, thin: bool) -> bool {
    let tags = has_tags(capture);
    let expression = if thin { filter.thinned(tags) } else { filter.expression(tags) };
    capture.filter(&expression, true).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Connection;

    const SSH: [u8; 4] = [0xc3, 0x50, 0, 22];
    const HTTP: [u8; 4] = [0xc3, 0x50, 0, 80];

    fn ethernet(tags: &[[u8; 4]], kind: u16, packet: &[u8]) -> Vec<u8> {
        [&[2; 12][..], &tags.concat(), &kind.to_be_bytes(), packet].concat()
    }

    /// From 192.0.2.1 to 192.0.2.2, padded so that all fields a filter looks at are there.
    fn v4(protocol: u8, fragment: u16, payload: &[u8]) -> Vec<u8> {
        let [high, low] = fragment.to_be_bytes();
        let header = [0x45, 0, 0, 80, 0, 1, high, low, 64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
        [&header, payload, &[0; 40]].concat()
    }

    fn v6(next: u8, payload: &[u8]) -> Vec<u8> {
        [&[0x60, 0, 0, 0, 0, 60, next, 64][..], &[0xfd; 32], payload, &[0; 40]].concat()
    }

    fn takes(filter: &Filter, frame: &[u8]) -> bool {
        let dead = Capture::dead(Linktype::ETHERNET).unwrap();
        dead.compile(&filter.expression(true), true).unwrap().filter(frame)
    }

    fn ssh() -> Filter {
        Filter { ports: vec![22], ..Filter::default() }
    }

    #[test]
    fn ssh_is_taken_in_both_versions_of_ip_and_behind_two_tags() {
        let (tag, outer) = ([0x81, 0, 0, 7], [0x81, 0, 0, 9]);
        for tags in [&[][..], &[tag], &[outer, tag]] {
            for (ports, expected) in [(SSH, true), (HTTP, false)] {
                let v4 = ethernet(tags, 0x0800, &v4(6, 0, &ports));
                let v6 = ethernet(tags, 0x86dd, &v6(6, &ports));
                assert_eq!([takes(&ssh(), &v4), takes(&ssh(), &v6)], [expected; 2], "{tags:?} {ports:?}");
            }
        }
    }

    #[test]
    fn fragments_of_tcp_and_errors_are_taken_without_a_port_and_other_things_are_not() {
        let unreachable = [&[3, 1, 0, 0, 0, 0, 0, 0][..], &v4(6, 0, &SSH)].concat();
        let of_udp = [&[3, 3, 0, 0, 0, 0, 0, 0][..], &v4(17, 0, &SSH)].concat();
        for (kind, packet, expected) in [
            (0x0800, v4(6, 0x20b9, &HTTP), true),
            (0x0800, v4(17, 185, &SSH), false),
            (0x0800, v4(1, 0, &unreachable), true),
            (0x0800, v4(1, 0, &of_udp), false),
            (0x0800, v4(1, 0, &[8, 0]), false),
            (0x0800, v4(17, 0, &SSH), false),
            (0x86dd, v6(44, &[6, 0, 0, 0]), true),
            (0x86dd, v6(0, &[44, 0]), true),
            (0x86dd, v6(0, &[58, 0]), false),
            (0x86dd, v6(58, &[1, 0]), true),
            (0x86dd, v6(58, &[135, 0]), false),
            (0x0806, vec![0; 60], false),
        ] {
            assert_eq!(takes(&ssh(), &ethernet(&[], kind, &packet)), expected, "{packet:02x?}");
        }
    }

    #[test]
    fn thinned_it_leaves_out_bulk_data_only() {
        let dead = Capture::dead(Linktype::ETHERNET).unwrap();
        let thinned = dead.compile(&ssh().thinned(true), true).unwrap();
        // Ports, numbers, then the offset and the flags; the length is in the header of IP.
        let tcp = |flags: u8| [&SSH[..], &[0; 8], &[0x50, flags, 4, 0]].concat();
        let v4 = |length: u16, flags: u8| {
            let mut packet = v4(6, 0, &tcp(flags));
            packet[2..4].copy_from_slice(&length.to_be_bytes());
            packet
        };
        let v6 = |length: u16, flags: u8| {
            let mut packet = v6(6, &tcp(flags));
            packet[4..6].copy_from_slice(&length.to_be_bytes());
            packet
        };
        for tags in [&[][..], &[[0x81, 0, 0, 7]]] {
            for (length, flags, expected) in [(1_500, 0x10, false), (100, 0x18, true), (1_500, 0x11, true)] {
                let frames = [(0x0800, v4(length, flags)), (0x86dd, v6(length, flags))];
                for (kind, packet) in frames {
                    let taken = thinned.filter(&ethernet(tags, kind, &packet));
                    assert_eq!(taken, expected, "{kind:x} {length} {flags:x} {tags:?}");
                }
            }
        }
    }

    #[test]
    fn any_port_takes_all_of_tcp() {
        assert!(takes(&Filter::default(), &ethernet(&[], 0x0800, &v4(6, 0, &HTTP))));
    }

    #[test]
    fn the_users_words_narrow_and_may_name_a_tag() {
        let with = |words: &str| Filter { words: words.into(), ..ssh() };
        let plain = ethernet(&[], 0x0800, &v4(6, 0, &SSH));
        let tagged = ethernet(&[[0x81, 0, 0, 7]], 0x0800, &v4(6, 0, &SSH));
        assert!(takes(&with("host 192.0.2.1 or host 192.0.2.9"), &plain));
        assert!(!takes(&with("host 192.0.2.9 or host 192.0.2.8"), &plain));
        assert!(takes(&with("vlan 7"), &tagged));
        assert!(!takes(&with("vlan 8"), &tagged));
        assert!(!takes(&with("vlan 7"), &plain));
    }

    #[test]
    fn the_own_session_is_left_out_in_both_directions_and_its_neighbours_are_not() {
        let end = |text: &str| text.parse().unwrap();
        let without = |from, to| Filter { own: Some(Connection { from: end(from), to: end(to) }), ..ssh() };
        let frame = ethernet(&[], 0x0800, &v4(6, 0, &SSH));
        assert!(!takes(&without("192.0.2.1:50000", "192.0.2.2:22"), &frame));
        assert!(!takes(&without("192.0.2.2:22", "192.0.2.1:50000"), &frame));
        assert!(takes(&without("192.0.2.1:50001", "192.0.2.2:22"), &frame));
        assert!(takes(&without("[fd00::1]:50000", "[fd00::2]:22"), &frame));
    }
}
