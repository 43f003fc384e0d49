//! Lines that other programs read wrongly.

use super::{asks, reads};

#[test]
fn a_quoted_number_of_a_comparison_is_reckoned_all_the_same() {
    for line in [
        "[[ 'a[$(echo RAN >&2)]' -eq 0 ]]",
        "[[ 1 -eq 'a[$(id; cat a.txt)]' ]]",
        "[[ \"a[\\$(id)]\" -lt 1 ]]",
        "[[ -n x && 'a[$(id)]' -ge 1 ]]",
        "[[ $'a[$(id)]' -ne 1 ]]",
    ] {
        asks(line);
    }
}

#[test]
fn reads_that_were_asked_about_without_need() {
    for line in [
        "python3 --version",
        "python3.12 -V",
        "node --version && go version",
        "java -version 2>&1 | head -1",
        "diff <(ls .) <(ls sub)",
        "comm -12 <(sort a) <(sort b)",
        "basename /a/b.txt .txt",
        "dirname /a/b/c.txt",
        "file *",
        "fd -e txt",
        "fdfind --type f -d 2 plan sub",
    ] {
        reads(line);
    }
    for line in [
        "python3 --version x",
        "python3 -V -c 'x'",
        "fd -e txt -x rm",
        "fd --exec rm",
        "file -C -m x",
        "npx --version",
        "./python3 --version",
    ] {
        asks(line);
    }
}
