//! Lowers proven documents to a model of Rust types.

mod input;
mod page;
mod projection;
mod refusal;
mod shape;

use std::{cell::RefCell, collections::HashMap};

use apollo_compiler::{
    Name, Node, Schema,
    ast::{OperationType, Type},
    collections::{IndexMap, IndexSet},
    executable::{self, Fragment},
    schema::ExtendedType,
};

use self::{
    input::Definition,
    shape::{docs, wraps},
};
use crate::{
    Options,
    collect_fields::{Merged, Part, Selector},
    document::Documents,
    document_text::{DocumentText, DocumentTexts},
    graph::is_abstract,
    model::{
        Base, Body, Docs, Group, Home, Model, Operation, Output, OutputField, Shape, TypeId,
        Variant, Wrap,
    },
    names::{Names, camel, ident, snake},
    nulls::Rule,
    requirement::Requirement,
    shared_types::SharedTypes,
    version::Version,
};

/// Names that a generated module uses otherwise.
const RESERVED: &[&str] = &[
    "Box", "Data", "Default", "Err", "Into", "None", "Ok", "Option", "Result", "Self", "Some",
    "String", "Vec",
];

pub(crate) fn lower(
    schema: &Schema,
    documents: &Documents,
    shared_types: &SharedTypes,
    options: &Options,
) -> Model {
    let mut lowering = Lowering {
        schema,
        documents,
        shared_types,
        options,
        selector: Selector { schema, document: &documents.executable },
        texts: DocumentTexts::new(schema, documents),
        secrets: RefCell::default(),
        fragments: IndexMap::default(),
        largest: IndexMap::default(),
        scopes: IndexMap::default(),
        reached: IndexSet::default(),
        shared_names: IndexMap::default(),
        model: Model::default(),
    };
    lowering.model.warnings.clone_from(&documents.warnings);
    lowering.name_shared_types();
    lowering.outputs();
    lowering.reached_types();
    lowering.model
}

struct Lowering<'d> {
    schema: &'d Schema,
    documents: &'d Documents,
    shared_types: &'d SharedTypes,
    options: &'d Options,
    selector: Selector<'d>,
    texts: DocumentTexts<'d>,
    /// Which names are secret.
    secrets: RefCell<HashMap<Name, bool>>,
    /// The type of every fragment that an operation reaches.
    fragments: IndexMap<Name, TypeId>,
    /// The fragment with the most fields on each object: their number, and its type.
    largest: IndexMap<Name, (usize, TypeId)>,
    /// The names in each file's module.
    scopes: IndexMap<String, Names>,
    /// Enums and input objects that operations use.
    reached: IndexSet<Name>,
    /// The Rust name of every enum and input object of the schema.
    shared_names: IndexMap<Name, String>,
    model: Model,
}

/// A group under construction.
struct Nest {
    home: Home,
    names: Names,
    types: Vec<TypeId>,
}

impl<'d> Lowering<'d> {
    fn scope(&mut self, module: &str) -> &mut Names {
        self.scopes.entry(module.to_owned()).or_insert_with(|| Names::with(RESERVED))
    }

    fn outputs(&mut self) {
        let document = &self.documents.executable;
        let mut reached = IndexSet::default();
        for operation in document.operations.iter() {
            reached.extend(self.documents.fragments(&operation.selection_set));
        }
        // In the order of the files. All have a name and an id before one uses another.
        let fragments: Vec<_> = document
            .fragments
            .values()
            .filter(|fragment| reached.contains(&fragment.name))
            .collect();
        for fragment in &fragments {
            let module = self.documents.module(fragment.location());
            let name = self.scope(&module).claim(camel(&fragment.name));
            let id = self.model.add(Output {
                name,
                home: Home { module, group: None },
                docs: Docs::default(),
                body: Body::Struct(Vec::new()),
            });
            self.fragments.insert(fragment.name.clone(), id);
        }
        for fragment in fragments {
            self.fragment(fragment);
        }
        for operation in document.operations.iter() {
            self.operation(operation);
        }
    }

