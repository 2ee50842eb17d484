//! Operations whose answers come in pages, as the manifest describes them.

use super::Finding;
use super::operations::{Operations, Site};
use crate::diagnostics::Severity;
use crate::ir::{self, Content, PageKind, Presence, Type, TypeKind};
use crate::manifest::{PageUnit, Pagination};

impl<'a> Operations<'a, '_> {
    /// How the operation's pages are asked for; a finding where its answer does not fit the manifest.
    pub(super) fn paging(
        &mut self,
        rule: &Pagination,
        site: &Site<'a>,
        success: &ir::Success,
    ) -> Option<ir::Paging> {
        let (Content::Json(page) | Content::OptionalJson(page)) = &success.content else {
            return None;
        };
        let paging = |item: Type, items, total| ir::Paging {
            index: rule.index.clone(),
            size: rule.size.clone(),
            kind: match rule.counts {
                PageUnit::Pages => PageKind::PageNumber,
                PageUnit::Records => PageKind::RecordOffset,
            },
            first: rule.first,
            default_size: rule.default_size,
            max_size: rule
                .max_size
                .or_else(|| self.declared_maximum(site, &rule.size)),
            required: false,
            page: page.clone(),
            item,
            items,
            total,
        };
        if matches!(success.content, Content::OptionalJson(_)) {
            return None;
        }
        if let Type::List(item) = self.plain(page) {
            return Some(paging((**item).clone(), None, None));
        }
        let items = rule
            .items
            .as_deref()
            .and_then(|name| self.field(page, name));
        let item = items.as_ref().and_then(|(_, _, ty)| match self.plain(ty) {
            Type::List(item) => Some((**item).clone()),
            _ => None,
        });
        let total = rule
            .total
            .as_deref()
            .and_then(|name| self.field(page, name));
        let total = total.filter(|(_, _, ty)| matches!(self.plain(ty), Type::I32 | Type::I64));
        match (item, items) {
            (Some(item), Some((name, presence, _))) => {
                Some(paging(item, Some((name, presence)), total))
            }
            _ => {
                self.findings.push(Finding {
                    severity: Severity::Warning,
                    rule: "pages-without-items",
                    pointer: site.pointer(),
                    message: "the operation takes a page index and a page size, but its answer holds no list"
                        .to_owned(),
                    help: "name the property with the items in the manifest's `pagination`, or switch it off \
                           for this operation"
                        .to_owned(),
                });
                None
            }
        }
    }

    /// A field of a struct, by the property's name.
    fn field(&self, ty: &Type, wire_name: &str) -> Option<(String, Presence, Type)> {
        let Type::Named(index) = self.plain(ty) else {
            return None;
        };
        let TypeKind::Struct(body) = &self.types.definition(*index)?.kind else {
            return None;
        };
        let field = body
            .fields
            .iter()
            .find(|field| field.wire_name == wire_name)?;
        Some((field.name.clone(), field.presence, field.ty.clone()))
    }

    fn plain<'t>(&'t self, ty: &'t Type) -> &'t Type {
        let mut ty = ty;
        // Aliases may lead back to themselves until they are ended.
        for _ in 0..16 {
            match ty {
                Type::Boxed(inner) => ty = inner,
                Type::Named(index) => match self.types.definition(*index).map(|d| &d.kind) {
                    Some(TypeKind::Alias(target)) => ty = target,
                    _ => return ty,
                },
                _ => return ty,
            }
        }
        ty
    }

    /// The `maximum` that the document sets for a query parameter.
    fn declared_maximum(&self, site: &Site<'a>, name: &str) -> Option<i64> {
        let own = site
            .operation
            .parameters
            .iter()
            .chain(&site.item.parameters);
        let data = own
            .filter_map(|parameter| self.parameter_behind(parameter))
            .map(openapiv3::Parameter::parameter_data_ref)
            .find(|data| data.name == name)?;
        let openapiv3::ParameterSchemaOrContent::Schema(schema) = &data.format else {
            return None;
        };
        match &schema.as_item()?.schema_kind {
            openapiv3::SchemaKind::Type(openapiv3::Type::Integer(integer)) => integer.maximum,
            _ => None,
        }
    }
}
