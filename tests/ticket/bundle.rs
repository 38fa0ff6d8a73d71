//! The archive.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;

use zip::ZipArchive;

use super::{Folder, REJECTED, analyze, kept, report};

/// The files of an archive.
pub(crate) fn unpacked(path: &str) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut octets = Vec::new();
        file.read_to_end(&mut octets).unwrap();
        files.insert(file.name().unwrap().into_owned(), octets);
    }
    files
}

fn names(files: &BTreeMap<String, Vec<u8>>) -> Vec<&str> {
    files.keys().map(String::as_str).collect()
}

#[test]
fn it_holds_the_reports_as_they_are_written_alone_and_the_packets() {
    let folder = Folder::new();
    let (archive, evidence) = (folder.name("ticket.zip"), folder.name("evidence.pcapng"));
    let capture = kept(REJECTED);
    report(&[&capture, "--bundle", &archive, "--evidence", &evidence]);
    let files = unpacked(&archive);
    assert_eq!(names(&files), ["README.txt", "evidence.pcapng", "report.html", "report.json", "report.md"]);
    assert_eq!(files["evidence.pcapng"], fs::read(&evidence).unwrap());
    for (name, format) in [("report.md", "markdown"), ("report.json", "json"), ("report.html", "html")] {
        assert_eq!(files[name], analyze(&[&capture, "--format", format]).stdout, "{name}");
    }
    let note = String::from_utf8(files["README.txt"].clone()).unwrap();
    assert!(note.contains("a box between them (not the") && !note.contains("Left out"), "{note}");
    for name in ["report.md", "report.html", "report.json", "evidence.pcapng"] {
        assert!(note.contains(name), "{name}: {note}");
    }
}

#[test]
fn the_same_capture_gives_the_same_archive() {
    let folder = Folder::new();
    let archive = |name: &str| {
        let path = folder.name(name);
        report(&[
            &kept(REJECTED),
            "--reproducible",
            "--redact",
            "--redact-key",
            &folder.name("key"),
            "--bundle",
            &path,
        ]);
        fs::read(path).unwrap()
    };
    assert_eq!(archive("one.zip"), archive("other.zip"));
}

#[test]
fn a_small_one_leaves_out_by_rule_and_says_so() {
    let folder = Folder::new();
    let size = |most: u64| {
        let path = folder.name(&format!("{most}.zip"));
        let output = analyze(&[&kept(REJECTED), "--bundle", &path, "--max-size", &most.to_string()]);
        assert_eq!(output.status.code(), Some(0), "{most}: {}", String::from_utf8_lossy(&output.stderr));
        let octets = fs::metadata(&path).unwrap().len();
        assert!(octets <= most, "{octets} of {most}");
        let files = unpacked(&path);
        let note = String::from_utf8(files["README.txt"].clone()).unwrap();
        (octets, names(&files).join(" "), note)
    };
    let mut seen = Vec::new();
    let (mut most, all, _) = size(25_000_000);
    seen.push(all);
    // Each smaller one leaves out more, down to the Markdown alone.
    while seen.last().unwrap() != "README.txt report.md" {
        let (octets, files, note) = size(most - 1);
        assert!(note.contains("Left out") && note.contains("--max-size"), "{note}");
        assert!(octets < most && seen.len() < 10, "{seen:?}");
        seen.push(files);
        most = octets;
    }
    seen.dedup();
    assert_eq!(
        seen,
        [
            "README.txt evidence.pcapng report.html report.json report.md",
            "README.txt report.html report.json report.md",
            "README.txt report.json report.md",
            "README.txt report.md"
        ]
    );
    let path = folder.name("none.zip");
    let output = analyze(&[&kept(REJECTED), "--bundle", &path, "--max-size", &(most / 2).to_string()]);
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8(output.stderr).unwrap().contains("does not fit into"));
    assert!(!fs::exists(path).unwrap());
}
