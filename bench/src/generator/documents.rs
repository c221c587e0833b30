//! The compiled documents: the shipped ones, whole and one by one, and lists of the second schema.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use apollo_compiler::{
    Name,
    ast::{Definition, Document, Selection, Type},
};
use backendai_schema_tools::scaffold::Scaffold;

use crate::{Result, root};

/// Directives of our generator: validation needs their definitions, and other generators must not
/// see them.
pub(super) const DIRECTIVES: &str = "
directive @required on FIELD
directive @title(text: String!) on FIELD
directive @unique(by: String!, field: String, filter: Boolean) on FIELD
directive @legacy on QUERY | MUTATION | FRAGMENT_DEFINITION | FIELD | INLINE_FRAGMENT
  | VARIABLE_DEFINITION
directive @unpaged on FIELD
directive @format(as: FieldFormat!, field: String) on FIELD
scalar FieldFormat
";

const CLIENT: [&str; 6] = ["required", "title", "unique", "legacy", "unpaged", "format"];

/// Operations of every kind that `graphql_client` supports.
const CHOSEN: [&str; 15] = [
    "PagedAgents",
    "GetAgent",
    "PagedLegacySessions",
    "ListDomains",
    "CreateDomain",
    "ModifyDomain",
    "PagedEndpoints",
    "ListGroups",
    "PagedImageNodes",
    "PagedKeyPairs",
    "CreateKeyPair",
    "ListResourcePresets",
    "ListScalingGroups",
    "GetUser",
    "CreateUser",
];

pub(super) fn schema(folder: &str) -> PathBuf {
    root().join("schema").join(folder).join("schema.graphql")
}

/// The shipped documents, ordered by name.
pub(super) fn shipped() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join("graphql/admin"))? {
        let path = entry?.path();
        let graphql = path.extension().is_some_and(|ending| ending == "graphql");
        if graphql && path != schema("admin") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The shipped operations, each with the fragments that it uses.
pub(super) struct Operations {
    operations: BTreeMap<Name, Definition>,
    fragments: BTreeMap<Name, Definition>,
}

impl Operations {
    pub(super) fn read() -> Result<Self> {
        let (mut operations, mut fragments) = (BTreeMap::new(), BTreeMap::new());
        for file in shipped()? {
            let document = Document::parse(fs::read_to_string(&file)?, &file)
                .map_err(|invalid| invalid.errors.to_string())?;
            for definition in document.definitions {
                match &definition {
                    Definition::OperationDefinition(operation) => {
                        let name = operation.name.clone().ok_or("an operation has no name")?;
                        operations.insert(name, definition);
                    }
                    Definition::FragmentDefinition(fragment) => {
                        fragments.insert(fragment.name.clone(), definition);
                    }
                    _ => {}
                }
            }
        }
        Ok(Self { operations, fragments })
    }

    /// One file per operation, without the directives of our generator.
    pub(super) fn write_plain(&self, folder: &Path, chosen: bool) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for (name, operation) in &self.operations {
            if chosen && !CHOSEN.contains(&name.as_str()) {
                continue;
            }
            let mut text = String::new();
            for mut definition in self.with_fragments([operation]) {
                match &mut definition {
                    Definition::OperationDefinition(operation) => {
                        let operation = operation.make_mut();
                        plain_directives(&mut operation.directives.0);
                        for variable in &mut operation.variables {
                            let variable = variable.make_mut();
                            plain_directives(&mut variable.directives.0);
                            // graphql_client generates wrong code for lists.
                            variable.default_value.take_if(|value| value.as_list().is_some());
                        }
                        plain(&mut operation.selection_set);
                    }
                    Definition::FragmentDefinition(fragment) => {
                        let fragment = fragment.make_mut();
                        plain_directives(&mut fragment.directives.0);
                        plain(&mut fragment.selection_set);
                    }
                    _ => {}
                }
                text.push_str(&definition.to_string());
            }
            let file = folder.join(format!("{name}.graphql"));
            fs::write(&file, text)?;
            files.push(file);
        }
        if chosen && files.len() < CHOSEN.len() {
            return Err("not all of the chosen operations are shipped".into());
        }
        Ok(files)
    }

    /// The selected operations in one file, unchanged.
    pub(super) fn write_chosen(&self, file: &Path) -> Result<()> {
        let mut operations = Vec::new();
        for name in CHOSEN {
            let operation = self.operations.get(name);
            operations.push(operation.ok_or_else(|| format!("no operation `{name}` is shipped"))?);
        }
        let all = self.with_fragments(operations);
        let texts: Vec<_> = all.iter().map(ToString::to_string).collect();
        Ok(fs::write(file, texts.concat())?)
    }

    fn with_fragments<'a>(
        &self,
        operations: impl IntoIterator<Item = &'a Definition>,
    ) -> Vec<Definition> {
        let mut found: Vec<_> = operations.into_iter().cloned().collect();
        let mut known = BTreeSet::new();
        let mut at = 0;
        while let Some(definition) = found.get(at) {
            let mut names = Vec::new();
            match definition {
                Definition::OperationDefinition(it) => spreads(&it.selection_set, &mut names),
                Definition::FragmentDefinition(it) => spreads(&it.selection_set, &mut names),
                _ => {}
            }
            names.retain(|name| known.insert(name.clone()));
            found.extend(names.iter().filter_map(|name| self.fragments.get(name)).cloned());
            at += 1;
        }
        found
    }
}

