//! Lines: text broken at blanks, commands broken where a shell allows it.

/// `text` in lines of at most `room` characters, broken at blanks; a longer word is cut.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let (mut lines, mut line, mut length) = (Vec::new(), String::new(), 0);
    for word in unbroken(text) {
        let mut rest: Vec<char> = word.chars().collect();
        if length > 0 && length + 1 + rest.len() > room {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        while rest.len() > room {
            let tail = rest.split_off(room);
            lines.push(rest.into_iter().collect());
            rest = tail;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        length += rest.len();
        line.extend(rest);
    }
    lines.push(line);
    lines
}

/// The words of `text`; a number and its unit are one, and so are a frame and its number.
fn unbroken(text: &str) -> Vec<String> {
    const UNITS: [&str; 8] = ["ns", "µs", "ms", "s", "min", "h", "d", "%"];
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let unit = UNITS.contains(&word.trim_end_matches([',', ';', ')', ':', '.']));
        let number = word.starts_with(|first: char| first.is_ascii_digit());
        match words.last_mut() {
            Some(last)
                if (unit && last.ends_with(|last: char| last.is_ascii_digit()))
                    || (number && matches!(last.as_str(), "frame" | "(frame")) =>
            {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// `command` in lines that a shell reads as one. What belongs to an option stays with it if a line holds both; quoted
/// text stays whole, however long.
pub(super) fn continued(command: &str, room: usize) -> String {
    let (mut lines, mut length) = (String::new(), 0);
    let fits = |part: &str| part.chars().count() + 2 <= room;
    let parts = command_parts(command, |word| word.starts_with('-') || OPERATORS.contains(&word)).into_iter();
    let parts = parts.flat_map(|part| if fits(&part) { vec![part] } else { command_parts(&part, |_| true) });
    for part in parts {
        let long = part.chars().count();
        if length > 0 && length + 1 + long > room {
            lines.push_str(" \\\n  ");
            length = 2;
        } else if length > 0 {
            lines.push(' ');
            length += 1;
        }
        lines.push_str(&part);
        length += long;
    }
    lines
}

/// Words before which a command reads well when broken, besides options.
const OPERATORS: [&str; 6] = ["|", "||", "&&", "and", "or", "tcp"];

/// The parts of a command: each begins with a word that `begins` takes, and quoted text is inside of one.
fn command_parts(command: &str, begins: impl Fn(&str) -> bool) -> Vec<String> {
    let mut quote = None;
    let blank_outside_quotes = |character: char| {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
        quote.is_none() && character == ' '
    };
    let mut parts: Vec<String> = Vec::new();
    for word in command.split(blank_outside_quotes) {
        match parts.last_mut() {
            Some(part) if !begins(word) => {
                part.push(' ');
                part.push_str(word);
            }
            _ => parts.push(word.to_owned()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_wraps_at_blanks_and_a_word_without_any_is_cut() {
        assert_eq!(wrapped("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("it took 10 min 1 s", 11), ["it took", "10 min 1 s"]);
    }

    #[test]
    fn a_wrapped_command_is_still_one_command() {
        let command =
            r#"journalctl -u ssh --since "2026-11-21 08:03:30 UTC" --until "2026-11-21 08:05:31 UTC""#;
        let lines = continued(command, 50);
        assert!(lines.lines().count() > 1);
        assert!(lines.contains(r#"--until "2026-11-21 08:05:31 UTC""#), "{lines}");
        assert_eq!(lines.replace(" \\\n  ", " "), command);
    }
}
