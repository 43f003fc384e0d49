//! What is known about the values of variables without running anything.

use super::{argv::Scope, script::children};
use tree_sitter::Node;

/// What has been assigned to a variable anywhere in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assigned {
    /// Whole numbers only.
    Number,
    /// Anything.
    Text,
}

/// Variables that always have a value without blanks that does not begin with a dash: the ones of
/// [`crate::sandbox::ENVIRONMENT`], and bash's own numbers and names (bash(1), "Shell Variables").
pub(super) const KNOWN: &[&str] = &[
    "HOME",
    "USER",
    "LOGNAME",
    "PATH",
    "LANG",
    "TERM",
    "TMPDIR",
    "SHELL",
    "UID",
    "EUID",
    "PPID",
    "RANDOM",
    "SECONDS",
    "LINENO",
    "SHLVL",
    "HOSTTYPE",
    "OSTYPE",
    "MACHTYPE",
    "EPOCHSECONDS",
    "OPTIND",
    "HOSTNAME",
    "?",
    "#",
    "$",
    "0",
    "-",
];

/// Variables that bash fills by itself with text from the line, its input or its surroundings.
pub(super) fn fills_itself(name: &str) -> bool {
    [
        "BASH",
        "COMP",
        "READLINE",
        "COPROC",
        "FUNC",
        "DIR",
        "HIST",
        "EPOCH",
        "SRANDOM",
        "PS",
        "PIPE",
        "GROUPS",
        "SHELLOPTS",
    ]
    .iter()
    .any(|start| name.starts_with(start))
        || matches!(name, "_" | "!" | "REPLY" | "MAPFILE" | "OPTARG" | "PWD" | "OLDPWD" | "IFS")
}

/// Collects what the script assigns, wherever in it that is.
pub(super) fn note_assignments(root: Node<'_>, source: &str, scope: &mut Scope) {
    let text = |node: Node<'_>| source.get(node.byte_range()).unwrap_or_default();
    let mut left = vec![root];
    while let Some(node) = left.pop() {
        match node.kind() {
            "variable_assignment" => {
                let name = node.child_by_field_name("name").map(text).unwrap_or_default();
                let value = node.child_by_field_name("value");
                let number = value.is_some_and(|value| {
                    value.kind() == "arithmetic_expansion" || text(value).chars().all(|c| c.is_ascii_digit())
                });
                let name = name.split('[').next().unwrap_or_default();
                scope.assign(name, if number { Assigned::Number } else { Assigned::Text });
            }
            "for_statement" => {
                let name = node.child_by_field_name("variable").map(text).unwrap_or_default();
                scope.assign(name, Assigned::Text);
            }
            "c_style_for_statement" | "compound_statement" | "arithmetic_expansion" | "test_command" => {
                note_arithmetic(node, source, scope);
            }
            "declaration_command" => {
                for child in children(node).into_iter().filter(|child| child.kind() == "variable_name") {
                    scope.assign(text(child), Assigned::Text);
                }
            }
            "command" => {
                let name = node.child_by_field_name("name").map(text).unwrap_or_default();
                // A name in quotes or pieces may be any of these.
                let hidden = name.contains(['\'', '"', '\\', '$', '`', '{', '*', '?', '[']) && name != "[";
                // These put what they read, count or are told into the variables that they are given.
                if hidden
                    || matches!(
                        name,
                        "read"
                            | "mapfile"
                            | "readarray"
                            | "printf"
                            | "getopts"
                            | "let"
                            | "wait"
                            | "command"
                            | "builtin"
                            | "eval"
                            | "local"
                    )
                {
                    let own = node.child_by_field_name("name").map(|name| name.id());
                    for child in children(node).into_iter().filter(|child| Some(child.id()) != own) {
                        for part in text(child).split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
                            scope.assign(part, Assigned::Text);
                        }
                    }
                }
                // Where a command stands for another one, the folder may change as well.
                if hidden || matches!(name, "cd" | "pushd" | "popd" | "command" | "builtin" | "eval") {
                    scope.moves = true;
                }
                if hidden || matches!(name, "set" | "shift" | "command" | "builtin" | "eval") {
                    scope.positional = true;
                }
            }
            _ => {}
        }
        left.extend(children(node));
    }
}

// `((i++))`, `$((n=3))`: a name that arithmetic gives a value holds a number, unless it has text as well.
fn note_arithmetic(node: Node<'_>, source: &str, scope: &mut Scope) {
    let text = source.get(node.byte_range()).unwrap_or_default();
    if node.kind() == "compound_statement" && !text.starts_with("((")
        || node.kind() == "test_command" && text.starts_with('[')
    {
        return;
    }
    let head = match (node.kind(), node.child_by_field_name("body")) {
        ("c_style_for_statement", Some(body)) => source.get(node.start_byte()..body.start_byte()).unwrap_or_default(),
        _ => text,
    };
    if head.contains('=') || head.contains("++") || head.contains("--") {
        for part in head.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            if part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
                scope.assign(part, Assigned::Number);
            }
        }
    }
}
