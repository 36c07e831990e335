/// The tables and views of a database that a query may read.
public struct SQLSchema: Sendable, Hashable {
  /// A table or a view.
  public struct Table: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Whether it is a view.
    public var isView: Bool
    /// Its columns, in their order.
    public var columns: [Column]
    /// Its foreign keys.
    public var foreignKeys: [ForeignKey]
    /// What its definition says of it in a comment; may be empty.
    public var comment = ""
  }

  /// A column.
  public struct Column: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its type as declared; may be empty.
    public var type: String
    /// Whether it is part of the primary key.
    public var isPrimaryKey: Bool
    /// What the definition of the table says of it in a comment; may be empty.
    public var comment = ""
  }

  /// A column that refers to another table's.
  public struct ForeignKey: Sendable, Hashable {
    /// The column that refers.
    public var column: String
    /// The table it refers to.
    public var table: String
    /// The column there; nil stands for the primary key.
    public var target: String?
  }

  /// The tables and views, by name.
  public var tables: [Table]
}
