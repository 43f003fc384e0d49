//! The table by families, each with harmless twins, and other spellings.

use super::{Bounds, Use};
use crate::check::World;
use std::fs;

fn check(paths: &[&str], wanted: Use, why: Option<&str>) {
    let world = World::new();
    let bounds = Bounds::of(&world.place);
    let wrong: Vec<_> = paths
        .iter()
        .map(|path| (*path, bounds.why(&world.home.join(path), wanted)))
        .filter(|(_, found)| *found != why)
        .collect();
    assert!(wrong.is_empty(), "{why:?}: {wrong:?}");
}

#[test]
fn each_family_has_its_reason() {
    for (why, paths) in [
        ("repository", &["work/.git", "work/a/.git/objects/x", "work/.hg/hgrc", "work/.husky/pre-push"][..]),
        (
            "editor",
            &["work/.vscode/x.json", "work/a.code-workspace", "work/.idea/x", "work/.exrc", ".config/nvim/init.lua"],
        ),
        ("agent", &["work/.claude/settings.json", "work/.mcp.json", "work/.cursor/mcp.json", ".config/opencode/x"]),
        ("tool", &["work/.cargo/config.toml", "work/.devcontainer/x", "work/v/pyvenv.cfg", "work/rust-toolchain.toml"]),
        ("tool", &["work/v/lib/site-packages/x.pth", "work/.yarnrc.yml", "work/.mvn/jvm.config", "work/.gdbinit"]),
        ("shell", &[".bashrc", ".zshrc", ".config/fish/config.fish"]),
        ("session", &[".config/autostart/x.desktop", ".config/systemd/user/x.service", ".xprofile"]),
        ("desktop", &[".config/i3/config", ".config/sway/config", ".config/hypr/x", ".config/waybar/config"]),
        ("terminal", &[".config/alacritty/alacritty.toml", ".wezterm.lua", ".config/ghostty/config"]),
        ("language", &[".config/pip/x", ".gem/x", ".gradle/init.d/x", ".config/go/env"]),
        ("programs", &["bin/ls", ".local/bin/ls", "go/bin/x"]),
        ("key", &["work/id_rsa", "work/id_ed25519.old", "work/server.key", "work/a.ppk", "work/privkey.pem", ".ssh/x"]),
        ("key", &["work/id_rsa.bak", "work/id_rsa~", "work/server.key.2", "work/id_rsa (copy)", "work/.id_rsa.swp"]),
        ("credentials", &["work/.env.local", "work/.pgpass", "work/rclone.conf", "work/credentials.json", ".aws/x"]),
        ("credentials", &["work/service-account-1.json", ".config/hub", "work/.netrc.bak", ".oci/config"]),
        ("passwords", &["work/a.kdbx", "work/a.kdbx.old"]),
        ("history", &[".bash_history", ".python_history", "work/.zsh_history.old"]),
        ("browser", &[".mozilla/x", ".config/chromium/x"]),
    ] {
        check(paths, Use::Change, Some(why));
    }
}

#[test]
fn everyday_names_are_in_no_family() {
    let paths = [
        "work/Makefile",
        "work/package.json",
        "work/build.rs",
        "work/setup.py",
        "work/run.sh",
        "work/README.md",
        "work/AGENTS.md",
        "work/git/hooks/x",
        "work/config",
        "work/environment",
        "work/id_rsa.pub",
        "work/cacert.pem",
        "work/fullchain.pem",
        "work/model.pth",
        "work/keys.txt",
        "work/Cargo.toml",
        "work/tokens.json",
        "work/.gitignore",
        "work/.editorconfig",
        "work/bin/x",
        "work/.github/workflows/a.yml",
        "work/vscode/x",
        "work/.env.example",
        "work/HEAD",
        "work/history.txt",
        "work/cargo/config.toml",
        ".bashrc.md",
        "Pictures/a.jpg",
    ];
    check(&paths, Use::Change, None);
    check(
        &["work/.vscode/extensions.json", "work/.claude/x", "work/.cargo/config.toml", "work/.git/HEAD"],
        Use::Look,
        None,
    );
}

#[test]
fn another_spelling_is_the_same_name() {
    let paths = [
        "work/.GIT/config",
        "work/.git./config",
        "work/.git /config",
        "work/.g\u{200c}it/x",
        "work/\u{ff0e}git/x",
        "work/.git::$INDEX_ALLOCATION/x",
        "work/git~1/x",
        "work/.HG",
        "work/.\u{212a}ithooks",
    ];
    check(&paths[..8], Use::Change, Some("repository"));
    check(&["work/.VSCODE./x", "work/.vSc\u{2060}ode"], Use::Change, Some("editor"));
    check(&["work/.BASHRC"], Use::Change, None);
}

#[test]
fn what_a_start_up_file_is_called_elsewhere_does_not_matter() {
    let world = World::new();
    let real = world.file("dotfiles/bashrc", "x");
    std::os::unix::fs::symlink(&real, world.home.join(".bashrc")).unwrap();
    assert_eq!(Bounds::of(&world.place).why(&real, Use::Change), Some("shell"));
}

#[test]
fn a_folder_that_git_takes_for_a_repository_is_one() {
    let world = World::new();
    world.file("b/HEAD", "x");
    fs::create_dir_all(world.work.join("b/refs")).unwrap();
    let why = |path: &str| Bounds::of(&world.place).why(&world.work.join(path), Use::Change);
    assert_eq!(
        ["b/config", "b/objects/x", "b/commondir", "c/HEAD"].map(why),
        [None, Some("repository"), Some("repository"), None]
    );
    // All at once.
    let bounds = Bounds::of(&world.place);
    let paths = ["n/HEAD", "n/objects", "n/refs"].map(|name| world.work.join(name));
    bounds.will_have(paths.iter().map(|path| path.as_path()));
    assert_eq!(bounds.why(&paths[0], Use::Change), Some("repository"));
    assert_eq!(bounds.why(&world.work.join("m/HEAD"), Use::Change), None);
}
