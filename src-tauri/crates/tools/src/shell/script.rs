//! From the text of a script to its simple commands: the grammar's tree is walked, every kind of node that is not named
//! here is not understood, and so is what the grammar and the shell are known to read differently.

use super::{
    argv::{self, Context, Scope},
    expansion,
    line::{DEEPEST, Findings, NamedPath, SimpleCommand, Why},
    redirect, variables,
    word::{Piece, Word},
};
use assent_protocol::{Effect, visible::visible};
use std::cell::RefCell;
use tree_sitter::{Node, Parser};

thread_local! {
    static PARSER: RefCell<Option<Parser>> = RefCell::new(parser());
}

fn parser() -> Option<Parser> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
    Some(parser)
}

/// One text that a shell would read as commands.
pub(super) struct Script<'a, 'f> {
    pub(super) source: &'a str,
    pub(super) found: &'f mut Findings,
    pub(super) scope: Scope,
    context: Context,
    depth: usize,
}

impl<'a, 'f> Script<'a, 'f> {
    /// Reads `source` into `found`.
    pub(super) fn read(source: &'a str, found: &'f mut Findings, scope: &Scope, context: Context) {
        if found.depth > DEEPEST || found.is_full() {
            return found.broken(Why::plain("too_deep"));
        }
        // The grammar's own scanner of such texts is not safe to feed with anything.
        if source.replace("<<<", "   ").contains("<<") {
            return found.broken(Why::plain("heredoc"));
        }
        if let Some(why) = foreign(source) {
            return found.broken(why);
        }
        // Its scanner asks C tables about characters that these do not have, so it sees ASCII only, one sign for each
        // byte; to the shell such characters are parts of words, and `%` is one to both.
        let ascii: String = source.bytes().map(|byte| if byte.is_ascii() { char::from(byte) } else { '%' }).collect();
        let tree = PARSER.with_borrow_mut(|parser| parser.as_mut().and_then(|parser| parser.parse(&ascii, None)));
        let Some(tree) = tree else { return found.broken(Why::plain("grammar")) };
        found.depth += 1;
        let mut script = Script { source, found, scope: scope.clone(), context, depth: 0 };
        let root = tree.root_node();
        if root.has_error() || !covered(root, source) {
            // Whatever can be told is still listed on the card.
            script.found.broken(Why::plain("grammar"));
        }
        variables::note_assignments(root, source, &mut script.scope);
        script.statement(root);
        script.found.depth -= 1;
    }

