//! Statistics of agents and kernels.

use serde_json::{Map, Value};

use super::{decode, member, plain, python, size, tree};

/// The cores of a CPU are omitted if there are more than this.
const MOST_CORES: usize = 8;

pub(super) fn agent(value: &Value) -> String {
    if value.is_null() {
        return String::new();
    }
    let stats = decode(value);
    let Some(node) = member(&stats, "node").as_object() else {
        return tree::text(&stats);
    };
    let none = Map::new();
    let devices = member(&stats, "devices").as_object().unwrap_or(&none);
    let node: Vec<_> = node
        .iter()
        .map(|(key, metric)| match key.as_str() {
            "cpu_util" => {
                let cores = devices.get(key).and_then(Value::as_object).map_or(0, Map::len);
                let percent = match member(metric, "pct") {
                    Value::Null => "(calculating...)".to_owned(),
                    percent => python::text(percent),
                };
                format!("{key}: {percent} % ({cores} cores)")
            }
            _ => format!("{key}: {}", shown(key, metric)),
        })
        .collect();
    let mut lines = Vec::new();
    for (key, metrics) in devices {
        lines.push(format!("+ {key}"));
        let metrics = metrics.as_object().unwrap_or(&none);
        if key == "cpu_util" && metrics.len() > MOST_CORES {
            lines.push(
                "  - (per-core stats hidden for large CPUs with more than 8 cores)".to_owned(),
            );
            continue;
        }
        lines
            .extend(metrics.iter().map(|(id, metric)| format!("  - {id}: {}", shown(key, metric))));
    }
    format!("{}\n{}", node.join(", "), lines.join("\n"))
}

fn shown(key: &str, metric: &Value) -> String {
    if !metric.is_object() {
        return plain(metric);
    }
    let (current, capacity) = (member(metric, "current"), member(metric, "capacity"));
    let unit = member(metric, "unit_hint");
    match (unit.as_str(), size::number(current)) {
        (Some("bytes"), Some(_)) => {
            let size = |value| match size::number(value) {
                Some(bytes) if key == "mem" => size::gnu(bytes.trunc()),
                Some(bytes) => size::decimal(bytes.trunc()),
                None => known(value),
            };
            format!("{} / {}", size(current), size(capacity))
        }
        (Some("Celsius"), Some(degrees)) => format!("{} C", grouped(degrees)),
        (Some("bps"), Some(rate)) => format!("{}/s", size::decimal(rate)),
        (Some("pct" | "percent" | "%"), _) => format!("{} %", python::text(member(metric, "pct"))),
        (Some("count"), _) => format!("{} / {} ", python::text(current), known(capacity)),
        _ => format!("{} / {} {}", python::text(current), known(capacity), python::text(unit)),
    }
}

fn known(value: &Value) -> String {
    match value {
        Value::Null => "(unknown)".to_owned(),
        _ => python::text(value),
    }
}

/// Inserts a comma before every third digit from the right.
fn grouped(value: f64) -> String {
    let text = python::float(value.abs());
    let whole = if text.contains('e') { 0 } else { text.find('.').unwrap_or(text.len()) };
    let mut grouped = String::new();
    if value.is_sign_negative() {
        grouped.push('-');
    }
    for (place, c) in text.chars().enumerate() {
        if (1..whole).contains(&place) && (whole - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(c);
    }
    grouped
}

pub(super) fn kernel(value: &Value) -> String {
    if value.is_null() {
        return "(unavailable)".to_owned();
    }
    let stats = decode(value);
    let Some(members) = stats.as_object() else {
        return plain(&stats);
    };
    let lines: Vec<_> = members
        .iter()
        .map(|(key, value)| format!("- {:18}{}", format!("{key}: "), python::text(value)))
        .collect();
    format!("\n{}", lines.join("\n"))
}
