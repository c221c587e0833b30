use backendai::admin::keypair::KeyPairWithSecret;
use serde_json::json;

use super::*;

fn fields(names: &[&str]) -> Vec<Field> {
    let find = |name: &&str| KeyPairWithSecret::FIELDS.iter().find(|field| field.name() == *name);
    names.iter().map(|name| *find(name).unwrap()).collect()
}

fn row(value: Value) -> Row {
    value.as_object().unwrap().clone()
}

fn written(style: Style, names: &[&str], pages: Vec<Vec<Value>>, total: Option<u64>) -> String {
    let mut out = Vec::new();
    let mut sink = list(style, &fields(names), &mut out);
    for page in pages {
        sink.page(page.into_iter().map(row).collect()).unwrap();
    }
    sink.end(total).unwrap();
    drop(sink);
    String::from_utf8(out).unwrap()
}

fn style(form: RowFormat) -> Style {
    Style {
        form,
        show_secrets: false,
        width: None,
        wide: true,
        headers: true,
        name: None,
        keys: false,
    }
}

#[test]
fn a_table_keeps_the_widths_of_its_first_page() {
    let pages = vec![
        vec![json!({"access_key": "AK1", "full_name": "Zoë 王小明", "is_active": true})],
        vec![json!({"access_key": "AK2 that is long", "full_name": null, "is_active": false})],
    ];
    let names = ["access_key", "full_name", "is_active"];
    assert_eq!(
        written(style(RowFormat::Table), &names, pages.clone(), None),
        "Access Key  Full Name   Active?\n\
         ----------  ----------  -------\n\
         AK1         Zoë 王小明  True\n\
         AK2 that is long  (null)      False\n"
    );
    let narrow = Style { width: Some(20), ..style(RowFormat::Table) };
    assert_eq!(
        written(narrow, &names, pages.clone(), None),
        written(style(RowFormat::Table), &names, pages, None),
        "lines run past the edge of a terminal"
    );
}

#[test]
fn columns_without_room_are_named() {
    let rows = [json!({"access_key": "x".repeat(20), "full_name": "Ada", "is_active": true})];
    let names = ["access_key", "full_name", "is_active"];
    for (width, wide, left_out) in [
        (80, false, &[][..]),
        (30, false, &["is_active"]),
        (20, false, &["full_name", "is_active"]),
        (20, true, &[]),
    ] {
        let style = Style { width: Some(width), wide, ..style(RowFormat::Table) };
        let fields = fields(&names);
        let mut sink = list(style, &fields, io::sink());
        sink.page(rows.iter().cloned().map(row).collect()).unwrap();
        sink.end(None).unwrap();
        assert_eq!(sink.left_out(), left_out, "{width}");
    }
}

#[test]
fn a_row_is_one_line_where_it_is_not_wide() {
    let rows = vec![json!({
        "access_key": "x".repeat(70),
        "full_name": "a\nb",
        "created_at": "2020-01-01T00:00:00+00:00",
        "user_id": "someone@example.com",
    })];
    let names = ["access_key", "full_name", "created_at", "user_id"];
    for (width, columns) in [(80, 4), (40, 3), (30, 2), (5, 1)] {
        let style = Style { width: Some(width), wide: false, ..style(RowFormat::Table) };
        let text = written(style, &names, vec![rows.clone()], None);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert_eq!(lines[1].contains("y ago"), columns > 2, "{text}");
        assert_eq!(lines[1].contains("someone"), columns > 3, "{text}");
        assert!(width < 10 || lines[1].starts_with("xxx") && lines[1].contains('…'), "{text}");
        let widest = lines.iter().map(|line| console::measure_text_width(line)).max();
        assert!(width < 10 || widest <= Some(width), "{text}");
    }
    let bare = Style { headers: false, ..style(RowFormat::Table) };
    assert_eq!(written(bare, &["full_name"], vec![rows.clone()], None), "a\nb\n");
    let bare = Style { headers: false, ..style(RowFormat::Csv) };
    assert_eq!(written(bare, &["user_id"], vec![rows.clone()], None), "someone@example.com\n");
    let name = Style { name: Some("user_id"), ..style(RowFormat::Name) };
    assert_eq!(written(name, &["user_id"], vec![rows], None), "someone@example.com\n");
}

#[test]
fn no_rows_are_a_head_in_a_pipe_and_nothing_on_a_terminal() {
    let names = ["access_key"];
    let head = "Access Key\n----------\n";
    assert_eq!(written(style(RowFormat::Table), &names, vec![], Some(0)), head);
    let terminal = Style { width: Some(80), ..style(RowFormat::Table) };
    let brief = Style { wide: false, ..terminal };
    for style in [terminal, brief] {
        // Also where there is an empty page.
        for pages in [vec![], vec![vec![]]] {
            assert_eq!(written(style, &names, pages, Some(0)), "");
        }
    }
    assert_eq!(written(style(RowFormat::Csv), &names, vec![], Some(0)), "access_key\n");
    assert_eq!(written(style(RowFormat::Jsonl), &names, vec![], Some(0)), "");
    assert_eq!(
        written(style(RowFormat::Json), &names, vec![], Some(0)),
        "{\n  \"count\": 0,\n  \"total_count\": 0,\n  \"items\": []\n}\n"
    );
}

