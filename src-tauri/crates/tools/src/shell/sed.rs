//! sed scripts (GNU sed 4.9 manual): reading only, unless one writes a file (`w`, `-i`), starts a command (`e`), or is
//! not understood to its end.

use super::{
    argv::{Outcome, paths_of},
    line::Why,
    word::{Start, Word},
};
use assent_protocol::Effect;

pub(super) fn read(args: &[Word]) -> Outcome {
    let mut scripts: Vec<&Word> = Vec::new();
    let mut files: Vec<Word> = Vec::new();
    let changes = |why| Outcome { effect: Effect::Modify, inspectable: false, why, paths: paths_of(args, true) };
    let mut at = 0;
    while let Some(word) = args.get(at) {
        at += 1;
        let text = word.literal();
        match text {
            Some(
                "-n" | "-E" | "-r" | "-s" | "-u" | "-z" | "-l" | "--quiet" | "--silent" | "--regexp-extended"
                | "--separate" | "--unbuffered" | "--null-data" | "--posix" | "--debug" | "--sandbox" | "--help"
                | "--version" | "-nr" | "-rn" | "-nE" | "-En",
            ) => {}
            Some("-e" | "--expression" | "-ne" | "-re" | "-Ee" | "-nre" | "-rne" | "-nEe" | "-ze") => {
                let Some(script) = args.get(at) else { return changes(Why::plain("grammar")) };
                scripts.push(script);
                at += 1;
            }
            _ if word.start() == Start::Dash && text != Some("-") => {
                return changes(Why::about("unknown_option", &word.written));
            }
            _ if scripts.is_empty() && files.is_empty() => {
                // The first word is the script, unless an option gives one later.
                files.push(word.clone());
            }
            _ if word.may_be_option() && text != Some("-") => {
                return changes(Why::about("may_be_option", &word.written));
            }
            _ => files.push(word.clone()),
        }
    }
    if scripts.is_empty() {
        if files.is_empty() {
            return Outcome::reads(Vec::new());
        }
        let script = files.remove(0);
        return judge(&[&script], &files);
    }
    judge(&scripts, &files)
}

