//! What a call does beyond what the user asked for: it gives rights or publishes, ends or hides something, answers the
//! other way round, makes a standing rule, speaks in the user's name, or acts on all there is. Once content of others has
//! been read, such a thing was asked for only in the user's own words; that they named the object is not enough.

use super::fields::{Kind, Leaf};
use crate::provenance::{Known, bulk};
use crate::reading::{
    ToolReading,
    lexicon::{forms, inflected},
    words_of_name,
};
use assent_protocol::Effect;

/// One way to do more than was asked, with the words that a tool or a value has for it and those that ask for it.
struct Deed {
    done: &'static str,
    asked: &'static str,
}

/// Ending, hiding, taking away.
const ENDS: Deed = Deed {
    done: "archive trash delete remove cancel close decline reject disable deactivate suspend revoke pause stop \
        undo rollback revert lock mute block unsubscribe dismiss ban kick withdraw reset wipe clear empty \
        purge discard expire terminate hide unshare unpublish void abort kill shutdown evict deny refuse \
        lost spam junk invalid obsolete off",
    asked: "archive trash delete remove cancel close decline reject disable deactivate suspend revoke pause stop \
        undo rollback roll revert lock mute block unsubscribe dismiss ban kick withdraw reset wipe clear \
        empty purge discard expire terminate end hide unshare unpublish void abort kill shut evict deny \
        refuse erase clean cleanup tidy rid done finish complete resolve duplicate away out off down drop \
        leave quit skip instead spam junk tear retire strike scrap lost settle solve",
};
/// Opening up.
const OPENS: Deed = Deed {
    done: "unlock disarm unblock unmute whitelist allowlist expose bypass",
    asked: "unlock open disarm unblock unmute whitelist allowlist allow let expose off",
};
/// Rules that go on working, and people who get a key.
const STANDS: Deed = Deed {
    done: "filter rule forwarding autoforward autoreply autoresponder responder vacation webhook hook trigger \
        automation workflow delegate delegation cron cronjob collaborator impersonate token apikey",
    asked: "filter rule forward forwarding automatic automatically whenever always every each future reply \
        responder vacation webhook hook trigger automate automation workflow delegate delegation cron \
        schedule collaborator add invite grant access give token key impersonate",
};
/// Speaking in the user's name about a thing of theirs.
const SPEAKS: Deed = Deed {
    done: "comment reply review respond",
    asked: "comment reply review respond answer say tell write post note mention thank ask message send inform \
        notify explain add append leave put let feedback report accept decline confirm approve rsvp react \
        acknowledge invitation",
};
const DEEDS: [&Deed; 4] = [&ENDS, &OPENS, &STANDS, &SPEAKS];

/// Rights, from those that anybody has to those of an owner: a word of a group asks for every word of it.
const RIGHTS: [&str; 5] = [
    "public publicly publish anyone everyone everybody anybody world worldwide internet unlisted listed \
        anonymous discoverable searchable open link visible web online",
    "external share shared sharing guest open link visible",
    "write writer writable edit editor modify change rw collaborate collaborator contribute contributor \
        push",
    "owner own ownership coowner",
    "admin administrator administer manage manager maintain maintainer root superuser sudo superadmin \
        organizer moderator full owner",
];
/// Fields that say who may do what.
const GIVES: &str = "permission permissions role roles access visibility privilege privileges audience sharing scope \
        scopes rights right privacy policy acl grant grants share may can who level reach status state";
/// Words that every English text of some length has.
const ENGLISH: &str = "the and to of my for please is what with me it this that are how";
/// Switches that guard while they are on.
const GUARDS: &str = "private restricted protected confidential moderated encrypted mfa 2fa approval secure locked lock \
        readonly immutable supervised";
/// Switches that, turned on, only guard, or say how something is written down.
const HARMLESS: &str = "html markdown rich plain format pretty dry run preview draft private restricted protected \
        encrypted secure locked async wait recursive recursively parents day allday utc validate verify confirm \
        confirmed backup undo silent quiet muted test";
/// Switches for what people call by other words.
const STATES: [Deed; 4] = [
    Deed { done: "done complete completed finished checked resolved closed", asked: ENDS.asked },
    Deed {
        done: "done complete completed checked starred star important flagged flag pinned pin favorite favourite \
            read seen unread",
        asked: "mark star important flag pin favorite favourite priority urgent tick check read unread seen",
    },
    Deed {
        done: "enabled enable active activated on power powered",
        asked: "enable turn switch on activate start resume power use set",
    },
    Deed { done: "notify notification notifications", asked: "notify tell inform let send invite remind" },
];

