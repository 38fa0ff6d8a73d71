//! Messages in what users type: templates in which the varying parts stand in braces.

/// Longest text that is looked at, in characters: messages are lines of a terminal or a log.
const LONGEST: usize = 1024;

/// A template found in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Characters of the template that are not in braces: the more, the more is explained.
    pub(super) literal: usize,
    /// What stood in place of each name in braces.
    pub(super) values: Vec<(&'static str, String)>,
}

/// A text as it is compared: lower case, one blank between words, straight quotes, cut at [`LONGEST`].
pub(super) fn normal(text: &str) -> String {
    let plain = text.chars().take(LONGEST).flat_map(char::to_lowercase).map(|it| match it {
        '‘' | '’' | '`' => '\'',
        '“' | '”' => '"',
        it => it,
    });
    plain.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

enum Piece {
    Literal(String),
    /// A name in braces: `{text}`, `{list}` and `{what}` are any words, every other is one.
    Hole(&'static str),
}

fn pieces(template: &'static str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = template.trim_end_matches('.');
    while let Some((before, (name, behind))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        pieces.push(Piece::Literal(before.to_lowercase()));
        pieces.push(Piece::Hole(name));
        rest = behind;
    }
    pieces.push(Piece::Literal(rest.to_lowercase()));
    pieces
}

/// Where `template` stands in `text`, which is [`normal`]. It may stand anywhere, but not inside of a word.
pub(super) fn find(template: &'static str, text: &str) -> Option<Found> {
    let pieces = pieces(template);
    let literal =
        pieces.iter().map(|piece| if let Piece::Literal(text) = piece { text.len() } else { 0 }).sum();
    let starts = text.char_indices().map(|(at, _)| at);
    let at_word = |at: &usize| !text.get(..*at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
    starts.filter(at_word).find_map(|start| {
        let values = fits(&pieces, text.get(start..)?)?;
        Some(Found { literal, values })
    })
}

fn fits(pieces: &[Piece], text: &str) -> Option<Vec<(&'static str, String)>> {
    let Some((piece, rest)) = pieces.split_first() else {
        return (!text.starts_with(char::is_alphanumeric)).then(Vec::new);
    };
    match piece {
        Piece::Literal(literal) => fits(rest, text.strip_prefix(literal.as_str())?),
        Piece::Hole(name) => {
            let any = matches!(*name, "text" | "list" | "what");
            let inside = |character: char| any || !character.is_whitespace();
            let ends =
                text.char_indices().take_while(|&(_, it)| inside(it)).map(|(at, it)| at + it.len_utf8());
            let mut ends: Vec<usize> = ends.collect();
            if matches!(rest, [Piece::Literal(last)] if last.is_empty()) {
                // Nothing follows that would end it: it is all there is.
                ends.reverse();
            }
            ends.into_iter().find_map(|end| {
                let (value, behind) = text.split_at_checked(end)?;
                let mut values = fits(rest, behind)?;
                values.insert(0, (name, value.to_owned()));
                Some(values)
            })
        }
    }
}

/// Share of words that `template` and `text` have in common, those in braces and numbers left out.
pub(super) fn alike(template: &'static str, text: &str) -> f64 {
    let spoken = normal(template);
    let of = |text: &str| -> Vec<String> {
        let words = text.split(|it: char| !it.is_alphanumeric()).filter(|word| word.len() > 1);
        words.filter(|word| !word.starts_with(|it: char| it.is_ascii_digit())).map(str::to_owned).collect()
    };
    let without_holes = spoken
        .split('{')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once('}').map_or("", |(_, behind)| behind) });
    let (ours, theirs) = (of(&without_holes.collect::<Vec<_>>().join(" ")), of(text));
    let common = ours.iter().filter(|word| theirs.contains(word)).count();
    let all = ours.len() + theirs.iter().filter(|word| !ours.contains(word)).count();
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_found_whatever_the_case_the_blanks_and_the_surroundings() {
        let template = "Connection reset by {server} port {port}";
        for text in [
            "Connection reset by 192.0.2.1 port 22",
            "ssh: CONNECTION  RESET by 2001:db8::1 port 2222.",
            "Nov 21 08:00:00 h sshd[7]: Connection reset by 192.0.2.1 port 4711 [preauth]",
            "connection reset by UNKNOWN port -1",
        ] {
            let found = find(template, &normal(text)).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found.values.len(), 2);
            assert_eq!(found.literal, "Connection reset by  port ".len());
        }
        for text in ["Connection reset by peer", "xconnection reset by a port 1", "reset by a port 2"] {
            assert_eq!(find(template, &normal(text)), None, "{text}");
        }
    }

    #[test]
    fn what_stood_in_the_braces_is_given_back() {
        let found = find(
            "no matching {text} found. Their offer: {list}",
            "no matching key exchange method found. their offer: a,b",
        )
        .unwrap();
        assert_eq!(found.values, [("text", "key exchange method".to_owned()), ("list", "a,b".to_owned())]);
    }

    #[test]
    fn words_in_common_are_counted_without_what_varies() {
        let share =
            alike("Connection reset by {server} port {port}", "the connection was reset by 10.0.0.1 port 22");
        assert!((0.5..0.9).contains(&share), "{share}");
        assert!(alike("Connection reset by {server} port {port}", "no space left on device") < 0.1);
        assert!(alike("", "") < 0.1);
    }

    #[test]
    fn a_long_text_is_cut_and_hostile_ones_end() {
        let long = "a ".repeat(100_000);
        assert!(normal(&long).len() <= LONGEST);
        let hostile = "fatal: no matching found: client server ".repeat(100);
        assert_eq!(
            find("fatal: no matching {text} found: client {list} server {list}x", &normal(&hostile)),
            None
        );
    }
}
