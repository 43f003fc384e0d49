//! Addresses of letters: what is one, which domain it has, and what about it may mislead.

use crate::words::say;
use unicode_normalization::UnicodeNormalization;

/// Whether this can stand in an envelope: one address, nothing around it, nothing that could end a line.
pub fn is_address(text: &str) -> bool {
    text.len() <= 254
        && !text.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"'))
        && text.parse::<lettre::Address>().is_ok()
}

/// The domain, in small letters.
pub fn domain(address: &str) -> String {
    address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).unwrap_or_default()
}

/// What may mislead about an address, a sentence each: letters of several scripts, letters that only look like others,
/// a domain that differs from one the user knows by something the eye passes over.
pub fn warnings(address: &str, known: &[String]) -> Vec<String> {
    let domain = domain(address);
    let mut found = Vec::new();
    if !address.is_ascii() {
        let spelled: String =
            domain.chars().flat_map(|c| if c.is_ascii() { vec![c] } else { c.escape_unicode().collect() }).collect();
        found.push(say("mail.warn.letters", &[("address", address), ("spelled", &spelled)]));
    }
    let like = skeleton(&domain);
    if let Some(known) = known.iter().find(|known| **known != domain && skeleton(known) == like) {
        found.push(say("mail.warn.looks_like", &[("domain", &domain), ("known", known)]));
    }
    found
}

// What a domain looks like at a glance: the confusables of Unicode's own list, and the pairs that fonts run together.
fn skeleton(domain: &str) -> String {
    let plain: String = domain.nfkc().collect::<String>().to_lowercase();
    let plain: String = unicode_security::skeleton(&plain).collect();
    plain.replace("rn", "m").replace("vv", "w").replace(['0'], "o").replace(['1', '|'], "l").replace('i', "l")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_end_a_line_or_name_a_second_recipient_is_no_address() {
        for good in ["anna@example.org", "a.b+c@sub.example.org"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", "anna", "a@", "@b", "a@b\r\nBcc: x@y", "a@b,c@d", "A <a@b.c>", "a b@c.d", "a@b c", "\"x\"@b.c"]
        {
            assert!(!is_address(bad), "{bad:?}");
        }
    }

    #[test]
    fn card_07_look_alikes_are_spelled_out_and_compared_with_what_the_user_knows() {
        let known = vec!["paypal.com".to_owned(), "modern.org".to_owned()];
        let first = warnings("anna@раураl.com", &known);
        assert_eq!(first.len(), 2, "{first:?}");
        assert!(first[0].contains("\\u{440}") && first[1].contains("paypal.com"), "{first:?}");
        assert!(warnings("anna@rnodern.org", &known)[0].contains("modern.org"));
        assert!(warnings("anna@paypa1.com", &known)[0].contains("paypal.com"));
        assert!(warnings("anna@paypal.com", &known).is_empty());
    }
}
