//! The box: as root and as an ordinary user it lets nothing of the computer be written, no secret be read however deep
//! it lies, and nothing outside be spoken to. Ordinary lines go on working.

use assent_tests::scripted_model::{Event, Interface, Said, ScriptedModel};
use assent_tests::{Home, Run, program};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

const PROBE: &str = include_str!("../../../src-tauri/crates/tools/src/sandbox/probe.pl");

struct Rig {
    home: Home,
    model: ScriptedModel,
    user: Option<u32>,
}

impl Rig {
    // A model that gives these lines to the shell, one after the other, in the folder `Work`.
    fn new(lines: &[&str]) -> Rig {
        let home = Home::new();
        let work = home.path().join("Work");
        fs::create_dir_all(&work).expect("a folder");
        let call = |(n, line): (usize, &&str)| {
            let calls = vec![(format!("c{n}"), "shell_run".to_owned(), json!({"line": line, "folder": work}))];
            Event::Says(Said { text: "Next.".into(), calls, signature: None })
        };
        let model = ScriptedModel::start(Interface::OpenAi, lines.iter().enumerate().map(call).collect());
        for (name, value) in [("provider", "openai"), ("base_url", model.address()), ("model", "scripted-1")] {
            home.json(&["settings", name, value]).ended(0);
        }
        Rig { home, model, user: None }
    }

    fn work(&self) -> PathBuf {
        self.home.path().join("Work")
    }

    fn run(&self, args: &[&str]) -> Run {
        let mut command = match self.user {
            Some(user) => {
                let mut command = Command::new("/usr/bin/setpriv");
                command.args([format!("--reuid={user}"), format!("--regid={user}")]);
                command.args(["--clear-groups", "--"]).arg(program());
                command
            }
            None => Command::new(program()),
        };
        command.args(args).arg("--json");
        self.home.dress(&mut command);
        Run::of(&mut command)
    }

    // Runs all lines; what waits for the user is allowed.
    fn ask(&self) {
        let work = self.work().display().to_string();
        self.run(&["ask", "Do the work.", "--grant", &work, "--model", "scripted-1", "--approve", "all"]);
        for _ in 0..100 {
            let inbox = self.run(&["inbox"]);
            if inbox.cards().is_empty() {
                return;
            }
            for card in inbox.cards() {
                let id = card["id"].as_str().unwrap_or_default();
                let confirm = card["confirm"].as_str().unwrap_or_default();
                let confirmed = ["approve", id, "--confirm", confirm];
                self.run(if confirm.is_empty() { &confirmed[..2] } else { &confirmed });
            }
            self.run(&["resume", "r1", "--approve", "all"]);
        }
    }

