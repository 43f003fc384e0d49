//! G7 by a fuzzed tree of delegations: whatever is asked for, on whatever level, no helper has a grant, a host, a mode, a
//! tool or a limit that its parent lacks. What "lacks" means is written anew here, not taken from the code.

use assent_policy::delegation::{Asked, Authority, DEEPEST, MOST_HELPERS, narrow};
use assent_protocol::{Budget, Grant, LimitName, Mode};
use proptest::{collection::vec, option, prelude::*, sample::select};
use std::path::{Component, Path};

fn folder() -> impl Strategy<Value = String> {
    let names = select(vec!["a", "b", "ab", "A", "..", ".", "", "a b", "ą", "a\0", "link"]);
    (any::<bool>(), vec(names, 0..4))
        .prop_map(|(absolute, names)| format!("{}{}", if absolute { "/" } else { "" }, names.join("/")))
}

fn granted() -> impl Strategy<Value = Grant> {
    let names = vec(select(vec!["a", "b", "ab", "A", "ą"]), 0..3);
    (names, any::<bool>()).prop_map(|(names, shared)| Grant { folder: format!("/{}", names.join("/")), shared })
}

fn mode() -> impl Strategy<Value = Mode> {
    select(Mode::ALL.to_vec())
}

fn names() -> impl Strategy<Value = Vec<String>> {
    vec(select(vec!["files.move", "files.list", "FILES.MOVE", "web.fetch", ""]).prop_map(str::to_owned), 0..3)
}

fn hosts() -> impl Strategy<Value = Vec<String>> {
    vec(select(vec!["https://a.test", "https://b.a.test", "https://a.test:8443"]).prop_map(str::to_owned), 0..3)
}

fn budget() -> impl Strategy<Value = Budget> {
    vec(option::of(prop_oneof![0u32..10, Just(u32::MAX)]), LimitName::ALL.len()).prop_map(|list| {
        let mut budget = Budget::default();
        LimitName::ALL.into_iter().zip(list).for_each(|(limit, most)| budget.set(limit, most));
        budget
    })
}

fn authority() -> impl Strategy<Value = Authority> {
    (vec(granted(), 0..3), hosts(), mode(), option::of(names()), budget())
        .prop_map(|(grants, hosts, mode, tools, budget)| Authority { grants, hosts, mode, tools, budget, depth: 0 })
}

fn asked() -> impl Strategy<Value = Asked> {
    (option::of(vec(folder(), 0..3)), option::of(hosts()), option::of(mode()), option::of(names()), budget())
        .prop_map(|(folders, hosts, mode, tools, budget)| Asked { folders, hosts, mode, tools, budget })
}

// As the system walks a path: a part that climbs is never inside.
fn reaches(parent: &Authority, grant: &Grant) -> bool {
    let climbs = Path::new(&grant.folder).components().any(|part| matches!(part, Component::ParentDir));
    let over = parent.grants.iter().filter(|over| Path::new(&grant.folder).starts_with(&over.folder));
    let shared = over.clone().any(|over| over.shared);
    parent.grants.contains(grant) || (!climbs && over.count() > 0 && (grant.shared || !shared))
}

// What others may write to in a folder of the parent's stays marked, also where the helper was given a folder above it.
fn stays_shared(grant: &Grant, child: &Authority) -> bool {
    let above = |over: &Grant| Path::new(&grant.folder).starts_with(&over.folder);
    let reached = child.grants.iter().any(above);
    !grant.shared || !reached || child.grants.iter().any(|over| over.shared && above(over))
}

