//! Orders that could not be placed yet. In memory here; a shop keeps them in its database, written
//! together with whatever else the order changes there.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use crate::client::{ClientError, Order, Orders, Placed};

const ROOM: usize = 10_000;
const PAUSE: Duration = Duration::from_millis(200);

#[derive(Debug, Default)]
pub(crate) struct Outbox(Mutex<VecDeque<Order>>);

impl Outbox {
    /// Keeps it for later.
    pub(crate) fn take_in(&self, order: &Order) -> Result<Placed, ClientError> {
        let mut orders = self.orders();
        if orders.len() == ROOM {
            return Err(ClientError::OutboxFull);
        }
        orders.push_back(order.clone());
        Ok(Placed::Later)
    }

    pub(crate) fn len(&self) -> usize {
        self.orders().len()
    }

    fn first(&self) -> Option<Order> {
        self.orders().front().cloned()
    }

    fn remove_first(&self) {
        self.orders().pop_front();
    }

    fn orders(&self) -> std::sync::MutexGuard<'_, VecDeque<Order>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends what is in the outbox, over and over. The open circuit keeps it from pressing.
pub(crate) async fn deliver(orders: &Orders) {
    loop {
        while deliver_one(orders).await {}
        sleep(PAUSE).await;
    }
}

/// Whether there may be another one to deliver. An order leaves only after its answer has come.
async fn deliver_one(orders: &Orders) -> bool {
    let Some(order) = orders.outbox.first() else { return false };
    match orders.send(&order).await {
        Err(error) if error.is_outage() => return false,
        Err(error) => println!("{}: not delivered: {error}", order.name),
        Ok(_) => {}
    }
    orders.outbox.remove_first();
    true
}
