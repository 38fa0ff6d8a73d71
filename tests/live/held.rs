//! What a capture has given up while it runs, as the kernel shows it (proc_pid_status(5)).

use std::fs;

use super::{Namespace, Running, Scratch};

/// A process's threads: whether each has its system calls filtered.
fn filtered(process: &str) -> Vec<bool> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let status = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("status")).unwrap());
    // Mode 2 is a filter.
    status.map(|status| status.lines().any(|line| line == "Seccomp:\t2")).collect()
}

fn children(running: &Running) -> Vec<String> {
    let id = running.child.id();
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    children.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn its_threads_are_held_and_the_helper_that_runs_a_command_is_not() {
    let Some(namespace) = Namespace::new("held") else { return };
    let report = Scratch::new("held.json");
    let arguments = ["-i", "lo", "-Z", "root", "-f", "ndjson", "-o", report.text(), "--exec", "true"];
    let held = namespace.start(&arguments);
    let free = namespace.start(&[&arguments[..], &["--force", "--no-sandbox"]].concat());
    let [threads, others] = [&held, &free].map(|running| filtered(&running.child.id().to_string()));
    // Itself, the lines, the deaths for the command.
    assert!(threads.len() >= 3 && others.len() >= 3, "{threads:?} {others:?}");
    assert!(others.iter().all(|filtered| !filtered), "{others:?}");
    let helper = children(&held);
    assert_eq!(helper.len(), 1);
    assert!(filtered(&helper[0]).iter().all(|filtered| !filtered));
    if threads.iter().all(|filtered| !filtered) {
        eprintln!("skipped: this kernel filters no system calls");
        return;
    }
    assert!(threads.iter().all(|filtered| *filtered), "{threads:?}");
}
