//! One table per attribute: an option stands in it once, with its type and an example, and that is all it needs.

/// Makes the list of an attribute's options, the struct that holds them as written, and the code that reads them.
///
/// The word before an option says how it is applied:
/// - `set`: it becomes a call of the config's setter of that name;
/// - `own`: it is part of the instance, put there by the attribute's own code;
/// - `late`: the same, but the attribute may leave its value to the call;
/// - `call`: it is evaluated at each call.
///
/// An empty example makes a flag.
macro_rules! options {
    ($($applied:ident $name:ident: $value:ty = $example:literal;)*) => {
        static OPTIONS: &[crate::attribute::OptionSpec] = &[$(
            crate::attribute::OptionSpec {
                name: stringify!($name),
                role: options!(@role $applied),
                example: $example,
            },
        )*];

        #[derive(Default, darling::FromMeta)]
        #[allow(clippy::struct_field_names, reason = "the fields are called like the options")]
        struct Options {
            $($name: Option<crate::attribute::options::value::SpannedValue<$value>>,)*
        }

        impl Options {
            fn read(reading: &mut crate::policies::reading::Reading<'_>) -> Self {
                let options: Self = reading.options();
                $(options!(@apply $applied reading options.$name);)*
                options
            }
        }
    };
    (@role set) => { crate::attribute::Role::Construction };
    (@role own) => { crate::attribute::Role::Construction };
    (@role late) => { crate::attribute::Role::Late };
    (@role call) => { crate::attribute::Role::Call };
    (@apply set $reading:ident $option:expr) => { $reading.set(&$option) };
    (@apply late $reading:ident $option:expr) => {};
    (@apply $other:ident $reading:ident $option:expr) => { $reading.check(&$option) };
}
pub(crate) use options;
