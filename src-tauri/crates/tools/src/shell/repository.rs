//! What a repository's own settings start. Git runs what its settings name (monitors, pagers, filters, drivers of
//! differences, helpers), so a line with git in it only reads where every setting is known to start nothing.

use std::path::{Path, PathBuf};

/// Settings that start no program, whatever their value: `section.name`, the subsection left out (git-config(1)).
const HARMLESS: &[&str] = &[
    "core.repositoryformatversion",
    "core.filemode",
    "core.bare",
    "core.logallrefupdates",
    "core.ignorecase",
    "core.precomposeunicode",
    "core.symlinks",
    "core.autocrlf",
    "core.eol",
    "core.safecrlf",
    "core.quotepath",
    "core.abbrev",
    "core.compression",
    "core.sparsecheckout",
    "core.sparsecheckoutcone",
    "core.untrackedcache",
    "core.preloadindex",
    "core.sharedrepository",
    "core.commitgraph",
    "core.multipackindex",
    "core.protectntfs",
    "core.protecthfs",
    "core.longpaths",
    "remote.url",
    "remote.pushurl",
    "remote.fetch",
    "remote.push",
    "remote.tagopt",
    "remote.prune",
    "remote.mirror",
    "remote.promisor",
    "remote.partialclonefilter",
    "branch.remote",
    "branch.merge",
    "branch.rebase",
    "branch.pushremote",
    "branch.description",
    "branch.autosetuprebase",
    "branch.autosetupmerge",
    "branch.sort",
    "user.name",
    "user.email",
    "init.defaultbranch",
    "pull.rebase",
    "pull.ff",
    "push.default",
    "push.autosetupremote",
    "push.followtags",
    "fetch.prune",
    "merge.conflictstyle",
    "merge.ff",
    "rebase.autosquash",
    "rebase.autostash",
    "log.date",
    "log.decorate",
    "log.abbrevcommit",
    "diff.algorithm",
    "diff.renames",
    "diff.colormoved",
    "diff.mnemonicprefix",
    "diff.noprefix",
    "diff.context",
    "tag.sort",
    "extensions.objectformat",
    "extensions.worktreeconfig",
    "extensions.refstorage",
    "extensions.partialclone",
    "gc.auto",
    "commit.verbose",
    "rerere.enabled",
    "submodule.url",
    "submodule.active",
    "submodule.path",
    "submodule.branch",
];

/// What git is told before it starts, over whatever a repository says (git-config(1), "ENVIRONMENT").
pub(super) fn environment() -> String {
    const OVER: &[(&str, &str)] = &[
        ("core.fsmonitor", "false"),
        ("core.hooksPath", "/dev/null"),
        ("core.pager", "cat"),
        ("log.showSignature", "false"),
    ];
    let mut text = format!(
        "export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_PAGER=cat GIT_OPTIONAL_LOCKS=0 GIT_TERMINAL_PROMPT=0 GIT_CONFIG_COUNT={}",
        OVER.len()
    );
    for (at, (key, value)) in OVER.iter().enumerate() {
        text.push_str(&format!(" GIT_CONFIG_KEY_{at}={key} GIT_CONFIG_VALUE_{at}={value}"));
    }
    text
}

/// The settings of every repository that git would find from `folder`, and of those within it.
pub(super) fn settings(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for above in folder.ancestors() {
        let git = above.join(".git");
        // A file names the folder where it lies.
        let named =
            std::fs::read_to_string(&git).ok().and_then(|text| Some(above.join(text.strip_prefix("gitdir:")?.trim())));
        let folders = [named.unwrap_or(git), above.to_owned()];
        let Some(git) = folders.into_iter().find(|git| git.join("HEAD").symlink_metadata().is_ok()) else { continue };
        let common = std::fs::read_to_string(git.join("commondir")).map(|text| git.join(text.trim()));
        for git in [Some(git.clone()), common.ok()].into_iter().flatten() {
            found.extend([git.join("config"), git.join("config.worktree")]);
            modules(&git.join("modules"), 0, &mut found);
        }
        break;
    }
    found.retain(|path| path.symlink_metadata().is_ok());
    found
}

