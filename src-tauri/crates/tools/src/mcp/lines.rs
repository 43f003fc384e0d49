//! The lines that a server writes, each mended before the SDK reads it. A line that is too long ends them, instead of being
//! waited for.

use super::{lenient::Talk, session::MOST_MESSAGE};
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncBufRead, AsyncRead, BufReader, ReadBuf},
    process::ChildStdout,
};

/// The output of a server.
pub struct Lines {
    inner: BufReader<ChildStdout>,
    line: Vec<u8>,
    ready: Vec<u8>,
    at: usize,
    overlong: Arc<AtomicBool>,
    talk: Arc<Talk>,
}

impl Lines {
    /// The lines of `output`; `overlong` is set where one was too long.
    pub fn of(output: ChildStdout, overlong: Arc<AtomicBool>, talk: Arc<Talk>) -> Lines {
        Lines { inner: BufReader::new(output), line: Vec::new(), ready: Vec::new(), at: 0, overlong, talk }
    }
}

impl AsyncRead for Lines {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let lines = &mut *self;
        while lines.at == lines.ready.len() {
            let Poll::Ready(read) = Pin::new(&mut lines.inner).poll_fill_buf(context) else { return Poll::Pending };
            let read = read?;
            if read.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let end = read.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(read.len(), |end| end + 1);
            lines.line.extend_from_slice(&read[..taken]);
            Pin::new(&mut lines.inner).consume(taken);
            if lines.line.len() > MOST_MESSAGE {
                lines.overlong.store(true, Ordering::SeqCst);
                return Poll::Ready(Err(std::io::Error::other("a message is too long")));
            }
            if end.is_some() {
                let line = std::mem::take(&mut lines.line);
                lines.ready = lines.talk.heard(line.trim_ascii()).join(&b'\n');
                lines.ready.push(b'\n');
                lines.at = 0;
            }
        }
        let count = into.remaining().min(lines.ready.len() - lines.at);
        into.put_slice(&lines.ready[lines.at..lines.at + count]);
        lines.at += count;
        Poll::Ready(Ok(()))
    }
}
