//! Markdown being written: what is put on the paper is escaped there.

use crate::report::escape::{cell, fenced, markdown};

/// A cell of a table.
pub(super) enum Cell {
    /// Sentences, each on a line of its own.
    Text(Vec<String>),
    /// A sentence in bold.
    Strong(String),
    /// A name or number that is typed or compared, not read.
    Name(String),
}

impl Cell {
    /// A sentence.
    pub(super) fn text(sentence: impl Into<String>) -> Self {
        Self::Text(vec![sentence.into()])
    }

    fn written(&self) -> String {
        match self {
            Self::Text(lines) => lines.iter().map(|line| cell(line)).collect::<Vec<_>>().join("<br>"),
            Self::Strong(text) if text.is_empty() => String::new(),
            Self::Strong(text) => format!("**{}**", cell(text)),
            Self::Name(name) if name.is_empty() => String::new(),
            Self::Name(name) => cell(&format!("`{name}`")),
        }
    }
}

/// The report so far.
#[derive(Default)]
pub(super) struct Paper {
    text: String,
    in_list: bool,
}

impl Paper {
    /// What was written since the last call.
    pub(super) fn take(&mut self) -> String {
        self.end_list();
        std::mem::take(&mut self.text)
    }

    /// A heading; 1 is the title.
    pub(super) fn heading(&mut self, level: usize, text: &str) {
        self.put(&["#".repeat(level).as_str(), " ", &markdown(text), "\n\n"]);
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, sentence: &str) {
        self.put(&[&markdown(sentence), "\n\n"]);
    }

    /// A paragraph that keeps its lines.
    pub(super) fn lines<'a>(&mut self, sentences: impl Iterator<Item = &'a str>) {
        let lines: Vec<String> = sentences.map(markdown).collect();
        self.put(&[&lines.join("\\\n"), "\n\n"]);
    }

    /// A paragraph in bold.
    pub(super) fn strong(&mut self, sentence: &str) {
        self.put(&["**", &markdown(sentence), "**\n\n"]);
    }

    /// A paragraph that begins with a word in bold.
    pub(super) fn labelled(&mut self, label: &str, sentence: &str) {
        self.put(&["**", &markdown(label), "** ", &markdown(sentence), "\n\n"]);
    }

    /// An item of a list.
    pub(super) fn item(&mut self, sentence: &str) {
        self.text.push_str("- ");
        self.text.push_str(&markdown(sentence));
        self.text.push('\n');
        self.in_list = true;
    }

    /// A block of code.
    pub(super) fn code(&mut self, language: &str, text: &str) {
        self.put(&[&fenced(language, text), "\n"]);
    }

    /// A table; nothing without rows.
    pub(super) fn table<const N: usize>(
        &mut self,
        header: [&str; N],
        rows: impl IntoIterator<Item = [Cell; N]>,
    ) {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return;
        }
        self.row(&header.map(str::to_owned));
        self.row(&header.map(|_| "---".to_owned()));
        for row in rows {
            self.row(&row.map(|cell| cell.written()));
        }
        self.put(&["\n"]);
    }

    fn row(&mut self, cells: &[String]) {
        self.put(&["| ", &cells.join(" | "), " |\n"]);
    }

    fn put(&mut self, parts: &[&str]) {
        self.end_list();
        self.text.extend(parts.iter().copied());
    }

    fn end_list(&mut self) {
        if std::mem::take(&mut self.in_list) {
            self.text.push('\n');
        }
    }
}
