//! A page of `tests/scenarios/causes/`: one group of causes, each with packets of an end that it explains.

/// Packets, and what is found in them.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    /// The cause under whose heading it stands.
    pub(crate) cause: String,
    /// Line of its packets block, from 1.
    pub(crate) line: usize,
    /// Lines of that block with their numbers.
    pub(crate) script: Vec<(usize, String)>,
}

/// What a line of a page is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Prose,
    Packets,
    Finds,
}

/// The examples of `text`, in order.
pub(crate) fn examples(text: &str) -> Vec<Example> {
    let (mut examples, mut cause, mut inside) = (Vec::<Example>::new(), String::new(), Inside::Prose);
    for (at, line) in text.lines().enumerate() {
        let number = at + 1;
        match (inside, line) {
            (Inside::Prose, "```packets") => {
                examples.push(Example { cause: cause.clone(), line: number, script: Vec::new() });
                inside = Inside::Packets;
            }
            (Inside::Prose, "```finds") => inside = Inside::Finds,
            (_, "```") => inside = Inside::Prose,
            (Inside::Prose, _) => {
                if let Some(heading) = line.strip_prefix("## ") {
                    heading.clone_into(&mut cause);
                }
            }
            (Inside::Packets, _) => {
                examples.last_mut().unwrap().script.push((number, line.to_owned()));
            }
            (Inside::Finds, _) => {}
        }
    }
    examples
}

/// `text` with each packets block followed by what was found in it; `None` leaves a block without.
pub(crate) fn with(text: &str, found: &[Option<String>]) -> String {
    let (mut fresh, mut found, mut inside) = (String::new(), found.iter(), Inside::Prose);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        match (inside, line) {
            (Inside::Prose, "```packets") => inside = Inside::Packets,
            (Inside::Prose, "```finds") => inside = Inside::Finds,
            (Inside::Packets, "```") => {
                inside = Inside::Prose;
                fresh.push_str("```\n");
                if let Some(Some(line)) = found.next() {
                    fresh.extend(["\n```finds\n", line, "\n```\n"]);
                }
                // The blank line before an old finds block goes with it.
                if lines.peek() == Some(&"") {
                    let mut ahead = lines.clone();
                    ahead.next();
                    if ahead.peek() == Some(&"```finds") {
                        lines.next();
                    }
                }
                continue;
            }
            (Inside::Finds, "```") => {
                inside = Inside::Prose;
                continue;
            }
            _ => {}
        }
        if inside != Inside::Finds {
            fresh.push_str(line);
            fresh.push('\n');
        }
    }
    fresh
}
