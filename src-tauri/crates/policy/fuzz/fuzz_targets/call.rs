//! The parser of calls: any text gives a value or a sentence, and what it gives is written and read back the same.
#![no_main]
use assent_protocol::canonical::{canonical, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(value) = parse(text) {
        let written = canonical(&value);
        let again = parse(&written).expect("what was written can be read");
        assert_eq!(canonical(&again), written);
    }
});
