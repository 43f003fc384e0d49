//! Who wrote a file, where that is not the user: a label that goes along with it. The engine keeps them, because not every
//! disk does; a tool only asks, and says where a labelled thing goes.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Device and inode: what stays the same when a file gets another name.
pub type Inode = (u64, u64);

/// Whose words may be in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Whether others can have written them; else the model did.
    pub others: bool,
    /// Where they came from, in words.
    pub source: String,
}

/// Where labels are kept.
pub trait KeepsLabels: Send + Sync + std::fmt::Debug {
    /// The label of this path or of this inode.
    fn of(&self, path: &Path, inode: Option<Inode>) -> Option<Label>;

    /// Every labelled path in this folder, however deep.
    fn within(&self, folder: &Path) -> Vec<(PathBuf, Label)>;

    /// Labels a path and what lies there. A label of the model's never takes the place of one of others'.
    ///
    /// # Errors
    /// When it cannot be kept, with the reason.
    fn keep(&self, path: &Path, inode: Option<Inode>, label: &Label) -> Result<(), String>;
}

/// The labels of one call.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    /// Where they are kept; nowhere in a test of one tool.
    pub kept: Option<Arc<dyn KeepsLabels>>,
    /// Who writes what this call writes, if it is the model: "the agent in task r3".
    pub writer: Option<String>,
    /// Whose words a call has read that were the model's.
    read: Arc<Mutex<Option<String>>>,
}

impl Labels {
    /// Labels that are kept there, for a call of this writer.
    pub fn new(kept: Arc<dyn KeepsLabels>, writer: Option<String>) -> Labels {
        Labels { kept: Some(kept), writer, read: Arc::default() }
    }

    /// Notes that something was read which the model wrote.
    pub fn read_of_the_model(&self, source: &str) {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| source.to_owned());
    }

    /// Who of the models wrote what this call read, if one did.
    pub fn written_by(&self) -> Option<String> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
