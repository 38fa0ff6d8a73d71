//! The program in a process of its own, fed from memory, and the most memory that it took.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longest that any of these runs may take in a debug build.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a run left.
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) report: Value,
    pub(crate) complaint: String,
    /// KiB of memory that were resident at most; `None` where the system does not tell.
    pub(crate) peak: Option<u64>,
    pub(crate) took: Duration,
}

/// Analyses a capture whose octets `pieces` gives.
pub(crate) fn analyze(arguments: &[&str], pieces: impl IntoIterator<Item = Vec<u8>> + Send) -> Run {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_sshrst"))
        .args(["analyze", "--format", "json", "--threads", "1"])
        .args(arguments)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let (peak, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let id = child.id();
    let output = thread::scope(|scope| {
        scope.spawn(move || {
            // A run that ends early has seen enough.
            _ = pieces.into_iter().try_for_each(|piece| input.write_all(&piece));
        });
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                peak.fetch_max(resident(id).unwrap_or_default(), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(1));
            }
        });
        let output = child.wait_with_output().unwrap();
        over.store(true, Ordering::Relaxed);
        output
    });
    let took = began.elapsed();
    assert!(took < PATIENCE, "{took:?}");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    Run {
        status: output.status.code(),
        report: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
        complaint,
        peak: Some(peak.into_inner()).filter(|peak| *peak > 0),
        took,
    }
}

impl Run {
    /// Fails unless it took less than `mebibytes`, and says what it took: `cargo test -- --nocapture` shows it.
    pub(crate) fn within(&self, what: &str, mebibytes: u64) {
        let Some(peak) = self.peak else { return };
        println!("{what}: {} MiB at most, {:?}", peak.div_ceil(1024), self.took);
        assert!(peak < mebibytes * 1024, "{what}: {peak} KiB, {mebibytes} MiB at most");
    }

    pub(crate) fn sessions(&self) -> &Vec<Value> {
        self.report["sessions"].as_array().unwrap_or_else(|| panic!("{:?}: {}", self.status, self.complaint))
    }
}

/// The most that process `id` ever had in memory, in KiB (proc_pid_status(5)).
fn resident(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