fn judge(scripts: &[&Word], files: &[Word]) -> Outcome {
    // Several -e are lines of one script.
    let Some(texts) = scripts.iter().map(|word| word.literal()).collect::<Option<Vec<_>>>() else {
        return Outcome::opaque(Why::about(
            "own_language",
            scripts.first().map(|word| word.written.clone()).unwrap_or_default(),
        ));
    };
    match (Reader { chars: texts.join("\n").chars().collect(), at: 0 }).script() {
        Some(()) => Outcome::reads(paths_of(files, false)),
        None => {
            Outcome { paths: paths_of(files, true), ..Outcome::opaque(Why::about("own_language", texts.join(" "))) }
        }
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn skip(&mut self, skipped: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&skipped) {
            self.at += 1;
        }
    }

    // None as soon as something writes, runs or is not known.
    fn script(&mut self) -> Option<()> {
        loop {
            self.skip(|c| c.is_ascii_whitespace() || c == ';');
            if self.peek().is_none() {
                return Some(());
            }
            self.address()?;
            match self.next()? {
                '#' => self.skip(|c| c != '\n'),
                '{' | '}' | '=' | 'd' | 'D' | 'F' | 'g' | 'G' | 'h' | 'H' | 'n' | 'N' | 'p' | 'P' | 'x' | 'z' => {}
                'l' | 'L' | 'q' | 'Q' => self.skip(|c| c == ' ' || c.is_ascii_digit()),
                // A label ends at `;` for some and not for others, so only plain ones are known.
                ':' | 'b' | 't' | 'T' => {
                    self.skip(|c| c == ' ');
                    self.skip(|c| c.is_ascii_alphanumeric() || c == '_');
                    if !matches!(self.peek(), None | Some('\n' | ';' | ' ' | '}')) {
                        return None;
                    }
                }
                // Text to the end of the line, and on while lines end with a backslash.
                'a' | 'i' | 'c' => loop {
                    match self.next() {
                        None | Some('\n') => break,
                        Some('\\') => {
                            self.next();
                        }
                        Some(_) => {}
                    }
                },
                'r' | 'R' => self.skip(|c| c != '\n'),
                's' => {
                    let end = self.next().filter(|c| !matches!(c, '\n' | '\\'))?;
                    self.until(end, true)?;
                    self.until(end, false)?;
                    loop {
                        match self.peek() {
                            Some('g' | 'p' | 'i' | 'I' | 'm' | 'M' | '0'..='9') => self.at += 1,
                            None | Some(' ' | '\t' | '\n' | ';' | '}' | '#') => break,
                            Some(_) => return None,
                        }
                    }
                }
                'y' => {
                    let end = self.next().filter(|c| !matches!(c, '\n' | '\\'))?;
                    self.until(end, false)?;
                    self.until(end, false)?;
                }
                _ => return None,
            }
        }
    }

    fn address(&mut self) -> Option<()> {
        loop {
            match self.peek() {
                Some('0'..='9' | '$') => {
                    self.at += 1;
                    self.skip(|c| c.is_ascii_digit() || c == '~');
                }
                Some('/') => {
                    self.at += 1;
                    self.until('/', true)?;
                    self.skip(|c| matches!(c, 'I' | 'M'));
                }
                Some('\\') => {
                    self.at += 1;
                    let end = self.next().filter(|c| !matches!(c, '\n' | '\\'))?;
                    self.until(end, true)?;
                    self.skip(|c| matches!(c, 'I' | 'M'));
                }
                _ => {}
            }
            self.skip(|c| c == ' ' || c == '\t');
            if self.peek() == Some(',') {
                self.at += 1;
                self.skip(|c| matches!(c, ' ' | '+' | '~'));
                continue;
            }
            self.skip(|c| c == '!' || c == ' ');
            return Some(());
        }
    }

    // Passes over a pattern or a replacement. Within brackets of a pattern sed lets the end stand for itself; where
    // that would matter the script is not understood.
    fn until(&mut self, end: char, pattern: bool) -> Option<()> {
        let mut bracket = false;
        loop {
            let c = self.next()?;
            match c {
                c if c == end && bracket => return None,
                c if c == end => return Some(()),
                '\\' if !bracket => {
                    self.next()?;
                }
                '\n' if pattern => return None,
                '[' if pattern && !bracket => {
                    bracket = true;
                    if self.peek() == Some('^') {
                        self.at += 1;
                    }
                    if self.peek() == Some(']') {
                        self.at += 1;
                    }
                }
                '[' if bracket && self.peek() == Some(':') => {
                    self.skip(|c| c != ']');
                    self.at += 1;
                }
                ']' => bracket = false,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reader;

    #[test]
    fn a_script_reads_only_where_it_is_understood_to_its_end() {
        let check = |text: &str| Reader { chars: text.chars().collect(), at: 0 }.script().is_some();
        for fine in [
            "s/a/b/g",
            "1,5p",
            "/x/,/y/d",
            "$!N;s/\\n/ /",
            ":a;N;$!ba;s/\\n/,/g",
            "/[0-9]\\{3\\}/!d",
            "2q",
            "s|/a|/b|",
            "y/abc/xyz/",
            "\\,x,p",
            "s/[^/w]*x//2p".trim_end_matches("2p"),
        ] {
            assert_eq!(check(fine), !fine.contains("[^/"), "{fine}");
        }
        for other in [
            "s/a/b/w out",
            "s/a/id/e",
            "w out",
            "1e id",
            "e",
            "/x/w y",
            "s/a/b/gew x",
            "s/a/b/\nw x",
            "{p;w x\n}",
            "a\\\ntext\nw x",
            "s/[/]x/y/;w q",
            "M",
        ] {
            assert!(!check(other), "{other}");
        }
    }
}
