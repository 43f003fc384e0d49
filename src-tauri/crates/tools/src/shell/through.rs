//! Programs that start another one with words of their own in front: what counts is the one they start.

use super::{
    argv::{self, Context, Outcome, Scope, may_assign},
    line::{Findings, Why},
    script::Script,
    word::Word,
};

/// What came of looking through.
pub(super) enum Seen {
    /// The inner command has been listed.
    Through,
    /// It does something itself.
    Itself(Outcome),
    /// It is no wrapper.
    No,
}

/// Letters that take no value, letters that do, long names, and how many words stand before the command
/// (coreutils, util-linux, bash manuals).
struct Wrapper {
    name: &'static str,
    letters: &'static str,
    valued: &'static str,
    long: &'static str,
    before: usize,
}

const WRAPPERS: &[Wrapper] = &[
    Wrapper { name: "nice", letters: "0123456789", valued: "n", long: "adjustment=", before: 0 },
    Wrapper { name: "ionice", letters: "t", valued: "cn", long: "class= classdata= ignore", before: 0 },
    Wrapper {
        name: "timeout",
        letters: "v",
        valued: "sk",
        long: "signal= kill-after= preserve-status foreground verbose",
        before: 1,
    },
    Wrapper { name: "stdbuf", letters: "", valued: "ioe", long: "input= output= error=", before: 0 },
    Wrapper { name: "setsid", letters: "cfw", valued: "", long: "ctty fork wait", before: 0 },
    Wrapper { name: "time", letters: "pv", valued: "f", long: "portability verbose format=", before: 0 },
    Wrapper { name: "nohup", letters: "", valued: "", long: "", before: 0 },
    Wrapper { name: "unbuffer", letters: "p", valued: "", long: "", before: 0 },
    Wrapper { name: "command", letters: "p", valued: "", long: "", before: 0 },
    Wrapper { name: "builtin", letters: "", valued: "", long: "", before: 0 },
    Wrapper { name: "exec", letters: "c", valued: "", long: "", before: 0 },
    Wrapper {
        name: "sudo",
        letters: "bEHnPSki",
        valued: "ugCpr",
        long: "user= group= preserve-env non-interactive login",
        before: 0,
    },
    Wrapper { name: "doas", letters: "n", valued: "u", long: "", before: 0 },
    Wrapper {
        name: "watch",
        letters: "bcdegtxpw",
        valued: "n",
        long: "interval= differences no-title beep errexit color precise",
        before: 0,
    },
];

pub(super) fn read(
    name: &str,
    args: &[Word],
    text: &str,
    context: Context,
    scope: &Scope,
    found: &mut Findings,
) -> Seen {
    match name {
        "bash" | "sh" | "dash" => return Seen::Itself(shell(name, args, scope, found)),
        "env" => return env(args, text, scope, found),
        "command"
            if args
                .first()
                .and_then(Word::literal)
                .is_some_and(|first| matches!(first, "-v" | "-V" | "-pv" | "-pV")) =>
        {
            return Seen::Itself(Outcome::reads(Vec::new()));
        }
        "command" | "builtin" | "exec" if context == Context::Program => return Seen::No,
        _ => {}
    }
    let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.name == name) else { return Seen::No };
    let inner = match wrapper.inner(args) {
        Ok(inner) => inner,
        Err(why) => return Seen::Itself(Outcome::opaque(why)),
    };
    let rest = args.get(inner..).unwrap_or_default();
    match name {
        _ if rest.is_empty() => Seen::Itself(if matches!(name, "sudo" | "doas") {
            Outcome::opaque(Why::about("more_rights", name))
        } else {
            Outcome::reads(Vec::new())
        }),
        "sudo" | "doas" => {
            argv::read(rest, &written(rest), Context::Program, scope, found, Vec::new());
            Seen::Itself(Outcome::opaque(Why::about("more_rights", name)))
        }
        "watch" => {
            // It hands its words, joined, to `sh -c`.
            match rest.iter().map(Word::literal).collect::<Option<Vec<_>>>() {
                Some(texts) => {
                    Script::read(&texts.join(" "), found, &Scope { positional: true, ..scope.clone() }, Context::Shell);
                    Seen::Itself(Outcome::reads(Vec::new()))
                }
                None => Seen::Itself(Outcome::opaque(Why::about("unknown_program", name))),
            }
        }
        "command" | "builtin" => {
            let inner = Scope { functions: Default::default(), ..scope.clone() };
            argv::read(rest, text, Context::Shell, &inner, found, Vec::new());
            Seen::Through
        }
        "time" => {
            argv::read(rest, text, context, scope, found, Vec::new());
            Seen::Through
        }
        _ => {
            argv::read(rest, text, Context::Program, scope, found, Vec::new());
            Seen::Through
        }
    }
}

/// Words as they are written.
pub(super) fn written(words: &[Word]) -> String {
    words.iter().map(|word| word.written.as_str()).collect::<Vec<_>>().join(" ")
}

