//! The rows SBX of the threat list, each tried with the real box.

use super::*;
use crate::check::World;
use std::{fs, net::TcpListener, os::unix::net::UnixListener};

fn sandbox(world: &World) -> Sandbox {
    Sandbox {
        folder: world.work.clone(),
        readable: Vec::new(),
        writable: vec![world.work.clone()],
        hidden: Vec::new(),
        frozen: Vec::new(),
        denied: Vec::new(),
        reading: false,
        instead: Vec::new(),
        limits: Limits { time: Duration::from_secs(10), ..Limits::default() },
    }
    .without_secrets(&world.home, &world.place.data)
}

fn run(sandbox: &Sandbox, line: &str) -> (End, String) {
    let ran = sandbox.run(&["/bin/bash", "-c", line], &AtomicBool::new(false)).unwrap();
    (ran.end, String::from_utf8_lossy(&ran.output).into_owned())
}

#[track_caller]
fn fails(sandbox: &Sandbox, line: &str) -> String {
    let (end, output) = run(sandbox, line);
    assert!(matches!(end, End::Status(status) if status != 0), "{line}: {end:?} {output}");
    output
}

#[test]
fn sbx_01_no_secret_can_be_read_in_the_box() {
    let world = World::new();
    for (name, folder) in [
        (".ssh/id_ed25519", ".ssh"),
        (".mozilla/cookies.sqlite", ".mozilla"),
        ("data/journal.db", "data"),
        (".local/share/keyrings/login", ".local/share/keyrings"),
    ] {
        fs::create_dir_all(world.home.join(folder)).unwrap();
        fs::write(world.home.join(name), "secret").unwrap();
    }
    fs::write(world.home.join(".netrc"), "secret").unwrap();
    // Even where the whole home folder is granted.
    let mut open = sandbox(&world);
    open.writable = vec![world.home.clone()];
    for name in
        [".ssh/id_ed25519", ".mozilla/cookies.sqlite", "data/journal.db", ".local/share/keyrings/login", ".netrc"]
    {
        let path = world.home.join(name);
        for open in [&open, &sandbox(&world)] {
            let (_, output) = run(open, &format!("cat '{}'", path.display()));
            assert!(!output.contains("secret"), "{name}: {output}");
        }
    }
    assert_eq!(fs::read_to_string(world.home.join(".ssh/id_ed25519")).unwrap(), "secret");
    let (_, environment) = run(&sandbox(&world), "cat /proc/1/environ | tr '\\0' '\\n'; env");
    let names: Vec<&str> = environment.lines().filter_map(|line| line.split('=').next()).collect();
    let known = |name: &&str| {
        ENVIRONMENT.iter().any(|(known, _)| known == name) || ["PWD", "OLDPWD", "SHLVL", "_"].contains(name)
    };
    assert!(names.iter().all(known), "{names:?}");
    fails(&sandbox(&world), "cat /etc/shadow");
    fails(&sandbox(&world), "ls /root /home /var /run/user");
}

#[test]
fn sbx_02_nothing_outside_the_named_folders_can_be_written() {
    // Not below /tmp, of which the box has one of its own.
    let world = World::under(Path::new("/var/tmp"));
    let outside = world.home.join("outside.txt");
    fs::write(&outside, "as it was").unwrap();
    let path = outside.display();
    let boxed = sandbox(&world);
    for line in [
        format!("echo x > '{path}'"),
        "echo x > ../outside.txt".to_owned(),
        format!("ln -s '{path}' link && echo x > link"),
        "echo x > /proc/self/cwd/../outside.txt".to_owned(),
        format!("ln '{path}' hard && echo x > hard"),
        "echo x > /usr/bin/x".to_owned(),
        "echo x > /x".to_owned(),
        "mount -o remount,rw /usr".to_owned(),
    ] {
        fails(&boxed, &line);
    }
    assert_eq!(fs::read_to_string(&outside).unwrap(), "as it was");
    assert_eq!(run(&boxed, "echo x > inside.txt").0, End::Status(0));
    // A folder that may only be read.
    let reading = Sandbox { readable: vec![world.work.clone()], writable: Vec::new(), ..boxed };
    fails(&reading, "echo x > inside.txt");
    fails(&reading, "rm inside.txt");
    assert_eq!(fs::read_to_string(world.work.join("inside.txt")).unwrap(), "x\n");
}

