//! The rows of the threat list that concern files, each as a case: other people's links, swaps, special files, places
//! that open secrets, and Assent's own data.

use crate::check::{World, age, check_do_undo, find, snapshot};
use assent_agent::{ToolError, Undone};
use assent_protocol::{Grant, Reach, Status};
use serde_json::json;
use std::{
    fs,
    os::unix::{ffi::OsStringExt, fs::symlink},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

fn reach(world: &World, path: &str) -> Reach {
    let facts = world.describe("files.write", json!({ "path": path, "text": "" }));
    facts.unwrap_or_else(|error| panic!("{path}: {error}")).targets[0].reach
}

fn refused(result: Result<assent_agent::ToolFacts, ToolError>) -> String {
    match result {
        Err(ToolError::Refused(text)) => text,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn fs_01_a_path_is_resolved_first_and_judged_by_where_it_leads() {
    let world = World::new();
    fs::create_dir_all(world.work.join("docs")).unwrap();
    fs::create_dir_all(world.home.join(".ssh")).unwrap();
    let facts = world.describe("files.read", json!({ "path": world.at("docs/../../.ssh/id_ed25519") })).unwrap();
    assert_eq!(facts.targets[0].reach, Reach::Protected);
    assert_eq!(facts.targets[0].shown, world.home.join(".ssh/id_ed25519").to_str().unwrap());
    assert_eq!(reach(&world, &world.at("docs/../../other.txt")), Reach::Outside);
    assert_eq!(reach(&world, &world.at("docs/../inside.txt")), Reach::Inside);
    // These are names, as the disk has them, and no way up.
    for name in ["docs/%2e%2e/a", "docs\\..\\..\\a", "docs/... /a"] {
        assert_eq!(reach(&world, &world.at(name)), Reach::Inside);
    }
    for path in ["docs/a", "", "~user/a", "./a", "\0", "file:///etc/passwd"] {
        let wrong = world.describe("files.read", json!({ "path": path }));
        assert!(matches!(wrong, Err(ToolError::BadInput(_))), "{path:?}");
    }
    let wrong = world.describe("files.read", json!({ "path": world.at("gone/../docs/a") }));
    assert!(matches!(wrong, Err(ToolError::BadInput(_))));
}

#[test]
fn fs_02_a_link_that_leads_out_is_refused_and_the_message_names_where_it_leads() {
    let world = World::new();
    let ssh = world.home.join(".ssh");
    fs::create_dir(&ssh).unwrap();
    fs::write(ssh.join("id"), "secret").unwrap();
    symlink("../.ssh", world.work.join("one")).unwrap();
    symlink("one", world.work.join("two")).unwrap();
    symlink("two", world.work.join("three")).unwrap();
    symlink(ssh.join("id"), world.work.join("file")).unwrap();
    let real = ssh.to_str().unwrap();
    for path in ["one/id", "three/id", "file", "three/new"] {
        for (tool, args) in [
            ("files.read", json!({ "path": world.at(path) })),
            ("files.write", json!({ "path": world.at(path), "text": "x" })),
            ("files.edit", json!({ "path": world.at(path), "find": "s", "replace": "x" })),
        ] {
            let text = refused(world.describe(tool, args));
            assert!(text.contains(real), "{text}");
        }
    }
    for (tool, args) in [
        ("files.trash", json!({ "paths": [world.at("one/id")] })),
        ("files.list", json!({ "folder": world.at("three") })),
        ("files.copy", json!({ "items": [{ "from": world.at("three/id"), "to": world.at("copy") }] })),
    ] {
        assert!(refused(world.describe(tool, args)).contains(real));
    }
    // The link itself is a thing of the folder: it can be moved, and what it leads to is left alone.
    check_do_undo(&world, &world.work, "files.trash", json!({ "paths": [world.at("three"), world.at("file")] }));
    // A link that stays inside is followed.
    world.file("real/a.txt", "a");
    symlink("real", world.work.join("inside")).unwrap();
    let facts = world.describe("files.read", json!({ "path": world.at("inside/a.txt") })).unwrap();
    assert_eq!(facts.targets[0].shown, world.at("real/a.txt"));
    symlink("loop", world.work.join("loop")).unwrap();
    assert!(world.describe("files.read", json!({ "path": world.at("loop") })).is_err());
    // Nothing is followed while walking either.
    let found = world.look("files.search", json!({ "folder": world.at(""), "text": "secret" }));
    assert_eq!(found.value["matches"], json!([]));
}

#[test]
fn fs_03_a_grant_covers_whole_names_only() {
    let world = World::new();
    let beside = world.home.join("work-evil");
    fs::create_dir(&beside).unwrap();
    for path in ["work-evil/a", "workA", "Work/a", "wor/a"] {
        assert_eq!(reach(&world, world.home.join(path).to_str().unwrap()), Reach::Outside, "{path}");
    }
    assert_eq!(reach(&world, "~/work/a"), Reach::Inside);
    // The granted folder itself is no thing inside it.
    let facts = world.describe("files.trash", json!({ "paths": ["~/work"] })).unwrap();
    assert_ne!(facts.targets[0].reach, Reach::Inside);
}

#[test]
fn fs_04_another_spelling_of_a_protected_place_is_protected() {
    let world = World::new();
    for path in [".CONFIG/AutoStart/x.desktop", ".SSH/x", ".Bashrc", "work/.GIT/Hooks/pre-commit", "DATA/rules.db"] {
        let found = reach(&world, world.home.join(path).to_str().unwrap());
        assert!(found >= Reach::Protected, "{path}");
    }
    // By device and inode of the folders on the way: here the same folder is reached by two names.
    fs::create_dir_all(world.home.join(".ssh")).unwrap();
    let beside = tempfile::tempdir().unwrap();
    symlink(&world.home, beside.path().join("h")).unwrap();
    assert_eq!(reach(&world, beside.path().join("h/.ssh/x").to_str().unwrap()), Reach::Protected);
}

#[test]
fn fs_06_special_and_endless_files_are_refused_or_capped_at_once() {
    let world = World::new();
    let start = Instant::now();
    let pipe = world.work.join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(world.work.join("socket")).unwrap();
    let sparse = world.file("sparse", "");
    fs::File::options().write(true).open(&sparse).unwrap().set_len(30_000_000_000).unwrap();
    fs::copy(world.file("small", "x"), world.work.join("same")).unwrap();
    let read = |path: &str| {
        let args = json!({ "path": path });
        let facts = world.describe("files.read", args.clone())?;
        find("files.read").run(&args, &facts, &world.place)
    };
    for path in ["/proc/self/environ", "/dev/zero", "/dev/null", "/sys/kernel/notes"] {
        assert!(read(path).is_err(), "{path}");
    }
    for name in ["pipe", "socket", "sparse"] {
        assert!(read(&world.at(name)).is_err(), "{name}");
        assert!(world.describe("files.write", json!({ "path": world.at(name), "text": "x" })).is_err(), "{name}");
    }
    for name in ["pipe", "socket"] {
        assert!(world.describe("files.trash", json!({ "paths": [world.at(name)] })).is_err());
    }
    let text = "a line\n".repeat(2_000_000);
    world.file("long.txt", &text);
    let value = read(&world.at("long.txt")).unwrap().value;
    assert_eq!((&value["truncated"], &value["bytes"]), (&json!(true), &json!(text.len())));
    assert!(value["text"].as_str().unwrap().len() <= 28 * 1024);
    // A file of 30 GB is a file like any other where its bytes do not matter.
    fs::hard_link(&sparse, world.work.join("kept")).unwrap();
    let second = world.file("sparse 2", "");
    fs::File::options().write(true).open(&second).unwrap().set_len(30_000_000_000).unwrap();
    let listed = world.look("files.list", json!({ "folder": world.at("") })).value;
    assert!(listed["entries"].as_array().unwrap().iter().any(|e| e["bytes"] == json!(30_000_000_000_u64)));
    assert!(listed["entries"].as_array().unwrap().iter().any(|e| e["name"] == "pipe" && e["kind"] == "other"));
    world.act("files.move", json!({ "items": [{ "from": world.at("sparse"), "to": world.at("big/sparse") }] }));
    world.look("files.search", json!({ "folder": world.at(""), "text": "line" }));
    let value = world.look("files.find_duplicates", json!({ "folder": world.at("") })).value;
    assert_eq!(value["skipped_count"], 2);
    assert_eq!(value["groups"].as_array().unwrap().len(), 1);
    world.act("files.trash", json!({ "paths": [world.at("big/sparse")] }));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn fs_07_places_where_a_change_runs_code_or_opens_secrets_are_protected() {
    let world = World::new();
    for path in [
        ".bashrc",
        ".profile",
        ".zshrc",
        ".config/autostart/x.desktop",
        ".local/share/applications/x.desktop",
        ".config/systemd/user/x.service",
        ".ssh/authorized_keys",
        ".gnupg/x",
        ".mozilla/firefox/x/prefs.js",
        ".config/google-chrome/Default/Login Data",
        ".config/BraveSoftware/x",
        ".config/keepassxc/keepassxc.ini",
        ".password-store/x.gpg",
        ".local/share/keyrings/login.keyring",
        "work/.git/hooks/pre-commit",
        "work/.git/config",
        "work/.vscode/tasks.json",
        "work/passwords.kdbx",
        "work/.env",
        "Library/LaunchAgents/x.plist",
    ] {
        assert_eq!(reach(&world, world.home.join(path).to_str().unwrap()), Reach::Protected, "{path}");
    }
    for path in ["/etc/crontab", "/var/spool/cron/crontabs/u", "/usr/bin/x", "/boot/x"] {
        assert_eq!(reach(&world, path), Reach::Protected, "{path}");
    }
    for path in [".bashrc.md", "work/git/hooks/x", "work/config", "work/vscode/readme.md", "work/environment"] {
        assert_ne!(reach(&world, world.home.join(path).to_str().unwrap()), Reach::Protected, "{path}");
    }
    // What holds such a place is as protected as the place.
    fs::create_dir_all(world.home.join(".config/autostart")).unwrap();
    fs::create_dir_all(world.home.join(".local/share/applications")).unwrap();
    for path in ["~/.config", "~/.local", "~/.local/share", "~"] {
        let found = world.describe("files.trash", json!({ "paths": [path] })).unwrap().targets[0].reach;
        assert!(found >= Reach::Protected, "{path}");
    }
    // And so is a harmless thing that gets a dangerous name.
    world.file("a", "a");
    let args = json!({ "items": [{ "from": world.at("a"), "to": "~/.bashrc" }] });
    assert_eq!(world.describe("files.move", args).unwrap().targets[1].reach, Reach::Protected);
    let args = json!({ "items": [{ "path": world.at("a"), "name": ".env" }] });
    assert_eq!(world.describe("files.rename", args).unwrap().targets[1].reach, Reach::Protected);
}

#[test]
fn fs_07_a_search_from_above_does_not_look_into_protected_places() {
    let mut world = World::new();
    world.place.grants = vec![Grant { folder: world.home.to_str().unwrap().to_owned(), shared: false }];
    fs::create_dir_all(world.home.join(".ssh")).unwrap();
    for path in [".ssh/id", ".bashrc", "data/rules", "work/a"] {
        fs::write(world.home.join(path), "secret words").unwrap();
    }
    let found = world.look("files.search", json!({ "folder": "~", "text": "secret" })).value;
    assert_eq!(found["matches"].as_array().unwrap().len(), 1, "{found}");
    let found = world.look("files.find_duplicates", json!({ "folder": "~" })).value;
    assert_eq!(found["groups"], json!([]));
    let listed = world.look("files.list", json!({ "folder": "~", "depth": 5 })).value.to_string();
    assert!(!listed.contains("/.ssh/id") && !listed.contains("/data/rules"));
}

#[test]
fn self_01_assents_own_data_is_out_of_reach_by_any_way() {
    let world = World::new();
    fs::write(world.place.data.join("assent.db"), "journal").unwrap();
    symlink(&world.place.data, world.work.join("link")).unwrap();
    symlink("../data/assent.db", world.work.join("file link")).unwrap();
    let before = snapshot(&world.place.data);
    for path in
        ["~/data/assent.db", "~/work/../data/new", "~/DATA/assent.db", "~/work/link/x", "~/work/file link", "~/data"]
    {
        let args = json!({ "path": path, "text": "x" });
        match world.describe("files.write", args.clone()) {
            Ok(facts) => {
                assert_eq!(facts.targets[0].reach, Reach::OwnFiles, "{path}");
                assert!(!format!("{facts:?}").contains("journal"), "{path} is shown");
                // Whatever policy may say.
                let tool = find("files.write");
                assert!(matches!(tool.prepare(&args, &facts, &world.place), Err(ToolError::Refused(_))), "{path}");
                assert!(matches!(tool.run(&args, &facts, &world.place), Err(ToolError::Refused(_))), "{path}");
            }
            Err(error) => panic!("{path}: {error}"),
        }
    }
    for (tool, args) in [
        ("files.read", json!({ "path": "~/data/assent.db" })),
        ("files.list", json!({ "folder": "~/work/link" })),
        ("files.search", json!({ "folder": "~/data", "text": "j" })),
        ("files.find_duplicates", json!({ "folder": "~/data" })),
        ("files.edit", json!({ "path": "~/data/assent.db", "find": "j", "replace": "x" })),
        ("files.trash", json!({ "paths": ["~/data/assent.db"] })),
        ("files.trash", json!({ "paths": ["~"] })),
        ("files.make_folder", json!({ "path": "~/data/new" })),
        ("files.move", json!({ "items": [{ "from": "~/data/assent.db", "to": "~/work/db" }] })),
        ("files.copy", json!({ "items": [{ "from": "~/data/assent.db", "to": "~/work/db" }] })),
        ("files.rename", json!({ "items": [{ "path": "~/data", "name": "old" }] })),
    ] {
        let facts = world.describe(tool, args.clone()).unwrap_or_else(|error| panic!("{tool}: {error}"));
        assert!(facts.targets.iter().any(|target| target.reach == Reach::OwnFiles), "{tool}");
        assert!(matches!(find(tool).run(&args, &facts, &world.place), Err(ToolError::Refused(_))), "{tool}");
    }
    assert_eq!(snapshot(&world.place.data), before);
    // A rule for all of the home folder changes nothing about it.
    let mut wide = World::new();
    wide.place.grants = vec![Grant { folder: wide.home.to_str().unwrap().to_owned(), shared: false }];
    assert_eq!(reach(&wide, "~/data/assent.db"), Reach::OwnFiles);
}

#[test]
fn bind_03_what_changed_since_it_was_shown_is_left_alone() {
    let world = World::new();
    let path = world.file("a.txt", "one");
    for (tool, args) in [
        ("files.edit", json!({ "path": world.at("a.txt"), "find": "one", "replace": "two" })),
        ("files.write", json!({ "path": world.at("a.txt"), "text": "two" })),
        ("files.move", json!({ "items": [{ "from": world.at("a.txt"), "to": world.at("b.txt") }] })),
        ("files.copy", json!({ "items": [{ "from": world.at("a.txt"), "to": world.at("b.txt") }] })),
        ("files.trash", json!({ "paths": [world.at("a.txt")] })),
    ] {
        fs::write(&path, "one").unwrap();
        age(&path);
        let facts = world.describe(tool, args.clone()).unwrap();
        fs::write(&path, "one, said the user").unwrap();
        let changed = world.describe(tool, args.clone()).unwrap();
        assert_ne!(facts.targets[0].state, changed.targets[0].state, "{tool}");
        match find(tool).run(&args, &facts, &world.place) {
            Err(ToolError::Failed(text)) => assert!(text.contains("changed after"), "{tool}: {text}"),
            Ok(output) => assert_eq!(output.items[0].status, Status::Failed, "{tool}"),
            other => panic!("{tool}: {other:?}"),
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "one, said the user");
        assert_eq!(fs::read_dir(&world.work).unwrap().count(), 1, "{tool}");
    }
    // A file that came into being meanwhile is no free place.
    let args = json!({ "path": world.at("new.txt"), "text": "x" });
    let facts = world.describe("files.write", args.clone()).unwrap();
    fs::write(world.work.join("new.txt"), "the user's").unwrap();
    assert!(find("files.write").run(&args, &facts, &world.place).is_err());
    assert_eq!(fs::read_to_string(world.work.join("new.txt")).unwrap(), "the user's");
}

#[test]
fn fs_12_a_parent_that_is_swapped_for_a_link_leads_nothing_outside() {
    // In memory where that is possible: what counts are the races, not the disk.
    let memory = Path::new("/dev/shm");
    let world = if memory.is_dir() { World::under(memory) } else { World::new() };
    let outside = tempfile::tempdir_in(&world.home).unwrap();
    fs::create_dir(outside.path().join("dir")).unwrap();
    fs::write(outside.path().join("dir/a.txt"), "outside").unwrap();
    let before = snapshot(outside.path());
    let (dir, aside) = (world.work.join("dir"), world.work.join("aside"));
    fs::create_dir(&dir).unwrap();
    let ends = AtomicBool::new(false);
    let (mut done, mut stopped) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut turn = 0;
            while !ends.load(Ordering::Relaxed) {
                // A call may have made the folder anew while its name was free: then that one is put away first.
                if fs::rename(&dir, &aside).is_err() {
                    let _ = fs::remove_dir_all(&aside);
                    continue;
                }
                if symlink(outside.path().join("dir"), &dir).is_ok() {
                    let _ = fs::remove_file(&dir);
                }
                let _ = fs::rename(&aside, &dir);
                // As long as a call takes, so that the swap comes at every point of it.
                (0..turn % 64 * 64).for_each(|_| std::hint::spin_loop());
                turn += 1;
            }
        });
        for round in 0..2_000 {
            let name = format!("dir/{round}.txt");
            let (tool, args) = match round % 4 {
                0 => ("files.write", json!({ "path": world.at(&name), "text": "mine" })),
                1 => ("files.write", json!({ "path": world.at("dir/a.txt"), "text": format!("mine {round}") })),
                2 => ("files.trash", json!({ "paths": [world.at("dir/a.txt")] })),
                _ => ("files.make_folder", json!({ "path": world.at(&format!("dir/{round}/x")) })),
            };
            // Most looks meet the link and are refused already; each round goes on until one run really races.
            let ready = (0..20).find_map(|_| {
                let facts = world.describe(tool, args.clone()).ok()?;
                let inverses = find(tool).prepare(&args, &facts, &world.place).ok()?;
                Some((facts, inverses))
            });
            let Some((facts, inverses)) = ready else {
                stopped += 1;
                continue;
            };
            match find(tool).run(&args, &facts, &world.place) {
                Ok(output) if output.items.iter().all(|item| item.status == Status::Succeeded) => done += 1,
                _ => stopped += 1,
            }
            if round % 3 == 0 {
                find(tool).undo(&inverses[0], &world.place);
            }
        }
        ends.store(true, Ordering::Relaxed);
    });
    assert_eq!(snapshot(outside.path()), before, "{done} done, {stopped} stopped");
    assert!(done > 0 && stopped > 0, "{done} done, {stopped} stopped: the swap was never met");
}

