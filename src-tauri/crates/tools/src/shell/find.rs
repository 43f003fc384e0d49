//! `find` (findutils 4.9 manual) and `xargs`: what they look for, and what they run on what they find.

use super::{
    argv::{self, Context, Outcome, Scope, paths_of},
    line::{Findings, NamedPath, Why},
    through::written,
    word::{Piece, Start, Word},
};
use assent_protocol::Effect;

/// Tests and actions that only read, without a value.
const ALONE: &[&str] = &[
    "-print",
    "-print0",
    "-ls",
    "-prune",
    "-quit",
    "-depth",
    "-d",
    "-mount",
    "-xdev",
    "-x",
    "-daystart",
    "-follow",
    "-noleaf",
    "-warn",
    "-nowarn",
    "-ignore_readdir_race",
    "-noignore_readdir_race",
    "-empty",
    "-executable",
    "-readable",
    "-writable",
    "-nouser",
    "-nogroup",
    "-true",
    "-false",
    "-not",
    "-and",
    "-or",
    "-a",
    "-o",
    "!",
    "(",
    ")",
    ",",
    "-H",
    "-L",
    "-P",
    "-E",
    "-X",
    "-s",
    "-help",
    "--help",
    "-version",
    "--version",
];

/// Those with one value.
const VALUED: &[&str] = &[
    "-name",
    "-iname",
    "-lname",
    "-ilname",
    "-path",
    "-ipath",
    "-wholename",
    "-iwholename",
    "-regex",
    "-iregex",
    "-regextype",
    "-type",
    "-xtype",
    "-size",
    "-perm",
    "-user",
    "-group",
    "-uid",
    "-gid",
    "-links",
    "-inum",
    "-samefile",
    "-fstype",
    "-context",
    "-used",
    "-mtime",
    "-atime",
    "-ctime",
    "-mmin",
    "-amin",
    "-cmin",
    "-newer",
    "-anewer",
    "-cnewer",
    "-maxdepth",
    "-mindepth",
    "-printf",
    "-D",
    "-flags",
    "-Bmin",
    "-Btime",
    "-files0-from",
    "-depth",
];

/// What writes or removes.
const WRITES: &[(&str, usize)] = &[("-delete", 0), ("-fprint", 1), ("-fprint0", 1), ("-fls", 1), ("-fprintf", 2)];
const RUNS: &[&str] = &["-exec", "-execdir", "-ok", "-okdir"];

pub(super) fn read(args: &[Word], scope: &Scope, found: &mut Findings) -> Outcome {
    let mut outcome = Outcome::reads(Vec::new());
    let mut at = 0;
    while let Some(word) = args.get(at) {
        at += 1;
        let text = match word.literal() {
            Some(text) => text,
            None => {
                // What only comes to be known later may be any of these.
                if WRITES.iter().map(|(name, _)| *name).chain(RUNS.iter().copied()).any(|name| word.may_be(name)) {
                    return Outcome {
                        effect: Effect::Delete,
                        ..Outcome::opaque(Why::about("may_be_option", &word.written))
                    };
                }
                outcome.paths.extend(super::redirect::path_of(word, false));
                continue;
            }
        };
        if let Some((_, values)) = WRITES.iter().find(|(name, _)| *name == text) {
            let targets = paths_of(args.get(at..at + values.min(&1)).unwrap_or_default(), true);
            outcome.effect = outcome.effect.max(if *values == 0 { Effect::Delete } else { Effect::Modify });
            outcome.why = Why::plain(if *values == 0 { "deletes" } else { "changes" });
            outcome.paths.extend(targets);
            at += values;
        } else if RUNS.contains(&text) {
            found.wanders |= text.ends_with("dir");
            let rest = args.get(at..).unwrap_or_default();
            let end = rest
                .iter()
                .position(|word| word.literal() == Some(";"))
                .into_iter()
                .chain(
                    rest.windows(2)
                        .position(|pair| pair[0].literal() == Some("{}") && pair[1].literal() == Some("+"))
                        .map(|n| n + 1),
                )
                .min();
            let Some(end) = end else { return Outcome::opaque(Why::plain("grammar")) };
            // A name that is found begins as the place where it was found, so never with a dash.
            let inner: Vec<Word> = rest[..end]
                .iter()
                .map(|word| {
                    if word.literal() == Some("{}") {
                        Word { pieces: vec![Piece::Value, Piece::Hole(false)], ..word.clone() }
                    } else {
                        word.filled("{}", &Piece::Hole(false))
                    }
                })
                .collect();
            argv::read(&inner, &written(&rest[..end]), Context::Program, scope, found, Vec::new());
            at += end + 1;
        } else if VALUED.contains(&text) || text.starts_with("-newer") && text.len() == 8 {
            match args.get(at) {
                Some(value) if text == "-depth" && value.literal().is_none_or(|text| text.parse::<i64>().is_err()) => {}
                Some(value) => {
                    let shifts = value.splits()
                        && WRITES
                            .iter()
                            .map(|(name, _)| *name)
                            .chain(RUNS.iter().copied())
                            .any(|name| value.may_be(name));
                    if shifts {
                        return Outcome::opaque(Why::about("may_be_option", &value.written));
                    }
                    if matches!(text, "-newer" | "-anewer" | "-cnewer" | "-samefile" | "-files0-from") {
                        outcome.paths.extend(super::redirect::path_of(value, false));
                    }
                    // A pattern may be several names: the second one is then read by itself, and is a file's name.
                    at += 1;
                }
                None => {}
            }
        } else if ALONE.contains(&text) || text.starts_with("-O") && text.len() == 3 {
        } else if word.start() == Start::Dash {
            return Outcome::opaque(Why::about("unknown_option", text));
        } else {
            outcome.paths.push(NamedPath { text: text.to_owned(), changes: false, open: false });
        }
    }
    if outcome.effect != Effect::Observe {
        outcome.paths.iter_mut().for_each(|path| path.changes = true);
    }
    outcome
}

