/// The words of SQLite's language that a query may use.
enum SQLVocabulary {
  /// Functions that read nothing but their arguments and make nothing large.
  static let functions: Set<String> = [
    // Aggregates and windows.
    "avg", "count", "group_concat", "max", "min", "sum", "total", "row_number", "rank",
    "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value",
    "last_value", "nth_value",
    // Core.
    "abs", "char", "coalesce", "concat", "concat_ws", "format", "glob", "hex", "ifnull", "iif",
    "instr", "length", "like", "likelihood", "likely", "lower", "ltrim", "nullif", "octet_length",
    "printf", "quote", "random", "replace", "round", "rtrim", "sign", "string_agg", "substr",
    "substring", "trim", "typeof", "unhex", "unicode", "unlikely", "upper",
    // Dates.
    "current_date", "current_time", "current_timestamp", "date", "datetime", "julianday",
    "strftime", "time", "timediff", "unixepoch",
    // Mathematics.
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "ceiling", "cos", "cosh",
    "degrees", "exp", "floor", "ln", "log", "log10", "log2", "mod", "pi", "pow", "power",
    "radians", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
    // JSON.
    "->", "->>", "json", "json_array", "json_array_length", "json_extract", "json_group_array",
    "json_group_object", "json_object", "json_quote", "json_type", "json_valid",
  ]

  /// Table-valued functions that read nothing but their arguments.
  static let tableFunctions: Set<String> = ["json_each", "json_tree"]

  /// Keywords of queries, for the correction of misspelt ones.
  static let keywords: Set<String> = [
    "ALL", "AND", "AS", "ASC", "BETWEEN", "BY", "CASE", "CAST", "COLLATE", "CROSS", "DESC",
    "DISTINCT", "ELSE", "END", "ESCAPE", "EXCEPT", "EXISTS", "FILTER", "FROM", "FULL", "GLOB",
    "GROUP", "HAVING", "IN", "INNER", "INTERSECT", "IS", "JOIN", "LEFT", "LIKE", "LIMIT",
    "NATURAL", "NOT", "NULL", "NULLS", "OFFSET", "ON", "OR", "ORDER", "OUTER", "OVER",
    "PARTITION", "RECURSIVE", "RIGHT", "SELECT", "THEN", "UNION", "USING", "VALUES", "WHEN",
    "WHERE", "WINDOW", "WITH",
  ]

  /// What other dialects say, and what SQLite says for it.
  static let dialectHints: [String: String] = [
    "TOP": "SQLite has no TOP: end the query with LIMIT n instead",
    "FETCH": "SQLite has no FETCH FIRST: end the query with LIMIT n instead",
    "ILIKE": "SQLite has no ILIKE: LIKE ignores the case of ASCII letters already",
    "EXTRACT": "SQLite has no EXTRACT: use strftime('%Y', column), which gives text",
    "INTERVAL": "SQLite has no INTERVAL: use date(column, '+7 days')",
    "QUALIFY": "SQLite has no QUALIFY: filter on the window function in an outer query",
    "SIMILAR": "SQLite has no SIMILAR TO: use LIKE or GLOB",
    "APPLY": "SQLite has no APPLY: use a join or a correlated subquery",
    "LATERAL": "SQLite has no LATERAL: use a join or a correlated subquery",
    "CONVERT": "SQLite has no CONVERT: use CAST(x AS type)",
    "::": "SQLite has no '::': use CAST(x AS type)",
  ]

  /// Functions of other dialects, and what SQLite has for them.
  static let functionHints: [String: String] = [
    "year": "strftime('%Y', x)", "month": "strftime('%m', x)", "day": "strftime('%d', x)",
    "now": "datetime('now')", "getdate": "datetime('now')", "curdate": "date('now')",
    "date_trunc": "strftime('%Y-%m-01', x)", "date_part": "strftime('%Y', x)",
    "datepart": "strftime('%Y', x)", "extract": "strftime('%Y', x)",
    "date_format": "strftime(format, x)", "to_char": "strftime(format, x)",
    "datediff": "julianday(a) - julianday(b)", "dateadd": "date(x, '+1 day')",
    "date_add": "date(x, '+1 day')", "date_sub": "date(x, '-1 day')", "concat": "a || b",
    "concat_ws": "a || ' ' || b", "len": "length(x)", "char_length": "length(x)",
    "isnull": "ifnull(x, y)", "nvl": "ifnull(x, y)", "if": "iif(condition, x, y)",
    "left": "substr(x, 1, n)", "right": "substr(x, -n)", "mid": "substr(x, start, n)",
    "charindex": "instr(x, y)", "position": "instr(x, y)", "locate": "instr(x, y)",
    "string_agg": "group_concat(x, ',')", "array_agg": "group_concat(x, ',')",
    "listagg": "group_concat(x, ',')", "stddev": "sqrt(avg(x * x) - avg(x) * avg(x))",
    "median": "a subquery with ORDER BY, LIMIT 1 and OFFSET", "ucase": "upper(x)",
    "lcase": "lower(x)", "to_date": "date(x)", "greatest": "max(a, b)", "least": "min(a, b)",
    "regexp": "LIKE or GLOB", "regexp_replace": "replace(x, y, z)",
    "truncate": "CAST(x AS INTEGER)",
  ]
}