#[test]
fn bind_02_a_granted_folder_that_became_a_link_is_not_followed() {
    let world = World::new();
    let outside = tempfile::tempdir().unwrap();
    let args = json!({ "path": world.at("a.txt"), "text": "x" });
    let facts = world.describe("files.write", args.clone()).unwrap();
    fs::rename(&world.work, world.home.join("old")).unwrap();
    symlink(outside.path(), &world.work).unwrap();
    assert!(find("files.write").run(&args, &facts, &world.place).is_err());
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    let now = world.describe("files.write", args).map(|facts| facts.targets[0].reach);
    assert!(now != Ok(Reach::Inside), "{now:?}");
}

#[test]
fn a_name_that_is_not_text_is_listed_and_refused() {
    let world = World::new();
    let odd = world.work.join(std::ffi::OsString::from_vec(b"a\xff.txt".to_vec()));
    fs::write(&odd, "x").unwrap();
    let listed = world.look("files.list", json!({ "folder": world.at("") })).value;
    let entry = &listed["entries"][0];
    assert_eq!((&entry["name"], &entry["kind"]), (&json!("a\\xff.txt"), &json!("other")));
    let text = refused(world.describe("files.trash", json!({ "paths": [entry["path"]] })));
    assert!(text.contains("not valid text"), "{text}");
    // A folder that holds one is moved with all it holds.
    let args = json!({ "items": [{ "from": "~/work", "to": "~/moved" }] });
    world.act("files.move", args);
    assert!(world.home.join("moved").join(odd.file_name().unwrap()).exists());
}

