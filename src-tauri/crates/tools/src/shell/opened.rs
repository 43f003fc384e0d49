//! What is told of a file that a command made: that another program may run it.

use crate::paths::text_of;
use std::path::Path;

/// Whether another program runs the file, or takes its orders from it, when it opens it or the folder.
pub(super) fn runs_when_opened(path: &Path) -> bool {
    let text = text_of(path).to_lowercase();
    let name = text.rsplit('/').next().unwrap_or_default();
    let ends = [
        ".desktop",
        ".sh",
        ".py",
        ".js",
        ".mjs",
        ".bat",
        ".ps1",
        ".command",
        ".scpt",
        ".jar",
        ".appimage",
        ".html",
        ".svg",
        ".docm",
        ".xlsm",
        ".service",
        ".code-workspace",
    ];
    let names = [
        "makefile",
        "justfile",
        "package.json",
        "build.rs",
        "build.gradle",
        "conftest.py",
        "setup.py",
        ".envrc",
        ".gitattributes",
        ".gitmodules",
        ".npmrc",
        "dockerfile",
        "tasks.json",
        "launch.json",
        "settings.json",
    ];
    let within = ["/.git/", "/.vscode/", "/.githooks/", "/.husky/", "/.github/", "/.idea/"];
    let runs = std::fs::metadata(path).is_ok_and(|found| {
        found.is_file() && std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o111 != 0
    });
    runs || ends.iter().any(|end| name.ends_with(end))
        || names.contains(&name)
        || within.iter().any(|part| text.contains(part))
}
