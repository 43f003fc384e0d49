//! Paragraphs that were broken for narrow screens, put together again (`format=flowed`, RFC 3676).

/// The text with its soft line breaks joined; `delsp` as the letter says it. Quotations stay quotations.
pub fn joined(text: &str, delsp: bool) -> String {
    let mut out: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for line in text.split('\n') {
        let depth = line.len() - line.trim_start_matches('>').len();
        let words = &line[depth..];
        // One blank before the words only keeps them from being taken for a quotation.
        let words = words.strip_prefix(' ').unwrap_or(words);
        let soft = words.ends_with(' ') && words != "-- ";
        let kept = if soft && delsp { &words[..words.len() - 1] } else { words };
        match out.last_mut() {
            Some((last, paragraph)) if open && *last == depth && words != "-- " => paragraph.push_str(kept),
            _ => out.push((depth, kept.to_owned())),
        }
        open = soft;
    }
    let quoted = |(depth, words): (usize, String)| match depth {
        0 => words,
        depth => format!("{} {words}", ">".repeat(depth)),
    };
    out.into_iter().map(quoted).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_breaks_are_joined_and_quotations_and_signatures_stay() {
        let text = "One long \nparagraph.\n\n Stuffed\n> a \n> b\n>> c\nsaid \n-- \nAnna";
        assert_eq!(joined(text, false), "One long paragraph.\n\nStuffed\n> a b\n>> c\nsaid \n-- \nAnna");
        assert_eq!(joined("これは \n長い", true), "これは長い");
    }
}