#[test]
fn nothing_is_a_hyphen_on_a_terminal() {
    let names = ["access_key"];
    for (nothing, official) in [
        (json!(null), "(null)"),
        (json!([]), "(empty)"),
        (json!({}), "(empty)"),
        (json!("{}"), "{}"),
        (json!(""), ""),
    ] {
        let rows = vec![json!({ "access_key": nothing })];
        let pipe = style(RowFormat::Table);
        let text = written(pipe, &names, vec![rows.clone()], None);
        assert_eq!(text, format!("Access Key\n----------\n{official}\n"));
        let terminal = Style { width: Some(80), wide: false, ..pipe };
        assert_eq!(written(terminal, &names, vec![rows.clone()], None), "Access Key\n-\n");
        let mut out = Vec::new();
        one(terminal, &fields(&names), row(rows[0].clone()), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "Field       Value\n----------  -----\nAccess Key  -\n");
        let lines = written(style(RowFormat::Jsonl), &names, vec![rows.clone()], None);
        assert_eq!(lines, format!("{}\n", rows[0]), "JSON is exact");
    }
}

#[test]
fn json_has_the_official_shape_and_the_order_of_the_fields() {
    let page =
        vec![json!({"access_key": "AK", "is_active": true, "rate_limit": 9007199254740993_u64})];
    let names = ["rate_limit", "access_key"];
    assert_eq!(
        written(style(RowFormat::Json), &names, vec![page.clone()], Some(7)),
        "{\n  \"count\": 1,\n  \"total_count\": 7,\n  \"items\": [\n    {\n      \
         \"rate_limit\": 9007199254740993,\n      \"access_key\": \"AK\"\n    }\n  ]\n}\n"
    );
    assert_eq!(
        written(style(RowFormat::Jsonl), &names, vec![page], Some(7)),
        "{\"rate_limit\":9007199254740993,\"access_key\":\"AK\"}\n"
    );
}

#[test]
fn secrets_are_masked_in_every_form() {
    for form in [RowFormat::Table, RowFormat::Json, RowFormat::Jsonl, RowFormat::Csv] {
        let page = vec![json!({"access_key": "AK", "secret_key": "do-not-show"})];
        let names = ["access_key", "secret_key"];
        let masked = written(style(form), &names, vec![page.clone()], None);
        assert!(masked.contains("***") && !masked.contains("do-not-show"), "{masked}");
        let shown = Style { show_secrets: true, ..style(form) };
        assert!(written(shown, &names, vec![page], None).contains("do-not-show"));
        let mut out = Vec::new();
        let one_row = row(json!({"access_key": "AK", "secret_key": "do-not-show"}));
        one(style(form), &fields(&names), one_row, &mut out).unwrap();
        assert!(!String::from_utf8(out).unwrap().contains("do-not-show"));
    }
}

#[test]
fn a_spreadsheet_computes_nothing() {
    let names = ["full_name"];
    let cell = |value: Value| {
        let page = vec![json!({ "full_name": value })];
        let text = written(style(RowFormat::Csv), &names, vec![page], None);
        text.strip_prefix("full_name\n").unwrap().trim_end_matches('\n').to_owned()
    };
    assert_eq!(cell(json!("=1+1")), "'=1+1");
    assert_eq!(cell(json!("@SUM(A1)")), "'@SUM(A1)");
    assert_eq!(cell(json!("-cmd")), "'-cmd");
    assert_eq!(cell(json!("\t=1")), "'\t=1");
    assert_eq!(cell(json!("\n=1")), "\"'\n=1\"");
    assert_eq!(cell(json!("-1.5")), "-1.5");
    assert_eq!(cell(json!("a,\"b\"")), "\"a,\"\"b\"\"\"");
    assert_eq!(cell(json!(["=1"])), "\"[\"\"=1\"\"]\"");
    assert_eq!(cell(json!(null)), "\"\"");
}

#[test]
fn an_object_is_upright() {
    let mut out = Vec::new();
    let object = row(json!({"access_key": "AK", "full_name": "one\ntwo"}));
    one(style(RowFormat::Table), &fields(&["access_key", "full_name"]), object, &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "Field       Value\n----------  -----\nAccess Key  AK\nFull Name   one\n            two\n"
    );
}

/// A reader that has seen enough.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_reported_as_such() {
    for form in [RowFormat::Table, RowFormat::Json, RowFormat::Jsonl, RowFormat::Csv] {
        let mut sink = list(style(form), &fields(&["access_key"]), Closed);
        let page = sink.page(vec![row(json!({"access_key": "AK"}))]);
        let result = page.and_then(|()| sink.end(None));
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::BrokenPipe, "{form:?}");
    }
}
