//! From the text of an argument to a real path: links are followed one by one, so that `..` means what the disk says,
//! and a link that leads out of a grant is refused with the name of where it leads.

use crate::{
    protected::{Bounds, Use, made_up, reason},
    words::{escaped, say, shown_path},
};
use assent_agent::{Place, Target, ToolError};
use assent_protocol::{Reach, visible::visible};
use std::{
    collections::VecDeque,
    ffi::OsString,
    fs, io,
    path::{Component, Path, PathBuf},
};

/// As the kernel counts them.
const MOST_LINKS: usize = 40;

/// A path with no link, `.` or `..` in it, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Absolute, valid UTF-8.
    pub path: PathBuf,
    /// Where it lies.
    pub reach: Reach,
}

impl Resolved {
    /// As a target of the argument at `field`.
    pub fn target(&self, field: impl Into<String>, state: impl Into<String>) -> Target {
        Target { field: field.into(), shown: text_of(&self.path), state: state.into(), reach: self.reach }
    }

    /// Why it asks, as a sentence for the card: what is protected there, or which other names the file has.
    pub fn why(&self, bounds: &Bounds, wanted: Use) -> Option<String> {
        if self.reach == Reach::OwnFiles {
            return None;
        }
        if let Some(why) = bounds.why(&self.path, wanted) {
            return Some(reason(why, &self.path));
        }
        let named = self.reach > bounds.reach(&self.path, wanted);
        let why = if self.reach == Reach::Protected { "protected_name" } else { "outside_name" };
        named.then(|| reason(why, &self.path))
    }
}

/// The text of a resolved path, which is always valid UTF-8.
pub fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Resolves a path for reading what it leads to: a link at its end is followed as well.
///
/// # Errors
/// `BadInput` for a text that is no path, `Refused` for a link that leads out of a grant.
pub fn resolve(text: &str, place: &Place) -> Result<Resolved, ToolError> {
    Resolver::new(place).follow(text, Use::Look)
}

/// Resolves many paths of one call.
pub struct Resolver<'a> {
    place: &'a Place,
    bounds: Bounds,
}

impl<'a> Resolver<'a> {
    /// For `place`.
    pub fn new(place: &'a Place) -> Resolver<'a> {
        Resolver { place, bounds: Bounds::of(place) }
    }

    /// What the path leads to, whether or not it exists.
    ///
    /// # Errors
    /// As [`resolve`].
    pub fn follow(&self, text: &str, wanted: Use) -> Result<Resolved, ToolError> {
        self.walk(text, true, wanted)
    }

    /// The thing of that name itself: a link at the end is not followed. For moving, naming and taking away.
    ///
    /// # Errors
    /// As [`resolve`].
    pub fn itself(&self, text: &str) -> Result<Resolved, ToolError> {
        self.walk(text, false, Use::Change)
    }

    /// Where a path that is resolved already lies.
    pub fn reach(&self, real: &Path, wanted: Use) -> Reach {
        self.bounds.reach(real, wanted)
    }

    /// The boundaries that it judges by.
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    fn walk(&self, text: &str, follow_last: bool, wanted: Use) -> Result<Resolved, ToolError> {
        let start = self.absolute(text)?;
        let mut left: VecDeque<OsString> = parts(&start).collect();
        let mut real = PathBuf::from("/");
        let mut missing = false;
        let mut crossed: Option<PathBuf> = None;
        let mut links = 0;
        while let Some(part) = left.pop_front() {
            if part == ".." {
                if missing {
                    return Err(bad("tools.path.dots_after_missing", text));
                }
                real.pop();
                continue;
            }
            let next = real.join(&part);
            if missing {
                real = next;
                continue;
            }
            match fs::symlink_metadata(&next) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    missing = true;
                    real = next;
                }
                Err(error) => {
                    return Err(ToolError::BadInput(crate::failure::sentence(crate::failure::errno(&error), &next)));
                }
                Ok(found) if found.is_symlink() && (follow_last || !left.is_empty()) => {
                    links += 1;
                    if links > MOST_LINKS {
                        return Err(bad("tools.path.too_many_links", text));
                    }
                    let leads = fs::read_link(&next).map_err(|error| {
                        ToolError::Failed(crate::failure::sentence(crate::failure::errno(&error), &next))
                    })?;
                    if self.bounds.inside(&real, Use::Look) {
                        crossed.get_or_insert(next);
                    }
                    if leads.is_absolute() {
                        real = PathBuf::from("/");
                    }
                    for part in parts(&leads).collect::<Vec<_>>().into_iter().rev() {
                        left.push_front(part);
                    }
                }
                Ok(_) => real = next,
            }
        }
        self.judge(text, real, crossed, missing, wanted)
    }

    fn judge(
        &self,
        text: &str,
        real: PathBuf,
        crossed: Option<PathBuf>,
        missing: bool,
        wanted: Use,
    ) -> Result<Resolved, ToolError> {
        let reach =
            if made_up(&real) { self.bounds.reach(&real, wanted) } else { self.bounds.reach_of_file(&real, wanted) };
        if let Some(link) = crossed
            && reach != Reach::OwnFiles
            && !self.bounds.inside(&real, Use::Look)
        {
            let values = [("link", shown_path(&link)), ("real", shown_path(&real))];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            return Err(ToolError::Refused(say("tools.path.link_leads_out", &values)));
        }
        if made_up(&real) {
            return Err(ToolError::Refused(say("tools.path.made_up", &[("path", &shown_path(&real))])));
        }
        if real.to_str().is_none() || (missing && names_undecodable(&real)) {
            return Err(ToolError::Refused(say("tools.path.not_text", &[("path", &visible(text))])));
        }
        Ok(Resolved { path: real, reach })
    }

    fn absolute(&self, text: &str) -> Result<PathBuf, ToolError> {
        if text.contains('\0') {
            return Err(bad("tools.path.nul", text));
        }
        if text == "~" {
            return Ok(self.place.home.clone());
        }
        if let Some(rest) = text.strip_prefix("~/") {
            return Ok(self.place.home.join(rest.trim_start_matches('/')));
        }
        if text.starts_with('/') { Ok(PathBuf::from(text)) } else { Err(bad("tools.path.not_absolute", text)) }
    }
}

fn parts(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        _ => None,
    })
}

// Whether the name is the escaped form, as `files.list` writes it, of a neighbour whose name is not valid text.
fn names_undecodable(real: &Path) -> bool {
    let (Some(folder), Some(name)) = (real.parent(), real.file_name().and_then(|name| name.to_str())) else {
        return false;
    };
    name.contains("\\x")
        && fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
            let other = entry.file_name();
            other.to_str().is_none() && escaped(&other) == name
        })
}

fn bad(key: &str, text: &str) -> ToolError {
    ToolError::BadInput(say(key, &[("path", &visible(text))]))
}
