//! The README's questions over many reports, asked as they stand there. Skipped, with a word, without `jq`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "a test reads and writes files, fails by panicking, and says why it is skipped"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

/// The commands of the README that ask jq.
fn questions() -> Vec<String> {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("\n```"));
    blocks.map(|(block, _)| block.to_owned()).filter(|block| block.starts_with("jq ")).collect()
}

#[test]
fn the_questions_of_the_readme_have_answers() {
    if Command::new("jq").arg("--version").output().is_err() {
        println!("skipped: no jq");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (slug, name) in [("idle-reject-seen-at-client", "one"), ("idle-reject-v6-seen-at-client", "two")] {
        let capture = format!("{}/captures/{slug}/capture.pcap", env!("CARGO_MANIFEST_DIR"));
        let report = folder.path().join(format!("{name}.ndjson"));
        let analyze = ["analyze", &capture, "--format", "ndjson", "--output"];
        let status = Command::new(env!("CARGO_BIN_EXE_sshrst")).args(analyze).arg(report).status();
        assert!(status.unwrap().success(), "{slug}");
    }
    let answers: Vec<String> = questions()
        .iter()
        .map(|question| {
            let output =
                Command::new("sh").args(["-c", question]).current_dir(folder.path()).output().unwrap();
            assert!(output.stderr.is_empty(), "{question}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        })
        .collect();
    let [who, silences] = &answers[..] else { panic!("{} questions", answers.len()) };
    assert_eq!(who, "2\tmiddlebox\tfirewall-idle-timeout\n");
    let rows: Vec<Vec<&str>> = silences.lines().map(|line| line.split('\t').collect()).collect();
    let seconds = |row: usize, field: usize| rows[row][field].parse::<f64>().unwrap();
    assert_eq!(rows.len(), 2, "{silences}");
    assert!((1.9..2.2).contains(&seconds(0, 1)) && (5.9..6.1).contains(&seconds(0, 2)), "{silences}");
    assert!(seconds(1, 1) < seconds(1, 2), "{silences}");
}
