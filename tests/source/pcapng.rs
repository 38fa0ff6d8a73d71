//! pcapng: sections, interfaces, times, the kinds of packets, statistics, unknown blocks.

use sshrst::frame::{LinkType, Mark};

use super::build::Order::{self, Big, Little};
use super::{data, read};

/// A section with one Ethernet interface.
fn plain(order: Order) -> Vec<u8> {
    [order.section(&[]), order.interface(1, 0, &[])].concat()
}

#[test]
fn both_byte_orders_give_the_same_frames() {
    for order in [Little, Big] {
        let (frames, summary) = read(&[plain(order), order.enhanced(0, 5_000_007, b"hello", &[])].concat());
        assert_eq!(data(&frames), [b"hello"]);
        assert_eq!(
            (frames[0].number, frames[0].nanos, frames[0].link),
            (1, 5_000_007_000, LinkType::ETHERNET)
        );
        assert_eq!((summary.complete, summary.format.name(), summary.sections), (true, "pcapng", 1));
    }
}

#[test]
fn interfaces_of_one_section_keep_their_link_types_clocks_and_names() {
    let names = |name: &[u8], resolution| [Little.option(2, name), Little.option(9, &[resolution])].concat();
    let octets = [
        Little.section(&[]),
        Little.interface(1, 96, &names(b"eth0", 9)),
        Little.interface(276, 0, &names(b"any\x1b[2J", 0x8a)),
        Little.enhanced(1, 3 << 10, b"cooked", &[]),
        Little.enhanced(0, 3, b"ether", &[]),
    ]
    .concat();
    let (frames, summary) = read(&octets);
    assert_eq!(
        frames.iter().map(|frame| (frame.link.0, frame.interface, frame.nanos)).collect::<Vec<_>>(),
        [(276, 1, 3_000_000_000), (1, 0, 3)]
    );
    assert_eq!(summary.interfaces[0].name.as_deref(), Some("eth0"));
    assert_eq!((summary.interfaces[0].snaplen, summary.interfaces[1].link), (96, LinkType::LINUX_SLL2));
    assert_eq!(
        summary.interfaces[1].name.as_deref(),
        Some("any\u{1b}[2J"),
        "as it is: shown through `Shown`"
    );
}

#[test]
fn the_offset_of_an_interface_moves_its_times() {
    let interface = Big.interface(1, 0, &Big.option(14, &Big.u64(100)));
    let (frames, _) = read(&[Big.section(&[]), interface, Big.enhanced(0, 1, b"", &[])].concat());
    assert_eq!(frames[0].nanos, 100_000_001_000);
}

#[test]
fn a_second_section_has_its_own_byte_order_and_interfaces_and_places_of_its_own() {
    let octets = [
        plain(Little),
        Little.enhanced(0, 1, b"little", &[]),
        Big.section(&[]),
        Big.interface(101, 0, &[]),
        Big.enhanced(0, 2, b"big", &[]),
        Big.enhanced(1, 3, b"of no interface", &[]),
    ]
    .concat();
    let (frames, summary) = read(&octets);
    assert_eq!(data(&frames), [&b"little"[..], b"big"]);
    assert_eq!((frames[0].interface, frames[1].interface, frames[1].link), (0, 1, LinkType::RAW));
    assert_eq!((summary.sections, summary.interfaces.len(), summary.damages), (2, 2, 1));
}

#[test]
fn a_simple_packet_takes_the_first_interface_and_the_time_before_it() {
    let octets = [
        Little.section(&[]),
        Little.interface(1, 4, &[]),
        Little.enhanced(0, 9, b"time", &[]),
        Little.simple(60, b"cut!"),
        Little.simple(3, b"all"),
    ]
    .concat();
    let (frames, summary) = read(&octets);
    assert_eq!(data(&frames), [&b"time"[..], b"cut!", b"all"]);
    assert_eq!((frames[1].nanos, frames[1].wire_len, frames[2].wire_len), (9_000, 60, 3));
    assert_eq!((summary.untimed, summary.complete), (2, true));
}

