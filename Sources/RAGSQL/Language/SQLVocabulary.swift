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
}
