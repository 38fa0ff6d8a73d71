//! Sizes of files, and files that nothing would miss.

use std::collections::BTreeSet;

use crate::source::Source;

/// Lines without tests beyond which a file holds more than one thing.
const LONGEST: usize = 500;

/// Files over the limit.
pub(crate) fn too_long(files: &[Source]) -> Vec<String> {
    let tests = test_files(files);
    let counted = files.iter().filter(|file| !tests.contains(&file.path));
    let long = counted.map(|file| (file, length(file))).filter(|(_, length)| *length > LONGEST);
    long.map(|(file, length)| format!("{}: {length} lines without tests, {LONGEST} at most", file.path))
        .collect()
}

/// Half of the files are not longer.
pub(crate) fn median_length(files: &[Source]) -> usize {
    let tests = test_files(files);
    let counted = files.iter().filter(|file| !tests.contains(&file.path));
    let mut lengths: Vec<usize> = counted.map(length).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or_default()
}

/// Lines before the tests at the end of a file.
fn length(file: &Source) -> usize {
    file.code.lines().count()
}

/// Files that are compiled for tests only.
fn test_files(files: &[Source]) -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    for file in files {
        let lines: Vec<&str> = file.text.lines().collect();
        for pair in lines.windows(2) {
            let name = pair[1].trim().strip_suffix(';').and_then(|line| line.rsplit_once("mod "));
            if let ("#[cfg(test)]", Some((_, name))) = (pair[0].trim(), name) {
                tests.extend(places(file, name));
            }
        }
    }
    tests
}

/// Files that no `mod` line declares; the compiler does not miss them.
pub(crate) fn undeclared(files: &[Source], roots: &[&str]) -> Vec<String> {
    let mut known: BTreeSet<String> = roots.iter().map(|&root| root.to_owned()).collect();
    for file in files {
        known.extend(file.declared().flat_map(|name| places(file, name)));
    }
    let forgotten = files.iter().filter(|file| !known.contains(&file.path));
    forgotten.map(|file| format!("{}: no `mod` line declares it", file.path)).collect()
}

/// Where the module `name` that `file` declares can be.
fn places(file: &Source, name: &str) -> [String; 2] {
    let (folder, own) = file.path.rsplit_once('/').unwrap_or_default();
    // A test target's root looks for its modules beside itself, as lib.rs and mod.rs do.
    let is_root = matches!(own, "lib.rs" | "main.rs" | "mod.rs") || folder == "tests";
    let below = if is_root { folder.to_owned() } else { format!("{folder}/{}", own.trim_end_matches(".rs")) };
    [format!("{below}/{name}.rs"), format!("{below}/{name}/mod.rs")]
}

/// Modules whose front page lies beside their folder instead of inside.
pub(crate) fn split_pages(files: &[Source]) -> Vec<String> {
    let folder = |file: &Source| format!("{}/", file.path.trim_end_matches(".rs"));
    let split = files.iter().filter(|page| files.iter().any(|file| file.path.starts_with(&folder(page))));
    split.map(|page| format!("{}: belongs into its folder, as mod.rs", page.path)).collect()
}