#[test]
fn sbx_04_nothing_leaves_the_box() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let socket = world.home.join("bus");
    let bus = UnixListener::bind(&socket).unwrap();
    bus.set_nonblocking(true).unwrap();
    let boxed = sandbox(&world);
    fails(&boxed, &format!("exec 3<>/dev/tcp/127.0.0.1/{port} && echo out >&3"));
    fails(&boxed, "exec 3<>/dev/udp/192.0.2.1/53 && echo out >&3");
    fails(&boxed, "getent ahosts example.org");
    fails(&boxed, &format!("test -e '{}'", socket.display()));
    fails(&boxed, "ls /run/dbus /tmp/.X11-unix /var/run/docker.sock");
    let (_, devices) = run(&boxed, "cat /proc/net/dev");
    let names: Vec<&str> = devices.lines().skip(2).filter_map(|line| line.split(':').next()).map(str::trim).collect();
    assert_eq!(names, ["lo"]);
    assert!(listener.accept().is_err(), "a connection came");
    assert!(bus.accept().is_err(), "a connection came");
}

#[test]
fn sbx_05_everything_that_was_started_ends_with_the_box() {
    let world = World::new();
    let boxed = sandbox(&world);
    let mark = format!("86399.{}", std::process::id());
    let started = Instant::now();
    let (end, _) = run(&boxed, &format!("(setsid nohup sleep {mark} >/dev/null 2>&1 &) ; sleep 0.1"));
    assert_eq!(end, End::Status(0));
    assert!(started.elapsed() < Duration::from_secs(5));
    let gone = Instant::now();
    while running(&mark) {
        assert!(gone.elapsed() < Duration::from_secs(1), "it goes on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn sbx_05_a_stop_reaches_every_process_of_the_box_within_a_second() {
    let world = World::new();
    let stop = Arc::new(AtomicBool::new(false));
    let boxed = sandbox(&world);
    let mark = format!("86398.{}", std::process::id());
    let line = format!("(setsid nohup sleep {mark} >/dev/null 2>&1 &) ; echo up; touch started; sleep {mark}");
    let began = world.work.join("started");
    let setting = stop.clone();
    let watcher = std::thread::spawn(move || {
        while !began.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        setting.store(true, Ordering::SeqCst);
        Instant::now()
    });
    let ran = boxed.run(&["/bin/bash", "-c", &line], &stop).unwrap();
    let stopped = watcher.join().unwrap();
    assert_eq!((ran.end, ran.output.as_slice()), (End::Stopped, b"up\n".as_slice()));
    assert!(stopped.elapsed() < Duration::from_secs(1));
    while running(&mark) {
        assert!(stopped.elapsed() < Duration::from_secs(2), "it goes on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn sbx_06_limits_stop_what_takes_too_much() {
    let world = World::new();
    let mut boxed = sandbox(&world);
    boxed.limits =
        Limits { time: Duration::from_secs(2), output: 1000, memory: 256 << 20, file: 1 << 20, processes: 64 };
    let began = Instant::now();
    assert_eq!(run(&boxed, "while :; do :; done").0, End::Late);
    assert!(began.elapsed() < Duration::from_secs(4));
    fails(&boxed, "head -c 100000000 /dev/zero > big");
    assert!(fs::metadata(world.work.join("big")).unwrap().len() <= 1 << 20);
    fails(&boxed, "head -c 100000000 /dev/zero > /tmp/big");
    boxed.limits.time = Duration::from_secs(60);
    fails(&boxed, "x=$(head -c 600000000 /dev/zero | tr '\\0' x); echo ${#x}");
    assert_eq!(run(&boxed, "ulimit -u").1, "64\n");
    let ran = boxed.run(&["/bin/bash", "-c", "yes | head -c 5000"], &AtomicBool::new(false)).unwrap();
    assert_eq!((ran.output.len(), ran.dropped), (1000, 4000));
}

#[test]
fn sbx_07_without_a_box_there_is_a_reason_in_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    let missing = works(&folder.path().join("bwrap")).unwrap_err();
    assert!(missing.contains("bubblewrap"), "{missing}");
    let blocked = works(Path::new("/usr/bin/false")).unwrap_err();
    assert!(blocked.contains("user namespaces"), "{blocked}");
    assert_eq!(available(), Ok(()));
}

#[test]
fn sbx_08_a_program_of_that_name_elsewhere_is_not_the_box() {
    let world = World::new();
    let other = world.work.join("bwrap");
    fs::write(&other, "#!/bin/sh\necho mine\n").unwrap();
    fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let command = sandbox(&world).command(Path::new(BWRAP), &["/usr/bin/true"]).unwrap();
    assert_eq!(command.get_program(), "/usr/bin/bwrap");
    assert_eq!(run(&sandbox(&world), "bwrap --version").1.trim(), version());
}

fn version() -> String {
    let output = Command::new(BWRAP).arg("--version").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn running(mark: &str) -> bool {
    fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        fs::read(entry.path().join("cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains(mark))
    })
}

#[test]
fn self_02_assents_own_data_is_not_in_the_box_at_all() {
    let world = World::new();
    let data = &world.place.data;
    fs::write(data.join("assent.db"), "the history").unwrap();
    // Even where the whole home folder is granted.
    let mut open = sandbox(&world);
    open.writable = vec![world.home.clone()];
    let at = data.display();
    for line in [
        format!("cat '{at}/assent.db'"),
        format!("rm -f '{at}/assent.db'"),
        format!("sqlite3 '{at}/assent.db' 'insert into rule values (1)'"),
        format!("echo evil > '{at}/assent.db'"),
        format!("echo '{{}}' > '{at}/settings.json'"),
        format!("mv '{at}' '{at}-2'; ln -s /tmp '{at}'"),
    ] {
        let (_, output) = run(&open, &line);
        assert!(!output.contains("the history"), "{line}: {output}");
    }
    let names: Vec<_> = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["assent.db"]);
    assert_eq!(fs::read_to_string(data.join("assent.db")).unwrap(), "the history");
}

const PROBE: &str = include_str!("probe.pl");

#[test]
fn sbx_04_a_hostile_program_gets_nothing_but_harmless_devices() {
    let world = World::under(Path::new("/var/tmp"));
    let listeners: Vec<UnixListener> =
        ["a.sock", "deep/.b", ".git/c.ipc"].map(|name| listen(&world.work.join(name))).into();
    let _above = listen(&world.home.join("above.sock"));
    fs::write(world.work.join("plain.txt"), "x").unwrap();
    let shown = vec![world.work.clone()];
    for boxed in [
        Sandbox { writable: Vec::new(), readable: shown.clone(), ..sandbox(&world) },
        Sandbox::reading(world.work.clone(), shown),
    ] {
        let boxed = boxed.looked_through(&world.place, &[]).unwrap();
        let line = ["/usr/bin/perl", "-e", PROBE, world.work.to_str().unwrap(), world.home.to_str().unwrap()];
        let ran = boxed.run(&line, &AtomicBool::new(false)).unwrap();
        let output = String::from_utf8_lossy(&ran.output).into_owned();
        println!("{output}");
        assert!(output.contains(", got 0\n") && ran.end == End::Status(0), "{output}");
    }
    for listener in listeners {
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "a connection came");
    }
}

fn listen(path: &Path) -> UnixListener {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    UnixListener::bind(path).unwrap()
}

#[test]
fn sbx_01_keys_are_hidden_however_deep_and_however_many_lie_before_them() {
    let world = World::new();
    let deep: PathBuf = (0..60).map(|level| format!("d{level}")).collect();
    fs::create_dir_all(world.work.join(&deep)).unwrap();
    fs::write(world.work.join(&deep).join("id_rsa"), "secret").unwrap();
    fs::write(world.work.join("plain.txt"), "plain").unwrap();
    let boxed = sandbox(&world).looked_through(&world.place, &[]).unwrap();
    let (_, output) = run(&boxed, "grep -rs secret . ; cat plain.txt");
    assert_eq!(output, "plain");
    // Unless it is what the user allowed.
    let named = [world.work.join(&deep).join("id_rsa")];
    let boxed = sandbox(&world).looked_through(&world.place, &named).unwrap();
    assert!(run(&boxed, "grep -rsh secret .").1.contains("secret"));
}

#[test]
fn a_denied_program_starts_by_no_name() {
    let world = World::new();
    let with = |name: &str| Sandbox { denied: vec![name.to_owned()], ..sandbox(&world) };
    for (name, line) in [
        ("cat", "cat /etc/passwd"),
        ("cat", "/bin/cat /etc/passwd"),
        ("cat", "c=ca; ${c}t /etc/passwd"),
        ("cat", "/lib64/ld-linux-x86-64.so.2 /usr/bin/cat /etc/passwd"),
        ("cat", "cp /usr/bin/cat c && ./c /etc/passwd"),
        ("cat", "ln -s /usr/bin/cat d; ./d /etc/passwd"),
        ("cat", "env cat /etc/passwd"),
        ("cat", "find /etc/passwd -exec cat {} +"),
        ("perl", "perl -e 'print 1'"),
        ("perl", "/usr/bin/perl -e 'print 1'"),
        ("awk", "mawk 'BEGIN{print 1}'"),
        ("awk", "awk 'BEGIN{print 1}'"),
        ("perl", "for p in /usr/bin/perl5*[0-9]; do $p -e 'print 1' || exit 1; done"),
        ("/usr/bin/sort", "sort /etc/passwd"),
    ] {
        fails(&with(name), line);
        assert_eq!(run(&with(name), "ls -d /usr; head -c 0 /dev/null; echo on").1, "/usr\non\n", "{name}");
    }
}
