//! Inputs of which nothing can be read: each is named, with what to do.

use std::path::{Path, PathBuf};

use sshrst::error::{Error, Exit};
use sshrst::limits::Limits;
use sshrst::source::{self, Reader, SourceError};

use super::build::Order::Little;

fn refused(name: &str, octets: &[u8]) -> SourceError {
    Reader::new(name, octets, Limits::default()).unwrap_err()
}

fn opened(path: &Path) -> SourceError {
    source::open(path, Limits::default()).map(|_| ()).unwrap_err()
}

#[test]
fn every_refusal_says_what_it_is_and_what_to_do() {
    let cases: &[(&str, &[u8], &str, &str)] = &[
        ("a.pcap", b"", "a.pcap is empty: it holds not even a capture's header", "-U"),
        (
            "a.gz",
            b"\x1f\x8b\x08\0\0",
            "a.gz is compressed (gzip), which is not read",
            "gzip -dc a.gz | sshrst analyze -",
        ),
        (
            "-",
            b"\x28\xb5\x2f\xfd\0",
            "standard input is compressed (zstd), which is not read",
            "zstd -dc FILE |",
        ),
        (
            "s",
            b"snoop\0\0\0\0\0\0\x02",
            "s is a capture in the format of Solaris snoop, which is not read",
            "editcap -F pcap s out.pcap",
        ),
        (
            "n",
            b"GMBU\0\x02",
            "n is a capture in the format of Microsoft Network Monitor 2, which is not read",
            "editcap",
        ),
        (
            "d.erf",
            b"\x01\x02\x03\x04",
            "d.erf is a capture in the format of Endace ERF, which is not read",
            "editcap",
        ),
        (
            "w.etl",
            b"\0\x20\0\0",
            "w.etl is a Windows event trace, which is not read",
            "pktmon etl2pcap w.etl",
        ),
        ("t", b"07:00 IP a > b\n", "t is text, not a capture", "tcpdump -w"),
        (
            "m",
            b"\x0d\x0a\x0d\x0d\x0d\x0a\0",
            "m is a pcapng whose line ends were changed on the way",
            "binary",
        ),
        (
            "u",
            b"\x7fELF\x02\x01\x01\0\0",
            "u is not a capture: it begins with 7f 45 4c 46 02 01 01 00, expected the magic of pcap or pcapng",
            "capinfos u",
        ),
    ];
    for (name, octets, message, hint) in cases {
        let error = refused(name, octets);
        assert_eq!(error.to_string(), *message);
        assert!(error.hint().contains(hint), "{name}: {}", error.hint());
    }
}

#[test]
fn a_capture_cut_within_its_header_is_refused_as_such() {
    let header = Little.pcap();
    assert_eq!(
        refused("a", &header[..10]).to_string(),
        "a has a damaged pcap file header at offset 0: expected 24 octets, found 10 before the end"
    );
    let section = Little.section(&[]);
    assert_eq!(
        refused("a", &section[..9]).to_string(),
        "a has a damaged pcapng Section Header Block at offset 0: expected 28 octets, found 9 before the end"
    );
}

#[test]
fn missing_files_and_directories_are_told_apart() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    assert!(opened(&here.join("no-such.pcap")).to_string().ends_with("no-such.pcap does not exist"));
    assert!(opened(&here.join("Cargo.toml/x")).to_string().ends_with("does not exist"));
    assert!(opened(&here.join("src")).to_string().ends_with("src is a directory, not a capture"));
    assert!(opened(&here.join("Cargo.toml")).to_string().ends_with("Cargo.toml is text, not a capture"));
}

#[test]
fn a_name_with_terminal_commands_is_shown_and_kept_out_of_commands() {
    let error = refused("a\u{1b}[2J;rm", b"\x1f\x8b\x08");
    assert!(error.to_string().starts_with(r"a\u{1b}[2J;rm is compressed"), "{error}");
    assert!(error.hint().contains("gzip -dc FILE"));
}

#[test]
fn a_refused_input_ends_the_run_with_status_3() {
    let error = Error::from(&refused("a.pcap", b""));
    assert_eq!((error.exit, error.exit.status()), (Exit::NoInput, 3));
    assert_eq!(error.to_string().lines().count(), 2);
}
