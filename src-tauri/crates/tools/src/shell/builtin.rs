//! What the shell does by itself (bash(1), "SHELL BUILTIN COMMANDS"). All of it ends with the shell that runs the line;
//! what matters is what makes later words mean something else, and what runs a text. Each builtin is listed with the
//! options that do neither; every other option asks, and so does every builtin that is not listed.

use super::{
    argv::{Context, Outcome, Scope, may_assign, paths_of},
    line::{Findings, Why},
    script::Script,
    word::{Piece, Word},
};

/// What the words of a builtin may be.
#[derive(Clone, Copy)]
enum Takes {
    /// Anything: names to tell about.
    Any,
    /// Numbers, jobs and `$?` or `$!`.
    Numbers,
    /// These words.
    Only(&'static str),
}

/// Names, letters of options, and words.
const KNOWN: &[(&str, &str, Takes)] = &[
    // The numbers of the last ones are taken as they are written, and not evaluated.
    (": true false exit return break continue shift logout caller bg fg", "*", Takes::Any),
    ("times", "", Takes::Only("")),
    ("wait", "fn", Takes::Numbers),
    ("jobs", "lnprs", Takes::Numbers),
    ("disown", "ahr", Takes::Numbers),
    ("umask", "pS", Takes::Numbers),
    ("ulimit", "SHabcdefiklmnpqrstuvxPRT", Takes::Only("unlimited hard soft 0-9")),
    ("type", "afptP", Takes::Any),
    ("help", "dms", Takes::Any),
    ("dirs", "clpv+0123456789", Takes::Only("0-9")),
    ("unalias", "a", Takes::Any),
    ("pwd", "LP", Takes::Any),
    ("complete", "p", Takes::Only("")),
    ("hash", "lt", Takes::Only("")),
    ("history", "", Takes::Only("0-9")),
    ("fc", "lnr0123456789", Takes::Only("0-9")),
    ("bind", "lpPsSvVmq", Takes::Any),
    ("compgen", "abcdefgjksuv", Takes::Any),
    ("trap", "lp", Takes::Only("")),
    ("set", "", Takes::Only("")),
    (
        "shopt",
        "opqsu",
        Takes::Only(
            "nullglob dotglob globstar extglob nocaseglob nocasematch failglob autocd cmdhist direxpand execfail progcomp histappend histverify lithist checkwinsize lastpipe compat31 inherit_errexit pipefail errexit nounset noglob",
        ),
    ),
];

/// Builtins that are not read here at all. What they name to be started is found elsewhere, and they always ask.
const OPAQUE: &[&str] = &["let", "source", ".", "enable", "coproc", "select", "suspend", "compopt"];

/// None where `name` is no builtin that is read here; an inner None where it is one that has listed what it runs.
pub(super) fn read(name: &str, args: &[Word], scope: &Scope, found: &mut Findings) -> Option<Option<Outcome>> {
    let opaque = |key: &'static str| Some(Some(Outcome::opaque(Why::about(key, name))));
    match name {
        "cd" | "pushd" | "popd" => {
            found.wanders |= args.iter().any(|word| word.literal().is_none());
            // Options end at the first word that is none.
            let options = args.iter().take_while(|word| word.start() != super::word::Start::Other);
            let known = options.into_iter().all(|word| {
                word.start() != super::word::Start::Dash
                    || matches!(word.literal(), Some("-" | "--" | "-L" | "-P" | "-e"))
            });
            if known { Some(Some(Outcome::reads(paths_of(args, false)))) } else { opaque("unknown_option") }
        }
        "read" | "mapfile" | "readarray" | "getopts" | "unset" => names(name, args, scope),
        "export" | "declare" | "typeset" | "local" | "readonly" => declares(name, args),
        "kill" => {
            let lists = args.first().is_some_and(|word| matches!(word.literal(), Some("-l" | "-L")));
            if lists { Some(Some(Outcome::reads(Vec::new()))) } else { opaque("unknown_program") }
        }
        // Aliases are not looked up in a shell that nobody sits at; what they stand for is read all the same.
        "alias" => {
            for word in args {
                let Some(text) = word.literal() else { return opaque("unknown_program") };
                if let Some((_, script)) = text.split_once('=') {
                    Script::read(script, found, scope, Context::Shell);
                }
            }
            Some(Some(Outcome::reads(Vec::new())))
        }
        "set" if !args.is_empty() => sets(args).or_else(|| opaque("environment")),
        // Their texts run now or later: what is in them is named, and they ask.
        "eval" | "trap" | "complete" | "compgen" | "fc" if runs_text(name, args) => {
            for text in args.iter().filter_map(Word::literal) {
                Script::read(text, found, scope, Context::Shell);
            }
            if name == "eval" && args.iter().all(|word| word.literal().is_some()) {
                let whole: Vec<&str> = args.iter().filter_map(Word::literal).collect();
                Script::read(&whole.join(" "), found, scope, Context::Shell);
            }
            opaque("runner")
        }
        _ if OPAQUE.contains(&name) => opaque("environment"),
        _ => {
            let (_, letters, takes) =
                KNOWN.iter().find(|(names, ..)| names.split_ascii_whitespace().any(|known| known == name))?;
            match args.iter().find(|word| *letters != "*" && !fits(word, letters, *takes)) {
                Some(word) => Some(Some(Outcome::opaque(Why::about("unknown_option", &word.written)))),
                None => Some(Some(Outcome::reads(Vec::new()))),
            }
        }
    }
}

fn runs_text(name: &str, args: &[Word]) -> bool {
    match name {
        "eval" => true,
        _ => args.iter().any(|word| word.literal().is_none_or(|text| !text.starts_with('-') && !text.is_empty())),
    }
}

fn fits(word: &Word, letters: &str, takes: Takes) -> bool {
    let number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let Some(text) = word.literal() else {
        return match takes {
            Takes::Any => !word.may_be_option(),
            // The shell's own numbers.
            Takes::Numbers => {
                word.pieces.iter().all(|piece| matches!(piece, Piece::Value))
                    || matches!(word.written.trim_matches('"'), "$!" | "$?")
            }
            Takes::Only(_) => false,
        };
    };
    match text.strip_prefix('-') {
        Some("-") => true,
        Some(option) if !option.is_empty() => option.chars().all(|letter| letters.contains(letter)),
        _ => match takes {
            Takes::Any => true,
            Takes::Numbers => number(text.trim_start_matches('%')),
            Takes::Only(known) => {
                text.is_empty()
                    || number(text.trim_start_matches('+')) && known.ends_with("0-9")
                    || known.split_ascii_whitespace().any(|word| word == text)
            }
        },
    }
}

fn sets(args: &[Word]) -> Option<Option<Outcome>> {
    const NAMES: &[&str] = &[
        "errexit",
        "nounset",
        "pipefail",
        "noglob",
        "noclobber",
        "verbose",
        "xtrace",
        "notify",
        "errtrace",
        "monitor",
        "history",
        "histexpand",
    ];
    let mut named = false;
    for word in args {
        let text = word.literal()?;
        match text.strip_prefix(['-', '+']) {
            Some("-") => return Some(Some(Outcome::reads(Vec::new()))),
            Some(letters) if !letters.is_empty() && letters.chars().all(|c| "efuxvnCbhmo".contains(c)) => {
                named = letters.ends_with('o');
            }
            None if named && NAMES.contains(&text) => named = false,
            _ => return None,
        }
    }
    Some(Some(Outcome::reads(Vec::new())))
}

// Builtins that put something into variables by name: an index in a name is evaluated, and so are their numbers.
fn names(builtin: &str, args: &[Word], scope: &Scope) -> Option<Option<Outcome>> {
    let (alone, takes, numbers) = match builtin {
        "read" => ("ers", "adinNptu", "nNtu"),
        "mapfile" | "readarray" => ("t", "dnOsu", "nOsu"),
        "unset" => ("v", "", ""),
        _ => ("", "", ""),
    };
    let fail = |word: &Word| Some(Some(Outcome::opaque(Why::about("variable_name", &word.written))));
    let mut at = 0;
    while let Some(word) = args.get(at) {
        at += 1;
        let Some(text) = word.literal() else { return fail(word) };
        if let Some(letters) = text.strip_prefix('-').filter(|letters| !letters.is_empty() && *letters != "-") {
            let Some((position, letter)) = letters.char_indices().find(|(_, letter)| !alone.contains(*letter)) else {
                continue;
            };
            if !takes.contains(letter) {
                return fail(word);
            }
            let rest = Word::fixed(&letters[position + letter.len_utf8()..]);
            let value = if rest.literal() == Some("") {
                at += 1;
                args.get(at - 1)
            } else {
                Some(&rest)
            };
            let Some(value) = value else { return fail(word) };
            let number = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '.');
            if value.splits()
                || letter == 'a' && !value.literal().is_some_and(|name| is_name(name) && may_assign(name, false))
                || numbers.contains(letter) && !value.literal().is_some_and(number)
            {
                return fail(word);
            }
        } else if builtin == "getopts" && at == 1 || text == "--" {
        } else if !is_name(text) || !may_assign(text, false) || builtin == "unset" && scope.functions.contains(text) {
            return fail(word);
        }
    }
    Some(Some(Outcome::reads(Vec::new())))
}

fn declares(builtin: &str, args: &[Word]) -> Option<Option<Outcome>> {
    for word in args {
        let fail = Some(Some(Outcome::opaque(Why::about("environment", &word.written))));
        let Some(text) = word.literal() else { return fail };
        let fine = match text.strip_prefix(['-', '+']) {
            Some("-") => true,
            Some(letters) => {
                let known = if builtin == "export" { "p" } else { "aAglprux" };
                letters.chars().all(|letter| known.contains(letter))
            }
            // With a value it is read as an assignment, unless it is written in pieces.
            None => is_name(text) && may_assign(text, true),
        };
        if !fine {
            return fail;
        }
    }
    Some(Some(Outcome::reads(Vec::new())))
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
