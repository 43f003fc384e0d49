//! Any bytes as a command line: the reader neither panics nor lets a line through that it did not understand.
#![no_main]

use assent_tools::shell::{MOST_BYTES, read_line};

libfuzzer_sys::fuzz_target!(|line: &str| {
    let reading = read_line(line);
    if reading.reads_only {
        assert!(line.len() <= MOST_BYTES && reading.inspectable && reading.problem.is_none());
        assert!(reading.commands.iter().all(|command| command.reads_only()));
        assert!(!line.contains(['\r', '\u{2028}', '\u{85}', '\0']));
    }
});
