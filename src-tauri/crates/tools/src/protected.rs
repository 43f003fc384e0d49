//! Places where a change runs code or opens secrets, and Assent's own folder. Compared without regard to case, and by
//! device and inode of every folder on the way, so that no other spelling of a path gets past.

use assent_agent::Place;
use assent_protocol::Reach;
use std::{
    cell::RefCell,
    collections::HashMap,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// What lies below the home folder: start-up files, keys, credentials, browser profiles, password managers.
/// Lower case; a folder covers all that lies in it.
const IN_HOME: &[&str] = &[
    // Shells and sessions
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".bash_logout",
    ".bash_aliases",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".zlogin",
    ".zlogout",
    ".zsh",
    ".oh-my-zsh",
    ".kshrc",
    ".cshrc",
    ".tcshrc",
    ".login",
    ".xprofile",
    ".xinitrc",
    ".xsession",
    ".xsessionrc",
    ".pam_environment",
    ".inputrc",
    ".tmux.conf",
    ".config/fish",
    ".config/nushell",
    ".config/powershell",
    ".config/environment.d",
    ".config/autostart",
    ".config/autostart-scripts",
    ".config/systemd",
    ".config/plasma-workspace",
    ".config/hypr",
    ".config/sway",
    ".config/i3",
    ".config/tmux",
    ".local/share/applications",
    ".local/share/systemd",
    ".local/share/dbus-1",
    ".local/share/nautilus/scripts",
    ".local/share/kio",
    ".local/bin",
    ".crontab",
    "library/launchagents",
    // Keys and credentials
    ".ssh",
    ".gnupg",
    ".pki",
    ".aws",
    ".azure",
    ".kube",
    ".docker",
    ".config/gcloud",
    ".config/gh",
    ".netrc",
    ".git-credentials",
    ".config/git",
    ".gitconfig",
    ".npmrc",
    ".pypirc",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".cargo/config",
    ".cargo/config.toml",
    ".cargo/bin",
    ".password-store",
    ".local/share/keyrings",
    ".local/share/kwalletd",
    ".config/keepassxc",
    ".config/bitwarden",
    ".config/bitwarden cli",
    ".config/1password",
    ".config/op",
    ".config/enpass",
    ".config/dashlane",
    "library/keychains",
    // Browsers and mail
    ".mozilla",
    ".thunderbird",
    ".librewolf",
    ".config/google-chrome",
    ".config/google-chrome-beta",
    ".config/chromium",
    ".config/bravesoftware",
    ".config/microsoft-edge",
    ".config/vivaldi",
    ".config/opera",
    ".var/app",
    "snap",
    "library/application support",
    // Programs that run what their settings say
    ".vimrc",
    ".vim",
    ".config/nvim",
    ".emacs",
    ".emacs.d",
    ".config/emacs",
    ".config/code/user",
    ".vscode",
];

/// Folders of the system.
const SYSTEM: &[&str] = &[
    "/etc",
    "/usr",
    "/boot",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt",
    "/proc",
    "/sys",
    "/dev",
    "/run",
    "/root",
    "/var/spool",
    "/var/lib",
    "/var/log",
    "/var/cache",
    "/snap",
    "/system",
    "/library",
    "/applications",
    "/private/etc",
];

/// Parts of the system's folders where a person's disks are.
const SYSTEM_BUT: &[&str] = &["/run/media"];

/// What a call wants with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// To read it.
    Look,
    /// To put, change or take it: what it holds is touched as well.
    Change,
}

/// Where the boundaries of a call run, looked up once.
pub struct Bounds {
    grants: Vec<PathBuf>,
    home: Anchor,
    data: Anchor,
    copies: Anchor,
    notes: Anchor,
    known: Known,
}

// Folders looked up in this call.
#[derive(Default)]
struct Known(RefCell<HashMap<PathBuf, Option<(u64, u64)>>>);

impl Known {
    fn of(&self, path: &Path) -> Option<(u64, u64)> {
        if let Some(found) = self.0.borrow().get(path) {
            return *found;
        }
        let found = identity(path);
        self.0.borrow_mut().insert(path.to_owned(), found);
        found
    }
}

struct Anchor {
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl Anchor {
    fn of(path: &Path) -> Anchor {
        let path = canonical(path);
        let identity = identity(&path);
        Anchor { path, identity }
    }

    /// The components of `path` after this folder, lower case, if `path` lies in it or is it.
    fn rest(&self, path: &Path, known: &Known) -> Option<Vec<String>> {
        let here = folded(&self.path);
        let parts = folded(path);
        if parts.starts_with(&here) {
            return Some(parts[here.len()..].to_vec());
        }
        let wanted = self.identity?;
        let holder = path.ancestors().find(|ancestor| known.of(ancestor) == Some(wanted))?;
        Some(parts[holder.components().count() - 1..].to_vec())
    }

    fn holds(&self, path: &Path, known: &Known) -> bool {
        self.rest(path, known).is_some()
    }

    fn lies_in(&self, path: &Path, known: &Known) -> bool {
        folded(&self.path).starts_with(&folded(path))
            || known.of(path).is_some_and(|wanted| self.path.ancestors().any(|a| known.of(a) == Some(wanted)))
    }
}

impl Bounds {
    /// Those of `place`.
    pub fn of(place: &Place) -> Bounds {
        Bounds {
            grants: place.grants.iter().map(|grant| PathBuf::from(&grant.folder)).collect(),
            home: Anchor::of(&place.home),
            data: Anchor::of(&place.data),
            copies: Anchor::of(&place.copies),
            notes: Anchor::of(&place.notes),
            known: Known::default(),
        }
    }

