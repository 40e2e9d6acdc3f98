//! A config's options as data, and their values in the words of the attributes.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::parse_duration;

/// Each option and its value, as serde has them.
pub(crate) fn options<C: Serialize>(config: &C) -> Map<String, Json> {
    match serde_json::to_value(config) {
        Ok(Json::Object(options)) => options,
        // Configs are structs of numbers and text.
        _ => Map::new(),
    }
}

/// Options that have another value: each with its value before and now, as people write them.
#[cfg(feature = "overrides")]
pub(crate) fn differences(
    before: &Map<String, Json>,
    now: &Map<String, Json>,
) -> Vec<(String, String, String)> {
    let changed = now.iter().filter(|(option, value)| before.get(*option) != Some(value));
    let shown = |(option, value): (&String, &Json)| {
        (option.clone(), shown(before.get(option)), shown(Some(value)))
    };
    changed.map(shown).collect()
}

/// The value as an attribute would have it: a window is a table with its one meaning inside.
pub(crate) fn meaning(value: &Json) -> &Json {
    match value {
        Json::Object(table) if table.len() == 1 => table.values().next().unwrap_or(value),
        _ => value,
    }
}

/// The value as people write it: durations in one unit, and what is not set is `off`.
pub(crate) fn written(value: &Json) -> Json {
    match meaning(value) {
        Json::Null => "off".into(),
        Json::String(text) => match parse_duration(text) {
            Ok(duration) => format!("{duration:?}").into(),
            Err(_) => text.as_str().into(),
        },
        other => other.clone(),
    }
}

/// The same without quotes.
#[cfg(feature = "overrides")]
fn shown(value: Option<&Json>) -> String {
    match written(value.unwrap_or(&Json::Null)) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_in_attributes() {
        assert_eq!(written(&json!({ "time": "1m 30s" })), json!("90s"));
        assert_eq!(written(&json!({ "calls": 100 })), json!(100));
        assert_eq!(written(&Json::Null), json!("off"));
        assert_eq!(written(&json!("exponential")), json!("exponential"));
        assert_eq!(written(&json!(0.25)), json!(0.25));
        assert_eq!(meaning(&json!({ "time": "1m 30s" })), &json!("1m 30s"));
    }
}
