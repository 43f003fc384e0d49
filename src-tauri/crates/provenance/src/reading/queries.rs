//! Programs that only look: a query that selects and calls nothing but plain functions, and a sum.

/// Functions that give back a value and do nothing.
const PLAIN: &str = "abs avg cast ceil ceiling char_length coalesce concat concat_ws convert count date date_format date_part \
    date_trunc datediff day dense_rank extract first_value floor format greatest group_concat ifnull iif initcap instr isnull \
    json_extract julianday lag last_value lead least left length ln log lower lpad ltrim max min mod month now nullif nvl \
    percentile_cont position power rank replace right round row_number rpad rtrim sign sqrt stddev strftime string_agg \
    strpos substr substring sum time timestampdiff to_char to_date trim trunc upper variance year in and or not exists any \
    all some over as on using when then else from where having select by between like values interval case union";
/// Words that change something, or may.
const CHANGES: &str = "into update insert delete merge create alter drop grant revoke truncate call do exec execute copy load \
    set lock attach detach pragma vacuum reindex analyze refresh notify listen replace_into for import outfile dumpfile handler";

/// Whether a query, read strictly, can only select. Whatever is not plain is not.
pub(super) fn only_selects(query: &str) -> bool {
    let query = query.trim().trim_end_matches(';').trim();
    if query.len() > 4_000 || query.contains(['\\', '$']) {
        return false;
    }
    let Some(bare) = without_strings(query) else { return false };
    if bare.contains([';', '`', '{', '@', '#']) || bare.contains("--") || bare.contains("/*") {
        return false;
    }
    let lower = bare.to_lowercase();
    let mut words: Vec<(&str, bool)> = Vec::new();
    let mut rest = lower.as_str();
    while let Some(start) = rest.find(|c: char| c.is_alphanumeric() || c == '_') {
        let tail = &rest[start..];
        let end = tail.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(tail.len());
        words.push((&tail[..end], tail[end..].trim_start().starts_with('(')));
        rest = &tail[end..];
    }
    let listed = |list: &str, word: &str| list.split_whitespace().any(|other| other == word);
    let begins = words
        .first()
        .is_some_and(|(word, _)| matches!(*word, "select" | "with" | "show" | "describe" | "desc" | "explain"));
    let with = words.first().is_some_and(|(word, _)| *word == "with");
    // `with totals as (…)`: a name with what it stands for, and never with columns of its own.
    begins
        && !words.iter().any(|(word, _)| listed(CHANGES, word))
        && words.iter().all(|(word, called)| !called || listed(PLAIN, word))
        && (!with || words.iter().any(|(word, _)| *word == "select"))
}

// What stands in quotes is a value or a name. None for a quote that is never closed.
fn without_strings(query: &str) -> Option<String> {
    let mut out = String::with_capacity(query.len());
    let mut open = None;
    for c in query.chars() {
        match open {
            Some(quote) if c == quote => open = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => {
                open = Some(c);
                out.push(' ');
            }
            None => out.push(c),
        }
    }
    open.is_none().then_some(out)
}

/// Whether a text is a sum of numbers and nothing else.
pub(super) fn sum(text: &str) -> bool {
    text.len() <= 400
        && text.chars().any(|c| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || " +-*/^%().,×÷=".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_select_reads() {
        for query in [
            "SELECT count(*) FROM users WHERE created_at > now() - interval '7 days'",
            "select name, max(price) from items group by name order by 2 desc limit 5;",
            "SHOW TABLES",
            "WITH t AS (SELECT a FROM b) SELECT sum(a) FROM t WHERE note = 'delete me; now'",
        ] {
            assert!(only_selects(query), "{query}");
        }
        for query in [
            "DROP TABLE users",
            "SELECT 1; DROP TABLE users",
            "SELECT * INTO OUTFILE '/tmp/x' FROM users",
            "SELECT pg_read_file('/etc/passwd')",
            "SELECT dblink_exec('host=evil.test', 'x')",
            "SELECT * FROM a FOR UPDATE",
            "WITH d AS (DELETE FROM a RETURNING *) SELECT * FROM d",
            "SELECT 'a",
            "EXPLAIN ANALYZE DELETE FROM a",
            "mutation { deleteAll }",
            "",
        ] {
            assert!(!only_selects(query), "{query}");
        }
        assert!(sum("121 + 0") && sum("(3.5*2)/7") && !sum("os.exit(1)") && !sum("x"));
    }
}
