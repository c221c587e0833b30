//! Makes the Rust types of a document set.

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Directive, InputValueDefinition, OperationType, Type, Value},
    collections::{IndexMap, IndexSet},
    executable::{self, Fragment, SelectionSet},
    parser::SourceSpan,
    schema::ExtendedType,
};

use crate::{
    Options,
    diagnostic::Diagnostic,
    document::{Documents, is_abstract},
    names::{Names, camel, ident, snake},
    select::{Fields, Merged, Selector},
    types::{
        Base, Body, Docs, Enum, EnumValue, Group, Input, InputField, Member, Model, Operation,
        Output, OutputField, Page, Presence, RefusedField, Shape, Variant, Wrap,
    },
};

/// Names that a generated module uses for something else.
const TAKEN: &[&str] = &["Box", "Data", "Option", "Some", "None", "String", "Vec", "Self"];

pub(crate) fn model(schema: &Schema, documents: &Documents, options: &Options) -> Model {
    let selector = Selector { schema, document: &documents.executable };
    let mut builder = Builder {
        schema,
        documents,
        options,
        selector,
        fragments: IndexMap::default(),
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
    options: &'d Options,
    selector: Selector<'d>,
    /// Module and Rust name of every fragment that an operation reaches.
    fragments: IndexMap<Name, (String, String)>,
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
    /// Names the enums and input objects, all of them, so that a name does not depend on which
    /// others are in use.
    fn shared(&mut self) {
        let mut names = Names::with(TAKEN);
        let mut types: Vec<_> = self
            .schema
            .types
            .iter()
            .filter(|(_, ty)| ty.is_enum() || ty.is_input_object())
            .map(|(name, _)| name.clone())
            .collect();
        types.sort();
        for name in types {
            let rust = names.claim(camel(&name));
            self.shared.insert(name, rust);
        }
    }

    fn module(&self, span: Option<SourceSpan>) -> String {
        // `types` holds what the files share.
        let name = snake(&self.documents.stem(span).replace(|c: char| !c.is_alphanumeric(), "_"));
        if name == "types" { "types_".to_owned() } else { name }
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
        let sets = [&fragment.selection_set];
        let on = fragment.type_condition();
        let mut root = self.output(&sets, on, &name, "", &mut nest);
        root.docs.text = self.documents.comment(fragment.location()).or(root.docs.text);
        let group = Group { module: nested, root, nested: nest.in_order() };
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
        let sets = [&operation.selection_set];
        let mut root = self.output(&sets, &operation.selection_set.ty, "Data", "", &mut nest);
        root.docs = Docs { text: Some(format!("Answer to [`super::{name}`].")), ..Docs::default() };

        let mut names = Names::default();
        let variables: Vec<_> = operation
            .variables
            .iter()
            .map(|variable| {
                let docs =
                    Docs { text: self.documents.comment(variable.location()), ..Docs::default() };
                let default = variable.default_value.is_some();
                self.input_field(&mut names, &variable.name, &variable.ty, default, docs, None)
            })
            .collect();

        let fields = self.selector.fields(&sets, &operation.selection_set.ty);
        let (mut refusals, mut page) = (Vec::new(), None);
        if is_query {
            page = self.page(&fields, &variables, &root, &nest);
        } else {
            refusals = self.refusals(&fields, &root, &nest);
        }
        let operation = Operation {
            name,
            docs: Docs { text: self.documents.comment(operation.location()), ..Docs::default() },
            graphql_name: graphql_name.to_string(),
            is_query,
            text: self.documents.text(self.schema, operation),
            variables,
            data: Group { module: nested, root, nested: nest.in_order() },
            refusals,
            page,
        };
        self.model.modules.entry(module).or_default().operations.push(operation);
    }

    /// A type for what is selected on `on`. Names of those below it begin with `prefix`.
    fn output(
        &mut self,
        sets: &[&'d SelectionSet],
        on: &Name,
        name: &str,
        prefix: &str,
        nest: &mut Nest,
    ) -> Output {
        let docs = self.schema.types.get(on).map_or_else(Docs::default, |ty| {
            docs(ty.description(), ty.directives().iter().map(|it| &it.node), None)
        });
        let narrower = if is_abstract(self.schema, on) {
            self.selector.narrower(sets, on)
        } else {
            IndexSet::default()
        };
        if narrower.is_empty() {
            let fields = self.struct_fields(sets, on, prefix, false, nest);
            return Output { name: name.to_owned(), docs, body: Body::Struct(fields) };
        }
        let mut names = Names::with(&["Unlisted"]);
        let mut variants = Vec::new();
        for ty in narrower.iter().map(Some).chain([None]) {
            let title = ty.map_or_else(|| "Unlisted".to_owned(), |ty| camel(ty));
            let holds = nest.names.claim(format!("{prefix}{title}"));
            let fields = self.struct_fields(sets, ty.unwrap_or(on), &holds, true, nest);
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
        sets: &[&'d SelectionSet],
        on: &Name,
        prefix: &str,
        with_typename: bool,
        nest: &mut Nest,
    ) -> Vec<OutputField> {
        let fields = self.selector.fields(sets, on);
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
            let base = self.base(merged, &format!("{prefix}{}", camel(key)), nest);
            let mut wraps = wraps(&first.definition.ty, merged.directive("required").is_some());
            if merged.conditional && wraps.first() != Some(&Wrap::Option) {
                wraps.insert(0, Wrap::Option);
            }
            let comment =
                merged.fields.iter().find_map(|field| self.documents.comment(field.location()));
            let definition = &first.definition;
            let name =
                if key.as_str() == "__typename" { "typename".to_owned() } else { snake(key) };
            result.push(OutputField {
                ident: ident(&names.claim(name)),
                field: definition.name.to_string(),
                key: key.to_string(),
                shape: Shape { wraps, base },
                conditional: merged.conditional,
                secret: self.is_secret(&definition.name, &definition.ty),
                docs: docs(definition.description.as_ref(), definition.directives.iter(), comment),
            });
        }
        result
    }

    /// The innermost type of a field.
    fn base(&mut self, merged: &Merged<'d>, name: &str, nest: &mut Nest) -> Base {
        let Some(first) = merged.fields.first() else { return Base::Rust("()".to_owned()) };
        let on = first.definition.ty.inner_named_type().clone();
        match self.schema.types.get(&on) {
            Some(ExtendedType::Scalar(_)) | None => self.scalar(&on),
            Some(ExtendedType::Enum(_)) => self.shared_type(&on),
            Some(_) => {
                let sets = merged.sets();
                if let Some(fragment) = self.selector.sole_fragment(&sets, &on)
                    && let Some((module, name)) = self.fragments.get(fragment)
                {
                    return Base::Fragment { module: module.clone(), name: name.clone() };
                }
                let name = nest.names.claim(name.to_owned());
                let output = self.output(&sets, &on, &name, &name, nest);
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
    fn is_secret(&self, field: &str, ty: &Type) -> bool {
        !matches!(ty.inner_named_type().as_str(), "Boolean" | "Int" | "Float" | "DateTime")
            && (self.options.secret)(field)
    }

    fn shared_type(&mut self, name: &Name) -> Base {
        self.reached.insert(name.clone());
        Base::Shared(self.shared.get(name).cloned().unwrap_or_else(|| camel(name)))
    }

    fn input_field(
        &mut self,
        names: &mut Names,
        key: &Name,
        ty: &Type,
        has_default: bool,
        docs: Docs,
        within: Option<&Name>,
    ) -> InputField {
        let presence = match (ty.is_non_null(), has_default) {
            (true, false) => Presence::Required,
            (true, true) => Presence::Defaulted,
            (false, _) => Presence::Nullable,
        };
        let inner = ty.inner_named_type();
        let base = match self.schema.types.get(inner) {
            Some(ExtendedType::Enum(_) | ExtendedType::InputObject(_)) => self.shared_type(inner),
            _ => self.scalar(inner),
        };
        // Nobody sends a null among the elements of a list, so elements are plain.
        let mut wraps: Vec<_> =
            wraps(ty, true).into_iter().filter(|wrap| *wrap == Wrap::Vec).collect();
        if wraps.is_empty() && within.is_some_and(|within| self.contains(inner, within)) {
            wraps.push(Wrap::Box);
        }
        InputField {
            ident: ident(&names.claim(snake(key))),
            key: key.to_string(),
            shape: Shape { wraps, base },
            presence,
            secret: self.is_secret(key, ty),
            docs,
        }
    }

    /// Whether a value of an input type holds one of another, or its own, without a list between:
    /// in Rust that has no finite size.
    fn contains(&self, from: &Name, other: &Name) -> bool {
        let mut seen = IndexSet::default();
        let mut open = vec![from];
        while let Some(name) = open.pop() {
            if name == other {
                return true;
            }
            let Some(input) = self.schema.get_input_object(name) else { continue };
            if seen.insert(name) {
                let direct = |field: &&Node<InputValueDefinition>| !field.ty.is_list();
                let fields = input.fields.values().map(|field| &field.node);
                open.extend(fields.filter(direct).map(|field| field.ty.inner_named_type()));
            }
        }
        false
    }

    /// The enums and input objects that operations reach, and those that these reach.
    fn reached_types(&mut self) {
        let mut done = 0;
        while let Some(name) = self.reached.get_index(done).cloned() {
            done += 1;
            let rust = self.shared.get(&name).cloned().unwrap_or_else(|| camel(&name));
            match self.schema.types.get(&name) {
                Some(ExtendedType::Enum(def)) => {
                    let mut names = Names::with(&["Unlisted"]);
                    let values = def.values.values().map(|value| EnumValue {
                        variant: ident(&names.claim(camel(&value.value))),
                        value: value.value.to_string(),
                        docs: docs(value.description.as_ref(), value.directives.iter(), None),
                    });
                    self.model.enums.push(Enum {
                        name: rust,
                        docs: docs(
                            def.description.as_ref(),
                            def.directives.iter().map(|it| &it.node),
                            None,
                        ),
                        values: values.collect(),
                    });
                }
                Some(ExtendedType::InputObject(def)) => {
                    let mut names = Names::default();
                    let fields = def.fields.values().map(|field| {
                        let docs = docs(field.description.as_ref(), field.directives.iter(), None);
                        let default = field.default_value.is_some();
                        self.input_field(
                            &mut names,
                            &field.name,
                            &field.ty,
                            default,
                            docs,
                            Some(&name),
                        )
                    });
                    let fields = fields.collect();
                    self.model.inputs.push(Input {
                        name: rust,
                        docs: docs(
                            def.description.as_ref(),
                            def.directives.iter().map(|it| &it.node),
                            None,
                        ),
                        one_of: def.directives.has("oneOf"),
                        fields,
                    });
                }
                _ => {}
            }
        }
        self.model.enums.sort_by(|a, b| a.name.cmp(&b.name));
        self.model.inputs.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

impl Builder<'_> {
    /// The fields of a type that has been made already.
    fn members<'a>(&'a self, base: &Base, nest: &'a Nest) -> &'a [OutputField] {
        let output = match base {
            Base::Nested(name) => nest.types.iter().find(|output| &output.name == name),
            Base::Fragment { module, name } => self
                .model
                .modules
                .get(module)
                .and_then(|module| module.fragments.iter().find(|group| &group.root.name == name))
                .map(|group| &group.root),
            _ => None,
        };
        match output.map(|output| &output.body) {
            Some(Body::Struct(fields)) => fields,
            _ => &[],
        }
    }

    fn warn(&mut self, span: Option<SourceSpan>, message: String) {
        let sources = &self.documents.executable.sources;
        self.model.warnings.push(Diagnostic::at(span, sources, message));
    }

    /// Most mutations answer `ok: false` and a `msg` where they should fail.
    fn refusals(&mut self, fields: &Fields<'_>, root: &Output, nest: &Nest) -> Vec<RefusedField> {
        let mut refusals = Vec::new();
        let Body::Struct(members) = &root.body else { return refusals };
        for (key, merged) in fields {
            let Some(first) = merged.fields.first() else { continue };
            let Some(member) = members.iter().find(|member| member.key == key.as_str()) else {
                continue;
            };
            let Some(answer) = self.schema.get_object(first.definition.ty.inner_named_type())
            else {
                continue;
            };
            if !["ok", "msg"].iter().all(|name| answer.fields.contains_key(*name)) {
                continue;
            }
            let inner = self.members(&member.shape.base, nest);
            let find =
                |name: &str| inner.iter().find(|member| member.field == name).map(Member::from);
            let (ok, message) = (find("ok"), find("msg"));
            if ok.is_none() || message.is_none() {
                let message = format!(
                    "`{}` says with `ok` and `msg` that it was refused: without them a refusal looks like a success",
                    first.name
                );
                self.warn(first.location(), message);
            }
            if let Some(ok) = ok {
                refusals.push(RefusedField {
                    root: member.into(),
                    key: key.to_string(),
                    ok,
                    message,
                });
            }
        }
        refusals
    }

    /// Recognises a list that is read page by page.
    fn page(
        &mut self,
        fields: &Fields<'_>,
        variables: &[InputField],
        root: &Output,
        nest: &Nest,
    ) -> Option<Page> {
        let Body::Struct(members) = &root.body else { return None };
        let (1, Some((key, merged))) = (fields.len(), fields.first()) else { return None };
        let first = *merged.fields.first()?;
        let list = self.schema.get_object(first.definition.ty.inner_named_type())?;
        let takes = |name: &str| first.definition.argument_by_name(name).is_some();
        let has = |name: &str| list.fields.contains_key(name);
        if !(takes("limit") && takes("offset") && has("items") && has("total_count")) {
            return None;
        }
        let variable =
            |name: &str| match first.specified_argument_by_name(name).map(|value| &**value) {
                Some(Value::Variable(name)) => {
                    variables.iter().position(|known| known.key == name.as_str())
                }
                _ => None,
            };
        let member = members.iter().find(|member| member.key == key.as_str())?;
        let inner = self.members(&member.shape.base, nest);
        let find = |name: &str| inner.iter().find(|member| member.field == name);
        let (limit, offset) = (variable("limit"), variable("offset"));
        let (items, total) = (find("items"), find("total_count"));
        let missing: Vec<_> = [
            (limit.is_none(), "pass a variable as `limit`"),
            (offset.is_none(), "pass a variable as `offset`"),
            (items.is_none(), "select `items`"),
            (total.is_none(), "select `total_count`"),
        ]
        .into_iter()
        .filter_map(|(missing, mend)| missing.then_some(mend))
        .collect();
        let (Some(limit), Some(offset), Some(items), Some(total)) = (limit, offset, items, total)
        else {
            let message = format!(
                "`{}` cannot be read page by page here: {}",
                first.name,
                missing.join(", ")
            );
            self.warn(first.location(), message);
            return None;
        };
        let element = items.shape.wraps.iter().skip_while(|wrap| **wrap == Wrap::Option).skip(1);
        Some(Page {
            root: member.into(),
            items: items.into(),
            total: total.into(),
            item: Shape { wraps: element.copied().collect(), base: items.shape.base.clone() },
            limit,
            offset,
            order: variable("order"),
            unique: merged
                .directive("unique")
                .and_then(|directive| directive.specified_argument_by_name("by"))
                .and_then(|value| value.as_str())
                .map(str::to_owned),
        })
    }
}

impl Nest {
    /// From the outermost to the innermost.
    fn in_order(mut self) -> Vec<Output> {
        self.types.reverse();
        self.types
    }
}

/// The `Option`s and `Vec`s of a type; `required` takes away those that stand for null.
fn wraps(ty: &Type, required: bool) -> Vec<Wrap> {
    let mut wraps = Vec::new();
    let mut ty = ty;
    loop {
        if !required && !ty.is_non_null() {
            wraps.push(Wrap::Option);
        }
        match ty {
            Type::Named(_) | Type::NonNullNamed(_) => return wraps,
            Type::List(inner) | Type::NonNullList(inner) => {
                wraps.push(Wrap::Vec);
                ty = inner;
            }
        }
    }
}

fn docs<'a>(
    description: Option<&Node<str>>,
    directives: impl Iterator<Item = &'a Node<Directive>>,
    comment: Option<String>,
) -> Docs {
    let mut docs = Docs {
        text: comment.or_else(|| description.map(|text| text.to_string())),
        ..Docs::default()
    };
    for directive in directives {
        let argument = |name: &str| {
            let value = directive.specified_argument_by_name(name);
            value.and_then(|value| value.as_str()).map(str::to_owned)
        };
        match directive.name.as_str() {
            "since" => docs.since.extend(argument("version")),
            "deprecated" => docs.deprecated = Some(argument("reason").unwrap_or_default()),
            _ => {}
        }
    }
    docs
}