#[test]
fn where_the_copy_for_undo_cannot_be_kept_nothing_is_replaced() {
    let world = World::new();
    let path = world.file("a.txt", "old");
    fs::write(&world.place.copies, "a file in the way").unwrap();
    let args = json!({ "path": world.at("a.txt"), "text": "new" });
    let facts = world.describe("files.write", args.clone()).unwrap();
    let kept = find("files.write").prepare(&args, &facts, &world.place);
    assert!(matches!(&kept, Err(ToolError::Failed(text)) if text.contains("nothing was changed")), "{kept:?}");
    assert_eq!(fs::read_to_string(path).unwrap(), "old");
}

#[test]
fn a_full_disk_and_one_that_is_read_only_change_nothing_and_say_so() {
    let world = World::new();
    world.file("big", &"x".repeat(1 << 20));
    let small = world.home.join("small");
    // Only who may mount can try this; elsewhere the sentences themselves are tested.
    let Some(disk) = Disk::mount(&small, "size=64k") else { return };
    let before = snapshot(&world.work);
    let to = small.join("sub/big");
    let text = |tool: &str, args: serde_json::Value| {
        let facts = world.describe(tool, args.clone()).unwrap();
        match find(tool).run(&args, &facts, &world.place) {
            Err(error) => error.to_string(),
            Ok(output) => output.items[0].note.clone().unwrap_or_else(|| panic!("{tool} worked")),
        }
    };
    let all = |say: &str| {
        for tool in ["files.move", "files.copy"] {
            let told = text(tool, json!({ "items": [{ "from": world.at("big"), "to": to }] }));
            assert!(told.contains(say), "{tool}: {told}");
        }
        let told = text("files.write", json!({ "path": to, "text": "x".repeat(1 << 20) }));
        assert!(told.contains(say), "{told}");
        assert_eq!(fs::read_dir(&small).unwrap().count(), 0);
        assert_eq!(snapshot(&world.work), before);
    };
    all("disk is full");
    disk.read_only();
    all("cannot be written to");
}

