//! All mutants of a file in one text, each behind a switch.

use std::collections::HashMap;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, ExprBinary, ExprUnary, ImplItemFn, ItemFn, TraitItemFn, UnOp};

use super::list::Mutant;
use super::text::{Offsets, Piece, Pieces};

/// What `source` is with every mutant of `mutants` that can be switched.
pub(super) fn switched(source: &str, mutants: &[Mutant]) -> Pieces {
    let file = syn::parse_file(source).expect("a file that compiles");
    let mut writer = Writer {
        by_place: HashMap::new(),
        offsets: Offsets::of(source),
        pieces: Pieces::default(),
        is_const: false,
    };
    for mutant in mutants {
        writer.by_place.entry((mutant.genre.as_str(), mutant.start)).or_default().push(mutant);
    }
    writer.bodies(mutants);
    writer.visit_file(&file);
    writer.pieces
}

struct Writer<'m> {
    by_place: HashMap<(&'m str, (usize, usize)), Vec<&'m Mutant>>,
    offsets: Offsets,
    pieces: Pieces,
    /// In a `const fn`, where traits can't be called: operands are taken by value.
    is_const: bool,
}

fn on(mutant: &Mutant) -> String {
    format!("crate::mutant::on({})", mutant.id)
}

impl<'m> Writer<'m> {
    fn at(&self, genre: &str, span: Span) -> Vec<&'m Mutant> {
        let start = span.start();
        self.by_place.get(&(genre, (start.line, start.column + 1))).cloned().unwrap_or_default()
    }

    /// A whole body: return the replacement at once.
    fn bodies(&mut self, mutants: &[Mutant]) {
        // A body of another type than the rest cannot be one of several ends of a function.
        let switched =
            |mutant: &&Mutant| mutant.genre == "FnValue" && !mutant.name.contains("-> impl ");
        for mutant in mutants.iter().filter(switched) {
            let at = self.offsets.place(mutant.start);
            let text = format!("if {} {{ return {}; }} ", on(mutant), mutant.replacement);
            let wrap = self.pieces.wrap();
            self.pieces.insert(at, wrap, vec![Piece::of(mutant, text)]);
        }
    }

    fn range(&self, span: Span) -> (usize, usize) {
        self.offsets.range(span)
    }

    fn binary(&mut self, expr: &'m ExprBinary, mutants: &[&Mutant]) {
        let (whole, operator) = (self.range(expr.span()), self.range(expr.op.span()));
        let wrap = self.pieces.wrap();
        let (before, between, after) = self.shape(&expr.op, mutants);
        self.pieces.insert(whole.0, wrap, vec![Piece::plain(before)]);
        self.visit_expr(&expr.left);
        self.pieces.replace(operator, wrap, vec![Piece::plain(between)]);
        self.visit_expr(&expr.right);
        self.pieces.insert_after(whole.1, wrap, after);
    }

    fn shape(&self, op: &BinOp, mutants: &[&Mutant]) -> (String, String, Vec<Piece>) {
        let original = quoted(op);
        if matches!(original.as_str(), "&&" | "||") {
            let same = if original == "&&" { "!=" } else { "==" };
            let between = format!("); if __left {same} {} {{ ", on(mutants[0]));
            let after = vec![Piece::of(mutants[0], " } else { __left } })".to_owned())];
            return ("({ let __left = (".to_owned(), between, after);
        }
        let is_comparison = matches!(original.as_str(), "==" | "!=" | "<" | "<=" | ">" | ">=");
        let is_assignment = original.ends_with('=') && !is_comparison;
        let (left, right, deref) = match (is_assignment, is_comparison && !self.is_const) {
            (true, _) => ("&mut (", "), (", "*"),
            (false, true) => ("&(", "), &(", ""),
            (false, false) => ("(", "), (", ""),
        };
        let before = format!("(match ({left}");
        let mut after = vec![Piece::plain(")) { (__left, __right) => ".to_owned())];
        for mutant in mutants {
            let text = format!(
                "if {} {{ {deref}__left {} __right }} else ",
                on(mutant),
                mutant.replacement
            );
            after.push(Piece::of(mutant, text));
        }
        after.push(Piece::plain(format!("{{ {deref}__left {original} __right }} }})")));
        (before, right.to_owned(), after)
    }

    fn unary(&mut self, expr: &'m ExprUnary, mutant: &Mutant) {
        let (whole, operator) = (self.range(expr.span()), self.range(expr.op.span()));
        let sign = if matches!(expr.op, UnOp::Not(_)) { "!" } else { "-" };
        let wrap = self.pieces.wrap();
        self.pieces.replace(operator, wrap, vec![Piece::plain("({ let __value = (".to_owned())]);
        self.visit_expr(&expr.expr);
        let after = format!("); if {} {{ __value }} else {{ {sign}__value }} }})", on(mutant));
        self.pieces.insert_after(whole.1, wrap, vec![Piece::of(mutant, after)]);
    }

    /// A deleted arm is one whose guard fails.
    fn unguarded(&mut self, arm: &syn::Arm) {
        if let Some(deleted) = self.at("MatchArm", arm.span()).first() {
            let (end, wrap) = (self.range(arm.pat.span()).1, self.pieces.wrap());
            let text = format!(" if !{}", on(deleted));
            self.pieces.insert_after(end, wrap, vec![Piece::of(deleted, text)]);
        }
    }

    fn guarded(&mut self, arm: &syn::Arm, guard: &'m Expr) {
        let mut never = self.at("MatchArm", arm.span());
        let (always, replaced): (Vec<_>, Vec<_>) = self
            .at("MatchArmGuard", guard.span())
            .into_iter()
            .partition(|mutant| mutant.replacement == "true");
        never.extend(replaced);
        if has_let(guard) || never.is_empty() && always.is_empty() {
            return self.visit_expr(guard);
        }
        let (range, wrap) = (self.range(guard.span()), self.pieces.wrap());
        let never = never.iter().map(|mutant| (mutant, format!("!{} && (", on(mutant))));
        let always = always.iter().map(|mutant| (mutant, format!("{} || (", on(mutant))));
        let before: Vec<Piece> =
            never.chain(always).map(|(mutant, text)| Piece::of(mutant, text)).collect();
        let after = Piece::plain(")".repeat(before.len()));
        self.pieces.insert(range.0, wrap, before);
        self.visit_expr(guard);
        self.pieces.insert_after(range.1, wrap, vec![after]);
    }

    fn function(&mut self, is_const: bool, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.is_const, is_const);
        visit(self);
        self.is_const = outer;
    }
}

