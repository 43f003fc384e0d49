//! The words of one simple command, and what that command does. Programs that call others are looked through.

use super::{
    builtin, find, git,
    line::{Findings, NamedPath, SimpleCommand, Why},
    options, others, redirect, table, through,
    variables::Assigned,
    version,
    word::{Piece, Word},
};
use assent_protocol::Effect;
use std::collections::{HashMap, HashSet};

/// Who looks a name up: only the shell itself knows builtins and functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    Shell,
    Program,
}

/// What the line has set so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub(super) assigned: HashMap<String, Assigned>,
    /// Whether `$1` and the like may have values.
    pub(super) positional: bool,
    pub(super) functions: HashSet<String>,
    /// Whether the line may leave the folder that it begins in.
    pub(super) moves: bool,
}

impl Scope {
    pub(super) fn assign(&mut self, name: &str, value: Assigned) {
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return;
        }
        let kept = self.assigned.entry(name.to_owned()).or_insert(value);
        if value == Assigned::Text {
            *kept = value;
        }
    }
}

/// What a simple command comes to.
pub(super) struct Outcome {
    pub(super) effect: Effect,
    pub(super) inspectable: bool,
    pub(super) why: Why,
    pub(super) paths: Vec<NamedPath>,
}

impl Outcome {
    pub(super) fn reads(paths: Vec<NamedPath>) -> Outcome {
        Outcome { effect: Effect::Observe, inspectable: true, why: Why::plain("reads"), paths }
    }

    /// Not understood: it may run anything.
    pub(super) fn opaque(why: Why) -> Outcome {
        Outcome { effect: Effect::Execute, inspectable: false, why, paths: Vec::new() }
    }
}

/// Folders whose programs are the system's own.
const SYSTEM: &[&str] = &["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"];

/// Reads the command and puts it among the findings, behind those that it calls.
pub(super) fn read(
    argv: &[Word],
    text: &str,
    context: Context,
    scope: &Scope,
    found: &mut Findings,
    paths: Vec<NamedPath>,
) {
    if found.is_full() {
        return;
    }
    let program = argv.first().and_then(Word::literal).unwrap_or_default();
    found.starts(program);
    let program = SYSTEM.iter().find_map(|folder| program.strip_prefix(folder)).unwrap_or(program);
    found.depth += 1;
    let outcome = if found.depth > super::line::DEEPEST {
        Some(Outcome::opaque(Why::plain("too_deep")))
    } else {
        judge(program, argv, text, context, scope, found)
    };
    found.depth -= 1;
    let Some(mut outcome) = outcome else {
        // It is its inner command; what it redirects is its own.
        if paths.iter().any(|path| path.changes) {
            let why = Why::plain("writes_output");
            found.push(SimpleCommand {
                text: text.to_owned(),
                program: program.to_owned(),
                effect: Effect::Modify,
                inspectable: true,
                paths,
                why,
            });
        }
        return;
    };
    if paths.iter().any(|path| path.changes) && outcome.effect < Effect::Modify {
        outcome.effect = Effect::Modify;
        outcome.why = Why::plain("writes_output");
    }
    outcome.paths.extend(paths);
    let Outcome { effect, inspectable, why, paths } = outcome;
    found.push(SimpleCommand { text: text.to_owned(), program: program.to_owned(), effect, inspectable, paths, why });
}

