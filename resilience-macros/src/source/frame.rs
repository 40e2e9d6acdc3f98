//! Where in a function the guarded body stands: all of it, the `async` block at its tail, or the block that
//! `async_trait` has put it into. What surrounds the body stays as it is.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::{Pat, Type};

use crate::source::early_return::no_early_return;
use crate::source::return_type::ReturnedFuture;
use crate::tokens::{is_block, is_sign, is_word};

/// The code around the body, from the outside in. Each layer is what stands before a group, the group, what follows.
#[derive(Default)]
pub(crate) struct Frame(Vec<Around>);

struct Around {
    before: TokenStream,
    delimiter: Delimiter,
    span: Span,
    after: TokenStream,
}

/// A body and its surroundings.
pub(crate) struct Inside {
    pub(crate) frame: Frame,
    pub(crate) body: TokenStream,
    /// What the body returns, where the surroundings say it better than the signature.
    pub(crate) output: Option<Type>,
    pub(crate) renamed_self: bool,
}

impl Frame {
    /// Puts a body back.
    pub(crate) fn around(&self, body: TokenStream) -> TokenStream {
        self.0.iter().rev().fold(body, |body, layer| {
            let mut group = Group::new(layer.delimiter, body);
            group.set_span(layer.span);
            let mut tokens = layer.before.clone();
            tokens.extend([TokenTree::Group(group)]);
            tokens.extend(layer.after.clone());
            tokens
        })
    }

    /// Whether the body stands in an `async` block of the function's.
    pub(crate) fn is_async(&self) -> bool {
        self.0.len() > 1
    }

    /// The span of the braces around the body: their edition decides when temporaries are dropped.
    pub(crate) fn braces(&self) -> Span {
        self.0.last().map_or_else(Span::call_site, |innermost| innermost.span)
    }

    /// What the block binds before the body, in that order.
    pub(crate) fn locals(&self) -> Vec<Pat> {
        let before = self.0.last().map(|innermost| innermost.before.clone()).unwrap_or_default();
        let tokens: Vec<_> = before.into_iter().collect();
        tokens.split(|token| is_sign(token, ';')).filter_map(bound).collect()
    }

    fn push(&mut self, before: &[TokenTree], group: &Group, after: &[TokenTree]) {
        self.0.push(Around {
            before: before.iter().cloned().collect(),
            delimiter: group.delimiter(),
            span: group.span(),
            after: after.iter().cloned().collect(),
        });
    }
}

impl Inside {
    /// Finds the body. A function whose type names a `future` must end in an `async` block: anything else would
    /// guard the making of the future, not its run.
    pub(crate) fn find(
        body: TokenStream,
        braces: Span,
        declared: &Type,
        future: Option<ReturnedFuture>,
        is_async: bool,
    ) -> syn::Result<Self> {
        let mut frame = Frame::default();
        let mut group = Group::new(Delimiter::Brace, body.clone());
        group.set_span(braces);
        frame.push(&[], &group, &[]);
        let Some(ReturnedFuture { output }) = future else {
            if !is_async && makes_a_future(&body) {
                return Err(unknown_output(declared));
            }
            let body = traced(body, &mut frame);
            return Ok(Self { frame, body, output: None, renamed_self: false });
        };
        let inside = tail(body.clone(), &mut frame).ok_or_else(|| no_block(declared))?;
        no_early_return(&body)?;
        let Some(Rewritten { before, group, after, ty }) = async_trait(&inside) else {
            let output = Some(output.ok_or_else(|| unknown_output(declared))?);
            return Ok(Self { frame, body: inside, output, renamed_self: false });
        };
        frame.push(&before, &group, &after);
        Ok(Self { frame, body: group.stream(), output: ty.or(output), renamed_self: true })
    }
}

fn no_block(declared: &Type) -> syn::Error {
    syn::Error::new_spanned(
        declared,
        "this function returns a future, but does not end in an `async` block that could be \
         guarded: end it with `async move { … }` or `Box::pin(async move { … })`, or guard an \
         `async fn` of its own, and call that here",
    )
}

fn unknown_output(declared: &Type) -> syn::Error {
    let text = "this function returns a future whose output is not written here: return `impl \
                Future<Output = Result<…>>`, or guard an `async fn` of its own, and call that here";
    syn::Error::new_spanned(declared, text)
}

/// The pattern of a `let`. An `if let` may stand before it.
fn bound(statement: &[TokenTree]) -> Option<Pat> {
    let start = statement.iter().rposition(|token| is_word(token, "let"))? + 1;
    let length = statement[start..].iter().position(|token| is_sign(token, '='))?;
    let pattern: TokenStream = statement[start..start + length].iter().cloned().collect();
    Pat::parse_single.parse2(pattern).ok()
}

