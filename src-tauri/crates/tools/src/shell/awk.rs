//! awk programs (POSIX awk, gawk 5 manual): reading only, unless one starts a command, writes a file, or cannot be told
//! apart. The program is cut into tokens, with the one hard question, whether `/` divides or begins a pattern, answered
//! by what stands before it, as awk does; where that is not certain the program is not understood.

use super::{
    argv::{Outcome, paths_of},
    line::Why,
    redirect,
    word::{Start, Word},
};
use assent_protocol::Effect;

pub(super) fn read(args: &[Word]) -> Outcome {
    let mut at = 0;
    let fail = |word: &Word| Outcome {
        paths: paths_of(args, true),
        ..Outcome::opaque(Why::about("unknown_option", &word.written))
    };
    let mut programs: Vec<&Word> = Vec::new();
    while let Some(word) = args.get(at) {
        if word.start() == Start::Other && !word.may_be_option() {
            break;
        }
        // `-F $sep` and `-v x=$y` give values, never code; but the word must stay one word.
        let prefix = word.prefix();
        let value_inside = prefix.len() > 2 || word.literal().is_none();
        if word.splits() && !prefix.starts_with("-F") || word.start() == Start::Unknown {
            return fail(word);
        }
        at += 1;
        match prefix {
            "--" => break,
            "-e" | "--source" => {
                let Some(program) = args.get(at) else { return fail(word) };
                programs.push(program);
                at += 1;
            }
            "--posix" | "--traditional" | "--re-interval" | "--sandbox" | "-S" | "-P" | "-c" | "-r" | "-n" | "-b"
            | "-N" | "--version" | "-W" => {
                if prefix == "-W" {
                    return fail(word);
                }
            }
            _ if prefix.starts_with("-F") || prefix.starts_with("-v") => {
                if !value_inside {
                    if args.get(at).is_none_or(Word::splits) {
                        return fail(word);
                    }
                    at += 1;
                }
            }
            _ if prefix.starts_with("--field-separator=") || prefix.starts_with("--assign=") => {}
            _ => return fail(word),
        }
    }
    if programs.is_empty() {
        let Some(program) = args.get(at) else { return Outcome::reads(Vec::new()) };
        programs.push(program);
        at += 1;
    }
    for program in programs {
        let Some(text) = program.literal() else {
            return Outcome::opaque(Why::about("own_language", &program.written));
        };
        if let Err(why) = check(text) {
            let effect = if why.key == "writes_output" { Effect::Modify } else { Effect::Execute };
            return Outcome { effect, ..Outcome::opaque(why) };
        }
    }
    Outcome::reads(paths_of(args.get(at..).unwrap_or_default(), false))
}

#[derive(Clone, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    /// A number, a closing bracket: behind it `/` divides.
    Value,
    Pattern,
    Sign(char),
    /// Two signs that belong together and do not matter here.
    Pair,
    /// `++` and `--`, behind which `/` may be either.
    Step,
}