struct Disk<'a>(&'a Path);

impl Disk<'_> {
    fn mount<'a>(at: &'a Path, options: &str) -> Option<Disk<'a>> {
        fs::create_dir(at).unwrap();
        run("mount", &["-t", "tmpfs", "-o", options, "assent-test", at.to_str()?]).then_some(Disk(at))
    }

    fn read_only(&self) {
        assert!(run("mount", &["-o", "remount,ro", self.0.to_str().unwrap()]));
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        run("umount", &[self.0.to_str().unwrap()]);
    }
}

fn run(program: &str, arguments: &[&str]) -> bool {
    std::process::Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

#[test]
fn a_half_done_move_to_another_disk_is_taken_back() {
    let world = World::new();
    let other = tempfile::tempdir_in("/dev/shm").unwrap();
    world.file("sub/a.txt", "a");
    age(&world.work.join("sub"));
    age(&world.work);
    let before = snapshot(&world.work);
    let args = json!({ "items": [{ "from": world.at("sub"), "to": other.path().join("sub") }] });
    let facts = world.describe("files.move", args.clone()).unwrap();
    let inverses = find("files.move").prepare(&args, &facts, &world.place).unwrap();
    // The copy is there, and the original was not taken away yet.
    let status =
        std::process::Command::new("cp").arg("-a").arg(world.work.join("sub")).arg(other.path()).status().unwrap();
    assert!(status.success());
    assert_eq!(find("files.move").undo(&inverses[0], &world.place), Undone::Restored);
    assert_eq!(snapshot(&world.work), before);
    assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
}
