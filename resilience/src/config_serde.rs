//! Configs as data: durations the way people write them (`"1m 30s"`), and the same checks that setters make.

/// `#[serde(with)]` for a `Duration`.
pub(crate) mod duration {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&humantime::format_duration(*value))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        humantime::parse_duration(&text).map_err(|problem| {
            D::Error::custom(format!(
                "`{text}` is not a duration ({problem}): write \"250ms\" or \"1m 30s\""
            ))
        })
    }
}

/// `#[serde(with)]` for an `Option<Duration>`.
pub(crate) mod optional_duration {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Human(#[serde(with = "super::duration")] Duration);

    #[allow(clippy::ref_option, reason = "serde's signature")]
    pub(crate) fn serialize<S: Serializer>(
        value: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(Human).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Human>::deserialize(from)?.map(|Human(value)| value))
    }
}

/// Serde for a config that derives it with `#[serde(remote = "Self")]`: what was read must pass the config's own
/// `problem()` check.
macro_rules! checked {
    ($config:ty) => {
        impl serde::Serialize for $config {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, to)
            }
        }

        impl<'de> serde::Deserialize<'de> for $config {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let config = Self::deserialize(from)?;
                match config.problem() {
                    None => Ok(config),
                    Some(problem) => Err(serde::de::Error::custom(problem)),
                }
            }
        }
    };
}
pub(crate) use checked;