fn lacks(parent: &Authority, child: &Authority) -> Option<&'static str> {
    let within = |limit: LimitName| match (parent.budget.get(limit), child.budget.get(limit)) {
        (Some(most), has) => has.is_some_and(|has| has <= most),
        (None, _) => true,
    };
    let tools = match (&parent.tools, &child.tools) {
        (Some(has), Some(given)) => given.iter().all(|tool| has.contains(tool)),
        (Some(_), None) => false,
        (None, _) => true,
    };
    match () {
        () if !child.grants.iter().all(|grant| reaches(parent, grant)) => Some("a grant"),
        () if !parent.grants.iter().all(|grant| stays_shared(grant, child)) => Some("trust in a shared folder"),
        () if !child.hosts.iter().all(|host| parent.hosts.contains(host)) => Some("a host"),
        () if child.mode > parent.mode => Some("a mode"),
        () if !tools => Some("a tool"),
        () if !LimitName::ALL.into_iter().all(within) => Some("a limit"),
        () if child.depth <= parent.depth || child.depth > DEEPEST => Some("a level"),
        () => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100_000))]

    #[test]
    fn g7_no_helper_has_what_its_parent_lacks(root in authority(), tree in vec((any::<prop::sample::Index>(), asked()), 1..12)) {
        let mut runs = vec![(root, Vec::new(), 0)];
        for (whose, asked) in &tree {
            let at = whose.index(runs.len());
            let (parent, mut line, helpers) = runs[at].clone();
            if let Ok(handed) = narrow(&parent, asked, helpers) {
                line.push(at);
                // Not only what its parent lacks, but what anybody above it does.
                for above in &line {
                    prop_assert_eq!(lacks(&runs[*above].0, &handed.authority), None, "{:?} asked {:?}", &runs[*above].0, asked);
                }
                runs[at].2 += 1;
                prop_assert!(runs[at].2 <= MOST_HELPERS);
                runs.push((handed.authority, line, 0));
            }
        }
    }
}

#[test]
fn what_is_asked_for_within_the_parents_reach_is_given_whole_and_without_a_word() {
    let parent = Authority {
        grants: vec![Grant { folder: "/home/me/Files".into(), shared: true }],
        hosts: vec!["https://a.test".into()],
        mode: Mode::Auto,
        tools: None,
        budget: Budget { actions: Some(50), ..Budget::default() },
        depth: 0,
    };
    let asked = Asked {
        folders: Some(vec!["/home/me/Files/2026".into()]),
        hosts: Some(vec![]),
        mode: Some(Mode::Ask),
        tools: Some(vec!["files.list".into()]),
        budget: Budget { actions: Some(5), ..Budget::default() },
    };
    let handed = narrow(&parent, &asked, 0).unwrap();
    let expected = Authority {
        grants: vec![Grant { folder: "/home/me/Files/2026".into(), shared: true }],
        hosts: vec![],
        mode: Mode::Ask,
        tools: Some(vec!["files.list".into()]),
        budget: Budget { actions: Some(5), ..Budget::default() },
        depth: 1,
    };
    assert_eq!((handed.authority, handed.cut), (expected, Vec::<String>::new()));
}

#[test]
fn a_folder_beside_the_grant_is_left_out_and_named() {
    let grants = vec![Grant { folder: "/home/me/Files".into(), shared: false }];
    let parent =
        Authority { grants, hosts: vec![], mode: Mode::Semi, tools: None, budget: Budget::default(), depth: 0 };
    let asked = |folders: &[&str]| Asked {
        folders: Some(folders.iter().map(|folder| (*folder).to_owned()).collect()),
        ..Asked::default()
    };
    let handed = narrow(&parent, &asked(&["/home/me/Files", "/home/me/Files2", "/home/me/Files/../.ssh"]), 0).unwrap();
    assert_eq!(handed.authority.grants.len(), 1);
    assert!(handed.cut[0].contains("/home/me/Files2") && handed.cut[0].contains(".ssh"), "{:?}", handed.cut);
    assert!(narrow(&parent, &asked(&["/etc"]), 0).unwrap_err().contains("/etc"));
}

#[test]
fn a_shared_folder_below_the_one_that_is_handed_on_stays_shared() {
    let grant = |folder: &str, shared| Grant { folder: folder.to_owned(), shared };
    let grants = vec![grant("/home/me/Files", false), grant("/home/me/Files/Team", true)];
    let parent =
        Authority { grants, hosts: vec![], mode: Mode::Semi, tools: None, budget: Budget::default(), depth: 0 };
    let asked = Asked { folders: Some(vec!["/home/me/Files".to_owned()]), ..Asked::default() };
    assert_eq!(narrow(&parent, &asked, 0).unwrap().authority.grants, parent.grants);
}

#[test]
fn neither_depth_nor_number_is_without_end() {
    let parent = Authority {
        grants: vec![],
        hosts: vec![],
        mode: Mode::Semi,
        tools: None,
        budget: Budget::default(),
        depth: DEEPEST,
    };
    assert!(narrow(&parent, &Asked::default(), 0).is_err());
    let parent = Authority { depth: 0, ..parent };
    assert!(narrow(&parent, &Asked::default(), MOST_HELPERS - 1).is_ok());
    assert!(narrow(&parent, &Asked::default(), MOST_HELPERS).is_err());
}