impl Wrapper {
    // Where the inner command begins.
    fn inner(&self, args: &[Word]) -> Result<usize, Why> {
        let mut at = 0;
        while let Some(word) = args.get(at) {
            let fail = || Why::about("unknown_option", &word.written);
            if !word.may_be_option() || word.literal().is_some_and(|text| text == "-") {
                break;
            }
            let text = word.literal().ok_or_else(fail)?;
            at += 1;
            if text == "--" {
                break;
            }
            if let Some(long) = text.strip_prefix("--") {
                let (name, given) = long.split_once('=').map_or((long, false), |(name, _)| (name, true));
                let known = self
                    .long
                    .split_ascii_whitespace()
                    .find(|known| known.trim_end_matches('=') == name)
                    .ok_or_else(fail)?;
                at += usize::from(known.ends_with('=') && !given);
                continue;
            }
            let letters = &text[1..];
            match letters.find(|letter| !self.letters.contains(letter)) {
                None => {}
                Some(position) if letters[position..].starts_with(|letter| self.valued.contains(letter)) => {
                    at += usize::from(position + 1 == letters.len());
                }
                Some(_) => return Err(fail()),
            }
        }
        let inner = at + self.before;
        match args.iter().take(inner.min(args.len())).find(|word| word.splits()) {
            Some(word) => Err(Why::about("may_be_option", &word.written)),
            None => Ok(inner),
        }
    }
}

fn env(args: &[Word], text: &str, scope: &Scope, found: &mut Findings) -> Seen {
    let mut at = 0;
    let mut doubt = None;
    while let Some(word) = args.get(at) {
        let fail = |key| Seen::Itself(Outcome::opaque(Why::about(key, &word.written)));
        let prefix = word.prefix();
        if let Some((name, _)) = prefix.split_once('=').filter(|_| !prefix.starts_with('-')) {
            if !may_assign(name, true) || word.splits() {
                // What it starts is named all the same.
                doubt.get_or_insert(Why::about("environment", &word.written));
            }
        } else if word.start() == super::word::Start::Dash {
            match word.literal() {
                Some("-i" | "-" | "-0" | "--ignore-environment" | "--null") => {}
                Some("-u" | "--unset") => at += 1,
                // It splits a text by rules of its own: what that starts is named, and not taken for understood.
                Some(option) if option.starts_with("-S") || option.starts_with("--split-string") => {
                    let here = option.trim_start_matches("--split-string").trim_start_matches("-S");
                    let next = args.get(at + 1).and_then(Word::literal).unwrap_or_default();
                    let text = if here.is_empty() { next } else { here.trim_start_matches('=') };
                    Script::read(text, found, scope, Context::Shell);
                    return fail("unknown_option");
                }
                _ => return fail("unknown_option"),
            }
        } else {
            break;
        }
        at += 1;
    }
    let rest = args.get(at..).unwrap_or_default();
    if rest.is_empty() {
        return Seen::Itself(doubt.map_or_else(|| Outcome::reads(Vec::new()), Outcome::opaque));
    }
    argv::read(rest, text, Context::Program, scope, found, Vec::new());
    doubt.map_or(Seen::Through, |why| Seen::Itself(Outcome::opaque(why)))
}

// `-c` with a fixed text is read as a script of its own. A login or interactive shell runs start-up files.
fn shell(name: &str, args: &[Word], scope: &Scope, found: &mut Findings) -> Outcome {
    let mut at = 0;
    let mut script = false;
    while let Some(word) = args.get(at) {
        let Some(text) = word.literal() else { return Outcome::opaque(Why::about("unknown_program", &word.written)) };
        at += 1;
        match text {
            "--norc" | "--noprofile" => {}
            "--" => break,
            "-o" | "+o" => {
                if args
                    .get(at)
                    .and_then(Word::literal)
                    .is_none_or(|option| !matches!(option, "pipefail" | "errexit" | "nounset" | "noglob" | "noclobber"))
                {
                    return Outcome::opaque(Why::about("unknown_option", text));
                }
                at += 1;
            }
            _ if text.starts_with('-') && text.len() > 1 => {
                if !text[1..].chars().all(|letter| "ceuxvfnC".contains(letter)) {
                    return Outcome::opaque(Why::about("unknown_option", text));
                }
                script |= text.contains('c');
            }
            _ => {
                at -= 1;
                break;
            }
        }
    }
    match args.get(at) {
        Some(word) if script => match word.literal() {
            Some(text) => {
                let inner = Scope { positional: true, functions: Default::default(), ..scope.clone() };
                Script::read(text, found, &inner, Context::Shell);
                Outcome::reads(Vec::new())
            }
            None => Outcome::opaque(Why::about("unknown_program", &word.written)),
        },
        _ => Outcome { paths: argv::paths_of(args, true), ..Outcome::opaque(Why::about("runner", name)) },
    }
}
