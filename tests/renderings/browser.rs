//! A page in a browser, where there is one.

use std::fs;
use std::process::Command;

use super::{html, report_of};

/// The browser, if it is installed.
fn browser() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok())
}

#[test]
#[allow(clippy::disallowed_macros, reason = "says why it is skipped")]
fn chromium_shows_a_page_without_a_complaint() {
    let Some(browser) = browser() else {
        println!("skipped: no Chromium");
        return;
    };
    let folder = std::env::temp_dir().join(format!("sshrst-browser-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let page = folder.join("report.html");
    fs::write(&page, html(&report_of("idle-reject-seen-at-client"))).unwrap();
    let output = Command::new(browser)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
        ])
        .args(["--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    _ = fs::remove_dir_all(&folder);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("</svg>") && shown.trim_end().ends_with("</html>"), "{shown}{complaints}");
    let console: Vec<&str> = complaints.lines().filter(|line| line.contains(":CONSOLE")).collect();
    assert!(console.is_empty(), "{console:#?}");
}
