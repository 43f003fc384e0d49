//! What the shell does by itself (bash(1), "SHELL BUILTIN COMMANDS"). All of it ends with the shell that runs the line;
//! what matters is what makes later words mean something else, and what runs a text.

use super::{
    argv::{Context, Outcome, Scope, may_assign, paths_of},
    line::{Findings, Why},
    script::Script,
    word::Word,
};

/// None where `name` is no builtin that is read here; an inner None where it is one that has listed what it runs.
pub(super) fn read(name: &str, args: &[Word], scope: &Scope, found: &mut Findings) -> Option<Option<Outcome>> {
    let fine = || Some(Some(Outcome::reads(Vec::new())));
    let opaque = |key: &'static str| Some(Some(Outcome::opaque(Why::about(key, name))));
    let texts: Option<Vec<&str>> = args.iter().map(Word::literal).collect();
    match name {
        ":" | "true" | "false" | "exit" | "return" | "break" | "continue" | "shift" | "wait" | "jobs" | "bg" | "fg"
        | "times" | "umask" | "type" | "dirs" | "logout" | "help" | "caller" | "unalias" | "disown" | "pwd"
        | "suspend" => fine(),
        "ulimit" => fine(),
        "cd" | "pushd" | "popd" => Some(Some(Outcome::reads(paths_of(args, false)))),
        "let" => opaque("arithmetic"),
        "source" | "." => opaque("runner"),
        "eval" => match texts {
            Some(texts) => run(&texts.join(" "), scope, found),
            None => opaque("unknown_program"),
        },
        "trap" => match texts.as_deref() {
            Some([] | ["-l" | "-p" | "-lp", ..]) => fine(),
            Some([script, ..]) if !script.starts_with('-') => run(script, scope, found),
            Some(["-", ..]) => fine(),
            _ => opaque("unknown_program"),
        },
        "alias" => {
            for word in args {
                let Some(text) = word.literal() else { return opaque("unknown_program") };
                if let Some((_, script)) = text.split_once('=') {
                    Script::read(script, found, scope, Context::Shell);
                }
            }
            fine()
        }
        "set" => match texts {
            Some(texts) if texts.iter().take_while(|text| **text != "--").all(|text| sets(text)) => fine(),
            None if args.first().and_then(Word::literal) == Some("--") => fine(),
            _ => opaque("environment"),
        },
        "shopt" => match texts {
            Some(texts)
                if texts.iter().all(|text| {
                    !matches!(*text, "expand_aliases" | "sourcepath" | "extdebug" | "posix" | "allexport" | "keyword")
                }) =>
            {
                fine()
            }
            _ => opaque("environment"),
        },
        "bind" => match texts {
            Some(texts) if !texts.iter().any(|text| text.starts_with('-') && text.contains(['x', 'f', 'u', 'r'])) => {
                fine()
            }
            _ => opaque("environment"),
        },
        "history" | "hash" => match texts.as_deref() {
            Some([]) => fine(),
            Some([count]) if count.chars().all(|c| c.is_ascii_digit()) => fine(),
            _ => opaque("unknown_option"),
        },
        "fc" => match texts.as_deref() {
            Some(["-l" | "-ln" | "-lr", ..]) => fine(),
            _ => opaque("runner"),
        },
        "complete" => match texts.as_deref() {
            Some([] | ["-p", ..]) => fine(),
            _ => opaque("environment"),
        },
        "compgen" => match texts {
            Some(texts)
                if texts.iter().all(|text| {
                    !text.starts_with('-') || text.chars().skip(1).all(|c| "abcdefgjksuvA".contains(c))
                }) =>
            {
                fine()
            }
            _ => opaque("environment"),
        },
        "kill" => match texts.as_deref() {
            Some(["-l" | "-L", ..]) => fine(),
            _ => opaque("unknown_program"),
        },
        "read" | "mapfile" | "readarray" | "getopts" | "unset" => names(name, args),
        "export" | "declare" | "typeset" | "local" | "readonly" => declares(name, args),
        "printf" | "echo" | "test" | "[" => None,
        "enable" | "coproc" | "select" => opaque("environment"),
        _ => None,
    }
}

// What `eval` assigns is seen by the rest of the line, which has been read already.
fn run(script: &str, scope: &Scope, found: &mut Findings) -> Option<Option<Outcome>> {
    if script.contains('=') || script.contains("read") || script.contains("set") || script.contains("for") {
        found.broken(Why::about("environment", script));
    }
    Script::read(script, found, scope, Context::Shell);
    Some(None)
}

fn sets(text: &str) -> bool {
    const NAMES: &[&str] = &[
        "errexit",
        "nounset",
        "pipefail",
        "noglob",
        "noclobber",
        "verbose",
        "xtrace",
        "emacs",
        "vi",
        "notify",
        "ignoreeof",
        "braceexpand",
        "hashall",
        "physical",
        "errtrace",
        "monitor",
        "history",
        "histexpand",
    ];
    match text.strip_prefix(['-', '+']) {
        Some(letters) => letters.chars().all(|c| "efuxvnCbhBEHTmo".contains(c)),
        None => NAMES.contains(&text),
    }
}

// Builtins that put something into variables by name: an index in a name is evaluated.
fn names(builtin: &str, args: &[Word]) -> Option<Option<Outcome>> {
    let takes = match builtin {
        "read" => "adinNptu",
        "mapfile" | "readarray" => "dnOsu",
        _ => "",
    };
    let fail = |word: &Word| Some(Some(Outcome::opaque(Why::about("variable_name", &word.written))));
    let mut at = 0;
    while let Some(word) = args.get(at) {
        at += 1;
        let Some(text) = word.literal() else { return fail(word) };
        if let Some(letters) = text.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            if letters.contains(['C', 'c']) && takes == "dnOsu" {
                return fail(word);
            }
            let last = letters.chars().last().unwrap_or('-');
            if letters.find(|c| takes.contains(c)).is_some_and(|position| position + 1 == letters.len())
                && takes.contains(last)
            {
                let value = args.get(at);
                if last == 'a' && value.and_then(Word::literal).is_none_or(|name| !is_name(name))
                    || value.is_some_and(Word::splits)
                {
                    return fail(word);
                }
                at += 1;
            }
        } else if builtin == "getopts" && at == 1 {
        } else if !is_name(text) || !may_assign(text, false) {
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
            Some(letters) => !letters.contains(['n', 'i']) && (builtin != "export" || !letters.contains('f')),
            None => {
                let name = text.split_once('=').map_or(text, |(name, _)| name);
                is_name(name) && (may_assign(name, builtin == "export") || !text.contains('='))
            }
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
