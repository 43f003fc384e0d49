//! What the shell puts in: variables, substitutions, arithmetic, patterns and braces.

use super::{
    argv::{Context, Scope, may_assign},
    line::Why,
    script::{Script, children},
    variables::{Assigned, KNOWN, fills_itself},
    word::{Piece, Word},
};
use tree_sitter::Node;

/// Adds the pieces of `node` to `word`, and reads the commands nested in it.
pub(super) fn pieces(script: &mut Script<'_, '_>, node: Node<'_>, word: &mut Word) {
    let text = script.text(node);
    match node.kind() {
        "word" | "number" | "variable_name" | "test_operator" | "special_variable_name" if node.child_count() == 0 => {
            unquoted(text, word)
        }
        "raw_string" => match text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
            Some(text) => word.push(Piece::Text(text.to_owned())),
            None => script.broken("grammar", node),
        },
        "ansi_c_string" => match text.strip_prefix("$'").and_then(|text| text.strip_suffix('\'')).and_then(ansi_c) {
            Some(text) => word.push(Piece::Text(text)),
            None => script.broken("quoting", node),
        },
        "string" => quoted(script, node, word),
        "translated_string" => match children(node).as_slice() {
            [inner] => quoted(script, *inner, word),
            _ => script.broken("grammar", node),
        },
        "concatenation" => {
            let mut at = node.start_byte();
            let mut cursor = node.walk();
            // Neighbours without quotes are one text, so that `{}` in two halves is seen whole.
            let mut bare = String::new();
            for child in node.children(&mut cursor).collect::<Vec<_>>() {
                if child.start_byte() != at {
                    script.broken("grammar", node);
                }
                at = child.end_byte();
                if !child.is_named() || matches!(child.kind(), "word" | "number") && child.child_count() == 0 {
                    bare.push_str(script.text(child));
                    continue;
                }
                unquoted(&std::mem::take(&mut bare), word);
                pieces(script, child, word);
            }
            unquoted(&bare, word);
            if at != node.end_byte() {
                script.broken("grammar", node);
            }
        }
        "simple_expansion" => variable(script, text.trim_start_matches('$'), true, word),
        "expansion" => {
            embedded(script, node);
            match plain_name(text) {
                Some(name) => variable(script, name, true, word),
                None => word.push(Piece::Hole(true)),
            }
        }
        "command_substitution" => {
            embedded(script, node);
            let here = !script.scope.moves && matches!(text, "$(pwd)" | "`pwd`");
            word.push(if here { Piece::Value } else { Piece::Hole(true) });
        }
        "arithmetic_expansion" => {
            embedded(script, node);
            // May be negative.
            word.push(Piece::Hole(true));
        }
        "process_substitution" => {
            embedded(script, node);
            word.push(Piece::Text("/dev/fd/63".to_owned()));
        }
        "brace_expression" => word.push(Piece::Brace),
        _ => {
            script.broken("grammar", node);
            word.push(Piece::Hole(true));
        }
    }
}

fn unquoted(text: &str, word: &mut Word) {
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('\n') => {}
                Some(c) => word.push(Piece::Text(c.to_string())),
                None => word.push(Piece::Text("\\".to_owned())),
            },
            '*' | '?' | '[' => word.push(Piece::Glob),
            // `{}` alone is itself; anything else between braces may be a list.
            '{' if chars.as_str().starts_with('}') => {
                chars.next();
                word.push(Piece::Text("{}".to_owned()));
            }
            '{' => word.push(Piece::Brace),
            // `!(…)` and the like are patterns where they are switched on.
            '(' | ')' => word.push(Piece::Hole(true)),
            c => word.push(Piece::Text(c.to_string())),
        }
    }
}

