//! The weights are those that were made last, small enough, and made by the same steps from the same rows.

use assent_reader::{
    read,
    train::{self, Row},
};
use sha2::{Digest, Sha256};
use std::{fs, path::PathBuf};

fn weights() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("weights")
}

#[test]
fn the_weights_are_those_whose_digests_are_written_beside_them() {
    let mut size = 0;
    for line in fs::read_to_string(weights().join("DIGESTS")).unwrap().lines() {
        let (digest, name) = line.split_once("  ").unwrap();
        let bytes = fs::read(weights().join(name)).unwrap();
        let made: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(made, digest, "{name}: run `cargo xtask train`, which writes both");
        size += bytes.len();
    }
    assert!((100_000..4_000_000).contains(&size), "{size}");
}

#[test]
fn the_same_rows_come_to_the_same_bytes_and_are_learnt() {
    let row = |say: &str, intent: &'static str, part: &str| Row {
        say: say.to_owned(),
        intent,
        parts: Some(vec![("when", part.to_owned())]),
    };
    let rows: Vec<Row> = (0..12)
        .flat_map(|n| {
            [
                row(&format!("wake me at {n}"), "alarm_set", &n.to_string()),
                row(&format!("am I free at {n}"), "calendar_query", &n.to_string()),
            ]
        })
        .collect();
    let first = train::intents(&rows);
    assert_eq!(first, train::intents(&rows));
    assert_eq!(train::right(&rows, &first), rows.len());
    let folder = tempfile::tempdir().unwrap();
    let parts = |name: &str| {
        train::parts(&rows, &folder.path().join(name)).unwrap();
        fs::read(folder.path().join(name)).unwrap()
    };
    assert_eq!(parts("a"), parts("b"));
}

#[test]
fn what_is_typed_is_read_with_its_parts() {
    for (say, intent) in [
        ("Wake me up at 6:45 tomorrow", "alarm_set"),
        ("am I free on friday afternoon?", "calendar_query"),
        ("put batteries on the shopping list", "list_add"),
        ("what can you do", "help"),
        ("order a pizza", "out_food"),
        ("play some jazz", "out_media"),
    ] {
        let reading = read(say);
        assert_eq!(reading.intents[0].0, intent, "{say}: {:?}", &reading.intents[..3]);
        let all: f32 = reading.intents.iter().map(|(_, p)| p).sum();
        assert!((all - 1.0).abs() < 0.001, "{say}: {all}");
    }
}

#[test]
fn odd_texts_are_read_without_a_fault() {
    for say in ["", " ", "?", "🙂", "\u{202e}", &"word ".repeat(10_000), &"é".repeat(5_000), "a\0b"] {
        let reading = read(say);
        for span in &reading.spans {
            assert!(say.get(span.start..span.end).is_some(), "{say:?}");
        }
    }
}
