//! `kill -9` at any moment.

use std::fs::{self, File};
use std::io::Write;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::{CAPTURE, analyze, folder, names, text};

/// Moments at which it is killed, spread over the time that it takes undisturbed.
const MOMENTS: u32 = 24;

#[test]
fn a_killed_analysis_leaves_whole_files_or_none() {
    let folder = folder();
    let [report, evidence, bundle] =
        ["report.html", "evidence.pcapng", "bundle.zip"].map(|name| folder.path().join(name));
    let arguments = [
        "-f",
        "html",
        "-o",
        text(&report),
        "--evidence",
        text(&evidence),
        "--bundle",
        text(&bundle),
        CAPTURE,
    ];
    let began = Instant::now();
    assert!(analyze(&arguments).status().unwrap().success());
    let (whole, took) = (fs::read(&report).unwrap(), began.elapsed());
    let mut left = 0;
    for moment in 0..MOMENTS {
        for name in names(&folder) {
            fs::remove_file(folder.path().join(name)).unwrap();
        }
        let mut child = analyze(&arguments).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(took * moment / MOMENTS);
        child.kill().unwrap();
        child.wait().unwrap();
        for name in names(&folder) {
            left += 1;
            let path = folder.path().join(&name);
            match name.as_str() {
                "report.html" => assert_eq!(fs::read(&path).unwrap().len(), whole.len()),
                "evidence.pcapng" => {
                    let again = analyze(&["-f", "json", text(&path)]).output().unwrap();
                    assert_eq!(again.status.code(), Some(0), "{}", super::said(&again));
                }
                "bundle.zip" => assert!(zip::ZipArchive::new(File::open(&path).unwrap()).unwrap().len() >= 5),
                other => panic!("{other} was left"),
            }
        }
    }
    println!("{left} files were whole after {MOMENTS} kills within {took:?}");
}

#[test]
fn a_killed_analysis_leaves_the_file_that_was_to_be_overwritten() {
    let folder = folder();
    let report = folder.path().join("report.txt");
    fs::write(&report, "old").unwrap();
    // It waits for more input, with its output begun.
    let mut child = analyze(&["-o", text(&report), "--force", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&fs::read(CAPTURE).unwrap()[..9_000]).unwrap();
    thread::sleep(Duration::from_millis(200));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(
        (fs::read_to_string(&report).unwrap().as_str(), names(&folder)),
        ("old", vec!["report.txt".to_owned()])
    );
}