fn quoted(script: &mut Script<'_, '_>, node: Node<'_>, word: &mut Word) {
    let text = script.text(node);
    if text.len() < 2 || !text.starts_with('"') || !text.ends_with('"') {
        return script.broken("grammar", node);
    }
    word.push(Piece::Text(String::new()));
    let mut at = node.start_byte() + 1;
    for child in children(node).into_iter().filter(|child| child.kind() != "string_content") {
        let before = script.source.get(at..child.start_byte()).unwrap_or_default();
        word.push(Piece::Text(in_quotes(before)));
        at = child.end_byte();
        let mut inner = Word { pieces: Vec::new(), written: String::new(), tilde: false, unset: false };
        match child.kind() {
            "simple_expansion" => variable(script, script.text(child).trim_start_matches('$'), false, &mut inner),
            "expansion" if plain_name(script.text(child)).is_some() => {
                embedded(script, child);
                variable(script, plain_name(script.text(child)).unwrap_or_default(), false, &mut inner);
            }
            "command_substitution" if !script.scope.moves && matches!(script.text(child), "$(pwd)" | "`pwd`") => {
                embedded(script, child);
                inner.push(Piece::Value);
            }
            "expansion" | "command_substitution" | "arithmetic_expansion" => {
                embedded(script, child);
                let list = script.text(child).contains("[@]");
                inner.push(Piece::Hole(list));
            }
            _ => script.broken("grammar", child),
        }
        word.unset |= inner.unset;
        inner.pieces.into_iter().for_each(|piece| word.push(piece));
    }
    let rest = script.source.get(at..node.end_byte() - 1).unwrap_or_default();
    word.push(Piece::Text(in_quotes(rest)));
}

fn in_quotes(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some(c @ ('$' | '`' | '"' | '\\')) => out.push(c),
            Some('\n') => {}
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    out
}

// The escapes of `$'…'` (bash(1), "QUOTING"); None for one that is not listed there.
fn ansi_c(text: &str) -> Option<String> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend(c.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        let byte = |value: Option<u32>| {
            value.and_then(|value| u8::try_from(value).ok()).filter(|byte| *byte != 0 && byte.is_ascii())
        };
        let next = chars.next()?;
        let mut number_of = |first, base, most| {
            let mut value: Option<u32> = first;
            for _ in 0..most {
                let Some(digit) = chars.peek().and_then(|c| c.to_digit(base)) else { break };
                value = Some(value.unwrap_or(0) * base + digit);
                chars.next();
            }
            value
        };
        match next {
            'a' => out.push(7),
            'b' => out.push(8),
            'e' | 'E' => out.push(27),
            'f' => out.push(12),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(11),
            c @ ('\\' | '\'' | '"' | '?') => out.push(c as u8),
            c @ '0'..='7' => out.push(byte(number_of(c.to_digit(8), 8, 2))?),
            'x' => out.push(byte(number_of(None, 16, 2))?),
            'u' | 'U' => {
                let c = char::from_u32(number_of(None, 16, if next == 'u' { 4 } else { 8 })?).filter(|c| *c != '\0')?;
                out.extend(c.encode_utf8(&mut [0; 4]).bytes());
            }
            _ => return None,
        }
    }
    String::from_utf8(out).ok()
}

fn variable(script: &mut Script<'_, '_>, name: &str, bare: bool, word: &mut Word) {
    let positional = name.starts_with(|c: char| c.is_ascii_digit()) && (name != "0" || script.scope.positional)
        || matches!(name, "@" | "*");
    if positional {
        if script.scope.positional {
            word.push(Piece::Hole(bare || name == "@"));
        } else {
            word.unset = true;
        }
    } else if name == "PWD" && !script.scope.moves && !script.scope.assigned.contains_key(name) {
        word.push(Piece::Value);
    } else if script.scope.assigned.contains_key(name) || fills_itself(name) {
        word.push(Piece::Hole(bare));
    } else if KNOWN.contains(&name) {
        word.push(Piece::Value);
    } else {
        // Outside quotes it is nothing at all.
        word.unset = true;
    }
}

// `${name}` and nothing more.
fn plain_name(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    let special = matches!(name, "@" | "*" | "?" | "$" | "#" | "-" | "!");
    (special || !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).then_some(name)
}

