//! Lowers proven documents to a model of Rust types.

mod input;
mod page;
mod projection;
mod refusal;
mod shape;
mod variables;

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
};

use apollo_compiler::{
    Name, Node, Schema,
    ast::{OperationType, Type},
    collections::{IndexMap, IndexSet},
    executable::{self, Fragment},
    parser::SourceSpan,
    schema::ExtendedType,
};

use self::{
    input::Definition,
    shape::{member_docs, type_docs, wraps},
    variables::Meanings,
};
use crate::{
    Options,
    collect_fields::{Merged, Part, Selector},
    diagnostic::Diagnostic,
    document::Documents,
    document_text::{DocumentText, DocumentTexts},
    graph::{input_cycles, is_abstract, is_root},
    model::{
        Base, Body, Docs, Group, Home, InputField, Model, Operation, Output, OutputField, Shape,
        TypeId, Variant, Wrap,
    },
    names::{Names, camel, ident, snake},
    nulls::Rule,
    requirement::Requirement,
    schema::instruction,
    shared_types::SharedTypes,
    version::Version,
};

/// Names that a generated module uses otherwise.
const RESERVED: &[&str] = &[
    "Box",
    "Clone",
    "Data",
    "Default",
    "Err",
    "From",
    "Into",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Result",
    "Self",
    "Some",
    "String",
    "ToOwned",
    "ToString",
    "TryFrom",
    "Vec",
    "bool",
    "f64",
    "i32",
    "str",
    "u64",
];

/// The documentation of a type's name.
const TYPENAME: &str = "Name of the GraphQL type.";

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
        unlisted: RefCell::default(),
        cycles: input_cycles(schema),
        fragments: IndexMap::default(),
        largest: IndexMap::default(),
        fragment_names: IndexMap::default(),
        operation_names: IndexMap::default(),
        scopes: IndexMap::default(),
        reached: IndexSet::default(),
        shared_names: IndexMap::default(),
        model: Model::default(),
    };
    lowering.model.warnings.clone_from(&documents.warnings);
    lowering.name_shared_types();
    lowering.outputs();
    lowering.reached_types();
    lowering.note_scalars();
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
    /// Scalars in use without a type.
    unlisted: RefCell<IndexSet<String>>,
    /// The input objects that contain themselves.
    cycles: HashMap<&'d Name, usize>,
    /// The type of every fragment that an operation reaches.
    fragments: IndexMap<Name, TypeId>,
    /// The fragment with the most fields on each object: their number, and its type.
    largest: IndexMap<Name, (usize, TypeId)>,
    /// The names of the type of every fragment and operation, and of its module.
    fragment_names: IndexMap<Name, (String, String)>,
    operation_names: IndexMap<Name, (String, String)>,
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
    types: Vec<Nested>,
}

/// A type in a group under construction. Its name is given when all are known, so that it does not
/// depend on their order.
struct Nested {
    id: TypeId,
    at: Place,
}

/// What a nested type is for.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// The name, if it is unique.
    name: String,
    /// The keys and types that lead to it.
    path: Vec<String>,
}