    // What the model was told of its calls, in order.
    fn told(&self) -> Vec<String> {
        let bodies = self.model.bodies();
        let last: Value = bodies.last().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
        let messages = last["messages"].as_array().cloned().unwrap_or_default();
        let results = messages.iter().filter(|message| message["role"] == "tool");
        results.map(|message| message["content"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

#[track_caller]
fn probed(output: &str) {
    eprintln!("{}", output.replace("\\n", "\n"));
    assert!(output.contains(", got 0"), "{output}");
}

#[test]
fn sbx_02_and_04_a_probe_gets_nothing() {
    let rig = Rig::new(&["perl probe.pl \"$PWD\" \"$(dirname \"$PWD\")\""]);
    put(&rig.work().join("probe.pl"), PROBE);
    let _listening = UnixListener::bind(rig.work().join("agent.sock")).expect("a socket");
    rig.ask();
    probed(&rig.told().join("\n"));
}

#[test]
fn sbx_02_and_04_a_probe_gets_nothing_as_an_ordinary_user() {
    let rig = Rig::new(&["perl probe.pl \"$PWD\" \"$(dirname \"$PWD\")\""]);
    put(&rig.work().join("probe.pl"), PROBE);
    let _listening = UnixListener::bind(rig.work().join("agent.sock")).expect("a socket");
    let rig = if is_root() {
        let mut owned = Command::new("chown");
        owned.args(["-R", "1000:1000"]).arg(rig.home.data().parent().expect("a folder"));
        assert!(owned.status().expect("chown").success(), "the home cannot be given to an ordinary user");
        Rig { user: Some(1000), ..rig }
    } else {
        rig
    };
    rig.ask();
    let told = rig.told().join("\n");
    probed(&told);
    assert!(told.contains("user 1000:") || !is_root(), "{told}");
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id");
    output.stdout == b"0\n"
}

// Lines, what must not come of them, and twins that must.
#[track_caller]
fn check(prepare: impl FnOnce(&Path), lines: &[(&str, &str)], twins: &[(&str, &str)]) {
    let all: Vec<&str> = lines.iter().chain(twins).map(|(line, _)| *line).collect();
    let rig = Rig::new(&all);
    prepare(&rig.work());
    rig.ask();
    let told = rig.told();
    assert_eq!(told.len(), all.len(), "{told:?}");
    let mut wrong = Vec::new();
    for ((line, never), told) in lines.iter().zip(&told) {
        if told.contains(never) {
            wrong.push(format!("{line}: {told}"));
        }
    }
    for ((line, always), told) in twins.iter().zip(&told[lines.len()..]) {
        if !told.contains(always) {
            wrong.push(format!("twin {line}: {told}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

#[test]
fn sbx_02_the_systems_settings_cannot_be_written() {
    check(
        |work| put(&work.join("a.txt"), "one\ntwo\n"),
        &[
            ("test -w /proc/sys/kernel/core_pattern && echo OPEN$((1))", "OPEN1"),
            ("test -w /proc/sys/kernel/modprobe && echo OPEN$((1))", "OPEN1"),
            ("test -w /proc/sys/vm/drop_caches && echo OPEN$((1))", "OPEN1"),
            ("test -w /proc/sys/kernel/hostname && echo OPEN$((1))", "OPEN1"),
            ("test -w /proc/sysrq-trigger && echo OPEN$((1))", "OPEN1"),
            ("test -w /proc/mtrr && echo OPEN$((1))", "OPEN1"),
            ("(: >> /proc/sys/kernel/core_pattern) && echo OPEN$((1))", "OPEN1"),
            ("(: >> /proc/self/oom_score_adj) && echo OPEN$((1))", "OPEN1"),
            ("(: >> /proc/1/oom_score_adj) && echo OPEN$((1))", "OPEN1"),
            ("find /proc/sys -type f -writable | wc -l | sed 's/^0$/none/;s/^[0-9].*/OPEN1/'", "OPEN1"),
            (
                "find /proc/fs /proc/irq /proc/bus /proc/acpi -type f -writable 2>/dev/null | grep -q . && echo OPEN$((1))",
                "OPEN1",
            ),
            ("head -c 1 /proc/kpagecount && echo OPEN$((1))", "OPEN1"),
            ("head -c 1 /proc/timer_list && echo OPEN$((1))", "OPEN1"),
            ("test \"$(id -u)\" = 0 && echo OPEN$((1))", "OPEN1"),
        ],
        &[
            ("wc -l a.txt", "2 a.txt"),
            ("sort -r a.txt | head -n 1", "two"),
            ("awk '{print NR}' a.txt", "2"),
            ("grep -r two .", "a.txt:two"),
            ("find . -name '*.txt'", "./a.txt"),
            ("perl -e 'print 6*7'", "42"),
            ("echo x > b.txt && cat b.txt", "x"),
            ("cat <(echo through) /dev/null", "through"),
            ("head -c 4 /proc/cpuinfo", "proc"),
            ("mktemp -d && echo made", "made"),
        ],
    );
}

#[test]
fn sbx_01_keys_are_hidden_at_any_depth_and_behind_any_number() {
    let deep = |levels: usize| (0..levels).map(|level| format!("d{level}/")).collect::<String>();
    let names = [
        (17, "id_rsa"),
        (20, ".env"),
        (25, "id_ed25519"),
        (30, ".netrc"),
        (40, ".npmrc"),
        (50, "vault.kdbx"),
        (60, ".ssh/config"),
        (80, ".env.local"),
        (100, ".gnupg/key"),
        (150, ".pypirc"),
        (16, "id_dsa"),
    ];
    check(
        |work| {
            for (levels, name) in names {
                put(&work.join(format!("{levels}/{}{name}", deep(levels))), "SECRET-KEY");
            }
            // And one behind more entries than were looked at.
            let many = work.join("many");
            fs::create_dir_all(&many).expect("a folder");
            (0..51_000).for_each(|n| drop(fs::File::create(many.join(format!("{n}"))).expect("a file")));
            put(&work.join("zz/.env"), "SECRET-KEY");
            put(&work.join(format!("17/{}plain.txt", deep(17))), "a plain word");
        },
        &[
            ("grep -rh SECRET . | sed 's/SECRET/FOUND/'", "FOUND-KEY"),
            ("find . -name id_rsa | xargs sed 's/SECRET/FOUND/'", "FOUND-KEY"),
            ("find . -name '.env*' | xargs sed 's/SECRET/FOUND/'", "FOUND-KEY"),
            ("find . -path '*.ssh*' -type f | xargs sed 's/SECRET/FOUND/'", "FOUND-KEY"),
            ("find 150 -type f | xargs sed 's/SECRET/FOUND/'", "FOUND-KEY"),
            ("sed 's/SECRET/FOUND/' zz/.en*", "FOUND-KEY"),
        ],
        &[("grep -rh plain 17", "a plain word"), ("find many -type f | wc -l", "51000")],
    );
}

#[test]
fn sbx_04_no_socket_leads_out_and_no_box_is_made_in_the_box() {
    let socket = |family: u32| {
        format!(
            "perl -e 'socket(my $s, {family}, 1, 0) || socket($s, {family}, 2, 0) || socket($s, {family}, 3, 0) || exit 1; print \"OPEN\".1'"
        )
    };
    let call = |numbers: &str| format!("perl -e 'exit 1 if syscall({numbers}) < 0; print \"OPEN\".1'");
    let reach = "perl -MSocket -e 'socket(my $s, 1, 1, 0); connect($s, pack_sockaddr_un($ARGV[0])) || exit 1; print \"OPEN\".1'";
    let mut lines: Vec<String> = [16, 17, 38, 40, 15, 31, 44].map(socket).into();
    lines.extend(
        [
            "272, 0x10000000",
            "272, 0x20000",
            "250, 0, -3, 1",
            "323, 1",
            "425, 4, \"\\0\" x 200",
            "135, 0x40000",
            "101, 0",
        ]
        .map(call),
    );
    lines.extend(["a.sock", "sub/.hidden", ".git/fsmonitor"].map(|name| format!("{reach} {name}")));
    lines.push("unshare -Ur true && echo OPEN$((1))".to_owned());
    let lines: Vec<(&str, &str)> = lines.iter().map(|line| (line.as_str(), "OPEN1")).collect();
    let mut listening = Vec::new();
    check(
        |work| {
            for name in ["a.sock", "sub/.hidden", ".git/fsmonitor"] {
                put(&work.join(name).with_file_name("beside"), "x");
                listening.push(UnixListener::bind(work.join(name)).expect("a socket"));
            }
            assert!(Command::new("mkfifo").arg(work.join("pipe")).status().expect("mkfifo").success());
        },
        &lines,
        &[
            ("perl -e 'socket(my $s, 2, 1, 0) or die; print \"made\"'", "made"),
            (
                "perl -MSocket -e 'socket(my $l, 1, 1, 0); bind($l, pack_sockaddr_un(\"/tmp/own\")) and listen($l, 1) and print \"own\"'",
                "own",
            ),
            ("git init -q new && git -C new status --short && echo fine", "fine"),
            ("(sleep 0 & wait; echo joined)", "joined"),
        ],
    );
}
