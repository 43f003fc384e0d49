//! The box that a server runs in: bubblewrap with the folders it was given, a folder of its own, and no network unless
//! that is switched on. Nothing of the user's home is in it otherwise.

use std::path::{Path, PathBuf};

/// Where bubblewrap is looked for: the system's places only, so that a program of that name elsewhere is never taken.
const PLACES: &[&str] = &["/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap"];

/// What of the system a program needs in order to run at all.
const SYSTEM: &[&str] = &[
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/group",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/pki",
    "/etc/resolv.conf",
    "/etc/ssl",
];

/// What goes into the box.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inside {
    /// Folders and files that can be read.
    pub read: Vec<PathBuf>,
    /// Folders that can be changed.
    pub write: Vec<PathBuf>,
    /// Whether connections can be opened.
    pub network: bool,
    /// Where the program starts.
    pub folder: PathBuf,
}

/// The program that makes boxes, where there is one.
pub fn program() -> Option<PathBuf> {
    PLACES.iter().map(PathBuf::from).find(|path| path.is_file())
}

/// Its arguments, up to where the command follows.
pub fn arguments(inside: &Inside) -> Vec<String> {
    let mut list: Vec<String> = ["--die-with-parent", "--new-session", "--unshare-all"].map(str::to_owned).into();
    if inside.network {
        list.push("--share-net".to_owned());
    }
    for place in SYSTEM {
        list.extend(["--ro-bind-try".to_owned(), (*place).to_owned(), (*place).to_owned()]);
    }
    list.extend(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"].map(str::to_owned));
    let mut bind = |how: &str, path: &Path| {
        let path = path.display().to_string();
        list.extend([how.to_owned(), path.clone(), path]);
    };
    // What can be changed comes last, so that a folder within a readable one stays changeable.
    inside.read.iter().for_each(|path| bind("--ro-bind", path));
    inside.write.iter().for_each(|path| bind("--bind", path));
    list.extend(["--chdir".to_owned(), inside.folder.display().to_string(), "--".to_owned()]);
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_is_a_switch_and_nothing_but_the_named_folders_is_in_the_box() {
        let inside = Inside {
            read: vec!["/home/u/docs".into()],
            write: vec!["/home/u/docs/out".into()],
            network: false,
            folder: "/home/u/docs/out".into(),
        };
        let line = arguments(&inside).join(" ");
        assert!(line.contains("--unshare-all") && !line.contains("--share-net"), "{line}");
        assert!(
            line.contains("--ro-bind /home/u/docs /home/u/docs --bind /home/u/docs/out /home/u/docs/out"),
            "{line}"
        );
        assert!(!line.contains(" / ") && !line.contains("--ro-bind-try /etc "), "{line}");
        assert!(arguments(&Inside { network: true, ..inside }).contains(&"--share-net".to_owned()));
    }
}
