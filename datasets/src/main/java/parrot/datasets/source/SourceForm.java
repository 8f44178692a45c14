package parrot.datasets.source;

/** How the rows of a file lie in it. */
public enum SourceForm {
  /** Each row is a line of JSON. */
  LINES,
  /** Rows are elements of JSON arrays. */
  ARRAY,
  /** Rows are members of a tar archive with the same name up to its first dot: WebDataset. */
  TAR,
  /** Rows are those of a Parquet file; a range is a row group. */
  PARQUET
}