    /// Where the resolved path `real` lies.
    pub fn reach(&self, real: &Path, wanted: Use) -> Reach {
        if self.own(real, wanted) {
            return Reach::OwnFiles;
        }
        if self.protected(real, wanted) {
            return Reach::Protected;
        }
        if self.inside(real, wanted) { Reach::Inside } else { Reach::Outside }
    }

    /// Whether `real` lies in a grant or in the notes. A change of a grant's own folder is not inside it.
    pub fn inside(&self, real: &Path, wanted: Use) -> bool {
        self.grants
            .iter()
            .map(PathBuf::as_path)
            .chain([self.notes.path.as_path()])
            .any(|root| root.parent().is_some() && real.starts_with(root) && (wanted == Use::Look || real != root))
    }

    fn own(&self, real: &Path, wanted: Use) -> bool {
        // Notes may be kept inside the data folder; nothing else of it can be reached.
        let notes_within =
            self.data.holds(&self.notes.path, &self.known) && !self.notes.holds(&self.data.path, &self.known);
        if notes_within && self.notes.rest(real, &self.known).is_some_and(|rest| !rest.is_empty()) {
            return false;
        }
        [&self.data, &self.copies]
            .into_iter()
            .any(|own| own.holds(real, &self.known) || (wanted == Use::Change && own.lies_in(real, &self.known)))
    }

    fn protected(&self, real: &Path, wanted: Use) -> bool {
        let parts = folded(real);
        if by_name(&parts) {
            return true;
        }
        if let Some(rest) = self.home.rest(real, &self.known) {
            let rest = rest.join("/");
            // Taking a folder away takes what lies in it; the home folder itself is no thing to change.
            return IN_HOME.iter().any(|place| within(&rest, place) || (wanted == Use::Change && within(place, &rest)));
        }
        let whole = format!("/{}", parts.join("/"));
        (wanted == Use::Change && self.home.lies_in(real, &self.known))
            || (SYSTEM.iter().any(|place| within(&whole, place) || (wanted == Use::Change && within(place, &whole)))
                && !SYSTEM_BUT.iter().any(|place| within(&whole, place)))
    }
}

/// Every protected place that there is below the home folder, to keep programs from it.
pub fn secrets_in(home: &Path) -> Vec<PathBuf> {
    let home = canonical(home);
    IN_HOME.iter().filter_map(|place| fs::canonicalize(home.join(place)).ok()).collect()
}

/// Whether the system makes up what lies there as it is read.
pub fn made_up(real: &Path) -> bool {
    ["/proc", "/sys", "/dev"].iter().any(|root| real.starts_with(root)) && !real.starts_with("/dev/shm")
}

/// The path with its links resolved as far as it exists.
pub fn canonical(path: &Path) -> PathBuf {
    for ancestor in path.ancestors() {
        if let Ok(real) = fs::canonicalize(ancestor) {
            return real.join(path.strip_prefix(ancestor).unwrap_or(Path::new("")));
        }
    }
    path.to_owned()
}

// Names that are dangerous wherever they lie.
fn by_name(parts: &[String]) -> bool {
    let Some(last) = parts.last().map(String::as_str) else { return false };
    let after = |name: &str| parts.iter().position(|part| part == name).map(|at| &parts[at + 1..]);
    if let Some(rest) = after(".git") {
        let last_is = |name: &str| rest.last().is_some_and(|part| part == name);
        if rest.iter().any(|part| part == "hooks") || last_is("config") || last_is("config.worktree") {
            return true;
        }
    }
    if parts.iter().any(|part| matches!(part.as_str(), ".githooks" | ".husky" | ".ssh" | ".gnupg")) {
        return true;
    }
    if let Some(rest) = after(".vscode")
        && rest.first().is_some_and(|name| matches!(name.as_str(), "tasks.json" | "settings.json" | "launch.json"))
    {
        return true;
    }
    matches!(
        last,
        ".env" | ".envrc" | ".netrc" | ".npmrc" | ".pypirc" | "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519"
    ) || last.starts_with(".env.")
        || [".kdbx", ".kdb", ".opvault", ".agilekeychain", ".keychain-db", ".1pux"]
            .iter()
            .any(|end| last.ends_with(end))
}

fn within(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || place.is_empty()
}

fn folded(path: &Path) -> Vec<String> {
    path.components()
        .filter(|part| !matches!(part, std::path::Component::RootDir))
        .map(|part| part.as_os_str().to_string_lossy().to_lowercase())
        .collect()
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}