// None where the command is only a wrapper, and what it wraps has been listed.
fn judge(
    program: &str,
    argv: &[Word],
    text: &str,
    context: Context,
    scope: &Scope,
    found: &mut Findings,
) -> Option<Outcome> {
    let Some(first) = argv.first() else { return Some(Outcome::opaque(Why::plain("grammar"))) };
    if first.literal().is_none() || first.unset {
        return Some(Outcome::opaque(Why::about("unknown_program", &first.written)));
    }
    if first.tilde || program.contains('/') || program.is_empty() {
        return Some(Outcome::opaque(Why::about("own_program", program)));
    }
    let args = &argv[1..];
    if context == Context::Shell {
        if scope.functions.contains(program) {
            return Some(Outcome::reads(Vec::new()));
        }
        if let Some(outcome) = builtin::read(program, args, scope, found) {
            return outcome;
        }
    }
    if version::is_asked(program, args) {
        return Some(Outcome::reads(Vec::new()));
    }
    match through::read(program, args, text, context, scope, found) {
        through::Seen::Through => return None,
        through::Seen::Itself(outcome) => return Some(outcome),
        through::Seen::No => {}
    }
    Some(match program {
        "find" => find::read(args, scope, found),
        "xargs" => find::xargs(args, scope, found),
        "awk" | "gawk" | "mawk" | "nawk" | "original-awk" => super::awk::read(args),
        "sed" | "gsed" => super::sed::read(args),
        "git" => git::read(args),
        "tar" | "bsdtar" | "unzip" | "zipinfo" | "gzip" | "gunzip" | "bzip2" | "bunzip2" | "xz" | "unxz" | "zcat"
        | "gzcat" | "bzcat" | "xzcat" | "lzcat" => archive(program, args),
        "echo" | "printf" | "test" | "[" | "[[" => plain(program, args, context),
        "tee" => tee(args),
        _ => listed(program, args),
    })
}

/// Programs that take names and numbers as words and open none of them (coreutils manual).
const WORDS_ONLY: &[&str] =
    &["basename", "dirname", "expr", "seq", "factor", "numfmt", "tr", "yes", "arch", "uname", "sleep"];

fn listed(program: &str, args: &[Word]) -> Outcome {
    if let Some(entry) = table::reads(program) {
        return match options::operands(entry, args) {
            Ok(words) => {
                // Neither `less +cmd` nor `file -m` beyond the options: a pager takes commands from its words.
                match words
                    .iter()
                    .find(|word| matches!(program, "less" | "more" | "most") && word.prefix().starts_with('+'))
                {
                    Some(word) => Outcome::opaque(Why::about("word_changes", &word.written)),
                    None if WORDS_ONLY.contains(&program) => Outcome::reads(Vec::new()),
                    None => Outcome::reads(paths_of(args, false)),
                }
            }
            Err(why) => {
                let known = others::CHANGES.iter().any(|(name, _)| *name == program)
                    || matches!(program, "sort" | "uniq" | "date" | "hostname" | "mount");
                Outcome {
                    effect: if known { Effect::Modify } else { Effect::Execute },
                    inspectable: false,
                    why,
                    paths: paths_of(args, true),
                }
            }
        };
    }
    if let Some((_, effect)) = others::CHANGES.iter().find(|(name, _)| *name == program) {
        // Names that are only known when it runs cannot be told on the card.
        let hole = args.iter().find(|word| word.has_hole());
        let why = hole.map_or_else(
            || Why::plain(if *effect == Effect::Delete { "deletes" } else { "changes" }),
            |word| Why::about("unknown_target", &word.written),
        );
        return Outcome { effect: *effect, inspectable: hole.is_none(), why, paths: paths_of(args, true) };
    }
    if others::NETWORK.contains(&program) {
        return Outcome {
            effect: Effect::Send,
            inspectable: false,
            why: Why::plain("network"),
            paths: paths_of(args, false),
        };
    }
    if others::RUNNERS.contains(&program) {
        return Outcome { paths: paths_of(args, true), ..Outcome::opaque(Why::about("runner", program)) };
    }
    Outcome { paths: paths_of(args, true), ..Outcome::opaque(Why::about("unknown_program", program)) }
}

// Printing and testing take any words (POSIX, bash(1)). A test by name of a variable evaluates an index in it; printf sets
// a variable by `-v` and, in the shell's own, by `%n`.
fn plain(program: &str, args: &[Word], context: Context) -> Outcome {
    let fails = match program {
        "echo" => None,
        "printf" => {
            let format = args.iter().find(|word| word.literal() != Some("--"));
            format.filter(|word| {
                word.may_be("-v")
                    || word.prefix().starts_with("-v")
                    || context == Context::Shell && word.literal().is_none_or(sets_a_variable)
            })
        }
        _ => args.iter().find(|word| may_name_a_variable(word)),
    };
    match fails {
        Some(word) => Outcome::opaque(Why::about("variable_name", &word.written)),
        None => Outcome::reads(if matches!(program, "echo" | "printf") { Vec::new() } else { paths_of(args, false) }),
    }
}

