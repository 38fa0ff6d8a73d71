//! The packets behind a report.

use std::fs;
use std::process::{Command, Stdio};

use sshrst::limits::Limits;
use sshrst::source::{self, Batch, Source};

use super::recording::slugs;
use super::{Folder, REJECTED, analyze, installed, kept, report, verdicts};

/// Time, octets on the wire and octets of each frame.
type Row = (i64, u32, Vec<u8>);

fn frames(path: &str) -> Vec<Row> {
    let mut reader = source::open(path.as_ref(), Limits::default()).unwrap();
    let (mut batch, mut rows) = (Batch::new(), Vec::new());
    while reader.read_batch(&mut batch) {
        rows.extend(batch.frames().map(|it| (it.time.as_nanos(), it.wire_len, it.data.to_vec())));
    }
    assert!(reader.summary().damage.is_empty());
    rows
}

#[test]
fn what_was_encrypted_is_cut_and_times_and_lengths_stay() {
    let folder = Folder::new();
    let (cut, whole) = (folder.name("cut.pcapng"), folder.name("whole.pcapng"));
    report(&[&kept(REJECTED), "--evidence", &cut]);
    report(&[&kept(REJECTED), "--evidence", &whole, "--with-payload"]);
    let (original, cut, whole) = (frames(&kept(REJECTED)), frames(&cut), frames(&whole));
    assert_eq!(whole, original);
    assert_eq!(cut.len(), original.len());
    let mut shortened = 0;
    for (cut, whole) in cut.iter().zip(&original) {
        assert_eq!((cut.0, cut.1), (whole.0, whole.1));
        assert!(whole.2.starts_with(&cut.2));
        shortened += usize::from(cut.2.len() < whole.2.len());
    }
    // The login and the session; the key exchange is in the clear.
    assert!((20..60).contains(&shortened), "{shortened}");
    let shows = |text: &[u8]| cut.iter().any(|row| row.2.windows(text.len()).any(|it| it == text));
    assert!(shows(b"SSH-2.0-OpenSSH") && shows(b"curve25519-sha256"));
}

#[test]
fn an_excerpt_is_judged_as_its_capture() {
    let folder = Folder::new();
    for slug in slugs() {
        let capture = kept(&slug);
        for options in [&[][..], &["--with-payload"], &["--redact", "--redact-key", &folder.name("key")]] {
            let excerpt = folder.name("excerpt.pcapng");
            let of = report(&[&[&capture[..], "--all", "--force", "--evidence", &excerpt], options].concat());
            assert_eq!(verdicts(&report(&[&excerpt, "--all"])), verdicts(&of), "{slug} {options:?}");
        }
    }
}

#[test]
fn only_sessions_that_died_are_in_it_unless_others_are_asked_for() {
    let folder = Folder::new();
    let healthy = kept("healthy-seen-at-client");
    let count = |name: &str, options: &[&str]| {
        let path = folder.name(name);
        report(&[&[&healthy[..], "--evidence", &path], options].concat());
        frames(&path).len()
    };
    assert_eq!(count("none", &[]), 0);
    let all = count("all", &["--all"]);
    assert!(all > 30);
    assert_eq!(count("one", &["--session", "1"]), all);
}

#[test]
fn standard_input_gives_the_same_packets_as_the_file() {
    let folder = Folder::new();
    let (from_file, piped) = (folder.name("file.pcapng"), folder.name("piped.pcapng"));
    report(&[&kept(REJECTED), "--evidence", &from_file]);
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_sshrst"))
        .args(["analyze", "-", "--evidence", &piped])
        .stdin(fs::File::open(kept(REJECTED)).unwrap())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(frames(&piped), frames(&from_file));
}

#[test]
fn several_files_are_one_excerpt_with_their_own_comments() {
    let folder = Folder::new();
    let out = folder.name("both.pcapng");
    let (one, other) = (kept(REJECTED), kept("forged-reset-seen-at-client"));
    let both = report(&[&one, &other, "--all", "--evidence", &out]);
    let last = &both["sessions"][1]["reset"]["decisive_frame"];
    let octets = fs::read(&out).unwrap();
    let comments = String::from_utf8_lossy(&octets).into_owned();
    assert!(comments.contains(&format!("frame {last}, session 2\n")), "{last}");
    assert_eq!(verdicts(&report(&[&out, "--all"])).len(), 2);
}

#[test]
fn wireshark_reads_it_without_complaint_and_shows_the_comments() {
    if !installed("tshark") || !installed("capinfos") {
        return;
    }
    let folder = Folder::new();
    let excerpt = folder.name("excerpt.pcapng");
    for options in [&[][..], &["--redact"]] {
        report(&[&[&kept(REJECTED)[..], "--force", "--evidence", &excerpt], options].concat());
        let run = |program: &str, arguments: &[&str]| {
            let output = Command::new(program).args(arguments).output().unwrap();
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        let info = run("capinfos", &[&excerpt]);
        assert!(info.contains("a box between them (not the server) sent the RST (99.5 %)"), "{info}");
        assert_eq!(run("tshark", &["-r", &excerpt, "-Y", "_ws.malformed"]), "");
        let shown = run(
            "tshark",
            &["-r", &excerpt, "-Y", "tcp.flags.reset == 1", "-T", "fields", "-e", "frame.comment"],
        );
        assert!(shown.contains("reset-ttl-differs (strong"), "{shown}");
    }
}

#[test]
fn a_file_that_is_there_or_cannot_be_is_said_before_the_analysis() {
    let folder = Folder::new();
    let (there, capture) = (folder.name("there.pcapng"), kept(REJECTED));
    fs::write(&there, "kept").unwrap();
    let nowhere = folder.name("no/such/folder.pcapng");
    for (option, path, status, words) in [
        ("--evidence", &there, 5, "exists already"),
        ("--bundle", &there, 5, "exists already"),
        ("--evidence", &nowhere, 5, "its directory does not exist"),
        ("--evidence", &capture, 2, "is an input"),
    ] {
        let output = analyze(&[&capture, option, path]);
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{option} {path}: {complaint}");
        assert!(complaint.contains(words) && output.stdout.is_empty(), "{complaint}");
    }
    assert_eq!(fs::read(&there).unwrap(), b"kept");
    let same = analyze(&[&capture, "--evidence", &nowhere, "--bundle", &nowhere]);
    assert_eq!(same.status.code(), Some(2), "one name for two files");
}
