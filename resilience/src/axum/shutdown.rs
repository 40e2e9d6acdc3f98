//! When the streams end.

use tokio::sync::watch;

/// Ends what waits for it once its signal was given. Without one, never.
#[derive(Clone, Default)]
pub(super) struct Shutdown(Option<watch::Receiver<()>>);

impl Shutdown {
    pub(super) fn on(stop: impl Future<Output = ()> + Send + 'static) -> Self {
        let (sender, receiver) = watch::channel(());
        tokio::spawn(async move {
            stop.await;
            drop(sender);
        });
        Self(Some(receiver))
    }

    pub(super) async fn wait(&mut self) {
        match &mut self.0 {
            // Nothing is ever sent: this ends when the sender is gone.
            Some(receiver) => while receiver.changed().await.is_ok() {},
            None => std::future::pending().await,
        }
    }
}
