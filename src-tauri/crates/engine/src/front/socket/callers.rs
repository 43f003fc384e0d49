//! How many may call, and how much memory what they say takes before it is understood. Whoever connects and says nothing
//! gives way to whoever comes: a socket full of silent callers keeps nobody out.

use super::CALLERS;
use crate::{Answered, words};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
};

/// The longest question; an edit of a batch of thousands of files fits.
const LONGEST: usize = 16 * 1024 * 1024;
/// What each caller may say without asking for room.
const FREE: usize = 32 * 1024;
/// Room for longer questions, of all callers together.
const ROOM: usize = 20 * 1024 * 1024;
/// Room is given in pieces of this many bytes.
const PIECE: usize = 64 * 1024;

/// Those who call at the moment.
pub(super) struct Callers {
    /// Places of those that are being answered.
    pub(super) places: Arc<Semaphore>,
    room: Arc<Semaphore>,
    silent: Mutex<VecDeque<Arc<Notify>>>,
}

impl Default for Callers {
    fn default() -> Callers {
        Callers {
            places: Arc::new(Semaphore::new(CALLERS)),
            room: Arc::new(Semaphore::new(ROOM / PIECE)),
            silent: Mutex::default(),
        }
    }
}

/// A caller that has not said yet what it wants.
pub(super) struct Silent {
    desk: Arc<Callers>,
    push: Arc<Notify>,
}

impl Callers {
    /// Lets one more in; where too many say nothing, the one that has said nothing for longest goes.
    pub(super) fn enter(self: &Arc<Self>) -> Silent {
        let push = Arc::new(Notify::new());
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        if silent.len() >= CALLERS
            && let Some(oldest) = silent.pop_front()
        {
            oldest.notify_one();
        }
        silent.push_back(push.clone());
        Silent { desk: self.clone(), push }
    }

    /// One question, and the room it takes as long as that is held.
    ///
    /// # Errors
    /// When it is too long, there is no room left, or it is no text.
    pub(super) async fn hear(
        &self,
        from: &mut (impl AsyncRead + Unpin),
    ) -> Answered<(String, Vec<OwnedSemaphorePermit>)> {
        let (mut line, mut room) = (Vec::new(), Vec::new());
        let mut block = vec![0; 16 * 1024];
        loop {
            let read = from.read(&mut block).await.map_err(words::other)?;
            let end = block[..read].iter().position(|byte| *byte == b'\n');
            let wanted = line.len() + end.unwrap_or(read);
            if wanted > LONGEST {
                let most = (LONGEST / 1024 / 1024).to_string();
                return Err(words::bad_input("engine.socket.long", &[("most", &most)]));
            }
            while wanted > FREE + room.len() * PIECE {
                let piece = self.room.clone().try_acquire_owned();
                room.push(piece.map_err(|_| words::bad_input("engine.socket.full", &[]))?);
            }
            line.extend_from_slice(&block[..end.unwrap_or(read)]);
            if end.is_some() || read == 0 {
                return Ok((String::from_utf8(line).map_err(words::other)?, room));
            }
        }
    }
}

impl Silent {
    /// Ends when another takes the place.
    pub(super) async fn pushed_out(&self) {
        self.push.notified().await;
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        let mut silent = self.desk.silent.lock().unwrap_or_else(PoisonError::into_inner);
        silent.retain(|other| !Arc::ptr_eq(other, &self.push));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_longest_silent_caller_gives_way_and_one_that_has_spoken_does_not() {
        let desk = Arc::new(Callers::default());
        let mut silent: Vec<Silent> = (0..CALLERS).map(|_| desk.enter()).collect();
        drop(silent.remove(0));
        let spoken = desk.enter();
        assert_eq!(desk.silent.lock().unwrap().len(), CALLERS);
        let _more = desk.enter();
        silent[0].pushed_out().await;
        let kept = tokio::time::timeout(std::time::Duration::from_millis(1), spoken.pushed_out()).await;
        assert!(kept.is_err(), "only the oldest goes");
    }

    #[tokio::test]
    async fn long_questions_share_one_room_and_give_it_back() {
        let desk = Callers::default();
        let long = [vec![b'x'; 12 * 1024 * 1024], vec![b'\n']].concat();
        let (text, room) = desk.hear(&mut long.as_slice()).await.unwrap();
        assert_eq!(text.len(), 12 * 1024 * 1024);
        assert!(desk.hear(&mut long.as_slice()).await.is_err(), "two of them do not fit");
        assert_eq!(desk.hear(&mut &b"short\n"[..]).await.unwrap().0, "short", "a short one always does");
        drop(room);
        assert!(desk.hear(&mut long.as_slice()).await.is_ok());
        assert!(desk.hear(&mut vec![b'x'; LONGEST + 1].as_slice()).await.is_err());
    }
}