    pub(super) fn text(&self, node: Node<'_>) -> &'a str {
        self.source.get(node.byte_range()).unwrap_or_default()
    }

    pub(super) fn broken(&mut self, key: &'static str, node: Node<'_>) {
        let about = self.text(node).to_owned();
        self.found.broken(Why::about(key, about));
    }

    fn each(&mut self, node: Node<'_>) {
        for child in children(node) {
            self.statement(child);
        }
    }

    /// Reads a statement, or a part of one.
    pub(super) fn statement(&mut self, node: Node<'_>) {
        self.depth += 1;
        if self.depth > DEEPEST * 4 {
            self.found.broken(Why::plain("too_deep"));
        } else if !self.found.is_full() {
            self.statement_here(node);
        }
        self.depth -= 1;
    }

    // Whether the parts of a command stand on one line: where a line begins with a backslash, the grammar goes on with
    // the command before it and the shell begins a new one.
    fn on_one_line(&self, node: Node<'_>) -> bool {
        let mut cursor = node.walk();
        let mut at = node.start_byte();
        node.children(&mut cursor).all(|child| {
            let gap = self.source.get(at..child.start_byte()).unwrap_or("\n").replace("\\\n", "");
            at = child.end_byte();
            !gap.contains('\n')
        })
    }

    fn statement_here(&mut self, node: Node<'_>) {
        let simple = matches!(
            node.kind(),
            "command" | "redirected_statement" | "declaration_command" | "unset_command" | "variable_assignments"
        );
        if simple && !self.on_one_line(node) {
            self.broken("grammar", node);
        }
        match node.kind() {
            "comment" => {}
            "program" => {
                for child in children(node) {
                    self.statement(child);
                    // Only here is it certain that a function is known to all that follows.
                    if child.kind() == "function_definition"
                        && let Some(name) = child.child_by_field_name("name")
                    {
                        self.scope.functions.insert(self.text(name).to_owned());
                    }
                }
            }
            "list" | "pipeline" | "subshell" | "do_group" | "else_clause" | "elif_clause" | "if_statement"
            | "while_statement" | "case_statement" | "case_item" | "negated_command" => self.each(node),
            "compound_statement" => {
                let text = self.text(node);
                if text.starts_with("((") {
                    expansion::arithmetic(self, node);
                } else if children(node).is_empty() || !text[1..].starts_with([' ', '\t', '\n']) {
                    // For the shell `{}` is the name of a program.
                    self.broken("grammar", node);
                } else {
                    self.each(node);
                }
            }
            "for_statement" => {
                let name = node.child_by_field_name("variable").map(|name| self.text(name)).unwrap_or_default();
                if node.child(0).is_none_or(|first| first.kind() != "for") || !argv::may_assign(name, false) {
                    self.broken("environment", node);
                }
                self.each(node);
            }
            "c_style_for_statement" => {
                for child in children(node) {
                    match child.kind() {
                        "do_group" | "compound_statement" => self.statement(child),
                        _ => {}
                    }
                }
                let body = node.child_by_field_name("body").map_or(node.end_byte(), |body| body.start_byte());
                let head = self.source.get(node.start_byte()..body).unwrap_or_default();
                let counts = head.trim_end().trim_end_matches("do").trim_end().trim_end_matches(';').trim_end();
                let counts = counts
                    .strip_prefix("for")
                    .map(str::trim)
                    .and_then(|head| head.strip_prefix("((")?.strip_suffix("))"));
                if !counts.is_some_and(|head| expansion::only_numbers(&self.scope, head)) {
                    self.broken("arithmetic", node);
                }
            }
            "function_definition" => {
                let outer = std::mem::replace(&mut self.scope.positional, true);
                if let Some(body) = node.child_by_field_name("body") {
                    self.statement(body);
                }
                if node.child_by_field_name("redirect").is_some() {
                    self.broken("grammar", node);
                }
                self.scope.positional = outer;
            }
            "command" => self.command(node, &[], Vec::new()),
            "redirected_statement" => self.redirected(node),
            "declaration_command" | "unset_command" => self.declaration(node),
            "variable_assignment" => self.assignment(node, false),
            "variable_assignments" => self.each(node),
            "test_command" => self.test(node),
            _ => expansion::embedded(self, node),
        }
    }

    // `a=1` before a command (`exported`) or by itself.
    pub(super) fn assignment(&mut self, node: Node<'_>, exported: bool) {
        let Some(name) = node.child_by_field_name("name") else { return self.broken("grammar", node) };
        let text = self.text(name);
        expansion::embedded(self, name);
        for child in children(node).into_iter().filter(|child| child.id() != name.id()) {
            expansion::embedded(self, child);
        }
        let plain = text.split('[').next().unwrap_or_default();
        // The grammar takes more for a name than the shell does, and the shell runs the rest as a program.
        let named = plain.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        // An index in a list is evaluated, and assigning to some names of the shell is too.
        let value = node.child_by_field_name("value");
        let indexed = value.is_some_and(|value| {
            value.kind() == "array" && children(value).iter().any(|one| self.text(*one).starts_with('['))
        });
        if indexed {
            self.broken("variable_name", node);
        }
        let whole =
            self.text(node).strip_prefix(text).is_some_and(|rest| rest.starts_with('=') || rest.starts_with("+="));
        if !named || !whole {
            self.broken("grammar", node);
        }
        if !argv::may_assign(plain, exported) {
            self.found.broken(Why::about("environment", plain));
        }
    }

    fn test(&mut self, node: Node<'_>) {
        let text = self.text(node);
        if text.starts_with("((") {
            return expansion::arithmetic(self, node);
        }
        let apart = |start: &str, end: &str| {
            let inner = text.strip_prefix(start).and_then(|text| text.strip_suffix(end));
            inner.is_some_and(|inner| inner.starts_with([' ', '\t']) && inner.trim_end() != inner)
        };
        // Without blanks it is the name of a program, or a pattern.
        if !apart("[[", "]]") && !apart("[", "]") {
            self.broken("grammar", node);
        }
        expansion::embedded(self, node);
        if text.starts_with("[[") {
            if !expansion::tests_only(&self.scope, text) {
                self.broken("arithmetic", node);
            }
        } else if self.names_a_variable(node) {
            self.broken("variable_name", node);
        }
        let before = self.found.commands.len();
        let paths = redirect::paths_in(self, node);
        if self.found.commands.len() == before {
            self.found.push(SimpleCommand {
                text: text.to_owned(),
                program: "test".to_owned(),
                effect: Effect::Observe,
                inspectable: true,
                paths,
                why: Why::plain("reads"),
            });
        }
    }

    // `[ -v name ]` evaluates an index in the name, however the `-v` is written.
    fn names_a_variable(&mut self, node: Node<'_>) -> bool {
        let mut apart = Findings { depth: self.found.depth, ..Findings::default() };
        let mut words = Script {
            source: self.source,
            found: &mut apart,
            scope: self.scope.clone(),
            context: self.context,
            depth: self.depth,
        };
        let mut left = vec![node];
        while let Some(node) = left.pop() {
            match node.kind() {
                "test_command"
                | "binary_expression"
                | "unary_expression"
                | "parenthesized_expression"
                | "negated_command" => left.extend(children(node)),
                _ => {
                    if argv::may_name_a_variable(&words.word(node)) {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn declaration(&mut self, node: Node<'_>) {
        let mut argv = Vec::new();
        let name = node.child(0).map(|first| self.text(first)).unwrap_or_default();
        argv.push(Word::fixed(name));
        for child in children(node) {
            match child.kind() {
                "variable_assignment" => {
                    self.assignment(child, name == "export" || self.text(node).contains(" -"));
                    // What becomes of a text for a list is decided when it runs.
                    let lists = self.source.contains("=(")
                        || self.source.split_ascii_whitespace().any(|word| {
                            matches!(word, "mapfile" | "readarray")
                                || word.starts_with('-') && word.contains(['a', 'A'])
                        });
                    let value = child.child_by_field_name("value");
                    let list = value.is_some_and(|value| {
                        value.kind() != "array" && {
                            let word = self.word(value);
                            lists && word.prefix().is_empty() && word.literal() != Some("")
                                || word.prefix().trim_start().starts_with('(')
                        }
                    });
                    if list {
                        self.broken("variable_name", child);
                    }
                    if self.text(child).contains('[')
                        && child.child_by_field_name("name").is_some_and(|n| n.kind() == "subscript")
                    {
                        self.broken("variable_name", child);
                    }
                }
                "variable_name" => {
                    argv.push(Word::fixed(self.text(child)));
                }
                _ => {
                    let word = self.word(child);
                    argv.push(word);
                }
            }
        }
        let text = self.text(node).to_owned();
        argv::read(&argv, &text, self.context, &self.scope.clone(), self.found, Vec::new());
    }

    fn redirected(&mut self, node: Node<'_>) {
        let body = node.child_by_field_name("body");
        let redirects: Vec<Node<'_>> =
            children(node).into_iter().filter(|child| body.is_none_or(|body| body.id() != child.id())).collect();
        let mut paths = Vec::new();
        let mut more = Vec::new();
        for redirect in &redirects {
            redirect::read(self, *redirect, &mut paths, &mut more);
        }
        match body {
            Some(body) if body.kind() == "command" => {
                if !self.on_one_line(body) {
                    self.broken("grammar", body);
                }
                self.command(body, &more, paths);
            }
            other => {
                if !more.is_empty() {
                    self.broken("grammar", node);
                }
                if let Some(body) = other {
                    self.statement(body);
                }
                redirect::push(self, node, paths);
            }
        }
    }

    // `more` are the nodes that the grammar counts to a redirection and the shell to the command.
    fn command(&mut self, node: Node<'_>, more: &[Node<'_>], mut paths: Vec<NamedPath>) {
        let mut argv: Vec<Word> = Vec::new();
        let mut assigned = false;
        let mut extra = Vec::new();
        let mut cursor = node.walk();
        for child in node.children(&mut cursor).collect::<Vec<_>>() {
            match child.kind() {
                // A sign that is a word here, as a dollar alone.
                _ if !child.is_named() => argv.push(Word::fixed(self.text(child))),
                "variable_assignment" => {
                    assigned = true;
                    self.assignment(child, true);
                }
                "file_redirect" | "herestring_redirect" | "heredoc_redirect" => {
                    redirect::read(self, child, &mut paths, &mut extra);
                    if !extra.is_empty() {
                        self.broken("grammar", child);
                    }
                }
                "command_name" => {
                    let Some(inner) = child.child(0) else { continue };
                    let word = self.word(inner);
                    argv.push(word);
                }
                "subshell" => self.broken("grammar", child),
                _ => {
                    let word = self.word(child);
                    argv.push(word);
                }
            }
        }
        for child in more {
            let word = self.word(*child);
            argv.push(word);
        }
        // A word that is nothing but an unset variable outside quotes is no word at all. Somebody meant it to be one, so
        // the command is read both ways.
        let gone = |word: &Word| word.pieces.is_empty() && !word.written.is_empty();
        let fewer: Vec<Word> = argv.iter().filter(|word| !gone(word)).cloned().collect();
        let differs = fewer.len() < argv.len();
        argv.iter_mut().filter(|word| gone(word)).for_each(|word| word.push(Piece::Value));
        let text = self.text(node).to_owned();
        if argv.is_empty() {
            if !assigned || !paths.is_empty() {
                redirect::push(self, node, paths);
            }
            return;
        }
        if differs {
            let mut apart = Findings { depth: self.found.depth, ..Findings::default() };
            if !fewer.is_empty() {
                argv::read(&fewer, &text, self.context, &self.scope, &mut apart, Vec::new());
            }
            apart.programs.iter().for_each(|program| self.found.starts(program));
            if !apart.reads_only() {
                self.found.broken(Why::about("unknown_target", &text));
            }
        }
        argv::read(&argv, &text, self.context, &self.scope.clone(), self.found, paths);
    }

    /// The word of a node, and whatever is nested in it.
    pub(super) fn word(&mut self, node: Node<'_>) -> Word {
        let mut word = Word {
            pieces: Vec::new(),
            written: self.text(node).to_owned(),
            tilde: self.text(node).starts_with('~'),
            unset: false,
        };
        expansion::pieces(self, node, &mut word);
        // Braces are found last: the grammar reads `{a,b}` as one plain word, as several, or as a part of one.
        if word.pieces.contains(&Piece::Brace) {
            let at = word.pieces.iter().position(|piece| *piece == Piece::Brace).unwrap_or(0);
            word.pieces.truncate(at + 1);
        }
        word
    }
}

/// The named children.
pub(super) fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

// What no command that a person means has in it, and what shells and this grammar read differently.
fn foreign(source: &str) -> Option<Why> {
    let odd = |c: &char| match c {
        '\n' | '\t' => false,
        c if c.is_ascii() => c.is_ascii_control(),
        c => c.is_whitespace() || c.is_control() || visible(&c.to_string()).starts_with('\\'),
    };
    if let Some(c) = source.chars().find(odd) {
        return Some(Why::about("hidden_character", c));
    }
    // `$[…]` is arithmetic of old, and `{name}>` gives a variable a value: nobody writes either today.
    let named = |at: usize| {
        source[..at].rsplit_once('{').is_some_and(|(_, name)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '[' | ']' | '@'))
        })
    };
    let fills = ["}>", "}<", "}&>"].iter().any(|sign| source.match_indices(sign).any(|(at, _)| named(at)));
    if fills || source.contains("$[") {
        return Some(Why::plain("arithmetic"));
    }
    // Inside a word a continued line joins two halves that the grammar keeps apart.
    let joined = source
        .match_indices("\\\n")
        .any(|(at, _)| !source[..at].ends_with([' ', '\t', '\n']) || source[..at].ends_with('\\'));
    // Where a line begins with a backslash, the grammar goes on with the command before it and the shell begins anew.
    let begins = source.split('\n').skip(1).any(|line| line.trim_start_matches([' ', '\t']).starts_with('\\'));
    (joined || begins).then(|| Why::plain("continued_line"))
}

// Between the leaves of the tree there may be nothing but blanks and continued lines, and a comment must be one for the
// shell as well.
fn covered(root: Node<'_>, source: &str) -> bool {
    let mut cursor = root.walk();
    let mut at = 0;
    let blank = |from: usize, to: usize| {
        source.get(from..to).is_some_and(|gap| gap.replace("\\\n", "").chars().all(|c| matches!(c, ' ' | '\t' | '\n')))
    };
    loop {
        let node = cursor.node();
        if node.kind() == "comment" {
            let before = source[..node.start_byte()].chars().next_back();
            let ends = matches!(source[node.end_byte()..].chars().next(), None | Some('\n'));
            if !ends || !before.is_none_or(|c| matches!(c, ' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')')) {
                return false;
            }
        }
        if node.child_count() == 0 {
            if node.start_byte() < at || !blank(at, node.start_byte()) {
                return false;
            }
            at = node.end_byte();
        } else if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return blank(at, source.len());
            }
        }
    }
}