fn spreads(set: &[Selection], names: &mut Vec<Name>) {
    for selection in set {
        match selection {
            Selection::Field(field) => spreads(&field.selection_set, names),
            Selection::InlineFragment(inline) => spreads(&inline.selection_set, names),
            Selection::FragmentSpread(spread) => names.push(spread.fragment_name.clone()),
        }
    }
}

fn plain(set: &mut [Selection]) {
    for selection in set {
        match selection {
            Selection::Field(field) => {
                let field = field.make_mut();
                plain_directives(&mut field.directives.0);
                plain(&mut field.selection_set);
            }
            Selection::InlineFragment(inline) => {
                let inline = inline.make_mut();
                plain_directives(&mut inline.directives.0);
                plain(&mut inline.selection_set);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn plain_directives(list: &mut Vec<apollo_compiler::Node<apollo_compiler::ast::Directive>>) {
    list.retain(|directive| !CLIENT.contains(&directive.name.as_str()));
}

/// Scaffolded documents for the lists of the second schema, at most `count` of those that `accept`
/// takes.
pub(super) fn write_lists(
    folder: &Path,
    count: usize,
    mut accept: impl FnMut(&Path) -> Result<bool>,
) -> Result<Vec<PathBuf>> {
    let path = schema("v2");
    let text = fs::read_to_string(&path)?;
    let parsed = backendai_codegen::Schema::parse(&path, &text)?;
    let document = Document::parse(text, &path).map_err(|invalid| invalid.errors.to_string())?;
    let roots = document.definitions.iter().find_map(|definition| match definition {
        Definition::ObjectTypeDefinition(object) if object.name == "Query" => Some(&object.fields),
        _ => None,
    });
    let mut files = Vec::new();
    for field in roots.ok_or("the schema has no query type")? {
        if files.len() == count {
            break;
        }
        if field.name.starts_with('_') || !is_list(&field.ty) {
            continue;
        }
        let file = folder.join(format!("{}.graphql", field.name));
        // graphql_client panics on the default null; without a default, an omitted value is null.
        let document = Scaffold::default().document(&parsed, &field.name)?;
        fs::write(&file, document.replace(" = null", ""))?;
        if accept(&file)? {
            files.push(file);
        }
    }
    if files.len() < count {
        return Err(format!("only {} lists of {count} can be had", files.len()).into());
    }
    Ok(files)
}

fn is_list(ty: &Type) -> bool {
    ty.is_list() || ty.inner_named_type().ends_with("Connection")
}