// Whether a format has `%n` in it, with whatever stands between.
fn sets_a_variable(format: &str) -> bool {
    format.replace("%%", "").split('%').skip(1).any(|part| {
        part.trim_start_matches(|c: char| c.is_ascii_digit() || "-+ #'0.*hlLqjzt".contains(c)).starts_with('n')
    })
}

fn tee(args: &[Word]) -> Outcome {
    let paths = paths_of(args, true);
    let harmless = |word: &Word| {
        word.literal().is_some_and(|text| {
            matches!(text, "-a" | "-i" | "--append") || redirect::is_sink(text) || text == "/dev/fd/63"
        })
    };
    if args.iter().all(harmless) {
        return Outcome::reads(Vec::new());
    }
    let inspectable = !args.iter().any(Word::has_hole);
    Outcome { effect: Effect::Modify, inspectable, why: Why::plain("writes_output"), paths }
}

/// tar(1): `t` lists. gzip(1), bzip2(1), xz(1): `-c`, `-l` and `-t` leave the file as it is, and with no file they
/// pass on their input. unzip(1): `-l`, `-v`, `-t`, `-z`, `-Z` look and `-p`, `-c` print. Left out of tar's:
/// everything that names a program.
fn archive(program: &str, args: &[Word]) -> Outcome {
    let changes = |why| Outcome { effect: Effect::Modify, inspectable: false, why, paths: paths_of(args, true) };
    let Some(texts) = args.iter().map(Word::literal).collect::<Option<Vec<_>>>() else {
        // Once `-c` and the like are given, no later option makes these write a file.
        let looks = args.first().and_then(Word::literal).is_some_and(|text| letters_within(text, program, true));
        let known = args
            .iter()
            .filter_map(Word::literal)
            .all(|text| !text.starts_with('-') || letters_within(text, program, false));
        let reads = known && (looks && !matches!(program, "tar" | "bsdtar") || program.ends_with("cat"));
        return if reads { Outcome::reads(paths_of(args, false)) } else { changes(Why::plain("changes")) };
    };
    let mut looks = program.ends_with("cat") || program == "zipinfo";
    let mut words = 0;
    for (at, text) in texts.iter().enumerate() {
        let bundled = at == 0 && matches!(program, "tar" | "bsdtar") && !text.starts_with('-');
        if *text == "-" || !text.starts_with('-') && !bundled {
            words += 1;
        } else if let Some(long) = text.strip_prefix("--") {
            match long {
                "list" | "stdout" | "to-stdout" | "test" => looks = true,
                "verbose" | "gzip" | "bzip2" | "xz" | "decompress" | "uncompress" | "keep" | "force" | "quiet"
                | "best" | "fast" | "help" | "version" => {}
                _ => return changes(Why::about("unknown_option", *text)),
            }
        } else if !letters_within(text, program, false) {
            return changes(Why::about("unknown_option", *text));
        } else if letters_within(text, program, true) {
            looks = true;
        }
    }
    let filters = matches!(program, "gzip" | "gunzip" | "bzip2" | "bunzip2" | "xz" | "unxz") && words == 0;
    if looks || filters { Outcome::reads(paths_of(args, false)) } else { changes(Why::plain("changes")) }
}

// Whether all letters of a bundle are known, and, for `looking`, whether one says to only look.
fn letters_within(text: &str, program: &str, looking: bool) -> bool {
    let (known, look) = match program {
        "tar" | "bsdtar" => ("tvfzjJ", "t"),
        "unzip" => ("lvtzZpcqC1", "lvtzZpc"),
        "zipinfo" => ("12smlvhtTzC", "12smlvhtTzC"),
        _ => ("cdfklnNqrtvzh123456789", "clt"),
    };
    let letters = text.trim_start_matches('-');
    let within = !letters.is_empty() && letters.chars().all(|letter| known.contains(letter));
    within && (!looking || letters.contains(|letter| look.contains(letter)))
}

