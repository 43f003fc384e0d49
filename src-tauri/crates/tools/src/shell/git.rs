//! `git` (git 2.39 manual): subcommands that only read, and the options with which they do. An option of git itself
//! that sets a value, or one that names a program or a file to write, is not among them.

use super::{
    argv::{Outcome, paths_of},
    line::{NamedPath, Why},
    options,
    table::{Reads, Words},
    word::Word,
};
use assent_protocol::Effect;

const LOG: &str = "oneline graph all decorate? no-decorate stat? shortstat numstat name-only name-status patch no-patch patch-with-stat raw summary format= pretty? abbrev? abbrev-commit no-abbrev-commit max-count= skip= since= after= until= before= author= committer= grep= invert-grep all-match regexp-ignore-case extended-regexp fixed-strings merges no-merges first-parent reverse follow date= relative-date branches? tags? remotes? glob= topo-order date-order author-date-order cached staged color? no-color word-diff? word-diff-regex= unified= ignore-all-space ignore-space-change ignore-space-at-eol ignore-blank-lines diff-filter= find-renames? find-copies? check exit-code quiet full-index binary minimal patience histogram diff-algorithm= no-ext-diff no-textconv no-renames left-right cherry-pick cherry cherry-mark no-walk? show-signature compact-summary dirstat? submodule? name-rev boundary simplify-by-decoration full-history ancestry-path source walk-reflogs not merge-base no-index no-prefix src-prefix= dst-prefix= inter-hunk-context= function-context text encoding= notes? no-notes count pickaxe-regex pickaxe-all objects";

const fn sub(names: &'static str, short: &'static str, long: &'static str) -> Reads {
    Reads { names, short, long, words: Words::Fixed }
}

const SUBCOMMANDS: &[Reads] = &[
    sub(
        "log show diff whatchanged shortlog rev-list diff-tree diff-index diff-files",
        "pusn:S:G:L:iEFPgcmrtzMCDRbwawUeU:1#",
        LOG,
    ),
    sub(
        "status",
        "sbuvzM",
        "short branch show-stash porcelain? long verbose untracked-files? ignore-submodules? ignored? column? no-column ahead-behind no-ahead-behind renames no-renames find-renames?",
    ),
    sub(
        "rev-parse",
        "q",
        "verify quiet short? abbrev-ref? show-toplevel show-prefix show-cdup git-dir git-common-dir absolute-git-dir is-inside-work-tree is-inside-git-dir is-bare-repository symbolic symbolic-full-name all branches? tags? remotes? glob= show-object-format",
    ),
    sub(
        "ls-files ls-tree",
        "cdmoiksutzvfrlx:X:",
        "cached deleted modified others ignored stage unmerged killed directory no-empty-directory exclude= exclude-from= exclude-standard error-unmatch full-name abbrev? name-only name-status object-only format= long full-tree eol deduplicate",
    ),
    sub("cat-file", "ptse", "batch? batch-check? allow-unknown-type"),
    sub(
        "blame annotate",
        "LlbtrcnsepfwMCL:",
        "porcelain line-porcelain incremental root show-stats show-name show-number show-email date= since= abbrev=",
    ),
    sub(
        "describe",
        "",
        "all tags contains abbrev= candidates= exact-match debug long match= exclude= always first-parent dirty? broken?",
    ),
    sub(
        "grep",
        "avIiwEGFPnlLczoqWhHA:B:C:e:f:",
        "cached untracked no-index ignore-case word-regexp invert-match extended-regexp basic-regexp fixed-strings perl-regexp line-number column files-with-matches name-only files-without-match count color? no-color break heading show-function function-context and or not all-match quiet max-depth= recursive no-recursive text after-context= before-context= context=",
    ),
    sub(
        "name-rev merge-base show-ref for-each-ref show-branch count-objects var check-ignore check-attr cherry range-diff fsck-objects",
        "advsqnrHz",
        "all tags refs= always name-only is-ancestor octopus independent fork-point heads verify hash? dereference abbrev? quiet count= sort= format= points-at? merged? no-merged? contains? no-contains? verbose human-readable stdin",
    ),
];

