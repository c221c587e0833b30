//! Operations.

use apollo_compiler::ast::OperationType;

use super::{Scope, Writer};
use crate::model::{Base, Operation};

impl Writer<'_> {
    pub(super) fn operation(&mut self, operation: &Operation, module: &str, path: &str) {
        let rt = self.runtime;
        let name = &operation.name;
        let scope = Scope { depth: 1, module, group: None };
        let data = self.path(&Base::Output(operation.data.root), scope);
        self.line("");
        self.docs(&operation.docs);
        self.versions(operation);
        self.sent(name, &operation.variables, scope);

        self.line("");
        let info = self.operation_info(operation, scope, path);
        let describe = match operation.kind {
            OperationType::Query | OperationType::Mutation => "__operation",
            OperationType::Subscription => "__subscription",
        };
        self.line(&format!("{rt}::{describe}!({name}, {data}, {info});"));
        if let Some(page) = &operation.page {
            self.page(operation, page, scope, &data);
        }
        self.nested(&operation.data, module, name);
    }
}
