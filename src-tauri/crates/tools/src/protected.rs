//! Places where a change runs code or opens secrets, and Assent's own folder. Which they are stands in one table, with a
//! reason for each. Compared without regard to case and Unicode form, and by device and inode of every folder on the way, so
//! that no other spelling of a path gets past.

pub(crate) mod names;
pub(crate) mod repository;
pub mod table;

use crate::links::Links;
use assent_agent::Place;
use assent_protocol::Reach;
use names::{Spot, plain};
use repository::Added;
use std::{
    cell::{OnceCell, RefCell},
    collections::{HashMap, HashSet},
    ffi::OsStr,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::OnceLock,
};
use table::{Guard, Where};

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
    // Where shells look for programs. Only what lies in such a folder itself is found by its name.
    programs: Vec<(PathBuf, Vec<String>)>,
    // Whether a folder is one of them, looked up once for all its entries.
    for_programs: RefCell<HashMap<PathBuf, bool>>,
    known: Known,
    // What the call will have put, as far as it makes a repository of a folder.
    added: RefCell<Added>,
    // What the table says of folders, for looking and for changing.
    named: RefCell<HashMap<PathBuf, [Option<Option<&'static table::Family>>; 2]>>,
    // Places of the table that are there, by device and inode.
    there: OnceCell<HashMap<(u64, u64), &'static table::Family>>,
    further: OnceCell<Further>,
    links: Links,
}

