//! Makes the weights. The same rows in the same order come to the same bytes: nothing here is drawn by lot but the order
//! of the rows, and that from a fixed seed.

use crate::{
    features::{BUCKETS, Word, ngrams, words},
    intents::{INTENTS, Weights, soften},
    parts::{Tagger, attributes},
};
use crfs::train::Trainer;
use std::{error::Error, path::Path};

/// A sentence with its intent, and with its parts where they are known.
#[derive(Debug, Clone)]
pub struct Row {
    /// The sentence.
    pub say: String,
    /// Of [`INTENTS`].
    pub intent: &'static str,
    /// Label and words, in the order of the sentence; none where nobody marked them.
    pub parts: Option<Vec<(&'static str, String)>>,
}

const EPOCHS: usize = 16;
const STEP: f32 = 0.5;
const DECAY: f32 = 1e-6;

/// The weights of the intents, as a file holds them.
pub fn intents(rows: &[Row]) -> Vec<u8> {
    let width = INTENTS.len();
    let seen: Vec<(Vec<u32>, usize)> = rows
        .iter()
        .map(|row| (ngrams(&words(&row.say)), INTENTS.iter().position(|name| *name == row.intent).unwrap_or_default()))
        .collect();
    let mut weights = vec![0.0_f32; (BUCKETS + 1) * width];
    let mut squares = vec![1e-6_f32; (BUCKETS + 1) * width];
    let mut order: Vec<usize> = (0..seen.len()).collect();
    let mut lot = 7_u64;
    for _ in 0..EPOCHS {
        shuffle(&mut order, &mut lot);
        for at in &order {
            let (grams, gold) = &seen[*at];
            step(&mut weights, &mut squares, grams, *gold);
        }
    }
    packed(&weights)
}

// One step of AdaGrad. The last row of the table holds the offsets.
fn step(weights: &mut [f32], squares: &mut [f32], grams: &[u32], gold: usize) {
    let width = INTENTS.len();
    let length = 1.0 / (grams.len().max(1) as f32).sqrt();
    let mut sums = weights[BUCKETS * width..].to_vec();
    for gram in grams {
        let row = &weights[*gram as usize * width..][..width];
        sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight * length);
    }
    soften(&mut sums);
    sums[gold] -= 1.0;
    for gram in grams.iter().map(|gram| *gram as usize).chain([BUCKETS]) {
        let by = if gram == BUCKETS { 1.0 } else { length };
        let row = gram * width..(gram + 1) * width;
        for ((weight, square), error) in weights[row.clone()].iter_mut().zip(&mut squares[row]).zip(&sums) {
            let slope = error * by + DECAY * *weight;
            *square += slope * slope;
            *weight -= STEP * slope / square.sqrt();
        }
    }
}

fn packed(weights: &[f32]) -> Vec<u8> {
    let width = INTENTS.len();
    let mut scales = vec![0.0_f32; width];
    for (at, weight) in weights[..BUCKETS * width].iter().enumerate() {
        scales[at % width] = scales[at % width].max(weight.abs() / 127.0);
    }
    let mut out = Vec::new();
    for (scale, offset) in scales.iter().zip(&weights[BUCKETS * width..]) {
        out.extend(scale.to_le_bytes());
        out.extend(offset.to_le_bytes());
    }
    let byte = |(at, weight): (usize, &f32)| {
        let scale = scales[at % width];
        if scale == 0.0 { 0 } else { ((weight / scale).round() as i8).cast_unsigned() }
    };
    out.extend(weights[..BUCKETS * width].iter().enumerate().map(byte));
    out
}

fn shuffle(order: &mut [usize], lot: &mut u64) {
    for at in (1..order.len()).rev() {
        *lot ^= *lot << 13;
        *lot ^= *lot >> 7;
        *lot ^= *lot << 17;
        order.swap(at, (*lot % (at as u64 + 1)) as usize);
    }
}

/// Writes the weights of the parts to `file`.
///
/// # Errors
/// When the trainer refuses the rows or the file cannot be written.
pub fn parts(rows: &[Row], file: &Path) -> Result<(), Box<dyn Error>> {
    let mut trainer = Trainer::lbfgs();
    trainer.verbose(false);
    for row in rows {
        let Some(parts) = &row.parts else { continue };
        let words = words(&row.say);
        if words.is_empty() {
            continue;
        }
        let tags = tags(&words, parts);
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        trainer.append(&attributes(&words, row.intent), &tags)?;
    }
    trainer.params_mut().set_c1(0.35)?;
    trainer.params_mut().set_c2(0.02)?;
    trainer.params_mut().set_max_iterations(80)?;
    trainer.train(file)?;
    Ok(())
}

/// `B-` and `I-` with the label for each word, `O` for none.
pub fn tags(words: &[Word], parts: &[(&'static str, String)]) -> Vec<String> {
    let mut tags = vec!["O".to_owned(); words.len()];
    for (label, text) in parts {
        let wanted: Vec<String> = self::words(text).into_iter().map(|word| word.text).collect();
        if wanted.is_empty() {
            continue;
        }
        let fits = |at: &usize| {
            words[*at..].len() >= wanted.len()
                && wanted.iter().zip(&words[*at..]).all(|(wanted, word)| *wanted == word.text)
                && tags[*at..*at + wanted.len()].iter().all(|tag| tag == "O")
        };
        if let Some(at) = (0..words.len()).find(fits) {
            // "on friday at nine" is one part, though it is marked as a day and a time.
            let goes_on = at > 0 && tags[at - 1].ends_with(label);
            for (n, tag) in tags[at..at + wanted.len()].iter_mut().enumerate() {
                *tag = format!("{}-{label}", if n == 0 && !goes_on { "B" } else { "I" });
            }
        }
    }
    tags
}

/// How many of `rows` the weights in `bytes` read rightly.
pub fn right(rows: &[Row], bytes: &[u8]) -> usize {
    let weights = Weights::new(bytes);
    let read =
        |row: &&Row| weights.read(&ngrams(&words(&row.say))).first().is_some_and(|(name, _)| *name == row.intent);
    rows.iter().filter(read).count()
}

/// Whether bytes can be read as weights of the parts.
pub fn is_readable(bytes: &'static [u8]) -> bool {
    Tagger::new(bytes).is_some()
}
