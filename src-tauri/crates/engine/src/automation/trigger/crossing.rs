//! A number that crosses a line. It counts as beyond once it is past the line, and as back only when it has come back by a
//! margin, so that one that trembles on the line fires once.

use assent_protocol::Side;

/// Whether `value` is beyond the line now, and whether it has just crossed it. `before` is none at the first look.
pub(crate) fn cross(side: Side, line: i64, back: i64, before: Option<bool>, value: i64) -> (bool, bool) {
    // One axis, on which beyond is up.
    let above = match side {
        Side::Above => value.saturating_sub(line),
        Side::Below => line.saturating_sub(value),
    };
    let beyond = if before == Some(true) { above > -back.max(0) } else { above > 0 };
    (beyond, beyond && before != Some(true))
}

/// The first number after `label`, in hundredths; the first of all where there is no label.
pub(crate) fn number_after(text: &str, label: &str) -> Option<i64> {
    let rest = if label.is_empty() { text } else { &text[text.find(label)? + label.len()..] };
    let at = rest.find(|c: char| c.is_ascii_digit())?;
    let minus = rest[..at].ends_with('-') || rest[..at].ends_with('\u{2212}');
    let digits: String =
        rest[at..].chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\u{a0}')).collect();
    // A comma before three digits groups thousands; the last dot or comma otherwise is the decimal one.
    let plain: String = digits.trim_end_matches(['.', ',', '\u{a0}']).chars().filter(|c| *c != '\u{a0}').collect();
    let decimal = plain.rfind(['.', ',']).filter(|at| {
        let (rest, mark) = (plain.len() - at - 1, &plain[*at..=*at]);
        plain.matches(mark).count() == 1 && (mark == "." || rest != 3)
    });
    let (whole, part) = decimal.map_or((plain.as_str(), ""), |at| (&plain[..at], &plain[at + 1..]));
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let part: String = part.chars().chain("00".chars()).take(2).collect();
    let number: i64 = format!("{whole}{part}").parse().ok()?;
    Some(if minus { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_trembles_on_the_line_fires_once() {
        let mut before = None;
        let mut fired = 0;
        for value in [90, 101, 99, 101, 100, 96, 102, 95, 94, 101] {
            let (beyond, fires) = cross(Side::Above, 100, 5, before, value);
            before = Some(beyond);
            fired += i32::from(fires);
        }
        assert_eq!(fired, 2, "once, and again after it came back by five");
        assert_eq!(cross(Side::Below, 100, 0, None, 99), (true, true));
        assert_eq!(cross(Side::Below, 100, 0, Some(true), 100), (false, false));
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, label, expected) in [
            ("19.5 %", "", Some(1950)),
            ("Price: EUR 1,234.50 today", "Price:", Some(123_450)),
            ("12,5", "", Some(1250)),
            ("1.234.567", "", Some(123_456_700)),
            ("at -3 degrees", "", Some(-300)),
            ("no number", "", None),
            ("one 5 two 7", "two", Some(700)),
            ("5", "label", None),
            ("99999999999999999999", "", None),
        ] {
            assert_eq!(number_after(text, label), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn between_two_firings_it_has_always_been_back(values in proptest::collection::vec(-50i64..50, 1..60), back in 0i64..20) {
            let (mut before, mut was_back) = (None, true);
            for value in values {
                let (beyond, fires) = cross(Side::Above, 0, back, before, value);
                if fires {
                    prop_assert!(was_back && value > 0);
                    was_back = false;
                }
                was_back |= value <= -back;
                before = Some(beyond);
            }
        }

        #[test]
        fn any_text_is_read_without_harm(text in "\\PC{0,40}", label in "\\PC{0,3}") {
            let _ = number_after(&text, &label);
        }
    }
}