// What of an entry can make it reach further than its folder: last names of own and system folders, and which folders those are.
struct Further {
    names: HashSet<String>,
    files: HashSet<(u64, u64)>,
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
            programs: program_folders(),
            for_programs: RefCell::default(),
            known: Known::default(),
            added: RefCell::default(),
            named: RefCell::default(),
            there: OnceCell::new(),
            further: OnceCell::new(),
            links: Links::default(),
        }
    }

    /// Where the resolved path `real` lies.
    pub fn reach(&self, real: &Path, wanted: Use) -> Reach {
        if self.own(real, wanted) {
            return Reach::OwnFiles;
        }
        if self.why(real, wanted).is_some() {
            return Reach::Protected;
        }
        if self.inside(real, wanted) { Reach::Inside } else { Reach::Outside }
    }

    /// Whether an entry of a folder can reach further than that folder does, by its name or by what it is. Most cannot, and
    /// this costs a hundredth of [`Bounds::reach`]. `known` is its device and inode.
    pub(crate) fn may_reach_further(&self, name: &OsStr, known: (u64, u64)) -> bool {
        let further = self.further.get_or_init(|| Further {
            names: [&self.home, &self.data, &self.copies, &self.notes]
                .into_iter()
                .flat_map(|anchor| anchor.path.iter())
                .chain(SYSTEM.iter().flat_map(Path::new))
                .map(|name| plain(name.as_encoded_bytes()).into_owned())
                .collect(),
            files: [&self.home, &self.data, &self.copies, &self.notes].iter().filter_map(|own| own.identity).collect(),
        });
        let name = plain(name.as_encoded_bytes());
        further.names.contains(&*name)
            || names::may_be_a_place(&name)
            || further.files.contains(&known)
            || self.places_there().contains_key(&known)
    }

    /// The same for what is there, with all its names: a file that has others is the file that lies there as well.
    pub fn reach_of_file(&self, real: &Path, wanted: Use) -> Reach {
        let reach = self.reach(real, wanted);
        match fs::symlink_metadata(real) {
            Ok(found) if found.is_file() && found.nlink() > 1 && reach != Reach::OwnFiles => {
                reach.max(self.names_of((found.dev(), found.ino()), found.nlink(), wanted))
            }
            _ => reach,
        }
    }

    /// How far a file reaches that has `count` names: inside only if all of them lie in the granted folders.
    pub fn names_of(&self, file: (u64, u64), count: u64, wanted: Use) -> Reach {
        self.links.reach(self, file, count, wanted)
    }

    /// Every name of a file that lies in the granted folders.
    pub fn names_inside(&self, file: (u64, u64)) -> Vec<PathBuf> {
        self.links.inside(self, file)
    }

    /// The granted folders and that of the notes.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &Path> {
        self.grants.iter().map(PathBuf::as_path).chain([self.notes.path.as_path()])
    }

    /// Assent's own folders.
    pub(crate) fn own_folders(&self) -> [&Path; 2] {
        [&self.data.path, &self.copies.path]
    }

    /// The protected places below the home folder that are there.
    pub(crate) fn places(&self, wanted: Use) -> Vec<PathBuf> {
        let held = |family: &table::Family| wanted == Use::Change || family.guard == Guard::Read;
        let found = home_places().filter(|(_, family)| held(family)).map(|(name, _)| self.home.path.join(name));
        found.filter(|path| fs::symlink_metadata(path).is_ok()).collect()
    }

    /// Folders of programs that lie in `folder`, by their path from there.
    pub(crate) fn programs_below(&self, folder: &Path) -> Vec<PathBuf> {
        let below = self.programs.iter().filter_map(|(program, _)| program.strip_prefix(folder).ok());
        below.filter(|rest| !rest.as_os_str().is_empty()).map(Path::to_owned).collect()
    }

    /// What the call will put, all at once: several steps may make a repository of a folder that none of them makes alone.
    pub fn will_have<'a>(&self, paths: impl Iterator<Item = &'a Path>) {
        let mut added = self.added.borrow_mut();
        paths.for_each(|path| added.put(path));
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

    /// Why `real` is protected, if it is: the last part of the key of the reason.
    pub fn why(&self, real: &Path, wanted: Use) -> Option<&'static str> {
        let held = |family: &table::Family| wanted == Use::Change || family.guard == Guard::Read;
        if let Some(family) = self.named(real, wanted) {
            return Some(family.why);
        }
        if let Some(family) = real.ancestors().filter_map(|above| self.there(above)).find(|family| held(family)) {
            return Some(family.why);
        }
        if wanted == Use::Change
            && let Some(why) = self.changed_with(real)
        {
            return Some(why);
        }
        // A home folder can lie there, as that of root does.
        (of_the_system(real, wanted) && self.spot(real).home.is_none()).then_some("system")
    }

    // The family of the place of the table that `real` is by its name or lies in. What is known of the folder is kept, so
    // that of each entry of a long list only the last name is looked up.
    fn named(&self, real: &Path, wanted: Use) -> Option<&'static table::Family> {
        let side = usize::from(wanted == Use::Change);
        let parent = real.parent()?;
        let known = self.named.borrow().get(parent).and_then(|known| known[side]);
        let above = known.unwrap_or_else(|| {
            let found = self.named(parent, wanted);
            self.named.borrow_mut().entry(parent.to_owned()).or_default()[side] = Some(found);
            found
        });
        if above.is_some() {
            return above;
        }
        let name = real.file_name()?;
        if !names::may_be_a_place(&plain(name.as_encoded_bytes())) {
            return None;
        }
        let spot = self.spot(real);
        spot.ending_at(spot.parts.len(), |family| wanted == Use::Change || family.guard == Guard::Read)
    }

    // Why a change of `real` is one of a place that lies in it, or that it completes.
    fn changed_with(&self, real: &Path) -> Option<&'static str> {
        // Taking a folder away takes what lies in it; the home folder itself is no thing to change.
        if self.home.lies_in(real, &self.known) {
            return Some("home");
        }
        if let Some(why) = self.holds_place_of_home(real) {
            return Some(why);
        }
        if self.starts_by_name(real) {
            return Some("programs");
        }
        self.added.borrow().makes_repository(real).then_some("repository")
    }

    fn holds_place_of_home(&self, real: &Path) -> Option<&'static str> {
        let name = plain(real.file_name()?.as_encoded_bytes());
        let above = above_places();
        if !above.last.contains(&*name) {
            return None;
        }
        let spot = self.spot(real);
        let rest = spot.parts.get(spot.home?..)?.join("/");
        if !above.whole.contains(rest.as_str()) {
            return None;
        }
        let below = |name: &str| name.strip_prefix(&rest).is_some_and(|name| name.starts_with('/'));
        let there = |name: &str| fs::symlink_metadata(self.home.path.join(name)).is_ok();
        home_places().find(|(name, _)| below(name) && there(name)).map(|(_, family)| family.why)
    }

    fn starts_by_name(&self, real: &Path) -> bool {
        if self.programs.iter().any(|(folder, _)| folder.starts_with(real)) || self.is_for_programs(real) {
            return true;
        }
        let Some(parent) = real.parent() else { return false };
        let known = self.for_programs.borrow().get(parent).copied();
        known.unwrap_or_else(|| {
            let found = self.is_for_programs(parent);
            self.for_programs.borrow_mut().insert(parent.to_owned(), found);
            found
        })
    }

    // Whether this is a folder where shells look for programs.
    fn is_for_programs(&self, folder: &Path) -> bool {
        let itself = self.known.of(folder);
        let fold = folded(folder);
        self.programs
            .iter()
            .any(|(program, known)| *known == fold || (itself.is_some() && self.known.of(program) == itself))
    }

    // The family of the place of the table that `path` is, whatever it is called here.
    fn there(&self, path: &Path) -> Option<&'static table::Family> {
        let there = self.places_there();
        if there.is_empty() { None } else { self.known.of(path).and_then(|identity| there.get(&identity).copied()) }
    }

    fn places_there(&self) -> &HashMap<(u64, u64), &'static table::Family> {
        self.there.get_or_init(|| {
            let mut found: HashMap<(u64, u64), &'static table::Family> = HashMap::new();
            for (name, family) in home_places() {
                if let Some(identity) = identity(&self.home.path.join(name)) {
                    let known = found.entry(identity).or_insert(family);
                    if family.guard == Guard::Read {
                        *known = family;
                    }
                }
            }
            found
        })
    }

    /// `real` as the table sees it.
    pub(crate) fn spot(&self, real: &Path) -> Spot {
        let parts: Vec<String> = folded_with(real, |name| plain(name.as_encoded_bytes()).into_owned());
        let home = self.home.rest(real, &self.known).map(|rest| parts.len() - rest.len());
        Spot { parts, home }
    }
}