/// Subcommands whose words decide: reading only with these options and no other word.
const LISTING: &[(&str, &str, &str)] = &[
    (
        "branch",
        "arv",
        "all remotes list verbose show-current no-color color column no-column merged no-merged contains no-contains format sort points-at ignore-case",
    ),
    ("tag", "ln", "list sort format merged no-merged contains points-at column ignore-case"),
    ("remote", "v", "verbose"),
    ("stash", "", ""),
    ("worktree", "", "porcelain"),
    ("reflog", "n0123456789", "all"),
    ("config", "lz", "list get get-all get-regexp show-origin show-scope name-only null local global system"),
];

pub(super) fn read(args: &[Word]) -> Outcome {
    let mut at = 0;
    // Options of git itself: where to work, and how not to page.
    while let Some(word) = args.get(at) {
        match word.literal() {
            Some("--no-pager" | "-P" | "--no-optional-locks" | "--literal-pathspecs" | "--no-replace-objects") => {
                at += 1
            }
            // Which repository it is, and what that one's settings start, must be known.
            Some("-C") if args.get(at + 1).is_some_and(|value| value.literal().is_some()) => at += 2,
            Some("--version" | "--help" | "-h" | "-v") if args.len() == 1 => return Outcome::reads(Vec::new()),
            Some(text) if !text.starts_with('-') => break,
            _ => return Outcome::opaque(Why::about("unknown_option", &word.written)),
        }
    }
    let Some(name) = args.get(at).and_then(Word::literal) else { return Outcome::reads(Vec::new()) };
    let rest = &args[at + 1..];
    if let Some(entry) =
        SUBCOMMANDS.iter().find(|entry| entry.names.split_ascii_whitespace().any(|known| known == name))
    {
        return match options::operands(entry, rest) {
            Ok(_) => Outcome::reads(paths_of(args, false)),
            Err(why) => Outcome::opaque(why),
        };
    }
    if LISTING.iter().any(|(known, ..)| *known == name) && lists(name, rest) {
        return Outcome::reads(paths_of(args, false));
    }
    // These write the repository's settings, which run programs: they are places of their own on the card.
    let mut paths = paths_of(args, true);
    let place = |text: &str| NamedPath { text: text.to_owned(), changes: true, open: false };
    match name {
        "init" => paths.extend([place(".git/config"), place(".git/hooks/")]),
        "config" | "remote" | "submodule" => paths.push(place(".git/config")),
        _ => {}
    }
    let effect = if matches!(name, "push" | "fetch" | "pull" | "clone" | "ls-remote" | "send-email") {
        Effect::Send
    } else {
        Effect::Execute
    };
    Outcome { effect, paths, ..Outcome::opaque(Why::about("git_changes", name)) }
}

fn lists(name: &str, rest: &[Word]) -> bool {
    let Some((_, letters, long)) = LISTING.iter().find(|(known, ..)| *known == name) else { return false };
    let Some(texts) = rest.iter().map(Word::literal).collect::<Option<Vec<_>>>() else { return false };
    let (options, words): (Vec<&str>, Vec<&str>) = texts.iter().partition(|text| text.starts_with('-'));
    let known = |option: &&str| match option.strip_prefix("--") {
        Some(option) => {
            let option = option.split_once('=').map_or(option, |(option, _)| option);
            long.split_ascii_whitespace().any(|known| known == option)
        }
        None => option[1..].chars().all(|letter| letters.contains(letter)),
    };
    let has = |wanted: &[&str]| {
        options.iter().any(|option| wanted.contains(&option.split_once('=').map_or(*option, |(name, _)| name)))
    };
    options.iter().all(known)
        && match name {
            "branch" | "tag" => {
                words.is_empty()
                    || has(&["--list", "-l", "--merged", "--no-merged", "--contains", "--no-contains", "--points-at"])
            }
            "remote" => matches!(words.as_slice(), [] | ["get-url", _]),
            "stash" | "worktree" => matches!(words.as_slice(), ["list"]),
            "reflog" => matches!(words.first(), None | Some(&"show")),
            "config" => has(&["--list", "-l", "--get", "--get-all", "--get-regexp"]),
            _ => false,
        }
}