/// Every word that may be a path.
pub(super) fn paths_of(args: &[Word], changes: bool) -> Vec<NamedPath> {
    let mut paths = Vec::new();
    for word in args {
        let text = word.prefix();
        if let Some(path) = redirect::path_of(word, changes)
            && !text.starts_with('-')
            && !(word.pieces.first() == Some(&Piece::Text(String::new())))
        {
            paths.push(path);
        }
        // `--file=/x` and `-f/x` name one too.
        if text.starts_with('-')
            && let Some((at, _)) = text.match_indices(['/', '~']).next()
        {
            paths.push(NamedPath { text: text[at..].to_owned(), changes, open: word.literal().is_none() });
        }
    }
    paths
}

/// Whether a word may be the operator that looks at a variable by its name, which evaluates an index in that name.
pub(super) fn may_name_a_variable(word: &Word) -> bool {
    matches!(word.literal(), Some("-v" | "-R"))
        || word.literal().is_none() && word.start() != super::word::Start::Other && {
            let open = |text| word.may_be(text);
            word.start() == super::word::Start::Dash && (open("-v") || open("-R"))
        }
}

/// Whether assigning to `name` steers neither the shell nor a program. What is not exported can only steer the shell, by the
/// names of bash(1), "Shell Variables", or a program that gets the name from the box already. `exported` is for the
/// environment of a program: they take their orders from names in capitals, so of these only a few pass.
pub(super) fn may_assign(name: &str, exported: bool) -> bool {
    // locale(7), tzset(3), and variables that only set a width, a language, colours or where words end.
    const HARMLESS: &[&str] = &[
        "LANG",
        "LANGUAGE",
        "TZ",
        "COLUMNS",
        "LINES",
        "NO_COLOR",
        "CLICOLOR",
        "GREP_COLOR",
        "GREP_COLORS",
        "BLOCK_SIZE",
        "BLOCKSIZE",
        "TIME_STYLE",
        "TABSIZE",
        "IFS",
    ];
    const SHELL: &[&str] = &[
        "PATH",
        "HOME",
        "TMPDIR",
        "LANG",
        "LANGUAGE",
        "TERM",
        "SHELL",
        "USER",
        "LOGNAME",
        "PWD",
        "OLDPWD",
        "SHLVL",
        "_",
        "IFS",
        "ENV",
        "CDPATH",
        "CHILD_MAX",
        "COLUMNS",
        "LINES",
        "DIRSTACK",
        "EMACS",
        "EUID",
        "UID",
        "PPID",
        "GROUPS",
        "EXECIGNORE",
        "FCEDIT",
        "FIGNORE",
        "FUNCNAME",
        "FUNCNEST",
        "GLOBIGNORE",
        "GLOBSORT",
        "HOSTFILE",
        "HOSTNAME",
        "HOSTTYPE",
        "IGNOREEOF",
        "INPUTRC",
        "INSIDE_EMACS",
        "LINENO",
        "MACHTYPE",
        "MAPFILE",
        "OSTYPE",
        "PIPESTATUS",
        "POSIXLY_CORRECT",
        "REPLY",
        "SECONDS",
        "SHELLOPTS",
        "TIMEFORMAT",
        "TMOUT",
        "EDITOR",
        "VISUAL",
        "PAGER",
        "TZ",
    ];
    const FAMILIES: &[&str] = &[
        "BASH",
        "COMP_",
        "COMPREPLY",
        "COPROC",
        "EPOCH",
        "HIST",
        "LC_",
        "LD_",
        "MAIL",
        "OPT",
        "PROMPT_",
        "RANDOM",
        "READLINE_",
        "SRANDOM",
        "TEXTDOMAIN",
        "GIT_",
        "DYLD_",
    ];
    let of_the_shell = SHELL.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family)) || name == "PS4";
    let own = name.chars().any(|c| c.is_ascii_lowercase())
        && !matches!(name, "histchars" | "auto_resume")
        && !name.to_ascii_lowercase().ends_with("_proxy");
    own || exported && (HARMLESS.contains(&name) || name.starts_with("LC_"))
        || !exported && !of_the_shell && !matches!(name, "histchars" | "auto_resume")
}
