//! A disk without room.

use std::fs;
use std::process::Command;

use super::{analyze, folder, names, said, shell, text};

/// A small file system of a mount namespace's own, at `$ROOM`, and a line of shell that uses it; `None`, and a word, where
/// there can be none.
fn with_room(kib: u32, line: &str) -> Option<std::process::Output> {
    let room = folder();
    let able = Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success());
    if !able {
        eprintln!("skipped: no mount namespace can be made here");
        return None;
    }
    let script = format!("mount -t tmpfs -o size={kib}k none \"$ROOM\" && {line}");
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &script]).env("ROOM", room.path());
    command.env("SSHRST", env!("CARGO_BIN_EXE_sshrst")).env("CAPTURE", super::CAPTURE);
    Some(command.output().unwrap())
}

#[test]
fn a_device_that_is_full_is_said_with_exit_status_5() {
    for to in ["-o /dev/full --force", "> /dev/full"] {
        let output = shell(&format!("\"$SSHRST\" analyze \"$CAPTURE\" {to}"));
        assert_eq!(output.status.code(), Some(5), "{to}: {}", said(&output));
        assert!(said(&output).contains("No space left"), "{to}: {}", said(&output));
    }
}

#[test]
fn on_a_full_disk_the_old_report_stays_and_no_half_one_comes() {
    let line = "echo old >\"$ROOM/report\" && \"$SSHRST\" analyze -f html -o \"$ROOM/report\" --force \"$CAPTURE\"; \
        status=$?; cat \"$ROOM/report\"; ls -A \"$ROOM\"; exit $status";
    let Some(output) = with_room(8, line) else { return };
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "old\nreport\n");
    let Some(output) = with_room(
        8,
        "\"$SSHRST\" analyze --bundle \"$ROOM/a.zip\" \"$CAPTURE\" >/dev/null; status=$?; ls -A \"$ROOM\"; exit $status",
    ) else {
        return;
    };
    assert_eq!((output.status.code(), output.stdout.len()), (Some(5), 0), "{}", said(&output));
}

#[test]
fn a_temporary_directory_without_room_costs_the_bundle_and_not_the_report() {
    let line = "TMPDIR=$ROOM \"$SSHRST\" analyze -f json --bundle /tmp/sshrst-never-$$.zip - <\"$CAPTURE\"";
    let Some(output) = with_room(8, line) else { return };
    assert!(matches!(output.status.code(), Some(4 | 5)), "{}", said(&output));
    assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok(), "the report is there");
    assert!(said(&output).contains("No space left"), "{}", said(&output));
}

#[test]
fn where_nothing_can_be_begun_it_is_said_before_the_analysis() {
    let folder = folder();
    let nowhere = folder.path().join("no/such/report");
    let output = analyze(&["-o", text(&nowhere), "/nonexistent.pcap"]).output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert!(said(&output).contains("its directory does not exist"), "{}", said(&output));
    assert_eq!(names(&folder), [""; 0]);
    _ = fs::remove_dir(folder.path());
}
