//! Configs as data: values in the attributes' own grammar, and the same checks that setters make.

/// `#[serde(with)]` for a `Duration`.
pub(crate) mod duration {
    use std::borrow::Cow;
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::grammar::{format_duration, parse_duration};

    pub(crate) fn serialize<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format_duration(*value))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        parse_duration(&text).map_err(D::Error::custom)
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

/// A ratio, or nothing for 0.
pub(crate) mod ratio_or_zero {
    use serde::{Deserializer, Serializer};

    use super::optional_ratio;

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(crate) fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        optional_ratio::serialize(&(*value > 0.0).then_some(*value), to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        optional_ratio::deserialize(from).map(Option::unwrap_or_default)
    }
}

/// `#[serde(with)]` for an optional ratio: a number, or text like `"25%"`.
pub(crate) mod optional_ratio {
    use std::fmt;

    use serde::de::{Deserialize, Deserializer, Error, Visitor};
    use serde::{Serialize, Serializer};

    use crate::grammar::parse_percentage;

    #[allow(clippy::ref_option, reason = "serde's signature")]
    pub(crate) fn serialize<S: Serializer>(value: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
        value.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
        Ok(Option::<Ratio>::deserialize(from)?.map(|Ratio(value)| value))
    }

    struct Ratio(f64);

    impl<'de> Deserialize<'de> for Ratio {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            // Formats that don't say what comes next have the number alone.
            if from.is_human_readable() {
                from.deserialize_any(NumberOrPercentage)
            } else {
                f64::deserialize(from).map(Self)
            }
        }
    }

    struct NumberOrPercentage;

    #[allow(clippy::cast_precision_loss, reason = "a ratio is at most 1")]
    impl Visitor<'_> for NumberOrPercentage {
        type Value = Ratio;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a ratio like 0.25 or \"25%\"")
        }

        fn visit_f64<E: Error>(self, value: f64) -> Result<Ratio, E> {
            Ok(Ratio(value))
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<Ratio, E> {
            Ok(Ratio(value as f64))
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<Ratio, E> {
            Ok(Ratio(value as f64))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Ratio, E> {
            parse_percentage(text).map(Ratio).map_err(E::custom)
        }
    }
}

/// `#[serde(serialize_with)]` for a `Duration` that programs read: in milliseconds.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(crate) fn millis<S: serde::Serializer>(
    value: &std::time::Duration,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.serialize_f64(value.as_secs_f64() * 1_000.0)
}

/// The same for an `Option<Duration>`.
#[allow(clippy::ref_option, reason = "serde's signature")]
pub(crate) fn optional_millis<S: serde::Serializer>(
    value: &Option<std::time::Duration>,
    to: S,
) -> Result<S::Ok, S::Error> {
    serde::Serialize::serialize(&value.map(|value| value.as_secs_f64() * 1_000.0), to)
}

/// Serde for a config that derives it with `#[serde(remote = "Self")]`: what was read must pass the config's own
/// `validate()`.
macro_rules! checked {
    ($config:ty) => {
        impl serde::Serialize for $config {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, to)
            }
        }

        crate::config_serde::deserialize_checked!($config);
    };
}
pub(crate) use checked;

/// The reading half alone.
macro_rules! deserialize_checked {
    ($config:ty) => {
        impl<'de> serde::Deserialize<'de> for $config {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let config = Self::deserialize(from)?;
                config.validate().map_err(serde::de::Error::custom)?;
                Ok(config)
            }
        }
    };
}
pub(crate) use deserialize_checked;
