//! Where a command's input comes from and its output goes.

use super::{
    expansion,
    line::{NamedPath, SimpleCommand, Why},
    script::{Script, children},
    word::Word,
};
use assent_protocol::Effect;
use tree_sitter::Node;

/// Places that take output and keep nothing.
const SINKS: &[&str] = &["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/fd/1", "/dev/fd/2"];

/// Whether writing to `path` changes nothing.
pub(super) fn is_sink(path: &str) -> bool {
    SINKS.contains(&path)
}

/// Reads one redirection. The grammar takes every word behind `>` for its target: the second and later ones are words
/// of the command and go to `more`.
pub(super) fn read<'t>(
    script: &mut Script<'_, '_>,
    node: Node<'t>,
    paths: &mut Vec<NamedPath>,
    more: &mut Vec<Node<'t>>,
) {
    match node.kind() {
        "herestring_redirect" => {
            for child in children(node) {
                if child.kind() != "file_descriptor" {
                    let word = script.word(child);
                    paths.extend(path_of(&word, false));
                }
            }
        }
        "file_redirect" => {
            let mut cursor = node.walk();
            let targets: Vec<Node<'t>> = node.children_by_field_name("destination", &mut cursor).collect();
            let mut cursor = node.walk();
            let sign = node.children(&mut cursor).find(|child| !child.is_named()).map_or("", |child| child.kind());
            if script.text(node).contains('\n') {
                script.broken("grammar", node);
            }
            let Some((target, rest)) = targets.split_first() else {
                // `>&-` closes.
                if !sign.ends_with('-') {
                    script.broken("grammar", node);
                }
                return;
            };
            more.extend(rest);
            let word = script.word(*target);
            target_of(script, sign, &word, paths);
        }
        // What stands in a document of its own is hard to see on a card, and its end is easy to misread.
        _ => {
            script.broken("heredoc", node);
            expansion::nested_commands(script, node);
        }
    }
}

fn target_of(script: &mut Script<'_, '_>, sign: &str, word: &Word, paths: &mut Vec<NamedPath>) {
    let Some(text) = word.literal() else {
        // Reading from an unknown place inside the box is reading; writing is not told where, and neither is a name
        // that may turn out to be one of bash's connections.
        let begins = word.prefix();
        let elsewhere = !begins.is_empty() && !"/dev/tcp/".starts_with(begins) && !begins.starts_with("/dev/");
        if sign != "<" || word.splits() || !elsewhere {
            script.found.broken(Why::about("unknown_target", &word.written));
        }
        return;
    };
    if text.contains("/dev/tcp") || text.contains("/dev/udp") {
        return script.found.broken(Why::plain("network"));
    }
    let copies = sign.starts_with(">&") || sign.starts_with("<&");
    if copies && (text == "-" || text.trim_end_matches('-').chars().all(|c| c.is_ascii_digit()) && !text.is_empty()) {
        return;
    }
    match sign {
        "<" => paths.extend(path_of(word, false)),
        ">" | ">>" | ">|" | "&>" | "&>>" | ">&" | "<>" => {
            if !is_sink(text) || word.tilde {
                paths.push(NamedPath { text: text.to_owned(), changes: true, open: false });
            }
        }
        _ => script.found.broken(Why::about("unknown_target", &word.written)),
    }
}

/// A statement whose redirections write, listed by itself where no command is there to carry them.
pub(super) fn push(script: &mut Script<'_, '_>, node: Node<'_>, paths: Vec<NamedPath>) {
    let writes = paths.iter().any(|path| path.changes);
    if paths.is_empty() {
        return;
    }
    let text = script.text(node).to_owned();
    script.found.push(SimpleCommand {
        text,
        program: String::new(),
        effect: if writes { Effect::Modify } else { Effect::Observe },
        inspectable: true,
        why: Why::plain(if writes { "writes_output" } else { "reads" }),
        paths,
    });
}

/// The path that a word may be, if it is one.
pub(super) fn path_of(word: &Word, changes: bool) -> Option<NamedPath> {
    let text = word.prefix();
    // What a command is handed as a file (`<(…)`) is read where it stands, and has no name.
    let handed =
        text.strip_prefix("/dev/fd/").is_some_and(|fd| !fd.is_empty() && fd.bytes().all(|b| b.is_ascii_digit()));
    if text.is_empty() || text == "-" || (handed && !word.has_hole()) || text == "/dev/stdin" {
        return None;
    }
    Some(NamedPath { text: text.to_owned(), changes, open: word.literal().is_none() })
}

/// The paths among the words of a test.
pub(super) fn paths_in(script: &mut Script<'_, '_>, node: Node<'_>) -> Vec<NamedPath> {
    let mut paths = Vec::new();
    let mut left = vec![node];
    while let Some(node) = left.pop() {
        match node.kind() {
            "word" | "string" | "raw_string" | "concatenation" => {
                let text = script.text(node).trim_matches(['"', '\'']).to_owned();
                if text.contains('/') || text.starts_with('~') || text == ".." {
                    paths.push(NamedPath { open: text.contains(['$', '*']), text, changes: false });
                }
            }
            _ => left.extend(children(node)),
        }
    }
    paths
}
