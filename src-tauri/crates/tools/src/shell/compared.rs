//! The reader beside a second parser, on 100,000 lines of random pieces.

use super::{read_line, table};
use proptest::prelude::*;

// The other parser lists the programs of a line by itself; a line that only reads has none that the table does not know.
fn programs(line: &str) -> Option<Vec<String>> {
    use brush_parser::{ParserOptions, ast, tokenize_str};
    fn of_list(list: &ast::CompoundList, found: &mut Vec<String>) {
        for item in &list.0 {
            std::iter::once(&item.0.first)
                .chain(item.0.additional.iter().map(|more| match more {
                    ast::AndOr::And(pipeline) | ast::AndOr::Or(pipeline) => pipeline,
                }))
                .flat_map(|pipeline| &pipeline.seq)
                .for_each(|command| of_command(command, found));
        }
    }
    fn of_command(command: &ast::Command, found: &mut Vec<String>) {
        match command {
            ast::Command::Simple(simple) => found.extend(simple.word_or_name.as_ref().map(|word| word.value.clone())),
            ast::Command::Compound(compound, _) => match compound {
                ast::CompoundCommand::BraceGroup(group) => of_list(&group.list, found),
                ast::CompoundCommand::Subshell(shell) => of_list(&shell.list, found),
                ast::CompoundCommand::ForClause(clause) => of_list(&clause.body.list, found),
                ast::CompoundCommand::WhileClause(clause) | ast::CompoundCommand::UntilClause(clause) => {
                    of_list(&clause.0, found);
                    of_list(&clause.1.list, found);
                }
                ast::CompoundCommand::IfClause(clause) => {
                    of_list(&clause.condition, found);
                    of_list(&clause.then, found);
                }
                _ => {}
            },
            _ => {}
        }
    }
    let tokens = tokenize_str(line).ok()?;
    let program = brush_parser::parse_tokens(&tokens, &ParserOptions::default()).ok()?;
    let mut found = Vec::new();
    program.complete_commands.iter().for_each(|list| of_list(list, &mut found));
    Some(found)
}

fn known(program: &str) -> bool {
    // `$''` and `$""` are quotes too.
    let program = program.replace("$'", "'").replace("$\"", "\"");
    let name: String = program.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
    const ALSO: &[&str] = &[
        "find", "echo", "cd", "awk", "gawk", "mawk", "nawk", "gsed", "sed", "xargs", "git", "test", "[", "true", ":",
        "read", "set", "printf", "f", "tee", "exit", "env", "nice", "bash", "eval", "time", "--",
    ];
    table::reads(name.rsplit('/').next().unwrap_or_default()).is_some() || ALSO.contains(&name.as_str())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, max_shrink_iters: 2_000, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(seed()), ..ProptestConfig::default() })]

    #[test]
    fn sh_18_no_line_of_random_pieces_only_reads_with_an_unknown_program_in_it(pieces in proptest::collection::vec(piece(), 1..14)) {
        let line = pieces.concat();
        let reading = read_line(&line);
        if reading.reads_only {
            prop_assert!(reading.commands.iter().all(|command| command.reads_only()));
            // The second parser may not read what it does not know; where it reads, it must agree.
            if let Some(programs) = programs(&line) {
                for program in &programs {
                    prop_assert!(known(program), "{line:?}: {program}");
                }
                prop_assert!(!programs.iter().any(|program| program.contains("rm")), "{line:?}");
            }
            let separators = ['\r', '\u{2028}'];
            prop_assert!(!line.contains(separators));
        }
    }
}

fn piece() -> impl Strategy<Value = String> {
    let fixed = proptest::sample::select(vec![
        "ls",
        "cat",
        "rm",
        "curl",
        "find . ",
        "sort ",
        "echo ",
        "-delete",
        "-exec ",
        "-o ",
        "{} ",
        "\\;",
        "+",
        " ",
        " ",
        " ",
        "  ",
        "\t",
        "\n",
        "\r",
        "\u{2028}",
        ";",
        "&",
        "&&",
        "|",
        "||",
        "|&",
        "(",
        ")",
        "{",
        "}",
        "$(",
        "`",
        "\"",
        "'",
        "$'",
        "\\",
        "$x",
        "${x}",
        "${x@P}",
        "${!x}",
        "$((",
        "))",
        "<",
        ">",
        ">>",
        "<<",
        "<<<",
        "2>",
        "&>",
        ">&",
        "/dev/null",
        "#",
        "!",
        "*",
        "?",
        "[",
        "]",
        "[[ ",
        " ]]",
        "=",
        "x=",
        "if ",
        "; then ",
        "; fi",
        "for i in ",
        "; do ",
        "; done",
        "while ",
        "case ",
        " in ",
        ";;",
        "esac",
        "f() ",
        "function f ",
        "eval ",
        "bash -c ",
        "xargs ",
        "env ",
        "nice ",
        "time ",
        "awk ",
        "sed ",
        "$",
        "~",
        "a",
        "-n",
        "--",
        "<(",
        ">(",
        "EOF",
        "0",
        "1",
        "\u{a0}",
        "\u{200b}",
        "\0",
        "%",
        "^",
        ",",
        "..",
        "{a,b}",
    ]);
    prop_oneof![20 => fixed.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

// The same lines each time, unless others are asked for; the fuzz target goes on from here.
fn seed() -> u64 {
    std::env::var("ASSENT_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(18)
}