impl<'m> Visit<'m> for Writer<'m> {
    fn visit_item_fn(&mut self, item: &'m ItemFn) {
        self.function(item.sig.constness.is_some(), |this| visit::visit_item_fn(this, item));
    }

    // A switch is off while a constant is evaluated: one in it would never be noticed.
    fn visit_item_const(&mut self, _: &'m syn::ItemConst) {}

    fn visit_impl_item_const(&mut self, _: &'m syn::ImplItemConst) {}

    fn visit_trait_item_const(&mut self, _: &'m syn::TraitItemConst) {}

    fn visit_item_static(&mut self, _: &'m syn::ItemStatic) {}

    fn visit_impl_item_fn(&mut self, item: &'m ImplItemFn) {
        self.function(item.sig.constness.is_some(), |this| visit::visit_impl_item_fn(this, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'m TraitItemFn) {
        self.function(item.sig.constness.is_some(), |this| visit::visit_trait_item_fn(this, item));
    }

    fn visit_expr_binary(&mut self, expr: &'m ExprBinary) {
        let mutants = self.at("BinaryOperator", expr.op.span());
        if mutants.is_empty() || has_let(&expr.left) || has_let(&expr.right) {
            return visit::visit_expr_binary(self, expr);
        }
        self.binary(expr, &mutants);
    }

    fn visit_expr_unary(&mut self, expr: &'m ExprUnary) {
        match self.at("UnaryOperator", expr.op.span()).first() {
            Some(mutant) => self.unary(expr, mutant),
            None => visit::visit_expr_unary(self, expr),
        }
    }

    /// A guard counts nothing towards exhaustiveness, so that only a match with an arm for the rest can lose one.
    fn visit_expr_match(&mut self, expr: &'m syn::ExprMatch) {
        if !expr.arms.iter().any(|arm| is_wild(&arm.pat)) {
            for arm in expr.arms.iter().filter(|arm| !matches!(arm.pat, syn::Pat::Guard(_))) {
                let start = arm.span().start();
                self.by_place.remove(&("MatchArm", (start.line, start.column + 1)));
            }
        }
        visit::visit_expr_match(self, expr);
    }

    fn visit_arm(&mut self, arm: &'m syn::Arm) {
        match &arm.pat {
            syn::Pat::Guard(pat) => self.guarded(arm, &pat.guard),
            _ => self.unguarded(arm),
        }
        self.visit_expr(&arm.body);
    }
}

fn is_wild(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Wild(_) => true,
        // A constant or a unit variant begins with a capital letter.
        syn::Pat::Ident(pat) => pat.ident.to_string().starts_with(char::is_lowercase),
        syn::Pat::Tuple(pat) => pat.elems.iter().all(is_wild),
        _ => false,
    }
}

fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(expr) => has_let(&expr.left) || has_let(&expr.right),
        _ => false,
    }
}

fn quoted(op: &BinOp) -> String {
    op.span().source_text().unwrap_or_default()
}
