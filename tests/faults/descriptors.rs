//! Few file descriptors left (prlimit(1)).

use std::fs;

use super::{CAPTURE, folder, said, shell, undisturbed};

fn is_able() -> bool {
    let able = shell("prlimit --nofile=64:64 true").status.success();
    if !able {
        eprintln!("skipped: there is no prlimit");
    }
    able
}

#[test]
fn ten_descriptors_are_enough_for_a_capture_and_all_that_is_made_of_it() {
    if !is_able() {
        return;
    }
    let folder = folder();
    let at = folder.path().display();
    let line = format!(
        "prlimit --nofile=10:10 \"$SSHRST\" analyze -f json --reproducible -o {at}/a --evidence {at}/b --bundle {at}/c \"$CAPTURE\""
    );
    let output = shell(&line);
    assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""));
    assert_eq!(fs::read(folder.path().join("a")).unwrap(), undisturbed());
    assert!(fs::metadata(folder.path().join("c")).unwrap().len() > 10_000);
}

#[test]
fn files_that_cannot_all_be_open_at_once_are_named_and_the_others_analysed() {
    if !is_able() {
        return;
    }
    let folder = folder();
    // Captures at one time: all of them are open until the last frame.
    let octets = fs::read(CAPTURE).unwrap();
    for number in 0..20 {
        fs::write(folder.path().join(format!("{number:02}.pcap")), &octets).unwrap();
    }
    let line = |most| {
        format!("prlimit --nofile={most}:{most} \"$SSHRST\" analyze -f json {}", folder.path().display())
    };
    let output = shell(&line(10));
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("Too many open files"), "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(shell(&line(64)).status.code(), Some(0));
}
