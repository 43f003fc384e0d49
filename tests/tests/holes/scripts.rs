//! What an approved line starts is what stood there when its card was shown (F9): scripts, what they start in turn, and
//! the settings that tools read by themselves.

use crate::shell::{approve, ask};
use assent_tests::Home;

#[test]
fn f9_what_a_line_starts_is_bound_to_its_card() {
    for (line, files, swapped) in [
        ("bash a.sh", &[("a.sh", ". ./b.sh"), ("b.sh", "true")][..], "b.sh"),
        ("bash a.sh", &[("a.sh", "source lib/b.sh"), ("lib/b.sh", ". lib/c.sh"), ("lib/c.sh", "true")], "lib/c.sh"),
        ("bash a.sh", &[("a.sh", "bash b.sh"), ("b.sh", "true")], "b.sh"),
        ("bash a.sh", &[("a.sh", "./b"), ("b", "#!/bin/sh")], "b"),
        ("./a.sh", &[("a.sh", "#!/bin/sh")], "a.sh"),
        ("make", &[("Makefile", "all:\n\ttrue")], "Makefile"),
        ("make", &[("Makefile", "include r.mk"), ("r.mk", "all:\n\ttrue")], "r.mk"),
        ("make", &[("Makefile", "all:\n\tsh t.sh"), ("t.sh", "true")], "t.sh"),
        ("python3 a.py", &[("a.py", "import helper"), ("helper.py", "x = 1")], "helper.py"),
        ("npm test", &[("package.json", "{}")], "package.json"),
        ("cargo build", &[("Cargo.toml", "[package]"), ("build.rs", "fn main() {}")], "build.rs"),
    ] {
        let home = Home::new();
        for (name, text) in files {
            home.file(&format!("work/{name}"), &format!("{text}\n"));
        }
        ask(&home, line, "semi").ended(3);
        home.file(&format!("work/{swapped}"), "echo swapped > swapped.txt\n");
        let run = approve(&home);
        assert_eq!(run.status, 3, "{line}, {swapped}: it asks again: {run:#?}");
        assert!(!home.path().join("work/swapped.txt").exists(), "{line}");
    }
}
