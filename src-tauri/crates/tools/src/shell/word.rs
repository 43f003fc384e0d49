//! One word of a command line, as far as it can be known without running anything: fixed text, and what the shell would
//! put in (files that match a pattern, the value of a variable, the output of a command).

/// One piece of a word, after quotes and backslashes are taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Fixed text.
    Text(String),
    /// A value that is never empty and never begins with a dash: `$HOME`, `$$`.
    Value,
    /// `*`, `?` or `[…]` outside quotes: names of files, one word each.
    Glob,
    /// `{a,b}`: several words.
    Brace,
    /// Anything; `true` where the shell would split it into words.
    Hole(bool),
}

/// How every word that comes of this one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Dash,
    Other,
    Unknown,
}

/// A word and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) pieces: Vec<Piece>,
    /// As written, for the card.
    pub(super) written: String,
    /// Whether an unquoted `~` begins it.
    pub(super) tilde: bool,
    /// Whether a variable without a value is in it.
    pub(super) unset: bool,
}

impl Word {
    /// A word of fixed text.
    pub(super) fn fixed(text: &str) -> Word {
        Word { pieces: vec![Piece::Text(text.to_owned())], written: text.to_owned(), tilde: false, unset: false }
    }

    /// Words that are only known when the line runs, as `xargs` adds them.
    pub(super) fn unknown() -> Word {
        Word { pieces: vec![Piece::Hole(true)], written: "…".to_owned(), tilde: false, unset: false }
    }

    pub(super) fn push(&mut self, piece: Piece) {
        match (self.pieces.last_mut(), piece) {
            (Some(Piece::Text(before)), Piece::Text(more)) => before.push_str(&more),
            (_, piece) => self.pieces.push(piece),
        }
    }

    /// The whole text, if all of it is fixed.
    pub(super) fn literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The fixed text it begins with.
    pub(super) fn prefix(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }

    pub(super) fn start(&self) -> Start {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) if text.is_empty() => {}
                Piece::Text(text) if text.starts_with('-') => return Start::Dash,
                Piece::Text(_) | Piece::Value => return Start::Other,
                Piece::Glob | Piece::Brace | Piece::Hole(_) => return Start::Unknown,
            }
        }
        Start::Other
    }

    /// Whether it may become more or fewer words than one.
    pub(super) fn splits(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Glob | Piece::Brace | Piece::Hole(true)))
    }

    /// Whether a word that comes of it may be an option.
    pub(super) fn may_be_option(&self) -> bool {
        self.start() != Start::Other || self.pieces.contains(&Piece::Hole(true))
    }

    /// Whether a word that comes of it may be `text`.
    pub(super) fn may_be(&self, text: &str) -> bool {
        // What is split can end one word and begin another anywhere.
        if self.pieces.contains(&Piece::Hole(true)) {
            return true;
        }
        // A value never begins with a dash.
        if text.starts_with('-') && self.start() == Start::Other {
            return false;
        }
        fits(&self.pieces, text)
    }

    /// Whether something in it is only known when the line runs.
    pub(super) fn has_hole(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Hole(_)))
    }

    /// With every occurrence of `mark` in its fixed text replaced by something unknown.
    pub(super) fn filled(&self, mark: &str, with: &Piece) -> Word {
        let mut word = Word { pieces: Vec::new(), written: self.written.clone(), tilde: self.tilde, unset: self.unset };
        for piece in &self.pieces {
            let Piece::Text(text) = piece else {
                word.push(piece.clone());
                continue;
            };
            for (at, part) in text.split(mark).enumerate() {
                if at > 0 {
                    word.push(with.clone());
                }
                if !part.is_empty() || text.is_empty() {
                    word.push(Piece::Text(part.to_owned()));
                }
            }
        }
        word
    }
}

fn fits(pieces: &[Piece], text: &str) -> bool {
    match pieces.split_first() {
        None => text.is_empty(),
        Some((Piece::Text(fixed), rest)) => text.strip_prefix(fixed.as_str()).is_some_and(|left| fits(rest, left)),
        Some((_, rest)) => {
            // A run of open pieces is one open piece.
            let rest = &rest[rest.iter().take_while(|piece| !matches!(piece, Piece::Text(_))).count()..];
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| fits(rest, &text[at..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(pieces: &[Piece]) -> Word {
        Word { pieces: pieces.to_vec(), written: String::new(), tilde: false, unset: false }
    }

    #[test]
    fn a_pattern_may_become_an_option_only_where_its_fixed_text_lets_it() {
        let text = |text: &str| Piece::Text(text.to_owned());
        assert!(word(&[Piece::Glob]).may_be("-delete"));
        assert!(!word(&[Piece::Glob, text(".zip")]).may_be("-delete"));
        assert!(word(&[text("-d"), Piece::Glob, text("e")]).may_be("-delete"));
        assert!(word(&[text("x"), Piece::Hole(true)]).may_be("-delete"));
        assert!(!word(&[text("./"), Piece::Hole(false)]).may_be_option());
        assert!(word(&[text(""), Piece::Hole(false)]).may_be_option());
    }
}
