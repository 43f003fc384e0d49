//! Reads words one by one, and the places in them.

use super::{parse::Known, request::Place, text::Token};

/// A position in the words of one request.
pub struct Cursor<'a> {
    pub known: &'a Known<'a>,
    text: &'a str,
    tokens: &'a [Token],
    pub at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(tokens: &'a [Token], text: &'a str, known: &'a Known<'a>) -> Cursor<'a> {
        Cursor { known, text, tokens, at: 0 }
    }

    pub fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    pub fn rest(&self) -> &'a [Token] {
        &self.tokens[self.at..]
    }

    pub fn take(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        Some(token)
    }

    /// Takes the longest of `phrases` that stands here.
    pub fn eat(&mut self, phrases: &[&str]) -> bool {
        let longest = phrases.iter().filter_map(|phrase| self.phrase_here(phrase)).max();
        self.at += longest.unwrap_or(0);
        longest.is_some()
    }

    /// Whether one of `phrases` stands here.
    pub fn sees(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.phrase_here(phrase).is_some())
    }

    /// Takes the second half of the first pair whose first half stands here.
    pub fn eat_named(&mut self, pairs: &[(&'static str, &'static str)]) -> Option<&'static str> {
        let found = pairs.iter().find(|(spoken, _)| self.sees(&[spoken]))?;
        self.eat(&[found.0]);
        Some(found.1)
    }

    /// Takes any number of words that say nothing.
    pub fn skip(&mut self, phrases: &[&str]) {
        while self.eat(phrases) {}
    }

    /// Whether nothing is left but politeness and marks.
    pub fn at_end(&mut self) -> bool {
        let save = self.at;
        loop {
            self.skip(&[".", "!", "?", ","]);
            if self.at == self.tokens.len() {
                return true;
            }
            if !self.eat(self.known.words.polite_end) {
                self.at = save;
                return false;
            }
        }
    }

    /// Everything that is left, as written; quotes are dropped where they hold all of it. None when nothing is left.
    pub fn take_text(&mut self) -> Option<String> {
        let text = self.span(self.at, self.tokens.len());
        self.at = self.tokens.len();
        text
    }

    /// The words from `from` up to `to`, as written.
    pub fn span(&self, from: usize, to: usize) -> Option<String> {
        let tokens = self.tokens.get(from..to)?;
        let (first, last) = (tokens.first()?, tokens.last()?);
        let text = match tokens {
            [one] if one.quoted => one.raw.as_str(),
            _ => &self.text[first.start..last.end],
        };
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A number, as digits.
    pub fn number(&mut self) -> Option<i64> {
        let token = self.peek().filter(|t| !t.quoted)?;
        let value = match token.word.as_str() {
            "a" | "an" | "one" => 1,
            digits => digits.parse().ok().filter(|n: &i64| (0..1_000_000).contains(n))?,
        };
        self.at += 1;
        Some(value)
    }

    /// A folder: a path, a known name ("my Downloads"), or the one spoken of last.
    pub fn folder(&mut self) -> Option<Place> {
        let words = self.known.words;
        let save = self.at;
        if self.eat(words.last_folder) {
            return Some(Place::Last);
        }
        self.skip(words.articles);
        self.eat(words.folder);
        let found = self.known_folder().or_else(|| self.absolute());
        match found {
            Some(place) => {
                self.eat(words.folder);
                Some(place)
            }
            None => {
                self.at = save;
                None
            }
        }
    }

    /// A file or folder: like [`Cursor::folder`], or a name in quotes or with an extension.
    pub fn path(&mut self) -> Option<Place> {
        let save = self.at;
        self.skip(self.known.words.articles);
        self.eat(self.known.words.files);
        if let Some(place) = self.absolute() {
            return Some(place);
        }
        if let Some(name) = self.name() {
            return Some(Place::Within(Box::new(Place::Last), name));
        }
        self.at = save;
        self.folder().filter(|place| *place != Place::Last)
    }

    /// A bare name: in quotes, or one word with an extension.
    pub fn name(&mut self) -> Option<String> {
        let token = self.peek()?;
        let dotted = token.raw.rfind('.').is_some_and(|n| n > 0 && n + 1 < token.raw.len());
        let fits = !token.raw.contains('/') && !token.raw.contains('*') && (token.quoted || dotted);
        if fits {
            self.at += 1;
        }
        fits.then(|| token.raw.clone())
    }

    fn known_folder(&mut self) -> Option<Place> {
        let token = self.peek().filter(|t| !t.quoted)?;
        let (head, below) = token.word.split_once('/').map_or((token.word.as_str(), None), |(head, _)| {
            (head, token.raw.split_once('/').map(|(_, below)| below.trim_end_matches('/')))
        });
        let (_, name) = self.known.words.known_folders.iter().find(|(spoken, _)| *spoken == head)?;
        self.at += 1;
        Some(Place::Path(match below {
            Some(below) if !below.is_empty() => format!("~/{name}/{below}"),
            _ => format!("~/{name}"),
        }))
    }

    // A path from `~` or `/`. Without quotes it goes on to the next word that ends a path, so that spaces work; a
    // granted folder that fits exactly comes first, so that words after it are not swallowed.
    fn absolute(&mut self) -> Option<Place> {
        let token = self.peek()?;
        if !(token.raw.starts_with("~/") || token.raw.starts_with('/') || token.raw == "~") {
            return None;
        }
        let start = self.at;
        if token.quoted {
            self.at += 1;
            return Some(Place::Path(trimmed(&token.raw)));
        }
        let limit = self.tokens.len().min(start + 12);
        let fits = |to: &usize| self.span(start, *to).is_some_and(|path| self.is_granted(&path));
        let end = (start + 1..=limit).rev().find(fits).unwrap_or_else(|| {
            let ends =
                |t: &Token| t.quoted || self.known.words.path_ends.contains(&t.word.as_str()) || is_mark(&t.word);
            let end = (start + 1..self.tokens.len()).find(|n| ends(&self.tokens[*n])).unwrap_or(self.tokens.len());
            let folder = |n: usize| self.known.words.folder.contains(&self.tokens[n].word.as_str());
            if end > start + 1 && folder(end - 1) { end - 1 } else { end }
        });
        self.at = end;
        self.span(start, end).map(|path| Place::Path(trimmed(&path)))
    }

    fn is_granted(&self, path: &str) -> bool {
        let path = trimmed(path);
        let absolute = match path.strip_prefix("~/") {
            Some(below) => format!("{}/{below}", self.known.home.trim_end_matches('/')),
            None => path,
        };
        self.known.folders.contains(&absolute)
    }

    fn phrase_here(&self, phrase: &str) -> Option<usize> {
        let mut count = 0;
        for word in phrase.split(' ') {
            self.tokens.get(self.at + count).filter(|t| !t.quoted && t.word == word)?;
            count += 1;
        }
        Some(count)
    }
}

fn is_mark(word: &str) -> bool {
    [",", ";", ":", ".", "!", "?", "\n"].contains(&word)
}

fn trimmed(path: &str) -> String {
    match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => path.to_owned(),
    }
}
