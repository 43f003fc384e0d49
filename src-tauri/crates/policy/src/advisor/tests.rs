//! The table, row by row, and what wishes do to it.

use super::*;
use proptest::prelude::*;

const NEW: Experience = Experience { ran: 0, regretted: 0, this_month: 0 };
const FAMILIAR: Experience = Experience { ran: 8, regretted: 0, this_month: 0 };
const OFTEN: Experience = Experience { ran: 20, regretted: 0, this_month: 5 };

fn step(effect: Effect, experience: Experience) -> Step {
    Step { tool: None, facts: expected(effect), experience, batch: false }
}

fn best(steps: &[Step]) -> Mode {
    mode(steps, &Wishes::default()).0
}

#[test]
fn the_table_is_as_documented() {
    use Mode::{Ask, Auto, Semi, Suggest};
    use Reversal::{None as No, Recallable, Undoable};
    let rows = [
        (Cost::None, Undoable, [Auto, Auto, Auto]),
        (Cost::None, No, [Auto, Auto, Auto]),
        (Cost::Low, Undoable, [Semi, Semi, Auto]),
        (Cost::Low, Recallable, [Ask, Ask, Semi]),
        (Cost::Low, No, [Ask, Ask, Semi]),
        (Cost::Medium, Undoable, [Ask, Semi, Semi]),
        (Cost::Medium, Recallable, [Ask, Ask, Ask]),
        (Cost::Medium, No, [Ask, Ask, Ask]),
        (Cost::High, Undoable, [Ask, Ask, Ask]),
        (Cost::High, Recallable, [Ask, Ask, Ask]),
        (Cost::High, No, [Suggest, Ask, Ask]),
    ];
    for (cost, reversal, modes) in rows {
        let found = [NEW, FAMILIAR, OFTEN].map(|experience| fits(cost, reversal, &experience));
        assert_eq!(found, modes, "{cost:?} {reversal:?}");
    }
}

#[test]
fn a_task_is_as_careful_as_its_most_careful_step() {
    assert_eq!(best(&[step(Effect::Observe, NEW)]), Mode::Auto);
    assert_eq!(best(&[step(Effect::Observe, NEW), step(Effect::Modify, NEW)]), Mode::Semi);
    assert_eq!(best(&[step(Effect::Modify, OFTEN), step(Effect::Delete, NEW)]), Mode::Ask);
    assert_eq!(best(&[step(Effect::Modify, OFTEN), step(Effect::Spend, NEW)]), Mode::Suggest);
    assert_eq!(best(&[]), Mode::Ask);
}

#[test]
fn one_regret_makes_the_familiar_new_again() {
    assert_eq!(best(&[step(Effect::Delete, FAMILIAR)]), Mode::Semi);
    assert_eq!(best(&[step(Effect::Delete, Experience { regretted: 1, ..FAMILIAR })]), Mode::Ask);
}

#[test]
fn wishes_shift_it_and_what_costs_much_is_never_left_alone() {
    let careful = Wishes { risk: Level::Low, complexity: Level::High, oversight: Level::High };
    let free = Wishes { risk: Level::High, complexity: Level::Low, oversight: Level::Low };
    let tidy = [step(Effect::Modify, NEW)];
    assert_eq!(mode(&tidy, &careful).0, Mode::Suggest);
    assert_eq!(mode(&tidy, &free).0, Mode::Auto);
    assert_eq!(mode(&[step(Effect::Send, OFTEN)], &free).0, Mode::Ask);
    assert_eq!(mode(&[step(Effect::Spend, OFTEN)], &free).0, Mode::Ask);
}

#[test]
fn what_would_ask_is_what_the_decision_core_says() {
    let mut tidy = step(Effect::Modify, NEW);
    (tidy.tool, tidy.batch) = (Some("files.move".into()), true);
    assert_eq!(asks(&[tidy.clone()], Mode::Semi), ["moving files, when it is more than 25 at once"]);
    assert_eq!(asks(&[tidy.clone()], Mode::Ask), ["moving files, each time"]);
    assert_eq!(asks(&[tidy], Mode::Suggest), ["moving files stays a suggestion"]);
    assert_eq!(asks(&[step(Effect::Observe, NEW)], Mode::Ask), Vec::<String>::new());
}

#[test]
fn the_words_of_a_goal_tell_what_it_would_do() {
    let effects = |goal| read_goal(goal).iter().map(|step| step.facts.effect).collect::<Vec<_>>();
    assert_eq!(effects("Pay the invoice and email it to Anna"), [Effect::Spend, Effect::Send]);
    assert_eq!(effects("Moving my photos"), [Effect::Modify]);
    assert_eq!(effects("Summarize what is new"), [Effect::Observe]);
    // A word inside a word is not that word.
    assert_eq!(effects("repay, sender, rerun"), Vec::<Effect>::new());
}

#[test]
fn advice_is_whole_sentences() {
    for effect in Effect::ALL {
        for experience in [NEW, FAMILIAR, OFTEN] {
            for level in Level::ALL {
                let wishes = Wishes { risk: *level, complexity: *level, oversight: *level };
                let advice = advise(&[step(*effect, experience)], &wishes);
                for text in advice.why.iter().chain(&advice.asks).chain([&advice.sentence, &advice.budget]) {
                    assert!(!text.is_empty() && !text.contains('{') && !text.contains("policy."), "{text}");
                }
            }
        }
    }
}

fn level() -> impl Strategy<Value = Level> {
    (0..3usize).prop_map(|n| Level::ALL[n])
}

proptest! {
    #[test]
    fn more_care_never_frees_and_one_more_step_never_frees(
        effects in proptest::collection::vec((0..8usize, 0..30u32, 0..2u32, 0..9u32), 1..5),
        (risk, complexity, oversight) in (level(), level(), level()),
    ) {
        let steps: Vec<Step> = effects
            .iter()
            .map(|(e, ran, regretted, month)| {
                step(Effect::ALL[*e], Experience { ran: *ran, regretted: *regretted, this_month: *month })
            })
            .collect();
        let wishes = Wishes { risk, complexity, oversight };
        let now = mode(&steps, &wishes).0;
        for careful in [
            Wishes { risk: Level::Low, ..wishes },
            Wishes { complexity: Level::High, ..wishes },
            Wishes { oversight: Level::High, ..wishes },
        ] {
            prop_assert!(mode(&steps, &careful).0 <= now);
        }
        prop_assert!(mode(&steps[..steps.len() - 1], &wishes).0 >= now || steps.len() == 1);
    }
}
