package parrot.datasets.source;

/** What became of one row of a source file. */
public sealed interface SourceRow permits SourceExample, Reject {
  /** Where the row stands: {@code file:line} in JSONL, {@code file:row} in a JSON array, from 1. */
  String origin();
}
