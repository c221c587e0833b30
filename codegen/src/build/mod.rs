//! Makes the Rust types of a document set.

mod answer;
mod choice;
mod input;
mod page;
mod shape;

use std::{cell::RefCell, collections::HashMap};

use apollo_compiler::{
    Name, Node, Schema,
    ast::{OperationType, Type},
    collections::{IndexMap, IndexSet},
    executable::{self, Fragment},
    parser::SourceSpan,
    schema::ExtendedType,
};

use self::{
    input::Asked,
    shape::{docs, wraps},
};
use crate::{
    Options,
    carried::Carried,
    document::{Documents, is_abstract},
    names::{Names, camel, ident, snake},
    nulls::{Nulls, Rule},
    select::{Merged, Part, Selector},
    since::{Since, Version},
    text::{Text, Texts},
    types::{Base, Body, Docs, Group, Model, Operation, Output, OutputField, Shape, Variant, Wrap},
    usage,
};

/// Names that a generated module uses for something else.
const TAKEN: &[&str] = &[
    "Box", "Data", "Default", "Err", "Into", "None", "Ok", "Option", "Result", "Self", "Some",
    "String", "Vec",
];

pub(crate) fn model(
    schema: &Schema,
    documents: &Documents,
    nulls: &Nulls,
    carried: &Carried,
    options: &Options,
) -> Model {
    let selector = Selector { schema, document: &documents.executable };
    let mut builder = Builder {
        schema,
        documents,
        nulls,
        carried,
        options,
        selector,
        texts: Texts::new(schema, documents),
        secrets: RefCell::default(),
        fragments: IndexMap::default(),
        fullest: IndexMap::default(),
        scopes: IndexMap::default(),
        reached: IndexSet::default(),
        shared: IndexMap::default(),
        model: Model { warnings: documents.warnings.clone(), ..Model::default() },
    };
    builder.shared();
    builder.outputs();
    builder.reached_types();
    builder.model
}

struct Builder<'d> {
    schema: &'d Schema,
    documents: &'d Documents,
    nulls: &'d Nulls,
    carried: &'d Carried,
    options: &'d Options,
    selector: Selector<'d>,
    texts: Texts<'d>,
    /// Which names are secret.
    secrets: RefCell<HashMap<Name, bool>>,
    /// Module and Rust name of every fragment that an operation reaches.
    fragments: IndexMap<Name, (String, String)>,
    /// The fragment on each object with the most fields: how many, and its module and Rust name.
    fullest: IndexMap<Name, (usize, (String, String))>,
    /// The names in each file's module.
    scopes: IndexMap<String, Names>,
    /// Enums and input objects that are to be emitted.
    reached: IndexSet<Name>,
    /// Rust name of every enum and input object of the schema.
    shared: IndexMap<Name, String>,
    model: Model,
}

/// The types of a group as they are found.
struct Nest {
    names: Names,
    types: Vec<Output>,
}