    fn fragment(&mut self, fragment: &'d Node<Fragment>) {
        let Some(&root) = self.fragments.get(&fragment.name) else { return };
        let Output { name, home: Home { module, .. }, .. } = self.model.output(root);
        let (name, module) = (name.clone(), module.clone());
        let nested = self.scope(&module).claim(snake(&name));
        let mut nest = Nest::new(&module, &nested);
        let parts = [Part::from(&fragment.selection_set)];
        let on = fragment.type_condition();
        let (mut docs, body) = self.output(&parts, on, &name, "", &mut nest);
        docs.text = self.documents.comment(fragment.location()).or(docs.text);
        let output = self.model.output_mut(root);
        (output.docs, output.body) = (docs, body);
        let table = self.table(fragment, root);
        let group = Group { module: nested, root, nested: nest.in_order(), table };
        self.model.modules.entry(module).or_default().fragments.push(group);
    }

    fn operation(&mut self, operation: &'d Node<executable::Operation>) {
        let Some(graphql_name) = &operation.name else { return };
        let kind = operation.operation_type;
        let module = self.documents.module(operation.location());
        let scope = self.scope(&module);
        let name = scope.claim(camel(graphql_name));
        let nested = scope.claim(snake(&name));

        let mut nest = Nest::new(&module, &nested);
        let parts = [Part::from(&operation.selection_set)];
        let (_, body) = self.output(&parts, &operation.selection_set.ty, "Data", "", &mut nest);
        let what = if kind == OperationType::Subscription { "Event of" } else { "Answer to" };
        let root = self.model.add(Output {
            name: "Data".to_owned(),
            home: nest.home.clone(),
            docs: Docs { text: Some(format!("{what} [`super::{name}`].")), ..Docs::default() },
            body,
        });

        let rules = self.documents.rules.get(graphql_name);
        let mut names = Names::default();
        let mut variables: Vec<_> = operation
            .variables
            .iter()
            .map(|variable| {
                let text = self.documents.comment(variable.location());
                let has_default = variable.default_value.is_some();
                let rule = rules.and_then(|rules| rules.get(&variable.name)).copied();
                let definition = Definition {
                    name: &variable.name,
                    ty: &variable.ty,
                    default: variable.default_value.as_ref(),
                    // A default in the document is what must be given.
                    rule: rule.filter(|rule| !(has_default && *rule == Rule::Stated)),
                    docs: Docs { text, ..Docs::default() },
                    within: None,
                };
                let mut field = self.input_field(&mut names, definition);
                let scalar = variable.directives.get("as");
                if let Some(name) =
                    scalar.and_then(|it| it.specified_argument_by_name("scalar")?.as_str())
                {
                    field.shape.base = self.scalar(name);
                }
                field
            })
            .collect();

        let fields = self.selector.fields(&parts, &operation.selection_set.ty);
        let page = match kind {
            OperationType::Query => self.page(&fields, &operation.variables, &variables, root),
            OperationType::Mutation | OperationType::Subscription => None,
        };
        let roots = self.roots(&fields, root, kind);
        if let Some(filter) = page.as_ref().and_then(|page| page.filter)
            && let Some(variable) = variables.get_mut(filter)
        {
            variable.shape.base = Base::Runtime("Filter".to_owned());
        }
        let fragments = self.documents.fragments(&operation.selection_set);
        let text = self.texts.text(operation, &fragments);
        let operation = Operation {
            name,
            docs: Docs { text: self.documents.comment(operation.location()), ..Docs::default() },
            graphql_name: graphql_name.to_string(),
            kind,
            newest: self.newest(operation, &text),
            rows: self.rows(operation, &text),
            text,
            variables,
            data: Group { module: nested, root, nested: nest.in_order(), table: None },
            roots,
            page,
        };
        self.model.modules.entry(module).or_default().operations.push(operation);
    }