/// `xargs`: the command it runs gets words that nobody knows yet.
pub(super) fn xargs(args: &[Word], scope: &Scope, found: &mut Findings) -> Outcome {
    let mut replaced: Option<String> = None;
    let mut at = 0;
    while let Some(word) = args.get(at) {
        let fail = || Outcome::opaque(Why::about("unknown_option", &word.written));
        if !word.may_be_option() {
            break;
        }
        let Some(text) = word.literal() else { return fail() };
        at += 1;
        if text == "--" {
            break;
        }
        if let Some(long) = text.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            match name {
                "null" | "no-run-if-empty" | "verbose" | "exit" | "interactive" | "open-tty" | "show-limits"
                    if value.is_none() => {}
                "max-args" | "max-procs" | "max-chars" | "delimiter" | "arg-file" => at += usize::from(value.is_none()),
                "max-lines" | "eof" => {}
                "replace" => replaced = Some(value.unwrap_or("{}").to_owned()),
                _ => return fail(),
            }
            continue;
        }
        let letters = text[1..].char_indices();
        for (position, letter) in letters {
            let rest = &text[1 + position + letter.len_utf8()..];
            match letter {
                '0' | 'r' | 't' | 'x' | 'p' | 'o' => continue,
                'l' | 'e' | 'i' => {
                    if letter == 'i' {
                        replaced = Some(if rest.is_empty() { "{}" } else { rest }.to_owned());
                    }
                }
                'n' | 'P' | 's' | 'd' | 'a' | 'L' | 'E' | 'I' => {
                    let value = if rest.is_empty() { args.get(at).and_then(Word::literal) } else { Some(rest) };
                    at += usize::from(rest.is_empty());
                    let Some(value) = value else { return fail() };
                    if letter == 'I' {
                        replaced = Some(value.to_owned());
                    }
                }
                _ => return fail(),
            }
            break;
        }
    }
    let command = args.get(at..).unwrap_or_default();
    if command.is_empty() {
        return Outcome::reads(Vec::new());
    }
    let inner: Vec<Word> = match &replaced {
        Some(mark) if !mark.is_empty() => command.iter().map(|word| word.filled(mark, &Piece::Hole(false))).collect(),
        Some(_) => return Outcome::opaque(Why::plain("grammar")),
        None => command.iter().cloned().chain([Word::unknown()]).collect(),
    };
    argv::read(&inner, &format!("{} …", written(command)), Context::Program, scope, found, Vec::new());
    Outcome::reads(Vec::new())
}
