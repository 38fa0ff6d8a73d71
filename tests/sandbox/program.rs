//! What the program has given up while it reads, as the kernel shows it (proc_pid_status(5)).

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use super::folder;

/// `analyze --follow`, after it has read the file; killed when dropped.
struct Follower(Child);

impl Follower {
    fn begin(file: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sshrst"))
            .args(["analyze", "--threads", "3", "--follow"])
            .args(arguments)
            .arg(file)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        wait_for_line(&mut told, "following ");
        Self(child)
    }

    /// Of each thread: whether it can gain rights by a program, and how its system calls are filtered.
    fn threads(&self) -> Vec<(String, String)> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.0.id())).unwrap();
        let status = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("status")).unwrap());
        status.map(|status| (field(&status, "NoNewPrivs:"), field(&status, "Seccomp:"))).collect()
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

fn wait_for_line(told: &mut BufReader<ChildStderr>, words: &str) {
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "it ended before `{words}`");
    }
}

fn field(status: &str, name: &str) -> String {
    status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned()
}

#[test]
fn all_threads_of_the_program_are_held_and_none_where_that_is_not_wanted() {
    let folder = folder();
    let file = folder.path().join("growing.pcap");
    let capture = concat!(env!("CARGO_MANIFEST_DIR"), "/captures/idle-reject-seen-at-client/capture.pcap");
    File::create(&file).unwrap().write_all(&fs::read(capture).unwrap()).unwrap();
    let held = Follower::begin(&file, &[]).threads();
    let free = Follower::begin(&file, &["--no-sandbox"]).threads();
    assert!(held.len() >= 3 && free.len() >= 3, "{held:?} {free:?}");
    assert!(free.iter().all(|(no_new, filter)| no_new == "0" && filter == "0"), "{free:?}");
    // Mode 2 is a filter; a kernel without one shows 0 for all.
    if held.iter().all(|(_, filter)| filter == "0") {
        eprintln!("skipped: this kernel filters no system calls");
        return;
    }
    assert!(held.iter().all(|(no_new, filter)| no_new == "1" && filter == "2"), "{held:?}");
}