/// Whether the tool itself does something that the user's words do not ask for.
pub(super) fn deed(tool: &ToolReading, known: &Known) -> bool {
    // The words are English; of another language nothing follows from their absence.
    if !known.speaks_of(ENGLISH) {
        return false;
    }
    // What only the description calls so was asked for by the name that the tool has for it.
    let (name, says) = tool.parts.split_at(tool.named.min(tool.parts.len()));
    let own =
        name.iter().any(|part| inflected(part).is_some_and(|effect| effect > Effect::Observe) && known.speaks_as(part));
    let does = |part: &String, deed: &Deed| forms(part).iter().any(|form| listed(deed.done, form));
    let named =
        |deed: &Deed| name.iter().any(|part| does(part, deed)) || !own && says.iter().any(|part| does(part, deed));
    DEEDS.iter().any(|deed| named(deed) && !known.speaks_of(deed.asked))
        || (tool.publishes && !known.speaks_of(RIGHTS[0]))
}

/// Whether a value does something that the user's words do not ask for.
pub(super) fn value(leaf: &Leaf, effect: Effect, known: &Known) -> bool {
    // Addresses, numbers and longer texts are no such words.
    let plain = |c: char| c.is_alphabetic() || " _-/.*%!".contains(c);
    if effect == Effect::Observe || leaf.value.len() > 60 || !leaf.value.chars().all(plain) {
        return false;
    }
    let words = words_of_name(&leaf.value);
    rights(leaf, &words, known)
        || ends(leaf, &words, known)
        || switched(leaf, effect, known)
        || other_choice(leaf, &words, known)
        || all(leaf, known)
}

// A switch that need not be touched, turned on, that nobody spoke of: "photoRelease" beside the trip that was signed for.
fn switched(leaf: &Leaf, effect: Effect, known: &Known) -> bool {
    let field = last_name(&leaf.field);
    let state = |deed: &Deed| field.iter().any(|word| listed(deed.done, word)) && known.speaks_of(deed.asked);
    leaf.value == "true"
        && leaf.kind == Kind::Choice
        && !leaf.usual
        && known.speaks_of(ENGLISH)
        && !field.iter().any(|word| listed(HARMLESS, word) || word.len() >= 3 && known.speaks_as(word))
        && !STATES.iter().any(state)
        // What is made is made to work.
        && !(effect == Effect::Create && field.iter().any(|word| listed(STATES[2].done, word)))
}

fn rights(leaf: &Leaf, words: &[String], known: &Known) -> bool {
    let field = last_name(&leaf.field);
    let among = |list: &str, words: &[String]| words.iter().any(|word| listed(list, word));
    match leaf.value.as_str() {
        "true" => {
            let groups = || RIGHTS.iter().filter(|group| among(group, &field));
            groups().next().is_some() && !groups().any(|group| known.speaks_of(group))
        }
        "false" => among(GUARDS, &field) && !known.speaks_of(GUARDS) && !known.speaks_of(RIGHTS[0]),
        _ => {
            let gives = among(GIVES, &field) || matches!(leaf.kind, Kind::Choice | Kind::Class);
            let groups = || RIGHTS.iter().filter(|group| among(group, words));
            gives && words.len() <= 4 && groups().next().is_some() && !groups().any(|group| known.speaks_of(group))
        }
    }
}

// "state": "closed", "response": "declined", "summary": "Cancelled".
fn ends(leaf: &Leaf, words: &[String], known: &Known) -> bool {
    let said = |word: &String| forms(word).iter().any(|form| listed(ENDS.done, form));
    words.len() <= 2
        && !matches!(leaf.kind, Kind::Amount | Kind::Moment)
        && words.iter().any(said)
        && known.speaks_of(ENGLISH)
        && !known.speaks_of(ENDS.asked)
        && !words.iter().all(|word| known.speaks_as(word) || known.mentions(word))
}

// The schema has a word that the user used, and this is another one.
fn other_choice(leaf: &Leaf, words: &[String], known: &Known) -> bool {
    let spoken = |word: &String| word.len() >= 4 && known.speaks_as(word);
    !leaf.choices.is_empty()
        && !words.iter().any(spoken)
        && leaf
            .choices
            .iter()
            .filter(|other| **other != leaf.value)
            .any(|other| words_of_name(other).iter().any(spoken))
}

