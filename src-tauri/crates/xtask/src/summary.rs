//! Finds the lines in which cargo's test harness, nextest and vitest sum up what they ran.

/// The line without its colours, if it is such a summary. The harness prints one for each binary; those of binaries
/// with no test are left out.
pub fn of(line: &str) -> Option<String> {
    let plain = without_colours(line);
    let text = plain.trim_start();
    let harness = text.starts_with("test result: ") && !text.contains(" 0 passed; 0 failed; 0 ignored");
    let nextest = text.starts_with("Summary [");
    let vitest = text.strip_prefix("Tests  ").is_some_and(|rest| rest.contains(" passed") || rest.contains(" failed"));
    (harness || nextest || vitest).then_some(plain)
}

fn without_colours(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // An escape sequence ends with its first letter.
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, summary: Option<&str>) {
        assert_eq!(of(line).as_deref(), summary, "{line}");
    }

    #[test]
    fn summaries_of_the_three_runners_are_kept_without_colours() {
        check(
            "\u{1b}[32m     Summary\u{1b}[0m [   0.302s] 12 tests run: 12 passed",
            Some("     Summary [   0.302s] 12 tests run: 12 passed"),
        );
        let harness = "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        check(harness, Some(harness));
        check(
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m4 passed\u{1b}[39m\u{1b}[22m (4)",
            Some("      Tests  4 passed (4)"),
        );
    }

    #[test]
    fn other_lines_and_empty_summaries_are_not() {
        check("test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s", None);
        check("Tests of the window", None);
        check("running 3 tests", None);
        check("", None);
    }
}
