//! The direction rule.

use std::collections::BTreeSet;

use crate::source::Source;

/// What an edge may name of the core: quantities, the front door, the report, and the catalogues.
const EDGES_NAME: [&str; 8] = ["units", "limits", "frame", "report", "analysis", "timers", "cause", "detect"];

/// The last module of the core; the edges follow it.
const LAST_OF_THE_CORE: &str = "analysis";

/// The ends of a connection have one pair of names in the whole program; `flow` is where they are given.
const EXCEPTION: &str = "pub use crate::flow::{Pair, Side};";

/// The modules in the order in which `lib.rs` lists them.
pub(crate) fn order(lib: &str) -> Vec<String> {
    let names = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// What `file` names that it must not name.
pub(crate) fn faults(file: &Source, order: &[String]) -> Vec<String> {
    let module = file.module();
    // Shared by all tests of the crate, or the crate's own root.
    let Some(own) = module.first() else { return Vec::new() };
    named(file)
        .into_iter()
        .filter(|name| name != own)
        .filter_map(|name| forbidden(own, &name, order))
        .map(|why| format!("{}: {why}", file.path))
        .collect()
}

fn forbidden(own: &str, name: &str, order: &[String]) -> Option<String> {
    let place = |name: &str| order.iter().position(|it| it == name);
    let last_of_the_core = place(LAST_OF_THE_CORE);
    let (Some(here), Some(there)) = (place(own), place(name)) else {
        return Some(format!("names `{name}`, which `lib.rs` does not list"));
    };
    let is_edge = |place: usize| Some(place) > last_of_the_core;
    let fine = match own {
        "flow" if name == "ssh" => false,
        "ssh" => matches!(name, "units" | "limits" | "frame"),
        _ if is_edge(here) => is_edge(there) || EDGES_NAME.contains(&name),
        _ => there < here,
    };
    (!fine).then(|| format!("`{own}` must not name `{name}`"))
}

/// The top-level modules that the file's code names, through `crate::` or through enough `super::`.
fn named(file: &Source) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    let code = file.code.replace(EXCEPTION, "");
    for (at, _) in code.match_indices("crate::") {
        named.extend(heads(&code[at + "crate::".len()..]));
    }
    let depth = file.module().len();
    let up = "super::".repeat(depth);
    for (at, _) in code.match_indices(&up) {
        let deeper = code[..at].ends_with("super::");
        let rest = code[at + up.len()..].trim_start_matches("super::");
        if !deeper && depth > 0 {
            named.extend(heads(rest));
        }
    }
    // Macros and items at the crate's root.
    named.retain(|name| name.starts_with(|first: char| first.is_ascii_lowercase()) && name != "self");
    named
}

/// The first name of a path, or of each path of a group: `{units::Elapsed, flow}` has two.
fn heads(path: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect()
    };
    let Some(group) = path.trim_start().strip_prefix('{') else { return vec![name(path)] };
    let (mut heads, mut depth, mut begins) = (Vec::new(), 1, true);
    for (at, character) in group.char_indices() {
        if begins && !character.is_whitespace() {
            heads.push(name(&group[at..]));
            begins = false;
        }
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => begins = true,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}