#[test]
fn the_obsolete_packet_has_its_drop_count_in_the_header() {
    let flags = Little.option(2, &Little.u32(2));
    let octets = [
        plain(Little),
        Little.obsolete(0, 3, 5, b"odd", &flags),
        Little.obsolete(0, u16::MAX, 6, b"", &[]),
        Little.obsolete(0, 4, 7, b"", &[]),
    ]
    .concat();
    let (frames, summary) = read(&octets);
    assert_eq!((data(&frames)[0], frames[0].nanos, frames[0].mark), (&b"odd"[..], 5_000, Mark::Outbound));
    assert_eq!((frames.len(), summary.interfaces[0].lost_between), (3, 7), "all ones are not a count");
}

#[test]
fn the_flags_say_whether_a_frame_was_sent_or_received() {
    for (flags, mark) in
        [(0b00, Mark::None), (0b01, Mark::Inbound), (0b10, Mark::Outbound), (0b11, Mark::None)]
    {
        for order in [Little, Big] {
            let options = [
                order.option(1, b"a comment"),
                order.option(2, &order.u32(0x30 | flags)),
                order.option(0, b""),
            ]
            .concat();
            let (frames, summary) = read(&[plain(order), order.enhanced(0, 1, b"abc", &options)].concat());
            assert_eq!((frames[0].mark, summary.comments), (mark, 1));
        }
    }
}

#[test]
fn drop_counters_are_kept_by_interface_the_last_one_said() {
    let counts = |interface_drops, system_drops| {
        [Big.option(5, &Big.u64(interface_drops)), Big.option(7, &Big.u64(system_drops))].concat()
    };
    let octets = [
        plain(Big),
        Big.interface(1, 0, &[]),
        Big.statistics(0, &counts(1, 2)),
        Big.statistics(0, &counts(10, 20)),
        Big.enhanced(1, 1, b"", &Big.option(4, &Big.u64(5))),
        Big.enhanced(1, 1, b"", &Big.option(4, &Big.u64(6))),
    ]
    .concat();
    let (_, summary) = read(&octets);
    let [first, second] = &summary.interfaces[..] else { panic!("two interfaces") };
    assert_eq!((first.dropped_by_interface, first.dropped_by_system), (Some(10), Some(20)));
    assert_eq!((second.dropped_by_interface, second.lost_between), (None, 11));
    assert_eq!(summary.dropped(), 41);
}

#[test]
fn unknown_blocks_are_skipped_in_silence() {
    let octets = [
        plain(Little),
        Little.block(0x7fff_0001, b"unknown"),
        Little.block(4, b"names"),
        Little.block(10, b"secrets"),
        Little.enhanced(0, 1, b"x", &[]),
    ]
    .concat();
    let (frames, summary) = read(&octets);
    assert_eq!((frames[0].number, frames.len(), summary.complete, summary.damages), (1, 1, true, 0));
}

#[test]
fn blocks_that_wireshark_numbers_use_up_a_number() {
    let journal = Little.block(9, b"__REALTIME_TIMESTAMP=1\n");
    let octets =
        [plain(Little), journal, Little.block(0xbad, b"\x39\x30\0\0"), Little.enhanced(0, 1, b"x", &[])]
            .concat();
    let (frames, summary) = read(&octets);
    assert_eq!((frames[0].number, summary.frames, summary.numbers), (3, 1, 3));
}

#[test]
fn more_blocks_without_a_frame_than_a_read_holds_are_passed_over() {
    let block = Little.block(0x7fff_0001, &[7; 1_000]);
    let octets = [plain(Little), block.repeat(2_000), Little.enhanced(0, 1, b"x", &[])].concat();
    let (frames, summary) = read(&octets);
    assert_eq!((data(&frames), summary.complete), (vec![&b"x"[..]], true));
}