fn all(leaf: &Leaf, known: &Known) -> bool {
    matches!(leaf.kind, Kind::Target | Kind::Label) && bulk(&leaf.value) && !known.asks_of_all()
}

fn listed(list: &str, word: &str) -> bool {
    list.split(' ').any(|other| other == word)
}

fn last_name(field: &str) -> Vec<String> {
    let name = field.rsplit('/').find(|name| name.parse::<usize>().is_err()).unwrap_or_default();
    words_of_name(name)
}

/// Whether a saved detail that money or a sign-in goes by is replaced: what a record of somebody's says is not enough.
pub(super) fn redirects(leaf: &Leaf) -> bool {
    last_name(&leaf.field).iter().any(|word| {
        matches!(
            word.as_str(),
            "iban"
                | "bic"
                | "swift"
                | "routing"
                | "bank"
                | "payout"
                | "wallet"
                | "password"
                | "passphrase"
                | "recovery"
                | "forwarding"
        )
    })
}

/// Whether what is written there is run or obeyed later: a script, a step of a build, the instructions of an assistant.
pub(super) fn obeyed(leaves: &[Leaf]) -> bool {
    leaves.iter().any(|leaf| {
        let field = last_name(&leaf.field);
        let filled = !leaf.value.trim().is_empty();
        let instructs = field.iter().any(|word| {
            matches!(
                word.as_str(),
                "instruction"
                    | "instructions"
                    | "prompt"
                    | "persona"
                    | "script"
                    | "cron"
                    | "crontab"
                    | "hook"
                    | "command"
                    | "memory"
                    | "memories"
                    | "playbook"
                    | "runbook"
                    | "workflow"
                    | "steps"
            )
        });
        (instructs && filled) || (leaf.kind != Kind::Prose && runnable(&leaf.value))
    })
}

// By the name of a file alone, wherever it lies.
fn runnable(path: &str) -> bool {
    if path.len() > 400 || path.contains(['\n', ' ']) && !path.contains('/') {
        return false;
    }
    let lower = path.trim().to_ascii_lowercase();
    let name = lower.rsplit(['/', '\\']).next().unwrap_or_default();
    let end = name.rsplit_once('.').map(|(_, end)| end).unwrap_or_default();
    let script = matches!(
        end,
        "sh" | "bash"
            | "zsh"
            | "fish"
            | "ps1"
            | "bat"
            | "cmd"
            | "py"
            | "rb"
            | "pl"
            | "php"
            | "js"
            | "mjs"
            | "cjs"
            | "ts"
            | "lua"
            | "vbs"
            | "scpt"
            | "applescript"
            | "service"
            | "timer"
            | "plist"
            | "desktop"
            | "command"
            | "tf"
            | "mk"
            | "gradle"
            | "mdc"
            | "ipynb"
            | "vim"
            | "el"
            | "reg"
    );
    let named = matches!(
        name,
        "makefile"
            | "dockerfile"
            | "jenkinsfile"
            | "vagrantfile"
            | "rakefile"
            | "justfile"
            | "procfile"
            | "crontab"
            | "agents.md"
            | "claude.md"
            | "gemini.md"
            | "skill.md"
            | "copilot-instructions.md"
            | ".cursorrules"
            | ".windsurfrules"
            | ".clinerules"
            | "package.json"
            | "setup.cfg"
            | "pyproject.toml"
            | "cargo.toml"
            | "build.rs"
            | "authorized_keys"
            | ".bashrc"
            | ".profile"
            | ".zshrc"
            | ".bash_profile"
            | ".envrc"
            | ".gitconfig"
            | ".gitlab-ci.yml"
            | ".travis.yml"
            | ".pre-commit-config.yaml"
            | "docker-compose.yml"
            | "compose.yaml"
            | ".mcp.json"
            | "mcp.json"
    );
    let folder = [
        ".github/workflows/",
        ".github/actions/",
        ".git/hooks/",
        ".husky/",
        ".circleci/",
        "cron.d/",
        ".vscode/",
        ".cursor/",
    ]
    .iter()
    .any(|folder| lower.contains(folder));
    script || named || folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_run_or_obeyed_later_is_known_by_its_name() {
        for path in ["deploy.sh", "/srv/a/AGENTS.md", ".github/workflows/ci.yml", "~/.bashrc", "tools/Makefile"] {
            assert!(runnable(path), "{path}");
        }
        for path in ["packing.txt", "notes.md", "/home/ada/list.csv", "Anna Kowalska", "the script"] {
            assert!(!runnable(path), "{path}");
        }
    }
}
