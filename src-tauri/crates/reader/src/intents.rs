//! What is wanted: a softmax over the n-grams of a text, with one byte a weight.

use crate::features::BUCKETS;

/// The closed list. What begins with `out_` is outside of what Assent does.
pub const INTENTS: &[&str] = &[
    "calendar_set",
    "calendar_query",
    "calendar_remove",
    "calendar_move",
    "alarm_set",
    "alarm_query",
    "alarm_remove",
    "datetime_query",
    "datetime_convert",
    "email_query",
    "email_send",
    "email_change",
    "list_add",
    "list_query",
    "list_remove",
    "contact_query",
    "contact_add",
    "note_add",
    "note_query",
    "file_find",
    "file_tidy",
    "file_trash",
    "file_move",
    "file_read",
    "automation",
    "web",
    "help",
    "undo",
    "history",
    "stop",
    "about",
    "small_talk",
    "out_media",
    "out_home",
    "out_facts",
    "out_travel",
    "out_food",
    "out_social",
    "out_other",
];

/// The bytes of a file of weights: the scale and the offset of each intent as two `f32` (little endian), then one signed
/// byte for each n-gram and intent, intents side by side.
pub struct Weights<'a> {
    head: Vec<(f32, f32)>,
    table: &'a [u8],
}

impl Weights<'_> {
    /// A file that is too short reads every text as equally likely everything.
    pub fn new(bytes: &[u8]) -> Weights<'_> {
        let head = INTENTS.len() * 8;
        let (first, table) = bytes.split_at_checked(head).unwrap_or((&[], &[]));
        let number = |four: &[u8]| four.try_into().map(f32::from_le_bytes).unwrap_or_default();
        let head = first.chunks_exact(8).map(|pair| (number(&pair[..4]), number(&pair[4..]))).collect();
        Weights { head, table: if table.len() == BUCKETS * INTENTS.len() { table } else { &[] } }
    }

    /// The intents of a text by its n-grams, likeliest first.
    pub fn read(&self, ngrams: &[u32]) -> Vec<(&'static str, f32)> {
        let length = 1.0 / (ngrams.len().max(1) as f32).sqrt();
        let mut sums = vec![0.0_f32; INTENTS.len()];
        for gram in ngrams {
            let from = *gram as usize * INTENTS.len();
            if let Some(row) = self.table.get(from..from + INTENTS.len()) {
                for (sum, weight) in sums.iter_mut().zip(row) {
                    *sum += f32::from(weight.cast_signed());
                }
            }
        }
        for (sum, (scale, offset)) in sums.iter_mut().zip(&self.head) {
            *sum = *sum * scale * length + offset;
        }
        soften(&mut sums);
        let mut out: Vec<(&'static str, f32)> = INTENTS.iter().copied().zip(sums).collect();
        out.sort_by(|a, b| b.1.total_cmp(&a.1));
        out
    }
}

/// Makes sums into probabilities.
pub fn soften(sums: &mut [f32]) {
    let most = sums.iter().copied().fold(f32::MIN, f32::max);
    let mut all = 0.0;
    for sum in sums.iter_mut() {
        *sum = (*sum - most).exp();
        all += *sum;
    }
    sums.iter_mut().for_each(|sum| *sum /= all);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_that_cannot_be_read_prefer_nothing() {
        for bytes in [&b""[..], b"short", &[0; 1_000]] {
            let found = Weights::new(bytes).read(&[1, 2, 3]);
            assert_eq!(found.len(), INTENTS.len());
            assert!(found.iter().all(|(_, p)| (p - 1.0 / INTENTS.len() as f32).abs() < 0.001));
        }
    }
}
