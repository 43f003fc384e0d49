//! The user's contacts: the vCard files (`.vcf`) in the notes folder. They are only read.

pub mod find;
mod vcard;
