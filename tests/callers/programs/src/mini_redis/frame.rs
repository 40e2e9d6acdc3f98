//! What goes over a connection: RESP's types, as far as three commands need them.

use std::str;

use bytes::{Buf, Bytes, BytesMut};

use super::Result;

/// One value of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// `+OK`
    Simple(String),
    /// `-ERR …`
    Error(String),
    /// `$3 abc`
    Bulk(Bytes),
    /// `$-1`
    Null,
    /// `*2 …`
    Array(Vec<Frame>),
}

impl Frame {
    /// A command: an array of bulk strings.
    #[must_use]
    pub fn command(words: impl IntoIterator<Item = Bytes>) -> Self {
        Self::Array(words.into_iter().map(Self::Bulk).collect())
    }

    /// The words of a command.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn into_words(self) -> Result<Vec<Bytes>> {
        let Self::Array(words) = self else { return Err("a command is an array".into()) };
        let word = |frame| match frame {
            Self::Bulk(word) => Ok(word),
            other => Err(format!("{other:?} is no word").into()),
        };
        words.into_iter().map(word).collect()
    }

    /// Takes the first whole frame off the buffer.
    ///
    /// # Errors
    ///
    /// When the bytes are none of the protocol's.
    pub fn parse(buffer: &mut BytesMut) -> Result<Option<Self>> {
        let mut rest = &buffer[..];
        let Some(frame) = parse(&mut rest)? else { return Ok(None) };
        let used = buffer.len() - rest.len();
        buffer.advance(used);
        Ok(Some(frame))
    }

    /// Appends the frame's bytes.
    pub fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::Simple(text) => to.extend(format!("+{text}\r\n").bytes()),
            Self::Error(text) => to.extend(format!("-{text}\r\n").bytes()),
            Self::Null => to.extend(b"$-1\r\n"),
            Self::Bulk(bytes) => {
                to.extend(format!("${}\r\n", bytes.len()).bytes());
                to.extend(&bytes[..]);
                to.extend(b"\r\n");
            }
            Self::Array(frames) => {
                to.extend(format!("*{}\r\n", frames.len()).bytes());
                for frame in frames {
                    frame.write(to);
                }
            }
        }
    }
}

fn parse(rest: &mut &[u8]) -> Result<Option<Frame>> {
    let Some(line) = line(rest)? else { return Ok(None) };
    let (kind, text) = line.split_at_checked(1).ok_or("an empty line")?;
    match (kind, text) {
        ("+", text) => Ok(Some(Frame::Simple(text.to_owned()))),
        ("-", text) => Ok(Some(Frame::Error(text.to_owned()))),
        ("$", "-1") => Ok(Some(Frame::Null)),
        ("$", length) => Ok(bulk(rest, length.parse()?)),
        ("*", length) => array(rest, length.parse()?),
        _ => Err(format!("{line:?} begins no frame").into()),
    }
}

fn line<'b>(rest: &mut &'b [u8]) -> Result<Option<&'b str>> {
    let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else { return Ok(None) };
    let line = str::from_utf8(&rest[..end])?;
    *rest = &rest[end + 2..];
    Ok(Some(line))
}

fn bulk(rest: &mut &[u8], length: usize) -> Option<Frame> {
    let (bytes, after) = rest.split_at_checked(length + 2)?;
    *rest = after;
    Some(Frame::Bulk(Bytes::copy_from_slice(&bytes[..length])))
}

fn array(rest: &mut &[u8], length: usize) -> Result<Option<Frame>> {
    let mut frames = Vec::new();
    for _ in 0..length {
        let Some(frame) = parse(rest)? else { return Ok(None) };
        frames.push(frame);
    }
    Ok(Some(Frame::Array(frames)))
}
