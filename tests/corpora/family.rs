//! The files, by where they come from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::shared::{files_below, shared};

/// A file: its name and its octets.
pub(crate) type Named = (String, Vec<u8>);

/// Each file of `captures/`, of the second laboratory and of other projects, with its name; those of others are skipped,
/// with a word, where they are not at hand.
pub(crate) fn families() -> BTreeMap<String, Vec<Named>> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let mut families = BTreeMap::new();
    let mut add = |family: String, folder: &Path| {
        let files = files_below(folder).into_iter().filter(|file| !is_text(file));
        let named = files.map(|file| (file.display().to_string(), fs::read(&file).unwrap()));
        families.entry(family).or_insert_with(Vec::new).extend(named);
    };
    add("captures".to_owned(), &own);
    let Some(shared) = shared() else {
        eprintln!("skipped in part: the corpus is not here");
        return families;
    };
    add("captures-of-known-truth".to_owned(), &shared.join("captures"));
    for kind in ["captures", "malformed"] {
        for project in shared.join("corpus").join(kind).read_dir().unwrap() {
            let project = project.unwrap();
            add(format!("{kind}-{}", project.file_name().to_string_lossy()), &project.path());
        }
    }
    families
}

/// Labels, reports and what tells how a capture was made.
fn is_text(file: &Path) -> bool {
    let endings = ["toml", "txt", "md", "json", "html", "py", "sh"];
    file.extension().is_some_and(|ending| endings.iter().any(|it| ending == *it))
}
