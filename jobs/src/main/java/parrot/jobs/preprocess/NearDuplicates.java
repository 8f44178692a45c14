package parrot.jobs.preprocess;

/** What is done with rows that say nearly the same as another. */
public enum NearDuplicates {
  /** They are not looked for. */
  KEEP,
  /** They are written, with their group and their place in it. */
  MARK,
  /** Only the first of each group is written. */
  DROP
}
