//! Delegation (DESIGN 9, G7): what a helper may do is cut out of what its parent may do. Nothing that is asked for can
//! make it more: what goes beyond is left out, with a sentence for each part, so that the parent knows what its helper has.

use assent_protocol::{Budget, Grant, LimitName, Mode, texts};

/// How far down a task may be handed: a helper of the task, and a helper of that one.
pub const DEEPEST: u8 = 2;
/// Helpers of one run, over its whole life.
pub const MOST_HELPERS: usize = 8;

/// What a run may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Folders that it may touch: absolute, resolved, without `.` and `..`.
    pub grants: Vec<Grant>,
    /// Hosts that it may read.
    pub hosts: Vec<String>,
    /// How far it may go by itself.
    pub mode: Mode,
    /// The tools that it has; none for all there are.
    pub tools: Option<Vec<String>>,
    /// Its limits; none for a limit that nothing sets.
    pub budget: Budget,
    /// 0 for a task of the user's, 1 for its helper.
    pub depth: u8,
}

/// What a run asks for its helper; none for "as I have it".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Folders, resolved as in [`Authority::grants`].
    pub folders: Option<Vec<String>>,
    /// Hosts.
    pub hosts: Option<Vec<String>>,
    /// The mode.
    pub mode: Option<Mode>,
    /// Names of tools.
    pub tools: Option<Vec<String>>,
    /// Limits.
    pub budget: Budget,
}

/// What a helper gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// What it may do: never more than its parent.
    pub authority: Authority,
    /// What it asked for and did not get, a sentence a part.
    pub cut: Vec<String>,
}

/// Cuts what a helper may do out of what its parent may do; `helpers` is how many the parent has had before.
///
/// # Errors
/// A sentence, where nothing useful would be left or there are too many already.
///
/// ```
/// use assent_policy::delegation::{Asked, Authority, narrow};
/// use assent_protocol::{Budget, Grant, Mode};
/// let parent = Authority {
///     grants: vec![Grant { folder: "/home/me/Files".into(), shared: false }],
///     hosts: vec![], mode: Mode::Semi, tools: None, budget: Budget::default(), depth: 0,
/// };
/// let asked = Asked { folders: Some(vec!["/home/me/Files/2026".into(), "/etc".into()]), mode: Some(Mode::Auto), ..Asked::default() };
/// let handed = narrow(&parent, &asked, 0).unwrap();
/// assert_eq!(handed.authority.grants[0].folder, "/home/me/Files/2026");
/// assert_eq!((handed.authority.grants.len(), handed.authority.mode, handed.cut.len()), (1, Mode::Semi, 2));
/// ```
pub fn narrow(parent: &Authority, asked: &Asked, helpers: usize) -> Result<Handed, String> {
    if parent.depth >= DEEPEST {
        return Err(texts::say("policy.delegation.deep", &[]));
    }
    if helpers >= MOST_HELPERS {
        return Err(texts::say("policy.delegation.many", &[("count", &MOST_HELPERS.to_string())]));
    }
    let mut cut = Vec::new();
    let grants = match &asked.folders {
        None => parent.grants.clone(),
        Some(folders) => {
            let (mut inside, outside) = divided(folders, |folder| granted(parent, folder));
            said(&mut cut, "policy.delegation.folders", &outside);
            if inside.is_empty() && !outside.is_empty() {
                return Err(texts::say("policy.delegation.no_folder", &[("names", &outside.join(", "))]));
            }
            let marked: Vec<Grant> = parent.grants.iter().filter(|grant| marks_in(grant, &inside)).cloned().collect();
            inside.extend(marked);
            inside
        }
    };
    let hosts = match &asked.hosts {
        None => parent.hosts.clone(),
        Some(hosts) => {
            let (inside, outside) = divided(hosts, |host| parent.hosts.contains(host).then(|| host.clone()));
            said(&mut cut, "policy.delegation.hosts", &outside);
            inside
        }
    };
    let tools = match (&asked.tools, &parent.tools) {
        (None, has) => has.clone(),
        (Some(tools), None) => Some(tools.clone()),
        (Some(tools), Some(has)) => {
            let (inside, outside) = divided(tools, |tool| has.contains(tool).then(|| tool.clone()));
            said(&mut cut, "policy.delegation.tools", &outside);
            if inside.is_empty() && !outside.is_empty() {
                return Err(texts::say("policy.delegation.no_tool", &[("names", &outside.join(", "))]));
            }
            Some(inside)
        }
    };
    let mode = asked.mode.unwrap_or(parent.mode).min(parent.mode);
    if let Some(wanted) = asked.mode.filter(|wanted| *wanted > mode) {
        let values = [("asked", wanted.words()), ("mode", mode.words())];
        cut.push(texts::say("policy.delegation.mode", &values.each_ref().map(|(name, value)| (*name, value.as_str()))));
    }
    let mut budget = Budget::default();
    for limit in LimitName::ALL {
        let (wanted, most) = (asked.budget.get(limit), parent.budget.get(limit));
        budget.set(limit, wanted.into_iter().chain(most).min());
        if let (Some(wanted), Some(most)) = (wanted, most)
            && wanted > most
        {
            let name = texts::say(&format!("core.limit.{}", limit.name()), &[]);
            let values = [("limit", name), ("asked", wanted.to_string()), ("most", most.to_string())];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            cut.push(texts::say("policy.delegation.limit", &values));
        }
    }
    let authority = Authority { grants, hosts, mode, tools, budget, depth: parent.depth + 1 };
    Ok(Handed { authority, cut })
}

// What others may write to in the parent, others may write to in the helper.
fn granted(parent: &Authority, folder: &str) -> Option<Grant> {
    let plain =
        folder.starts_with('/') && !folder.contains('\0') && folder.split('/').all(|name| !matches!(name, "." | ".."));
    let over: Vec<&Grant> = parent.grants.iter().filter(|grant| plain && beneath(folder, &grant.folder)).collect();
    let shared = over.iter().any(|grant| grant.shared);
    (!over.is_empty()).then(|| Grant { folder: folder.to_owned(), shared })
}

// A shared folder below one that is handed on keeps its mark: else what others wrote there would be the user's own data.
fn marks_in(grant: &Grant, given: &[Grant]) -> bool {
    grant.shared && !given.contains(grant) && given.iter().any(|over| beneath(&grant.folder, &over.folder))
}

fn beneath(folder: &str, above: &str) -> bool {
    let names = |path: &str| path.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    names(folder).starts_with(&names(above))
}

fn divided<T>(asked: &[String], has: impl Fn(&String) -> Option<T>) -> (Vec<T>, Vec<String>) {
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for name in asked {
        match has(name) {
            Some(found) => inside.push(found),
            None => outside.push(assent_protocol::visible::visible(name)),
        }
    }
    (inside, outside)
}

fn said(cut: &mut Vec<String>, key: &str, names: &[String]) {
    if !names.is_empty() {
        cut.push(texts::say(key, &[("names", &names.join(", "))]));
    }
}
