//! Messages as JSON: gRPC carries any bytes, and this needs no compiler of Protocol Buffers.

use std::marker::PhantomData;

use bytes::{Buf, BufMut};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

/// Sends `T` and receives `U`.
pub struct Json<T, U>(PhantomData<fn(T) -> U>);

impl<T, U> Default for Json<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for Json<T, U>
where
    T: Serialize + Send + 'static,
    U: DeserializeOwned + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self::default()
    }

    fn decoder(&mut self) -> Self {
        Self::default()
    }
}

impl<T: Serialize, U> Encoder for Json<T, U> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, item: T, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        let written = serde_json::to_writer(to.writer(), &item);
        written.map_err(|error| Status::internal(error.to_string()))
    }
}

impl<T, U: DeserializeOwned> Decoder for Json<T, U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        let read = serde_json::from_reader(from.reader());
        read.map(Some).map_err(|error| Status::internal(error.to_string()))
    }
}
