//! Text for a terminal: what a manager, a file or a user supplies must not steer it or hide in it.

use std::{
    borrow::Cow,
    fmt::Write as _,
    io::{self, IsTerminal as _, Write},
};

/// Returns the text with its invisible characters escaped: controls, characters that change the direction
/// of writing, and those without a width. Line ends and tabs stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        // Before a line end a carriage return is harmless; alone it would overwrite the line.
        let stays = matches!(c, '\n' | '\t') || c == '\r' && rest.peek() == Some(&'\n');
        // Writing to a string cannot fail.
        let _ = match u32::from(c) {
            _ if stays || !is_invisible(c) => write!(shown, "{c}"),
            code @ ..0x100 => write!(shown, "\\x{code:02x}"),
            code => write!(shown, "\\u{{{code:x}}}"),
        };
    }
    Cow::Owned(shown)
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            // Without a width: joiners, fillers, marks of formats.
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{feff}'
                | '\u{ffa0}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
                // Directions.
                | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
                // Line and paragraph separators, annotations, tags and their selectors.
                | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Output in another program's format, such as JSON: unchanged in a pipe or a file, and visible on a
/// terminal.
pub(crate) struct Data<W: Write> {
    out: W,
    /// The line so far, on a terminal.
    line: Option<Vec<u8>>,
}

impl Data<io::BufWriter<io::Stdout>> {
    /// The standard output.
    pub(crate) fn stdout() -> Self {
        let out = io::stdout();
        let terminal = out.is_terminal();
        Self::new(io::BufWriter::new(out), terminal)
    }
}

impl<W: Write> Data<W> {
    fn new(out: W, terminal: bool) -> Self {
        Self { out, line: terminal.then(Vec::new) }
    }

    fn write_line(&mut self) -> io::Result<()> {
        let Some(line) = &mut self.line else { return Ok(()) };
        let line = std::mem::take(line);
        self.out.write_all(visible(&String::from_utf8_lossy(&line)).as_bytes())
    }
}

impl<W: Write> Write for Data<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(line) = &mut self.line else { return self.out.write(bytes) };
        match bytes.iter().rposition(|byte| *byte == b'\n') {
            None => line.extend_from_slice(bytes),
            Some(end) => {
                let (before, after) = bytes.split_at(end + 1);
                line.extend_from_slice(before);
                self.write_line()?;
                self.line = Some(after.to_vec());
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_line()?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 16 of the inputs from the field.
    #[test]
    fn what_steers_or_hides_is_escaped() {
        for (text, shown) in [
            ("plain\n\ttext", "plain\n\ttext"),
            ("שלום 한국어 é 👩", "שלום 한국어 é 👩"),
            ("a\u{9b}31mRED\u{2028}next\u{200b}zw", "a\\x9b31mRED\\u{2028}next\\u{200b}zw"),
            ("\u{202e}evil\u{2066}iso\u{feff}bom", "\\u{202e}evil\\u{2066}iso\\u{feff}bom"),
            ("\u{1b}[31mred\u{7}\u{7f}", "\\x1b[31mred\\x07\\x7f"),
            ("over\rwrite\r\n", "over\\x0dwrite\r\n"),
            ("a\u{ad}b\u{200d}c\u{3164}d\u{e0041}", "a\\u{ad}b\\u{200d}c\\u{3164}d\\u{e0041}"),
        ] {
            let shown = shown.replace("\\u{ad}", "\\xad");
            assert_eq!(visible(text), shown);
            assert_eq!(visible(&shown), shown, "it is escaped once");
        }
    }

    #[test]
    fn data_is_visible_on_a_terminal_and_unchanged_elsewhere() {
        let text = "{\"name\": \"é\u{202e}\"}\nlast \u{1b}";
        for (terminal, expected) in
            [(false, text), (true, "{\"name\": \"é\\u{202e}\"}\nlast \\x1b")]
        {
            let mut data = Data::new(Vec::new(), terminal);
            // Bytes come in pieces that split characters.
            for byte in text.as_bytes() {
                data.write_all(&[*byte]).unwrap();
            }
            data.flush().unwrap();
            assert_eq!(String::from_utf8(data.out).unwrap(), expected);
        }
    }
}