/// Every place below the home folder that programs are kept from, as far as it is there.
pub fn secrets_in(home: &Path) -> Vec<PathBuf> {
    let home = canonical(home);
    let read = home_places().filter(|(_, family)| family.guard == Guard::Read);
    read.filter_map(|(name, _)| fs::canonicalize(home.join(name)).ok()).collect()
}

/// The sentence that says why `path` is protected.
pub fn reason(why: &str, path: &Path) -> String {
    crate::words::say(&format!("tools.place.{why}"), &[("path", &crate::words::shown_path(path))])
}

// The places below the home folder, each with its family; a name with a pattern in it is no single place.
fn home_places() -> impl Iterator<Item = (&'static str, &'static table::Family)> {
    table::families().flat_map(|family| family.names.iter().map(move |name| (*name, family))).filter(
        |(name, family)| {
            let single = !name.contains('*') && (family.place == Where::Home || family.guard == Guard::Read);
            single && (family.place == Where::Home || name.starts_with('.'))
        },
    )
}

// Every folder on the way to such a place, by its path and by its last name, so that most paths are done with at once.
struct Above {
    whole: HashSet<&'static str>,
    last: HashSet<&'static str>,
}

fn above_places() -> &'static Above {
    static ABOVE: OnceLock<Above> = OnceLock::new();
    ABOVE.get_or_init(|| {
        let names = home_places().map(|(name, _)| name);
        let whole: HashSet<&str> =
            names.flat_map(|name| name.match_indices('/').map(move |(at, _)| &name[..at])).collect();
        let last = whole.iter().copied().map(|path: &'static str| path.rsplit('/').next().unwrap_or(path)).collect();
        Above { whole, last }
    })
}

// Where the shells of the user look for programs, as far as this program knows it.
fn program_folders() -> Vec<(PathBuf, Vec<String>)> {
    let all = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&all).filter(|folder| folder.is_absolute());
    folders.map(|folder| canonical(&folder)).map(|folder| (folder.clone(), folded(&folder))).collect()
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

fn of_the_system(real: &Path, wanted: Use) -> bool {
    let whole = format!("/{}", folded(real).join("/"));
    SYSTEM.iter().any(|place| within(&whole, place) || (wanted == Use::Change && within(place, &whole)))
        && !SYSTEM_BUT.iter().any(|place| within(&whole, place))
}

fn within(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || place.is_empty()
}

fn folded(path: &Path) -> Vec<String> {
    folded_with(path, |name| name.to_string_lossy().to_lowercase())
}

fn folded_with(path: &Path, fold: impl Fn(&std::ffi::OsStr) -> String) -> Vec<String> {
    let named = path.components().filter(|part| matches!(part, std::path::Component::Normal(_)));
    named.map(|part| fold(part.as_os_str())).collect()
}

/// Device and inode of what `path` leads to.
pub(crate) fn identity_of(path: &Path) -> Option<(u64, u64)> {
    identity(path)
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests;