impl<'d> Builder<'d> {
    fn module(&self, span: Option<SourceSpan>) -> String {
        let stem = self.documents.stem(span);
        let name = snake(&stem.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        // `types` holds what the files share.
        Names::with(&["types"]).claim(if begins { name } else { format!("_{name}") })
    }

    fn scope(&mut self, module: &str) -> &mut Names {
        self.scopes.entry(module.to_owned()).or_insert_with(|| Names::with(TAKEN))
    }

    fn outputs(&mut self) {
        let document = &self.documents.executable;
        let mut reached = IndexSet::default();
        for operation in document.operations.iter() {
            reached.extend(self.documents.fragments(&operation.selection_set));
        }
        // In the order of the files. All are named before any is used.
        let fragments: Vec<_> = document
            .fragments
            .values()
            .filter(|fragment| reached.contains(&fragment.name))
            .collect();
        for fragment in &fragments {
            let module = self.module(fragment.location());
            let name = self.scope(&module).claim(camel(&fragment.name));
            self.fragments.insert(fragment.name.clone(), (module, name));
        }
        for fragment in fragments {
            self.fragment(fragment);
        }
        for operation in document.operations.iter() {
            self.operation(operation);
        }
    }

    fn fragment(&mut self, fragment: &'d Node<Fragment>) {
        let Some((module, name)) = self.fragments.get(&fragment.name).cloned() else { return };
        let nested = self.scope(&module).claim(snake(&name));
        let mut nest = Nest { names: Names::with(TAKEN), types: Vec::new() };
        let parts = [Part::from(&fragment.selection_set)];
        let on = fragment.type_condition();
        let mut root = self.output(&parts, on, &name, "", &mut nest);
        root.docs.text = self.documents.comment(fragment.location()).or(root.docs.text);
        let table = self.table(fragment, (&module, &name));
        let group = Group { module: nested, root, nested: nest.in_order(), table };
        self.model.modules.entry(module).or_default().fragments.push(group);
    }

    fn operation(&mut self, operation: &'d Node<executable::Operation>) {
        let Some(graphql_name) = &operation.name else { return };
        let is_query = operation.operation_type == OperationType::Query;
        let module = self.module(operation.location());
        let scope = self.scope(&module);
        let name = scope.claim(camel(graphql_name));
        let nested = scope.claim(snake(&name));

        let mut nest = Nest { names: Names::with(TAKEN), types: Vec::new() };
        let parts = [Part::from(&operation.selection_set)];
        let mut root = self.output(&parts, &operation.selection_set.ty, "Data", "", &mut nest);
        root.docs = Docs { text: Some(format!("Answer to [`super::{name}`].")), ..Docs::default() };

        let document = &self.documents.executable;
        let fragments = self.documents.fragments(&operation.selection_set);
        let rules = match operation.variables.is_empty() {
            true => IndexMap::default(),
            false => {
                usage::variables(self.schema, document, self.nulls, operation, fragments.iter())
            }
        };
        let mut names = Names::default();
        let variables: Vec<_> = operation
            .variables
            .iter()
            .map(|variable| {
                let text = self.documents.comment(variable.location());
                let has_default = variable.default_value.is_some();
                let rule = rules.get(&variable.name).copied();
                let asked = Asked {
                    name: &variable.name,
                    ty: &variable.ty,
                    has_default,
                    // A default in the document says what has to be said.
                    rule: rule.filter(|rule| !(has_default && *rule == Rule::Stated)),
                    docs: Docs { text, ..Docs::default() },
                    within: None,
                };
                self.input_field(&mut names, asked)
            })
            .collect();

        let fields = self.selector.fields(&parts, &operation.selection_set.ty);
        let (mut refusals, mut page) = (Vec::new(), None);
        if is_query {
            page = self.page(&fields, &operation.variables, &variables, &root, &nest);
        } else {
            refusals = self.refusals(&fields, &root, &nest);
        }
        let text = self.texts.text(operation, &fragments);
        let operation = Operation {
            name,
            docs: Docs { text: self.documents.comment(operation.location()), ..Docs::default() },
            graphql_name: graphql_name.to_string(),
            is_query,
            newest: self.newest(operation, &text),
            choice: self.choice(operation, &text),
            text,
            variables,
            data: Group { module: nested, root, nested: nest.in_order(), table: None },
            refusals,
            page,
        };
        self.model.modules.entry(module).or_default().operations.push(operation);
    }

    /// The newest version that any part of an operation, or a value of a variable, came with.
    fn newest(&self, operation: &executable::Operation, text: &Text) -> Option<Version> {
        let values = operation.variables.iter().filter_map(|variable| {
            text.variables.get(variable.name.as_str()).filter(|known| known.matters)?;
            self.texts.facts.newest_value(variable.ty.inner_named_type())
        });
        let needs = text.variables.values().flat_map(|variable| &variable.needs.0);
        let parts = text.parts.iter().flat_map(|part| &part.when).flat_map(|all| &all.0);
        let all = text.requires.0.iter().chain(needs).chain(parts);
        all.filter_map(Since::newest).chain(values).max()
    }

    /// A type for what is selected on `on`. Names of those below it begin with `prefix`.
    fn output(
        &mut self,
        parts: &[Part<'d>],
        on: &Name,
        name: &str,
        prefix: &str,
        nest: &mut Nest,
    ) -> Output {
        let docs = self.schema.types.get(on).map_or_else(Docs::default, |ty| {
            docs(ty.description(), ty.directives().iter().map(|it| &it.node), None)
        });
        let narrower = if is_abstract(self.schema, on) {
            self.selector.narrower(parts, on)
        } else {
            IndexSet::default()
        };
        if narrower.is_empty() {
            let fields = self.struct_fields(parts, on, prefix, false, nest);
            return Output { name: name.to_owned(), docs, body: Body::Struct(fields) };
        }
        let mut names = Names::with(&["UnknownType"]);
        let mut variants = Vec::new();
        for ty in narrower.iter().map(Some).chain([None]) {
            let title = ty.map_or_else(|| "UnknownType".to_owned(), |ty| camel(ty));
            let holds = nest.names.claim(format!("{prefix}{title}"));
            let fields = self.struct_fields(parts, ty.unwrap_or(on), &holds, true, nest);
            nest.types.push(Output {
                name: holds.clone(),
                docs: Docs { text: Some(format!("Variant of [`{name}`].")), ..Docs::default() },
                body: Body::Struct(fields),
            });
            let name = if ty.is_some() { names.claim(title) } else { title };
            variants.push(Variant { name, typename: ty.map(Name::to_string), holds });
        }
        Output { name: name.to_owned(), docs, body: Body::Enum(variants) }
    }

    fn struct_fields(
        &mut self,
        parts: &[Part<'d>],
        on: &Name,
        prefix: &str,
        with_typename: bool,
        nest: &mut Nest,
    ) -> Vec<OutputField> {
        let fields = self.selector.fields(parts, on);
        let mut names = Names::default();
        let mut result = Vec::new();
        if with_typename && !fields.keys().any(|key| key.as_str() == "__typename") {
            result.push(OutputField {
                ident: names.claim("typename".to_owned()),
                field: "__typename".to_owned(),
                key: "__typename".to_owned(),
                shape: Shape { wraps: Vec::new(), base: Base::Rust("String".to_owned()) },
                conditional: false,
                secret: false,
                docs: Docs {
                    text: Some("Name of the GraphQL type.".to_owned()),
                    ..Docs::default()
                },
            });
        }
        for (key, merged) in &fields {
            let Some(first) = merged.fields.first() else { continue };
            let base = self.base(merged, prefix, key, nest);
            let mut wraps = wraps(&first.definition.ty, merged.directive("required").is_some());
            let comment =
                merged.fields.iter().find_map(|field| self.documents.comment(field.location()));
            let definition = &first.definition;
            let is_typename = key.as_str() == "__typename";
            let name = if is_typename { "typename".to_owned() } else { snake(key) };
            // It is asked for anyway, to know what to decode.
            let conditional = merged.conditional && !(with_typename && is_typename);
            if conditional && wraps.first() != Some(&Wrap::Option) {
                wraps.insert(0, Wrap::Option);
            }
            result.push(OutputField {
                ident: ident(&names.claim(name)),
                field: definition.name.to_string(),
                key: key.to_string(),
                shape: Shape { wraps, base },
                conditional,
                secret: self.is_secret(&definition.name, &definition.ty),
                docs: docs(definition.description.as_ref(), definition.directives.iter(), comment),
            });
        }
        result
    }

    /// The innermost type of a field. If it is one of its own, its name begins with `prefix`.
    fn base(&mut self, merged: &Merged<'d>, prefix: &str, key: &str, nest: &mut Nest) -> Base {
        let Some(first) = merged.fields.first() else { return Base::Rust("()".to_owned()) };
        let on = first.definition.ty.inner_named_type().clone();
        match self.schema.types.get(&on) {
            Some(ExtendedType::Scalar(_)) | None => self.scalar(&on),
            Some(ExtendedType::Enum(_)) => self.shared_type(&on),
            Some(_) => {
                let parts = merged.parts();
                if let Some(fragment) = self.selector.sole_fragment(&parts, &on)
                    && let Some((module, name)) = self.fragments.get(fragment)
                {
                    return Base::Fragment { module: module.clone(), name: name.clone() };
                }
                let name = nest.names.claim(format!("{prefix}{}", camel(key)));
                let output = self.output(&parts, &on, &name, &name, nest);
                nest.types.push(output);
                Base::Nested(name)
            }
        }
    }

    fn scalar(&self, name: &str) -> Base {
        match name {
            "Int" => Base::Rust("i32".to_owned()),
            "Float" => Base::Rust("f64".to_owned()),
            "Boolean" => Base::Rust("bool".to_owned()),
            "String" | "ID" => Base::Rust("String".to_owned()),
            _ => match self.options.scalars.get(name) {
                Some(path) => path.clone(),
                None => Base::Runtime("__private::serde_json::Value".to_owned()),
            },
        }
    }

    /// Whether `Debug` must not show a field. Whether a password has to be changed is no secret,
    /// so numbers and truth values are shown whatever they are called.
    fn is_secret(&self, field: &Name, ty: &Type) -> bool {
        !matches!(ty.inner_named_type().as_str(), "Boolean" | "Int" | "Float" | "DateTime")
            && *self
                .secrets
                .borrow_mut()
                .entry(field.clone())
                .or_insert_with(|| (self.options.secret)(field))
    }
}

impl Nest {
    /// From the outermost to the innermost.
    fn in_order(mut self) -> Vec<Output> {
        self.types.reverse();
        self.types
    }
}