fn check(program: &str) -> Result<(), Why> {
    let tokens = tokens(program)?;
    let why = |key: &'static str, about: &str| Err(Why::about(key, about));
    let mut depth = 0usize;
    // The depth at which a print statement began, while one goes on.
    let mut printing: Option<usize> = None;
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        match token {
            Token::Name(name) => match name.as_str() {
                "system" | "close" | "extension" => return why("own_language", name),
                "print" | "printf" => printing = Some(depth),
                "getline" => {
                    let mut rest = tokens[at + 1..]
                        .iter()
                        .take_while(|token| !matches!(token, Token::Sign(';' | '\n' | '{' | '}' | ')')));
                    if rest.any(|token| *token == Token::Sign('<')) {
                        let from = tokens[at + 1..]
                            .iter()
                            .position(|token| *token == Token::Sign('<'))
                            .and_then(|n| tokens.get(at + n + 2));
                        let joined = tokens[at + 1..]
                            .iter()
                            .position(|token| *token == Token::Sign('<'))
                            .and_then(|n| tokens.get(at + n + 3));
                        let fixed = matches!(from, Some(Token::Text(text)) if !text.starts_with("/inet"))
                            && matches!(joined, None | Some(Token::Sign(')' | ';' | '\n' | '}')));
                        if !fixed {
                            return why("own_language", "getline");
                        }
                    }
                }
                _ => {}
            },
            Token::Sign('(' | '[') => depth += 1,
            Token::Sign(')' | ']') => depth = depth.saturating_sub(1),
            Token::Sign(';' | '\n' | '{' | '}') => printing = None,
            Token::Sign('|') => return why("own_language", "|"),
            Token::Sign('@') => return why("own_language", "@"),
            Token::Sign('>') if printing.is_some_and(|began| depth <= began) => {
                let next = if next == Some(&Token::Sign('>')) { tokens.get(at + 2) } else { next };
                if !matches!(next, Some(Token::Text(path)) if redirect::is_sink(path)) {
                    return why("writes_output", ">");
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn tokens(program: &str) -> Result<Vec<Token>, Why> {
    let unclear = || Why::plain("own_language");
    let chars: Vec<char> = program.chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        at += 1;
        match c {
            ' ' | '\t' => {}
            '\\' if chars.get(at) == Some(&'\n') => at += 1,
            '#' => at += chars[at..].iter().take_while(|c| **c != '\n').count(),
            '"' => {
                let mut text = String::new();
                loop {
                    match chars.get(at) {
                        None | Some('\n') => return Err(unclear()),
                        Some('"') => break,
                        Some('\\') => {
                            text.push('\\');
                            at += 1;
                            text.extend(chars.get(at));
                        }
                        Some(c) => text.push(*c),
                    }
                    at += 1;
                }
                at += 1;
                tokens.push(Token::Text(text));
            }
            '/' => match tokens.last() {
                Some(Token::Step) => return Err(unclear()),
                Some(Token::Value | Token::Text(_) | Token::Sign(')' | ']') | Token::Pattern) => {
                    tokens.push(Token::Sign('/'))
                }
                Some(Token::Name(name))
                    if !matches!(name.as_str(), "print" | "printf" | "return" | "in" | "case" | "else" | "do") =>
                {
                    if matches!(name.as_str(), "getline" | "length" | "exit" | "next") {
                        return Err(unclear());
                    }
                    tokens.push(Token::Sign('/'));
                }
                _ => {
                    let mut bracket = false;
                    loop {
                        match chars.get(at) {
                            None | Some('\n') => return Err(unclear()),
                            // Whether `/` within brackets ends the pattern is where awks differ.
                            Some('/') if bracket => return Err(unclear()),
                            Some('/') => break,
                            Some('\\') => at += 1,
                            Some('[') => {
                                bracket = true;
                                if matches!(chars.get(at + 1), Some('^')) {
                                    at += 1;
                                }
                                if matches!(chars.get(at + 1), Some(']')) {
                                    at += 1;
                                }
                                // `[:alpha:]` within.
                                if matches!(chars.get(at + 1), Some('[')) && matches!(chars.get(at + 2), Some(':')) {
                                    at +=
                                        chars[at..].windows(2).position(|pair| pair == [':', ']']).map_or(0, |n| n + 1);
                                }
                            }
                            Some(']') => bracket = false,
                            Some(_) => {}
                        }
                        at += 1;
                    }
                    at += 1;
                    tokens.push(Token::Pattern);
                }
            },
            c if c.is_ascii_alphabetic() || c == '_' => {
                let mut name = String::from(c);
                while let Some(c) = chars.get(at).filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':')) {
                    name.push(*c);
                    at += 1;
                }
                tokens.push(Token::Name(name));
            }
            c if c.is_ascii_digit() || c == '.' => {
                at += chars[at..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '.').count();
                tokens.push(Token::Value);
            }
            '+' | '-' if chars.get(at) == Some(&c) => {
                at += 1;
                tokens.push(Token::Step);
            }
            '|' | '&' if chars.get(at) == Some(&c) => {
                at += 1;
                tokens.push(Token::Pair);
            }
            '>' | '<' | '=' | '!' if chars.get(at) == Some(&'=') => {
                at += 1;
                tokens.push(Token::Pair);
            }
            '\'' | '`' => return Err(unclear()),
            c if c.is_ascii() => tokens.push(Token::Sign(c)),
            _ => return Err(unclear()),
        }
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_program_reads_only_where_it_starts_and_writes_nothing() {
        for fine in [
            "{print $1}",
            "/a|b/ {print $2 / 3}",
            "NR>2 && $3 > 5 {n++} END {print n}",
            "{print ($1 > 2)}",
            "BEGIN{FS=\":\"} $1 ~ /^x[|>]y/ {printf \"%s|%s\\n\", $1, $2}",
            "{print > \"/dev/stderr\"}",
            "{while ((getline x < \"list\") > 0) n++}",
        ] {
            assert!(check(fine).is_ok(), "{fine}");
        }
        for other in [
            "BEGIN{system(\"id\")}",
            "{print | \"sh\"}",
            "{\"id\" | getline x}",
            "{print > \"x\"}",
            "{print $1, $2 >> FILENAME}",
            "{print (1)(2) > \"x\"}",
            "{n++ / 2 | \"sh\" / 2}",
            "{a = b / c | \"sh\" / d}",
            "@load \"x\"",
            "{getline x < (\"/in\" \"et/tcp\")}",
            "BEGIN { getline x < \"/inet/tcp/0/h/1\" }",
            "{f = \"system\"; @f(\"id\")}",
            "/[/]/ { print | \"sh\" }",
        ] {
            assert!(check(other).is_err(), "{other}");
        }
    }
}
