//! The faults: each guard, what the source looks like without it, and the tests that must notice.

/// One guard that is taken out.
pub struct Fault {
    /// What is broken, in a word or two.
    pub name: &'static str,
    /// Which guarantee or finding the guard belongs to.
    pub finding: &'static str,
    /// The file, from the root of the workspace.
    pub file: &'static str,
    /// The guard as it stands there, once.
    pub guard: &'static str,
    /// What stands there without it.
    pub without: &'static str,
    /// Which test programs are built.
    pub tests: &'static [&'static str],
    /// Part of the names of the tests that run.
    pub test: &'static str,
}

impl Fault {
    /// The source with the fault in it.
    pub fn plant(&self, sound: &str) -> Result<String, String> {
        match sound.matches(self.guard).count() {
            1 => Ok(sound.replace(self.guard, self.without)),
            count => Err(format!("In {} stands {count} times: {}", self.file, self.guard)),
        }
    }
}

const PROGRAM: &[&str] = &["--test", "holes"];
const PARTS: &[&str] = &["--lib"];
// What the terminal checks as well is not seen through it.
const ENGINE: &[&str] = &["--test", "engine"];

pub const FAULTS: &[Fault] = &[
    Fault {
        name: "arithmetic is believed",
        finding: "F1: the reader",
        file: "src-tauri/crates/tools/src/shell/expansion.rs",
        guard: "pub(super) fn only_numbers(scope: &Scope, text: &str) -> bool {\n",
        without: "pub(super) fn only_numbers(scope: &Scope, text: &str) -> bool {\n    return true;\n",
        tests: PARTS,
        test: "shell::",
    },
    Fault {
        name: "a reading box can write",
        finding: "F1, F8: the box",
        file: "src-tauri/crates/tools/src/sandbox.rs",
        guard: "self.readable.iter().map(|path| (path.as_path(), false));",
        without: "self.readable.iter().map(|path| (path.as_path(), true));",
        tests: PROGRAM,
        test: "sandbox::",
    },
    Fault {
        name: "a folder is not looked into",
        finding: "F2: what lies in a moved folder",
        file: "src-tauri/crates/tools/src/inside.rs",
        guard: "                Ok(open) => search.folder(open, 0),",
        without: "                Ok(_) => {}",
        tests: PROGRAM,
        test: "places::",
    },
    Fault {
        name: "a repository made in steps",
        finding: "F2: two steps are as one",
        file: "src-tauri/crates/tools/src/protected.rs",
        guard: "self.added.borrow().makes_repository(real).then_some(\"repository\")",
        without: "None",
        tests: PROGRAM,
        test: "places::",
    },
    Fault {
        name: "deny rules by spelling only",
        finding: "F3: rules on programs",
        file: "src-tauri/crates/engine/src/action/start.rs",
        guard: "        Ok(Place { denied, asked, ..place })",
        without: "        Ok(place)",
        tests: PROGRAM,
        test: "shell::",
    },
    Fault {
        name: "programs of a repository",
        finding: "F3: a repository's own configuration",
        file: "src-tauri/crates/tools/src/shell/run.rs",
        guard: "        call.look_at_repositories(&resolver);\n",
        without: "",
        tests: PROGRAM,
        test: "",
    },
    Fault {
        name: "an address tells nothing",
        finding: "F4: path and query are payload",
        file: "src-tauri/crates/provenance/src/provenance/carried.rs",
        guard: "        let host = host.trim_start_matches(\"www.\");\n",
        without: "        return None;\n",
        tests: PROGRAM,
        test: "origin::",
    },
    Fault {
        name: "own data is typed",
        finding: "F4: a held send",
        file: "src-tauri/crates/policy/src/floor.rs",
        guard: "        && facts.targets <= Provenance::Linked\n",
        without: "        && facts.targets <= Provenance::OwnData\n",
        tests: PARTS,
        test: "floor",
    },
    Fault {
        name: "a copy loses its label",
        finding: "F4: labels go along",
        file: "src-tauri/crates/tools/src/files/copy.rs",
        guard: "copied.and_then(|summary| carry(from, to, place).map(|()| summary))",
        without: "copied",
        tests: PROGRAM,
        test: "origin::",
    },
    Fault {
        name: "a moved file loses its label",
        finding: "F4: labels go along",
        file: "src-tauri/crates/tools/src/files/relocating.rs",
        guard: "            carry(&from.path, &to.path, place)?;\n",
        without: "",
        tests: PROGRAM,
        test: "origin::",
    },
    Fault {
        name: "other names are not looked at",
        finding: "F5: one file, many names",
        file: "src-tauri/crates/tools/src/protected.rs",
        guard: "        self.links.reach(self, file, count, wanted)",
        without: "        let _ = (file, count, wanted);\n        Reach::Inside",
        tests: PROGRAM,
        test: "links::",
    },
    Fault {
        name: "nothing is held back",
        finding: "F6: protected names that a command makes",
        file: "src-tauri/crates/tools/src/shell/staged.rs",
        guard: "            (steers || bounds.reach(path, Use::Change) >= Reach::Protected)\n                && !allowed",
        without: "            (steers && bounds.reach(path, Use::Change) > Reach::OwnFiles)\n                && !allowed",
        tests: PROGRAM,
        test: "made::",
    },
    Fault {
        name: "proc can be written",
        finding: "F7: the system's settings",
        file: "src-tauri/crates/tools/src/sandbox/harden.rs",
        guard: "    inside.add([\"--remount-ro\", \"/proc\"]);\n",
        without: "",
        tests: PROGRAM,
        test: "sandbox::",
    },
    Fault {
        name: "no filter of system calls",
        finding: "F8: the box",
        file: "src-tauri/crates/tools/src/sandbox/harden.rs",
        guard: "filter::of(self.sockets)?.iter().map(",
        without: "filter::of(self.sockets)?.iter().take(0).map(",
        tests: PROGRAM,
        test: "sandbox::",
    },
    Fault {
        name: "sockets stay",
        finding: "F8: sockets in granted folders",
        file: "src-tauri/crates/tools/src/sandbox/covers.rs",
        guard: "seen.sockets.iter().chain(&seen.unread)",
        without: "seen.unread.iter()",
        tests: PARTS,
        test: "sandbox::",
    },
    Fault {
        name: "keys stay",
        finding: "F8: keys in granted folders",
        file: "src-tauri/crates/tools/src/sandbox.rs",
        guard: "        self.hidden.extend(found.hidden);\n",
        without: "",
        tests: PROGRAM,
        test: "sandbox::",
    },
    Fault {
        name: "reads are not bound",
        finding: "F9: what you saw is what runs",
        file: "src-tauri/crates/engine/src/action/judge.rs",
        guard: "    assent_tools::bound::bind(&mut facts);\n",
        without: "",
        tests: PROGRAM,
        test: "bound::",
    },
    Fault {
        name: "scripts are not bound",
        finding: "F9: what a line starts",
        file: "src-tauri/crates/tools/src/shell/run.rs",
        guard: "        call.find_started(&resolver);\n",
        without: "",
        tests: PROGRAM,
        test: "scripts::",
    },
    Fault {
        name: "writes before it stops",
        finding: "F10: the freeze",
        file: "src-tauri/crates/engine/src/front/freeze.rs",
        guard: "        self.stop_everything();\n        let (tell, told) = mpsc::channel();\n",
        without: "        let (tell, told) = mpsc::channel();\n",
        tests: PROGRAM,
        test: "freeze::",
    },
    Fault {
        name: "silent callers keep their place",
        finding: "F10: the socket",
        file: "src-tauri/crates/engine/src/front/socket/callers.rs",
        guard: "            oldest.notify_one();\n",
        without: "            drop(oldest);\n",
        tests: PROGRAM,
        test: "freeze::",
    },
    Fault {
        name: "any word confirms",
        finding: "small ones: confirm by name",
        file: "src-tauri/crates/engine/src/action/confirm.rs",
        guard: "    typed == confirmation(action) ||",
        without: "    !typed.is_empty() || typed == confirmation(action) ||",
        tests: ENGINE,
        test: "",
    },
    Fault {
        name: "acts over a broken chain",
        finding: "small ones: the history",
        file: "src-tauri/crates/engine/src/base/rows.rs",
        guard: "            Some(found) => Err(words::refused(\"engine.history.broken\", &[(\"found\", found)])),\n            None",
        without: "            _",
        tests: PROGRAM,
        test: "small::",
    },
    Fault {
        name: "commits are not forced",
        finding: "DUR-12: the order of writes",
        file: "src-tauri/crates/journal/src/journal.rs",
        guard: "synchronous = FULL;",
        without: "synchronous = NORMAL;",
        tests: PARTS,
        test: "dur_12",
    },
];
