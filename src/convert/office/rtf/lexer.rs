//! The tokens of RTF.

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// `\word12`: its name and its number, if it has one.
    Word(&'a str, Option<i32>),
    /// `\*`, `\~` and the like: a backslash and one character.
    Symbol(u8),
    /// `\'e4`: a byte in the encoding of the font.
    Byte(u8),
    /// Bytes as they are; line ends between them count for nothing.
    Text(&'a [u8]),
    /// The data of `\bin`.
    Binary(&'a [u8]),
}

/// Tokens of a document, one after another.
pub(super) struct Lexer<'a> {
    rest: &'a [u8],
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn word(&mut self) -> Token<'a> {
        let letters = self.rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (name, rest) = self.rest.split_at(letters);
        // Letters of ASCII are text.
        let name = std::str::from_utf8(name).unwrap_or_default();
        let is_negative = rest.first() == Some(&b'-') && rest.get(1).is_some_and(u8::is_ascii_digit);
        let digits = &rest[usize::from(is_negative)..];
        let count = digits.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(&digits[..count]).ok().and_then(|digits| digits.parse::<i32>().ok());
        let number = number.map(|number| if is_negative { -number } else { number });
        let mut rest = if number.is_some() || count > 0 { &digits[count..] } else { rest };
        if rest.first() == Some(&b' ') {
            rest = &rest[1..];
        }
        if name == "bin" {
            let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0).min(rest.len());
            let (data, after) = rest.split_at(length);
            self.rest = after;
            return Token::Binary(data);
        }
        self.rest = rest;
        Token::Word(name, number)
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let (first, rest) = self.rest.split_first()?;
        match first {
            b'{' => {
                self.rest = rest;
                Some(Token::Open)
            }
            b'}' => {
                self.rest = rest;
                Some(Token::Close)
            }
            b'\\' => {
                self.rest = rest;
                match rest.first()? {
                    byte if byte.is_ascii_alphabetic() => Some(self.word()),
                    b'\'' => {
                        let digits = rest.get(1..3).and_then(|digits| std::str::from_utf8(digits).ok());
                        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                        self.rest = &rest[rest.len().min(if byte.is_some() { 3 } else { 1 })..];
                        Some(byte.map_or(Token::Text(&[]), Token::Byte))
                    }
                    symbol => {
                        self.rest = &rest[1..];
                        Some(Token::Symbol(*symbol))
                    }
                }
            }
            b'\r' | b'\n' => {
                self.rest = rest;
                self.next_after_line_ends()
            }
            _ => {
                let end = self.rest.iter().position(|byte| b"{}\\\r\n".contains(byte)).unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                Some(Token::Text(text))
            }
        }
    }
}

impl<'a> Lexer<'a> {
    fn next_after_line_ends(&mut self) -> Option<Token<'a>> {
        let ends = self.rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.rest = &self.rest[ends..];
        self.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_follow_each_other() {
        let text = br"{\rtf1\b-2 a\'e4\~ {\*\x}\bin3 {}}z\par" as &[u8];
        let tokens: Vec<Token<'_>> = Lexer::new(text).collect();
        let expected = [
            Token::Open,
            Token::Word("rtf", Some(1)),
            Token::Word("b", Some(-2)),
            Token::Text(b"a"),
            Token::Byte(0xe4),
            Token::Symbol(b'~'),
            Token::Text(b" "),
            Token::Open,
            Token::Symbol(b'*'),
            Token::Word("x", None),
            Token::Close,
            Token::Binary(b"{}}"),
            Token::Text(b"z"),
            Token::Word("par", None),
        ];
        assert_eq!(tokens, expected);
        assert_eq!(Lexer::new(b"\n\r\n\n\\").count(), 0);
    }
}