/// Whether a body that is no `async fn`'s ends in an `async` block, whatever its type is called.
fn makes_a_future(body: &TokenStream) -> bool {
    tail(body.clone(), &mut Frame::default()).is_some()
}

/// Follows `async move {}`, `Box::pin(async move {})` and `async move {}.boxed()` to the content of the block.
fn tail(body: TokenStream, frame: &mut Frame) -> Option<TokenStream> {
    let tokens: Vec<_> = body.into_iter().collect();
    let (end, after) = without_boxing(&tokens);
    let (TokenTree::Group(group), before) = end.split_last()? else { return None };
    match group.delimiter() {
        Delimiter::Brace if ends_in_async(before) => {
            frame.push(before, group, after);
            Some(group.stream())
        }
        Delimiter::Parenthesis if after.is_empty() && ends_in(before, &["pin"]) => {
            frame.push(before, group, after);
            tail(without_comma(group.stream()), frame)
        }
        Delimiter::None => {
            frame.push(before, group, after);
            tail(group.stream(), frame)
        }
        _ => None,
    }
}

/// Splits `.boxed()` off.
fn without_boxing(tokens: &[TokenTree]) -> (&[TokenTree], &[TokenTree]) {
    let [.., TokenTree::Punct(dot), TokenTree::Ident(method), TokenTree::Group(_)] = tokens else {
        return (tokens, &[]);
    };
    if dot.as_char() == '.' && (method == "boxed" || method == "boxed_local") {
        return tokens.split_at(tokens.len() - 3);
    }
    (tokens, &[])
}

fn without_comma(stream: TokenStream) -> TokenStream {
    let mut tokens: Vec<_> = stream.into_iter().collect();
    tokens.pop_if(|last| matches!(last, TokenTree::Punct(comma) if comma.as_char() == ','));
    tokens.into_iter().collect()
}

fn ends_in_async(before: &[TokenTree]) -> bool {
    ends_in(before, &["async"]) || ends_in(before, &["async", "move"])
}

fn ends_in(tokens: &[TokenTree], words: &[&str]) -> bool {
    let Some(start) = tokens.len().checked_sub(words.len()) else { return false };
    tokens[start..].iter().zip(words).all(|(token, word)| is_word(token, word))
}

/// An `instrument` above has put the body into an `async` block of its own: the span, written first, stays outermost.
fn traced(body: TokenStream, frame: &mut Frame) -> TokenStream {
    let tokens: Vec<_> = body.clone().into_iter().collect();
    let starts = |five: &[TokenTree]| {
        is_word(&five[0], "__tracing_instrument_future")
            && is_sign(&five[1], '=')
            && is_async_move(&five[2..])
    };
    let Some(start) = tokens.windows(5).position(starts) else { return body };
    let inside = enter(&tokens, start + 4, frame);
    // With `ret` or `err` the block first awaits another one. The body itself would begin with an attribute.
    let tokens: Vec<_> = inside.clone().into_iter().collect();
    let first = tokens.iter().take(6).collect::<Vec<_>>();
    let awaits = first.first().is_some_and(|word| is_word(word, "let") || is_word(word, "match"));
    match first.iter().position(|token| is_block(token)).filter(|_| awaits) {
        Some(block) => enter(&tokens, block, frame),
        None => inside,
    }
}

fn is_async_move(three: &[TokenTree]) -> bool {
    is_word(&three[0], "async") && is_word(&three[1], "move") && is_block(&three[2])
}

/// Makes the group at `index` the next layer.
fn enter(tokens: &[TokenTree], index: usize, frame: &mut Frame) -> TokenStream {
    let TokenTree::Group(group) = &tokens[index] else { return TokenStream::new() };
    frame.push(&tokens[..index], group, &tokens[index + 1..]);
    group.stream()
}

/// What `async_trait` makes of a method: arguments moved in, then `let __ret: R = { the body };`.
struct Rewritten {
    before: Vec<TokenTree>,
    group: Group,
    after: Vec<TokenTree>,
    ty: Option<Type>,
}

fn async_trait(inside: &TokenStream) -> Option<Rewritten> {
    let tokens: Vec<_> = inside.clone().into_iter().collect();
    let start = tokens.windows(3).position(|three| {
        is_word(&three[0], "let") && is_word(&three[1], "__ret") && is_sign(&three[2], ':')
    })?;
    let opens = |pair: &[TokenTree]| is_sign(&pair[0], '=') && is_block(&pair[1]);
    let equals = start + 3 + tokens[start + 3..].windows(2).position(opens)?;
    let ty: TokenStream = tokens[start + 3..equals].iter().cloned().collect();
    let TokenTree::Group(group) = &tokens[equals + 1] else { return None };
    Some(Rewritten {
        before: tokens[..=equals].to_vec(),
        group: group.clone(),
        after: tokens[equals + 2..].to_vec(),
        ty: syn::parse2(ty).ok(),
    })
}