/// Reads what is nested in a part of a statement that is no statement itself.
pub(super) fn embedded(script: &mut Script<'_, '_>, node: Node<'_>) {
    match node.kind() {
        "command_substitution" | "process_substitution" => substitution(script, node),
        "expansion" => {
            if !is_plain_expansion(&script.scope, script.text(node)) {
                script.broken("expansion", node);
            }
            children(node).into_iter().for_each(|child| embedded(script, child));
        }
        "arithmetic_expansion" => arithmetic(script, node),
        "subscript" => {
            let index = node.child_by_field_name("index");
            if index.is_some_and(|index| !is_index(&script.scope, script.text(index))) {
                script.broken("expansion", node);
            }
            children(node).into_iter().for_each(|child| embedded(script, child));
        }
        "word"
        | "number"
        | "variable_name"
        | "special_variable_name"
        | "test_operator"
        | "regex"
        | "extglob_pattern"
        | "raw_string"
        | "ansi_c_string"
        | "string"
        | "translated_string"
        | "string_content"
        | "simple_expansion"
        | "concatenation"
        | "array"
        | "binary_expression"
        | "unary_expression"
        | "postfix_expression"
        | "parenthesized_expression"
        | "ternary_expression"
        | "test_command"
        | "brace_expression"
        | "variable_assignment"
        | "comment"
        | "heredoc_content"
        | "heredoc_body" => {
            children(node).into_iter().for_each(|child| embedded(script, child));
        }
        "redirected_statement" | "command" | "list" | "pipeline" => script.statement(node),
        _ => script.broken("grammar", node),
    }
}

fn substitution(script: &mut Script<'_, '_>, node: Node<'_>) {
    let text = script.text(node);
    if text.starts_with('`') && text.contains('\\') {
        // Inside backticks one layer of backslashes goes first.
        let inner = text.trim_matches('`');
        let mut plain = String::new();
        let mut chars = inner.chars().peekable();
        while let Some(c) = chars.next() {
            match (c, chars.peek()) {
                ('\\', Some(next @ ('$' | '`' | '\\' | '"'))) => {
                    plain.push(*next);
                    chars.next();
                }
                (c, _) => plain.push(c),
            }
        }
        let scope = script.scope.clone();
        return Script::read(&plain, script.found, &scope, Context::Shell);
    }
    if text.starts_with("$(<") || text.starts_with("`<") || text.starts_with("$( <") {
        // `$(< file)` reads the file.
        let mut paths = Vec::new();
        let mut more = Vec::new();
        for child in children(node) {
            if child.kind() == "file_redirect" {
                super::redirect::read(script, child, &mut paths, &mut more);
            } else {
                script.statement(child);
            }
        }
        if !more.is_empty() {
            script.broken("grammar", node);
        }
        return super::redirect::push(script, node, paths);
    }
    children(node).into_iter().for_each(|child| script.statement(child));
}

/// Reads the substitutions anywhere below `node`.
pub(super) fn nested_commands(script: &mut Script<'_, '_>, node: Node<'_>) {
    for child in children(node) {
        match child.kind() {
            "command_substitution" | "process_substitution" => substitution(script, child),
            "pipeline" | "command" | "list" => script.statement(child),
            _ => nested_commands(script, child),
        }
    }
}

/// Arithmetic assigns, and a value in it is itself read as arithmetic, in which an index can hold a substitution. So only
/// numbers and names that hold nothing else pass.
pub(super) fn arithmetic(script: &mut Script<'_, '_>, node: Node<'_>) {
    let text = script.text(node);
    // What is nested in it is still named.
    nested_commands(script, node);
    let inner = [("$((", "))"), ("((", "))"), ("$[", "]")]
        .iter()
        .find_map(|(start, end)| text.strip_prefix(start)?.strip_suffix(end))
        .unwrap_or(text);
    if !only_numbers(&script.scope, inner) {
        script.found.broken(Why::about("arithmetic", text));
    }
}