impl Place {
    fn inner(&self, key: &str) -> Self {
        let path = self.path.iter().cloned().chain([key.to_owned()]).collect();
        Self { name: format!("{}{}", self.name, camel(key)), path }
    }
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
        self.fragment_names = self.claim(fragments.iter().map(|it| (&it.name, it.location())));
        let operations = document.operations.named.iter();
        let operations = operations.map(|(name, operation)| (name, operation.location()));
        self.operation_names = self.claim(operations);
        for fragment in &fragments {
            let module = self.documents.module(fragment.location());
            let names = self.fragment_names.get(&fragment.name);
            let Some((name, _)) = names.cloned() else { continue };
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

    /// Names the types of fragments or operations in the modules of their files, and the modules of
    /// the types nested in them.
    fn claim<'n>(
        &mut self,
        all: impl Iterator<Item = (&'n Name, Option<SourceSpan>)>,
    ) -> IndexMap<Name, (String, String)> {
        let mut by_module = BTreeMap::<_, Vec<_>>::new();
        for (name, span) in all {
            by_module.entry(self.documents.module(span)).or_default().push(name);
        }
        let mut claimed = IndexMap::default();
        for (module, names) in by_module {
            let scope = self.scope(&module);
            let types = scope.claim_all(names.iter().map(|it| it.as_str()), camel);
            let modules = scope.claim_all(types.iter().map(String::as_str), snake);
            claimed.extend(names.into_iter().cloned().zip(types.into_iter().zip(modules)));
        }
        claimed
    }

    fn fragment(&mut self, fragment: &'d Node<Fragment>) {
        let Some(&root) = self.fragments.get(&fragment.name) else { return };
        let module = self.model.output(root).home.module.clone();
        let names = self.fragment_names.get(&fragment.name);
        let Some((_, nested)) = names.cloned() else { return };
        let mut nest = Nest::new(&module, &nested);
        let parts = [Part::from(&fragment.selection_set)];
        let on = fragment.type_condition();
        let (mut docs, body) = self.output(&parts, on, &Place::default(), &mut nest);
        docs.text = self.documents.comment(fragment.location()).or(docs.text);
        let output = self.model.output_mut(root);
        (output.docs, output.body) = (docs, body);
        let table = self.table(fragment, root);
        let group = Group { module: nested, root, nested: self.finish(nest, root), table };
        self.model.modules.entry(module).or_default().fragments.push(group);
    }

    fn operation(&mut self, operation: &'d Node<executable::Operation>) {
        let Some(graphql_name) = &operation.name else { return };
        let kind = operation.operation_type;
        let module = self.documents.module(operation.location());
        let names = self.operation_names.get(graphql_name);
        let Some((name, nested)) = names.cloned() else { return };

        let mut nest = Nest::new(&module, &nested);
        let parts = [Part::from(&operation.selection_set)];
        let on = &operation.selection_set.ty;
        let (_, body) = self.output(&parts, on, &Place::default(), &mut nest);
        let what = if kind == OperationType::Subscription { "Event of" } else { "Answer to" };
        let root = self.model.add(Output {
            name: "Data".to_owned(),
            home: nest.home.clone(),
            docs: Docs { text: Some(format!("{what} [`super::{name}`].")), ..Docs::default() },
            body,
        });

        let fragments = self.documents.fragments(&operation.selection_set);
        let mut variables = self.variables(operation, &fragments);
        let fields = self.selector.fields(&parts, &operation.selection_set.ty);
        let page = match kind {
            OperationType::Query => {
                let on = &operation.selection_set.ty;
                self.page(&parts, on, &operation.variables, &variables, root)
            }
            OperationType::Mutation | OperationType::Subscription => None,
        };
        let roots = self.roots(&fields, root, kind);
        if let Some(filter) = page.as_ref().and_then(|page| page.filter)
            && let Some(variable) = variables.get_mut(filter)
        {
            variable.shape.base = Base::Runtime("Filter".to_owned());
        }
        let text = self.texts.text(operation, &fragments);
        let operation = Operation {
            name,
            docs: Docs { text: self.documents.comment(operation.location()), ..Docs::default() },
            graphql_name: graphql_name.to_string(),
            kind,
            newest: self.newest(operation, &text),
            rows: self.rows(operation, &text, page.as_ref()),
            text,
            variables,
            data: Group { module: nested, root, nested: self.finish(nest, root), table: None },
            roots,
            page,
        };
        self.model.modules.entry(module).or_default().operations.push(operation);
    }

    fn variables(
        &mut self,
        operation: &executable::Operation,
        fragments: &IndexSet<Name>,
    ) -> Vec<InputField> {
        let document = &self.documents.executable;
        let sets = fragments.iter().filter_map(|name| document.fragments.get(name));
        let sets = sets.map(|fragment| &fragment.selection_set);
        let meanings =
            Meanings::new(self.schema, std::iter::once(&operation.selection_set).chain(sets));
        let rules = operation.name.as_ref().and_then(|name| self.documents.rules.get(name));
        let keys = operation.variables.iter().map(|variable| variable.name.as_str());
        let names = Names::default().claim_all(keys, snake);
        operation
            .variables
            .iter()
            .zip(names)
            .map(|(variable, ident)| {
                let comment = self.documents.comment(variable.location());
                let text = comment.or_else(|| meanings.get(&variable.name));
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
                let mut field = self.input_field(&ident, definition);
                let scalar = instruction(self.schema, &variable.directives, "as");
                if let Some(name) =
                    scalar.and_then(|it| it.specified_argument_by_name("scalar")?.as_str())
                {
                    field.shape.base = self.scalar(name);
                }
                field
            })
            .collect()
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

    /// The documentation and the contents of the type for what is selected on `on`.
    fn output(
        &mut self,
        parts: &[Part<'d>],
        on: &Name,
        at: &Place,
        nest: &mut Nest,
    ) -> (Docs, Body) {
        let mut docs = self.schema.types.get(on).map_or_else(Docs::default, type_docs);
        docs.text.get_or_insert_with(|| format!("An object of the type `{on}`."));
        let narrower = if is_abstract(self.schema, on) {
            self.selector.narrower(parts, on)
        } else {
            IndexSet::default()
        };
        if narrower.is_empty() {
            let fields = self.struct_fields(parts, on, at, false, nest);
            return (docs, Body::Struct(fields));
        }
        let known = narrower.iter().map(|ty| ty.as_str());
        let names = Names::with(&["UnknownType"]).claim_all(known, camel);
        let unknown = ("UnknownType".to_owned(), None);
        let types = names.into_iter().zip(narrower.iter().map(Some)).chain([unknown]);
        let mut variants = Vec::new();
        for (name, ty) in types {
            let at = at.inner(ty.map_or("UnknownType", |ty| ty.as_str()));
            let fields = self.struct_fields(parts, ty.unwrap_or(on), &at, true, nest);
            let holds = self.nested(at, Docs::default(), Body::Struct(fields), nest);
            variants.push(Variant { name, typename: ty.map(Name::to_string), holds });
        }
        (docs, Body::Enum(variants))
    }

    fn nested(&mut self, at: Place, docs: Docs, body: Body, nest: &mut Nest) -> TypeId {
        let id =
            self.model.add(Output { name: String::new(), home: nest.home.clone(), docs, body });
        nest.types.push(Nested { id, at });
        id
    }

    /// Names the types of a group. Returns them from the outermost to the innermost.
    fn finish(&mut self, nest: Nest, root: TypeId) -> Vec<TypeId> {
        let mut places: Vec<_> = nest.types.iter().collect();
        places.sort_by(|a, b| a.at.cmp(&b.at));
        let mut names = Names::with(RESERVED);
        for Nested { id, at } in places {
            self.model.output_mut(*id).name = names.claim(at.name.clone());
        }
        for id in nest.types.iter().map(|nested| nested.id).chain([root]) {
            let Output { name, body, .. } = self.model.output(id);
            let Body::Enum(variants) = body else { continue };
            let text = format!("Variant of [`{name}`].");
            for holds in variants.iter().map(|variant| variant.holds).collect::<Vec<_>>() {
                self.model.output_mut(holds).docs.text = Some(text.clone());
            }
        }
        nest.types.into_iter().rev().map(|nested| nested.id).collect()
    }

    fn struct_fields(
        &mut self,
        parts: &[Part<'d>],
        on: &Name,
        at: &Place,
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
                is_id: false,
                secret: false,
                docs: Docs { text: Some(TYPENAME.to_owned()), ..Docs::default() },
            });
        }
        let idents = names.claim_all(fields.keys().map(|key| key.as_str()), |key| match key {
            "__typename" => "typename".to_owned(),
            key => snake(key),
        });
        for ((key, merged), name) in fields.iter().zip(idents) {
            let Some(first) = merged.fields.first() else { continue };
            let base = self.base(merged, at, key, nest);
            let mut wraps =
                wraps(&first.definition.ty, merged.instruction(self.schema, "required").is_some());
            let comment =
                merged.fields.iter().find_map(|field| self.documents.comment(field.location()));
            let definition = &first.definition;
            let mut docs =
                member_docs(definition.description.as_ref(), definition.directives.iter(), comment);
            let is_typename = key.as_str() == "__typename";
            if definition.name == "__typename" {
                docs.text.get_or_insert_with(|| TYPENAME.to_owned());
            } else if is_root(self.schema, on) {
                docs.text.get_or_insert_with(|| format!("Result of `{}`.", definition.name));
            }
            // It is always selected, to know the variant to decode.
            let conditional = (merged.conditional
                || merged.instruction(self.schema, "optional").is_some())
                && !(with_typename && is_typename);
            if conditional && wraps.first() != Some(&Wrap::Option) {
                wraps.insert(0, Wrap::Option);
            }
            result.push(OutputField {
                ident: ident(&name),
                field: definition.name.to_string(),
                key: key.to_string(),
                shape: Shape { wraps, base },
                conditional,
                is_id: self.is_id(definition.ty.inner_named_type()),
                secret: self.is_secret(&definition.name, &definition.ty),
                docs,
            });
        }
        result
    }

    /// The innermost type of a field, which is in a type at `at`.
    fn base(&mut self, merged: &Merged<'d>, at: &Place, key: &str, nest: &mut Nest) -> Base {
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
                let at = at.inner(key);
                let (docs, body) = self.output(&parts, &on, &at, nest);
                Base::Output(self.nested(at, docs, body, nest))
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
            _ => {
                self.unlisted.borrow_mut().insert(name.to_owned());
                Base::any_json()
            }
        }
    }

    /// Whether an answer has an id there that may be a number.
    fn is_id(&self, ty: &Name) -> bool {
        ty == "ID" && !self.options.scalars.contains_key("ID")
    }

    /// Warns of scalars without a type, each once.
    fn note_scalars(&mut self) {
        for name in self.unlisted.take() {
            let scalar = self.schema.types.get(name.as_str());
            let message = format!(
                "the scalar `{name}` is any JSON value in Rust: set its type with \
                 `.scalar(\"{name}\", …)`, or accept that with `.json_scalar(\"{name}\")`"
            );
            let span = scalar.and_then(|scalar| scalar.name().location());
            let warning = Diagnostic::at(span, &self.schema.sources, message);
            self.model.warnings.push(warning);
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
        Self { home, types: Vec::new() }
    }
}
