//! Source files as text.

use std::fs;
use std::path::Path;

/// One file.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the repository's root, with `/`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
    /// Without comments and without the tests at its end.
    pub(crate) code: String,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let body = text.split_once("#[cfg(test)]\nmod tests {").map_or(text, |(body, _)| body);
        let code: Vec<&str> = body.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        Self { path: path.to_owned(), text: text.to_owned(), code: code.join("\n") }
    }

    /// The path inside the crate: `src/wire/tcp/mod.rs` is `[wire, tcp]`.
    pub(crate) fn module(&self) -> Vec<&str> {
        let path = self.path.strip_prefix("src/").unwrap_or(&self.path).trim_end_matches(".rs");
        path.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main")).collect()
    }

    /// The names behind `mod` in declarations without a body, and of files given by `#[path]`.
    pub(crate) fn declared(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter_map(|line| {
            let line = line.trim();
            let by_path = line.strip_prefix("#[path = \"").and_then(|path| path.strip_suffix(".rs\"]"));
            let by_name = || line.strip_suffix(';')?.rsplit_once("mod ").map(|(_, name)| name);
            by_path.or_else(by_name).filter(|name| name.chars().all(|it| it.is_alphanumeric() || it == '_'))
        })
    }
}

/// A file of the repository.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Every Rust file below `folder`, sorted.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(folder, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(folder: &str, found: &mut Vec<Source>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let path = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
        let is_crate = root.join(&path).join("Cargo.toml").exists();
        if root.join(&path).is_dir() && !is_crate {
            collect(&path, found);
        } else if Path::new(&path).extension().is_some_and(|end| end == "rs") {
            found.push(Source::new(&path, &read(&path)));
        }
    }
}