fn modules(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten().filter(|_| depth < 8) {
        let path = entry.path();
        if path.join("HEAD").is_file() {
            found.extend([path.join("config"), path.join("config.worktree")]);
            modules(&path.join("modules"), depth + 1, found);
        } else if path.is_dir() {
            modules(&path, depth + 1, found);
        }
    }
}

/// A setting in this file that may start something; none if all are known to start nothing.
pub(super) fn may_start(file: &Path) -> Option<String> {
    let text = file.is_file().then(|| std::fs::read_to_string(file).ok()).flatten();
    match text {
        Some(text) => foreign(&text),
        None => Some(file.display().to_string()),
    }
}

// Sections and names as git reads them: both may stand on one line, a backslash at the end goes on.
fn foreign(text: &str) -> Option<String> {
    let mut section = String::new();
    let text = text.replace("\r\n", "\n").replace("\\\n", " ");
    for line in text.lines() {
        let mut line = line.trim();
        if let Some(rest) = line.strip_prefix('[') {
            let quoted = rest.find('"').filter(|at| rest.find(']').is_none_or(|end| at < &end));
            let end = match quoted {
                Some(at) => {
                    let mut escaped = false;
                    let close = rest[at + 1..].find(|c| {
                        let ends = c == '"' && !escaped;
                        escaped = c == '\\' && !escaped;
                        ends
                    });
                    close.and_then(|close| rest[at + 2 + close..].find(']').map(|end| at + 2 + close + end))
                }
                None => rest.find(']'),
            };
            let Some(end) = end else { return Some(line.to_owned()) };
            let name = rest[..end].split([' ', '\t', '.', '"']).next().unwrap_or_default();
            section = name.to_lowercase();
            line = rest[end + 1..].trim();
        }
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let name = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next().unwrap_or_default();
        let key = format!("{section}.{}", name.to_lowercase());
        let off = key == "core.fsmonitor" && line.split_once('=').is_some_and(|(_, value)| value.trim() == "false");
        if !off && section != "color" && section != "advice" && !HARMLESS.contains(&key.as_str()) {
            return Some(key);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_that_start_nothing_pass() {
        let plain = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n[remote \"origin\"]\n\turl = https://e.org/x\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[branch \"main\"]\n\tremote = origin\n\tmerge = refs/heads/main\n[user]\n\tname = A ; b\n";
        assert_eq!(foreign(plain), None);
        assert_eq!(foreign("[core] fsmonitor = false"), None);
        for (text, key) in [
            ("[core]\n\tfsmonitor = ./p", "core.fsmonitor"),
            ("[core] fsmonitor=./p", "core.fsmonitor"),
            ("[CORE]\nFsMonitor=./p", "core.fsmonitor"),
            ("[core]\n\tpager = ./p", "core.pager"),
            ("[core]\n\thooksPath = h", "core.hookspath"),
            ("[core]\n\tsshCommand = ./p", "core.sshcommand"),
            ("[diff]\n\texternal = ./p", "diff.external"),
            ("[diff \"x\"]\n\ttextconv = ./p", "diff.textconv"),
            ("[diff \"x]\"]\n\tcommand = ./p", "diff.command"),
            ("[filter \"x\"]\n\tclean = ./p", "filter.clean"),
            ("[alias]\n\tlog = !./p", "alias.log"),
            ("[include]\n\tpath = x", "include.path"),
            ("[includeIf \"gitdir:**\"]\n\tpath = x", "includeif.path"),
            ("[gpg]\n\tprogram = ./p", "gpg.program"),
            ("[credential]\n\thelper = !./p", "credential.helper"),
            ("[core]\n\tattributesFile = x", "core.attributesfile"),
            ("[core]\n\tworktree = /x", "core.worktree"),
            ("[user]\n\tname = a\\\n\tb\n[core \"x\"] fsmonitor = p", "core.fsmonitor"),
            ("[remote \"x\"]\n\tuploadpack = ./p", "remote.uploadpack"),
            ("[submodule \"x\"]\n\tupdate = !./p", "submodule.update"),
        ] {
            assert_eq!(foreign(text).as_deref(), Some(key), "{text}");
        }
    }
}
