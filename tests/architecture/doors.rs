//! One door for each dependency.

use crate::source::Source;

/// Where each dependency may be named. An unwanted one is replaced behind its door, not all over the house.
const DOORS: &[(&str, &[&str])] = &[
    ("base64", &["report"]),
    ("bzip2", &["source"]),
    ("chrono", &["report"]),
    ("chrono-tz", &["report"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("comfy-table", &["report"]),
    ("etherparse", &["wire"]),
    ("flate2", &["source"]),
    ("foldhash", &["flow", "ssh", "case", "population", "analysis"]),
    ("getrandom", &["run"]),
    ("hashbrown", &["flow", "ssh", "case", "population", "analysis"]),
    ("indicatif", &["run"]),
    ("ipcrypt-rs", &["report"]),
    ("ipnet", &["report"]),
    ("landlock", &["sandbox"]),
    ("libc", &["sandbox"]),
    ("liblzma", &["source"]),
    ("lz4_flex", &["source"]),
    ("maud", &["report"]),
    ("md-5", &["report"]),
    ("nix", &["run"]),
    ("pcap", &["source"]),
    ("rayon", &["analysis"]),
    ("rustix", &["run", "source"]),
    ("schemars", &["report"]),
    // Its derives stand on the types themselves: those of the report and of the catalogue.
    ("serde", &["report", "timers"]),
    ("seccompiler", &["sandbox"]),
    ("serde_json", &["report"]),
    ("sha1", &["report"]),
    ("sha2", &["source"]),
    ("signal-hook", &["source"]),
    ("strsim", &["error"]),
    ("tempfile", &["run"]),
    ("terminal_size", &["cli"]),
    ("thiserror", &["report", "source", "timers"]),
    ("toml", &["timers"]),
    ("zip", &["report"]),
    ("zstd", &["source"]),
];

/// The names under `[dependencies]`, for all systems.
pub(crate) fn dependencies(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = toml::from_str(manifest).unwrap();
    let systems =
        manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values);
    let tables = systems.filter_map(|system| system.get("dependencies")).chain([&manifest["dependencies"]]);
    tables.filter_map(toml::Value::as_table).flat_map(toml::Table::keys).cloned().collect()
}

/// Dependencies without a door.
pub(crate) fn unlisted(dependencies: &[String]) -> Vec<String> {
    let without = dependencies.iter().filter(|name| doors(name).is_empty());
    without.map(|name| format!("{name}: has no door in tests/architecture/doors.rs")).collect()
}

fn doors(dependency: &str) -> &'static [&'static str] {
    DOORS.iter().find(|(name, _)| *name == dependency).map_or(&[], |(_, doors)| doors)
}

/// Dependencies that the file names although their door is elsewhere.
pub(crate) fn faults(file: &Source, dependencies: &[String]) -> Vec<String> {
    let module = file.module();
    let at_door = |name: &str| module.first().is_some_and(|own| doors(name).contains(own));
    let named =
        dependencies.iter().filter(|name| !at_door(name) && names(&file.code, &name.replace('-', "_")));
    named.map(|name| format!("{}: names `{name}`, whose door is {:?}", file.path, doors(name))).collect()
}

/// Whether code names a crate: the name, behind no other path, before `::`.
fn names(code: &str, name: &str) -> bool {
    code.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = code[..at].strip_suffix("::").unwrap_or(&code[..at]);
        let is_part_of_path = |last: char| last.is_alphanumeric() || last == '_' || last == ':';
        !before.ends_with(is_part_of_path)
    })
}
