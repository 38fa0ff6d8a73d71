//! Classic pcap: byte orders, precisions, versions, variants.

use sshrst::frame::LinkType;
use sshrst::limits::Limits;
use sshrst::source::{Fault, Reason};

use super::build::Order::{self, Big, Little};
use super::{data, drain, read, reader};

fn two_records(order: Order, magic: u32) -> Vec<u8> {
    let header = order.pcap_header(magic, (2, 4), 1);
    [header, order.record(5, 7_000, b"first"), order.record(6, 0, b"second")].concat()
}

#[test]
fn both_byte_orders_and_both_precisions_give_the_same_frames() {
    for order in [Little, Big] {
        for (magic, nanos, shown) in
            [(0xa1b2_c3d4, 5_007_000_000, "micro"), (0xa1b2_3c4d, 5_000_007_000, "nano")]
        {
            let (frames, summary) = read(&two_records(order, magic));
            assert_eq!(data(&frames), [&b"first"[..], b"second"]);
            assert_eq!((frames[0].number, frames[0].nanos, frames[1].number), (1, nanos, 2));
            assert_eq!((summary.frames, summary.complete, summary.format.name()), (2, true, "pcap"));
            assert!(summary.format.to_string().contains(shown), "{}", summary.format);
        }
    }
}

#[test]
fn a_header_without_records_is_a_whole_capture() {
    let (frames, summary) = read(&Little.pcap());
    assert!(frames.is_empty() && summary.complete && summary.damage.is_empty());
    assert_eq!((summary.octets, summary.interfaces.len(), summary.interfaces[0].snaplen), (24, 1, 65_535));
}

#[test]
fn size_and_digest_are_those_of_the_file() {
    let (_, summary) = read(&Little.pcap());
    let sha256 = summary.sha256.unwrap();
    // What sha256sum says of the 24 octets.
    assert_eq!(sha256, "acc530668c8bc60b2d229281130b1899bfc81d70fdada5c34b3236c628f739c8");
}

#[test]
fn the_digest_can_be_left_out() {
    let octets = Little.pcap();
    let mut reader = reader(&octets).unwrap();
    reader.without_digest();
    assert_eq!(drain(reader).1.sha256, None);
}

#[test]
fn a_frame_longer_than_the_snaplen_or_than_itself_is_delivered() {
    let longer = [Little.words(&[1, 0, 4, 2]), b"data".to_vec()].concat();
    let (frames, summary) = read(&[Little.pcap_header(0xa1b2_c3d4, (2, 4), 1), longer].concat());
    assert_eq!((data(&frames), frames[0].wire_len, summary.complete), (vec![&b"data"[..]], 2, true));
}

#[test]
fn a_record_of_megabytes_is_delivered_whole() {
    let large: Vec<u8> = (0..3_000_000_u32).map(|octet| octet as u8).collect();
    let octets =
        [Big.pcap(), Big.record(1, 0, b"a"), Big.record(2, 0, &large), Big.record(3, 0, b"b")].concat();
    let (frames, summary) = read(&octets);
    assert_eq!(data(&frames), [&b"a"[..], &large, b"b"]);
    assert_eq!((summary.octets, summary.complete), (octets.len() as u64, true));
}

#[test]
fn the_lengths_of_old_versions_are_taken_in_their_order() {
    let swapped = [Little.words(&[1, 0, 60, 4]), b"data".to_vec()].concat();
    let in_order = [Little.words(&[1, 0, 4, 60]), b"data".to_vec()].concat();
    for (version, record) in [
        ((2, 0), &swapped),
        ((2, 2), &swapped),
        ((2, 3), &swapped),
        ((2, 3), &in_order),
        ((543, 0), &swapped),
        ((2, 4), &in_order),
    ] {
        let (frames, _) = read(&[Little.pcap_header(0xa1b2_c3d4, version, 1), record.clone()].concat());
        assert_eq!((data(&frames), frames[0].wire_len), (vec![&b"data"[..]], 60), "version {version:?}");
    }
}

#[test]
fn other_major_versions_are_refused() {
    let error = reader(&Little.pcap_header(0xa1b2_c3d4, (1, 4), 1)).unwrap_err();
    assert!(matches!(&*error.reason, Reason::Header { fault: Fault::OutOfRange { found: 1, .. }, .. }));
    assert_eq!(
        error.to_string(),
        "test.pcap has a damaged pcap file header at offset 0: expected a major version of 2, found 1"
    );
}

#[test]
fn the_records_of_kuznetzov_have_eight_octets_more() {
    let record = [Little.words(&[1, 2, 4, 60, 3, 0]), b"data".to_vec()].concat();
    let (frames, _) = read(&[Little.pcap_header(0xa1b2_cd34, (2, 4), 1), record.clone(), record].concat());
    assert_eq!(data(&frames), [b"data", b"data"]);
    assert_eq!((frames[1].wire_len, frames[1].nanos), (60, 1_000_002_000));
}

#[test]
fn the_file_header_of_ixia_has_four_octets_more() {
    for magic in [0x1c00_01ab, 0x1c00_01ac] {
        let octets = [Big.pcap_header(magic, (2, 4), 1), Big.u32(20), Big.record(1, 2, b"data")].concat();
        let (frames, summary) = read(&octets);
        assert_eq!(
            (data(&frames), frames[0].nanos, summary.complete),
            (vec![&b"data"[..]], 1_000_000_002, true)
        );
    }
}

#[test]
fn the_link_type_is_16_bits_beside_the_length_of_a_frame_check_sequence() {
    let link = |field| {
        read(&[Little.pcap_header(0xa1b2_c3d4, (2, 4), field), Little.record(1, 0, b"")].concat()).0[0].link
    };
    assert_eq!(link(0x2400_0001), LinkType::ETHERNET);
    assert_eq!(link(276), LinkType::LINUX_SLL2);
    assert_eq!((link(12), link(14)), (LinkType::RAW, LinkType::RAW), "DLT_RAW of some systems");
    assert!(reader(&Little.pcap_header(0xa1b2_c3d4, (2, 4), 0x0001_0001)).is_err(), "reserved bits");
}

#[test]
fn a_bound_on_records_holds() {
    let octets = two_records(Little, 0xa1b2_c3d4);
    let limits = Limits { record_octets: 5, ..Limits::default() };
    let (frames, summary) = drain(sshrst::source::Reader::new("x", &octets[..], limits).unwrap());
    assert_eq!((data(&frames), summary.complete), (vec![&b"first"[..]], false));
}
