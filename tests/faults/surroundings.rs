//! Languages, time zones and terminals as they should not be.

use super::{CAPTURE, analyze, said};

const ODD: [(&str, &str); 14] = [
    ("LC_ALL", "tr_TR.UTF-8"),
    ("LC_ALL", "C"),
    ("LC_ALL", "no_SUCH.ENCODING"),
    ("LC_ALL", "../../../../etc/passwd"),
    ("LANG", "ar_EG.ISO-8859-6"),
    ("LC_NUMERIC", "de_DE.UTF-8"),
    ("TZ", "Pacific/Kiritimati"),
    ("TZ", ":/etc/passwd"),
    ("TZ", "AAA+24BBB-24,J1/-167,J365/167"),
    ("TZ", ""),
    ("TERM", ""),
    ("COLUMNS", "-1"),
    ("RAYON_NUM_THREADS", "nonsense"),
    ("TMPDIR", "/nonexistent"),
];

#[test]
fn a_report_is_the_same_in_all_languages_zones_and_on_all_terminals() {
    let report = |variable: Option<(&str, &str)>, format: &str| {
        let mut command = analyze(&["--reproducible", "-f", format, CAPTURE]);
        command.envs(variable);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{variable:?}: {}", said(&output));
        output.stdout
    };
    for format in ["text", "json"] {
        let usual = report(None, format);
        for variable in ODD {
            assert!(report(Some(variable), format) == usual, "{variable:?} changes the {format}");
        }
    }
}

#[test]
fn a_report_is_the_same_without_any_environment() {
    let mut command = analyze(&["--reproducible", "-f", "json", CAPTURE]);
    command.env_clear();
    assert!(command.output().unwrap().stdout == super::undisturbed());
}

#[test]
fn variables_and_names_that_are_no_text_are_taken() {
    use std::os::unix::ffi::OsStrExt;
    let odd = std::ffi::OsStr::from_bytes(b"\xff\xfe\x1b[31m");
    let folder = super::folder();
    let capture = folder.path().join(odd);
    std::fs::copy(CAPTURE, &capture).unwrap();
    let mut command = analyze(&[]);
    command.env("LC_ALL", odd).env("TZ", odd).env("SSH_CONNECTION", odd).arg(&capture);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!output.stdout.contains(&0x1b), "the name's control characters reach no terminal");
}