/// Whether `text`, read as arithmetic, can come to nothing but a number.
pub(super) fn only_numbers(scope: &Scope, text: &str) -> bool {
    let assigns = ["++", "--"].iter().any(|sign| text.contains(sign))
        || text.replace("==", "").replace("!=", "").replace("<=", "").replace(">=", "").contains('=');
    let text = text.replace('"', "");
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let (name, after) = match c {
            ' ' | '\t' | '\n' | '+' | '-' | '*' | '/' | '%' | '(' | ')' | '<' | '>' | '=' | '!' | '&' | '|' | '^'
            | '~' | '?' | ':' | ',' | ';' => {
                rest = &rest[1..];
                continue;
            }
            '0'..='9' => {
                rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '#');
                continue;
            }
            '$' => {
                let after = &rest[1..];
                match after.strip_prefix('{') {
                    Some(inner) => match inner.split_once('}') {
                        Some((name, after)) => (name, after),
                        None => return false,
                    },
                    None if after.starts_with(['#', '?', '$', '!']) => (&after[..1], &after[1..]),
                    None => split_name(after),
                }
            }
            _ => split_name(rest),
        };
        // `${#name}` and `${#name[@]}` count.
        let counts = name.len() > 1
            && name.strip_prefix('#').is_some_and(|name| split_name(name).1.is_empty() || name.ends_with("[@]"));
        let fixed = matches!(name, "#" | "?" | "$" | "!" | "RANDOM" | "SECONDS" | "LINENO" | "UID" | "EUID" | "PPID");
        let number = scope.assigned.get(name) == Some(&Assigned::Number) && may_assign(name, false);
        if !(counts || number || fixed && !assigns) {
            return false;
        }
        rest = after;
    }
    true
}

fn split_name(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len()))
}

/// Whether every number that a `[[ … ]]` compares is one, and no variable is looked at by a name in it.
pub(super) fn tests_only(scope: &Scope, text: &str) -> bool {
    let parts: Vec<&str> = text.split_ascii_whitespace().collect();
    let compares = |part: &&str| matches!(*part, "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge");
    parts.iter().enumerate().all(|(at, part)| match part {
        &"-v" | &"-R" => false,
        part if compares(part) => {
            let beside = [at.checked_sub(1), Some(at + 1)].map(|at| at.and_then(|at| parts.get(at)));
            beside.iter().all(|word| word.is_some_and(|word| only_numbers(scope, word)))
        }
        _ => true,
    })
}

fn is_index(scope: &Scope, text: &str) -> bool {
    matches!(text, "@" | "*") || !text.is_empty() && only_numbers(scope, text)
}

// `${name}` with the operators that only give a value. Not among them: `=`, which assigns; `!`, which follows a name
// that is not known; `@`, which evaluates.
fn is_plain_expansion(scope: &Scope, text: &str) -> bool {
    let Some(inner) = text.strip_prefix("${").and_then(|text| text.strip_suffix('}')) else { return false };
    let inner = match inner.strip_prefix('#') {
        Some(rest) if !rest.is_empty() => rest,
        _ => inner,
    };
    let named = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len());
    let rest = if named == 0 {
        match inner.strip_prefix(['@', '*', '?', '$', '#', '-', '!']) {
            Some(rest) if !inner.starts_with('!') || rest.is_empty() => rest,
            _ => return false,
        }
    } else {
        &inner[named..]
    };
    let rest = match rest.strip_prefix('[') {
        None => rest,
        Some(index) => match index.split_once(']') {
            Some((index, rest)) if is_index(scope, index) => rest,
            _ => return false,
        },
    };
    match rest.chars().next() {
        None => true,
        Some(':') if rest[1..].starts_with(['-', '+', '?']) => true,
        Some(':') => only_numbers(scope, &rest[1..]),
        Some('-' | '+' | '?' | '#' | '%' | '/' | '^' | ',') => true,
        _ => false,
    }
}
