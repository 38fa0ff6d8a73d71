//! Standard streams that are closed.

use super::{said, shell, undisturbed};

#[test]
fn a_closed_standard_input_disturbs_no_analysis_of_a_file() {
    let output = shell("\"$SSHRST\" analyze -f json --reproducible \"$CAPTURE\" <&-");
    assert_eq!((output.status.code(), output.stdout), (Some(0), undisturbed()));
}

#[test]
fn a_closed_standard_input_is_an_empty_input() {
    let output = shell("\"$SSHRST\" analyze - <&-");
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("empty"), "{}", said(&output));
}

#[test]
fn without_standard_output_and_error_a_report_still_comes_into_its_file() {
    let folder = super::folder();
    let file = folder.path().join("report.json");
    let line =
        format!("\"$SSHRST\" analyze -f json --reproducible -o {} \"$CAPTURE\" <&- >&- 2>&-", file.display());
    let output = shell(&line);
    assert_eq!(output.status.code(), Some(0));
    // No stream's number was given to the file: nothing else is in it.
    assert_eq!(std::fs::read(file).unwrap(), undisturbed());
}

/// The program sees no difference between a closed standard output and one that is meant to go nowhere: README, exit status.
#[test]
fn a_closed_standard_output_is_the_null_device_as_others_open_it() {
    let stream = |redirection: &str| {
        let log = super::folder();
        // It waits at the file's end, and can be looked at meanwhile (proc_pid_fdinfo(5)).
        let line = format!(
            "\"$SSHRST\" analyze --follow \"$CAPTURE\" {redirection} 2>{log} & it=$!; \
             until grep -q following {log}; do sleep 0.02; done; \
             readlink /proc/$it/fd/1; grep flags /proc/$it/fdinfo/1; kill $it; wait $it; echo $?",
            log = log.path().join("log").display()
        );
        String::from_utf8(shell(&line).stdout).unwrap()
    };
    let closed = stream(">&-");
    assert!(closed.starts_with("/dev/null\n") && closed.ends_with("\n0\n"), "{closed}");
    // What subprocess.DEVNULL of Python and daemon(3) do.
    assert_eq!(closed, stream("1<>/dev/null"));
}

#[test]
fn a_pipe_can_be_named_as_the_file_to_write() {
    let line = "\"$SSHRST\" analyze -f json --reproducible -o /dev/stdout --force \"$CAPTURE\" | cat";
    let output = shell(line);
    assert_eq!((said(&output).as_str(), output.stdout == undisturbed()), ("", true));
}

#[test]
fn a_reader_that_is_gone_ends_the_report_without_a_word() {
    let output = shell("\"$SSHRST\" analyze --all -f html \"$CAPTURE\" | true; true");
    assert_eq!(said(&output), "");
}

#[test]
fn a_standard_error_that_is_full_changes_nothing() {
    let output = shell("head -c 9000 \"$CAPTURE\" | \"$SSHRST\" analyze -f json - 2>/dev/full");
    assert_eq!(output.status.code(), Some(4), "the capture is cut");
    assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok());
}
