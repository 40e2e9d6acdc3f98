//! Where a call waits: in this process's queue, or for what the fleet's store says.

use std::borrow::Borrow;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::Limit;
use super::asking::Asking;
use super::waiting::{Start, Waiting};

pin_project! {
    #[project = LineProjection]
    pub(super) enum Line<'l, L: Borrow<Limit>> {
        Queue { #[pin] waiting: Waiting<'l, L> },
        Store { asking: Asking<'l, L> },
    }
}

impl<L: Borrow<Limit>> Line<'_, L> {
    pub(super) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Start> {
        match self.project() {
            LineProjection::Queue { waiting } => waiting.poll(cx),
            LineProjection::Store { asking } => asking.poll(cx),
        }
    }
}
