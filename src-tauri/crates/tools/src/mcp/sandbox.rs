//! The box that a server runs in: bubblewrap with the folders it was given, a folder of its own, and no network unless
//! that is switched on. Nothing of the user's home is in it otherwise.

use crate::sandbox::{Arguments, Extra, filter::Sockets, harden, outermost};
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
    /// Files and folders that are taken out of those.
    pub hidden: Vec<PathBuf>,
    /// Files and folders in those that stay as they are.
    pub frozen: Vec<PathBuf>,
}

/// The program that makes boxes, where there is one.
pub fn program() -> Option<PathBuf> {
    PLACES.iter().map(PathBuf::from).find(|path| path.is_file())
}

/// Its arguments, up to where the command follows.
pub fn arguments(inside: &Inside) -> Arguments {
    let mut list = Arguments::default();
    list.add(["--die-with-parent"]);
    for place in SYSTEM {
        list.add(["--ro-bind-try", place, place]);
    }
    let sockets = if inside.network { Sockets::Internet } else { Sockets::Apart };
    harden(&mut list, Extra { sockets, network: inside.network, terminals: true });
    list.add(["--tmpfs", "/tmp"]);
    // What can be changed comes last, so that a folder within a readable one stays changeable.
    inside.read.iter().for_each(|path| list.bind("--ro-bind", path));
    inside.write.iter().for_each(|path| list.bind("--bind", path));
    let shows = |path: &Path| inside.read.iter().chain(&inside.write).any(|shown| path.starts_with(shown));
    let hidden = outermost(&inside.hidden);
    let closed = |path: &Path| hidden.iter().any(|hidden| path.starts_with(hidden));
    for path in inside.frozen.iter().filter(|path| shows(path) && !closed(path)) {
        list.bind("--ro-bind", path);
    }
    hidden.iter().filter(|path| path.exists() && shows(path)).for_each(|path| list.cover(path));
    list.add(["--remount-ro", "/", "--chdir"]).path(&inside.folder);
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
            ..Inside::default()
        };
        let text = |inside: &Inside| {
            arguments(inside)
                .list()
                .iter()
                .map(|part| part.to_string_lossy().into_owned())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let line = text(&inside);
        assert!(line.contains("--unshare-all") && !line.contains("--share-net"), "{line}");
        assert!(
            line.contains("--ro-bind /home/u/docs /home/u/docs --bind /home/u/docs/out /home/u/docs/out"),
            "{line}"
        );
        assert!(!line.contains(" / / ") && !line.contains("--ro-bind-try /etc "), "{line}");
        assert!(text(&Inside { network: true, ..inside }).contains("--share-net"));
    }
}
