//! What sets the languages apart.

/// The habits of a language.
pub(super) struct Language {
    names: &'static [&'static str],
    pub line: &'static [&'static str],
    pub block: Option<(&'static str, &'static str)>,
    pub quotes: &'static str,
    /// Three quotes open a text of several lines.
    pub has_triple: bool,
    /// `'` quotes a single character, and may also stand alone.
    pub has_chars: bool,
    /// `'` may be part of a name.
    pub primes: bool,
    /// Keywords in any case.
    pub any_case: bool,
    pub keywords: &'static [&'static str],
}

/// A language by the name after the fence.
pub(super) fn find(name: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|language| language.names.contains(&name))
}

const PLAIN: Language = Language {
    names: &[],
    line: &[],
    block: None,
    quotes: "\"'",
    has_triple: false,
    has_chars: false,
    primes: false,
    any_case: false,
    keywords: &[],
};

const C_LIKE: Language =
    Language { line: &["//"], block: Some(("/*", "*/")), has_chars: true, ..PLAIN };

static LANGUAGES: &[Language] = &[
    Language {
        names: &["rust", "rs"],
        keywords: &[
            "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum",
            "extern", "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod",
            "move", "mut", "pub", "ref", "return", "self", "Self", "static", "struct", "super",
            "trait", "true", "type", "unsafe", "use", "where", "while",
        ],
        ..C_LIKE
    },
    Language {
        names: &["lean", "lean4", "lean3"],
        line: &["--"],
        block: Some(("/-", "-/")),
        quotes: "\"",
        primes: true,
        keywords: &[
            "abbrev", "at", "axiom", "by", "calc", "class", "constant", "def", "deriving", "do",
            "else", "end", "example", "export", "extends", "for", "from", "fun", "have", "if",
            "import", "in", "inductive", "infix", "instance", "intro", "lemma", "let", "local",
            "macro", "match", "mutual", "namespace", "noncomputable", "notation", "open",
            "opaque", "partial", "private", "protected", "return", "section", "set_option",
            "show", "simp", "sorry", "structure", "suffices", "syntax", "then", "theorem",
            "universe", "unsafe", "using", "variable", "variables", "where", "with", "λ",
        ],
        ..PLAIN
    },
    Language {
        names: &["python", "py", "python3"],
        line: &["#"],
        has_triple: true,
        keywords: &[
            "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
            "elif", "else", "except", "False", "finally", "for", "from", "global", "if",
            "import", "in", "is", "lambda", "match", "None", "nonlocal", "not", "or", "pass",
            "raise", "return", "self", "True", "try", "while", "with", "yield",
        ],
        ..PLAIN
    },
    Language {
        names: &["javascript", "js", "jsx", "typescript", "ts", "tsx", "mjs"],
        quotes: "\"'`",
        has_chars: false,
        keywords: &[
            "abstract", "as", "async", "await", "break", "case", "catch", "class", "const",
            "continue", "declare", "default", "delete", "do", "else", "enum", "export",
            "extends", "false", "finally", "for", "from", "function", "get", "if", "implements",
            "import", "in", "instanceof", "interface", "let", "namespace", "new", "null", "of",
            "private", "protected", "public", "readonly", "return", "set", "static", "super",
            "switch", "this", "throw", "true", "try", "type", "typeof", "undefined", "var",
            "void", "while", "with", "yield",
        ],
        ..C_LIKE
    },
    Language {
        names: &["c", "h", "cpp", "c++", "cc", "hpp", "cxx", "objc"],
        keywords: &[
            "auto", "bool", "break", "case", "catch", "char", "class", "const", "constexpr",
            "continue", "default", "delete", "do", "double", "else", "enum", "explicit",
            "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long",
            "namespace", "new", "noexcept", "nullptr", "operator", "override", "private",
            "protected", "public", "return", "short", "signed", "sizeof", "static", "struct",
            "switch", "template", "this", "throw", "true", "try", "typedef", "typename",
            "union", "unsigned", "using", "virtual", "void", "volatile", "while",
        ],
        ..C_LIKE
    },
    Language {
        names: &["java", "kotlin", "kt", "scala", "csharp", "cs", "c#", "swift", "dart"],
        has_triple: true,
        keywords: &[
            "abstract", "as", "async", "await", "boolean", "break", "byte", "case", "catch",
            "char", "class", "const", "continue", "data", "def", "default", "do", "double",
            "else", "enum", "extends", "extension", "false", "final", "finally", "float", "for",
            "foreach", "fun", "func", "guard", "if", "implements", "import", "in", "instanceof",
            "int", "interface", "internal", "is", "let", "long", "namespace", "new", "nil",
            "null", "object", "out", "override", "package", "private", "protected", "protocol",
            "public", "readonly", "record", "return", "sealed", "short", "static", "string",
            "struct", "super", "switch", "this", "throw", "throws", "trait", "true", "try",
            "using", "val", "var", "virtual", "void", "when", "where", "while", "with", "yield",
        ],
        ..C_LIKE
    },
    Language {
        names: &["go", "golang"],
        quotes: "\"'`",
        keywords: &[
            "break", "case", "chan", "const", "continue", "default", "defer", "else", "error",
            "fallthrough", "false", "for", "func", "go", "goto", "if", "import", "interface",
            "map", "nil", "package", "range", "return", "select", "struct", "switch", "true",
            "type", "var",
        ],
        ..C_LIKE
    },
    Language {
        names: &["sql", "postgres", "postgresql", "psql", "mysql", "sqlite"],
        line: &["--"],
        block: Some(("/*", "*/")),
        any_case: true,
        keywords: &[
            "add", "all", "alter", "and", "as", "asc", "begin", "between", "by", "case",
            "commit", "constraint", "create", "default", "delete", "desc", "distinct", "drop",
            "else", "end", "exists", "false", "foreign", "from", "full", "group", "having",
            "in", "index", "inner", "insert", "into", "is", "join", "key", "left", "like",
            "limit", "not", "null", "offset", "on", "or", "order", "outer", "primary",
            "references", "returning", "right", "rollback", "select", "set", "table", "then",
            "true", "union", "unique", "update", "using", "values", "view", "when", "where",
            "with",
        ],
        ..PLAIN
    },
    Language {
        names: &["bash", "sh", "shell", "zsh", "console", "dockerfile", "make", "makefile"],
        line: &["#"],
        keywords: &[
            "alias", "case", "cd", "COPY", "do", "done", "echo", "elif", "else", "ENTRYPOINT",
            "ENV", "esac", "exit", "export", "fi", "for", "FROM", "function", "if", "in",
            "local", "return", "RUN", "set", "source", "sudo", "then", "until", "unset",
            "while", "WORKDIR",
        ],
        ..PLAIN
    },
    Language {
        names: &["json", "jsonc", "json5", "yaml", "yml", "toml", "ini", "conf"],
        line: &["#", "//"],
        keywords: &["false", "no", "null", "true", "yes"],
        ..PLAIN
    },
    Language {
        names: &["css", "scss", "less"],
        line: &[],
        block: Some(("/*", "*/")),
        keywords: &[
            "absolute", "auto", "block", "flex", "grid", "important", "inherit", "initial",
            "inline", "media", "none", "relative", "supports", "unset", "var",
        ],
        ..PLAIN
    },
    Language {
        names: &["html", "xml", "svg", "vue"],
        block: Some(("<!--", "-->")),
        keywords: &[
            "a", "body", "button", "class", "div", "form", "head", "href", "html", "id", "img",
            "input", "label", "li", "link", "meta", "ol", "p", "script", "section", "span",
            "src", "style", "table", "td", "title", "tr", "type", "ul",
        ],
        quotes: "\"",
        ..PLAIN
    },
    Language {
        names: &["haskell", "hs", "ocaml", "ml", "elm", "agda", "coq"],
        line: &["--"],
        block: Some(("{-", "-}")),
        quotes: "\"",
        primes: true,
        keywords: &[
            "case", "class", "data", "deriving", "do", "else", "end", "forall", "fun",
            "function", "if", "import", "in", "infix", "infixl", "infixr", "instance", "let",
            "match", "module", "newtype", "of", "open", "rec", "then", "type", "val", "where",
            "with",
        ],
        ..PLAIN
    },
    Language {
        names: &["php", "ruby", "rb", "perl", "lua", "elixir"],
        line: &["#", "//", "--"],
        keywords: &[
            "and", "array", "begin", "break", "case", "class", "def", "do", "echo", "else",
            "elseif", "elsif", "end", "ensure", "false", "for", "foreach", "function", "if",
            "in", "local", "module", "my", "new", "nil", "not", "null", "or", "private",
            "protected", "public", "raise", "repeat", "require", "rescue", "return", "self",
            "sub", "then", "true", "unless", "until", "use", "when", "while", "yield",
        ],
        ..PLAIN
    },
];