    /// The newest version that any part of an operation, or a value of a variable, requires.
    fn newest(&self, operation: &executable::Operation, text: &DocumentText) -> Option<Version> {
        let values = operation.variables.iter().filter_map(|variable| {
            text.variables.get(variable.name.as_str()).filter(|known| known.is_always_used)?;
            self.texts.index.newest_value(variable.ty.inner_named_type())
        });
        let needs = text.variables.values().flat_map(|variable| &variable.needs.0);
        let parts = text.parts.iter().flat_map(|part| &part.when).flat_map(|all| &all.0);
        let all = text.requires.0.iter().chain(needs).chain(parts);
        all.filter_map(Requirement::newest).chain(values).max()
    }

    /// The documentation and the contents of the type for what is selected on `on`. `name` is that of
    /// the type, and names of the types in it begin with `prefix`.
    fn output(
        &mut self,
        parts: &[Part<'d>],
        on: &Name,
        name: &str,
        prefix: &str,
        nest: &mut Nest,
    ) -> (Docs, Body) {
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
            return (docs, Body::Struct(fields));
        }
        let mut names = Names::with(&["UnknownType"]);
        let mut variants = Vec::new();
        for ty in narrower.iter().map(Some).chain([None]) {
            let title = ty.map_or_else(|| "UnknownType".to_owned(), |ty| camel(ty));
            let struct_name = nest.names.claim(format!("{prefix}{title}"));
            let fields = self.struct_fields(parts, ty.unwrap_or(on), &struct_name, true, nest);
            let docs = Docs { text: Some(format!("Variant of [`{name}`].")), ..Docs::default() };
            let holds = self.nested(struct_name, docs, Body::Struct(fields), nest);
            let name = if ty.is_some() { names.claim(title) } else { title };
            variants.push(Variant { name, typename: ty.map(Name::to_string), holds });
        }
        (docs, Body::Enum(variants))
    }

    fn nested(&mut self, name: String, docs: Docs, body: Body, nest: &mut Nest) -> TypeId {
        let id = self.model.add(Output { name, home: nest.home.clone(), docs, body });
        nest.types.push(id);
        id
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
            // It is always selected, to know the variant to decode.
            let conditional = (merged.conditional || merged.directive("optional").is_some())
                && !(with_typename && is_typename);
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

    /// The innermost type of a field. If it is a new one, its name begins with `prefix`.
    fn base(&mut self, merged: &Merged<'d>, prefix: &str, key: &str, nest: &mut Nest) -> Base {
        let Some(first) = merged.fields.first() else { return Base::Rust("()".to_owned()) };
        let on = first.definition.ty.inner_named_type().clone();
        match self.schema.types.get(&on) {
            Some(ExtendedType::Scalar(_)) | None => self.scalar(&on),
            Some(ExtendedType::Enum(_)) => self.shared_type(&on),
            Some(_) => {
                let parts = merged.parts();
                if let Some(fragment) = self.selector.sole_fragment(&parts, &on)
                    && let Some(id) = self.fragments.get(fragment)
                {
                    return Base::Output(*id);
                }
                let name = nest.names.claim(format!("{prefix}{}", camel(key)));
                let (docs, body) = self.output(&parts, &on, &name, &name, nest);
                Base::Output(self.nested(name, docs, body, nest))
            }
        }
    }

    fn scalar(&self, name: &str) -> Base {
        if let Some(known) = self.options.scalars.get(name) {
            return known.clone();
        }
        match name {
            "Int" => Base::Rust("i32".to_owned()),
            "Float" => Base::Rust("f64".to_owned()),
            "Boolean" => Base::Rust("bool".to_owned()),
            "String" | "ID" => Base::Rust("String".to_owned()),
            // Any JSON value decodes, so that a new scalar of a server breaks nothing.
            _ => Base::Runtime("__private::serde_json::Value".to_owned()),
        }
    }

    /// Whether `Debug` hides a field. Numbers, times and truth values are shown whatever their names:
    /// that a password must be changed is no secret.
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
    fn new(module: &str, group: &str) -> Self {
        let home = Home { module: module.to_owned(), group: Some(group.to_owned()) };
        Self { home, names: Names::with(RESERVED), types: Vec::new() }
    }

    /// From the outermost to the innermost.
    fn in_order(mut self) -> Vec<TypeId> {
        self.types.reverse();
        self.types
    }
}
