//! Mail: reading, ordering and sending letters in the accounts that the user added. A letter is whatever its sender
//! wrote: its text, its names and its links are nobody's word but theirs.

pub mod address;
pub mod imap;
pub mod letter;
pub mod line;
pub mod mailbox;
pub mod smtp;
