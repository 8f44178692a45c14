package parrot.jobs.preprocess;

import java.util.SortedSet;
import parrot.datasets.shard.TrainingExample;

/**
 * A row that is ready to be written.
 *
 * @param content SHA-256 of image and text: equal for duplicates
 * @param truncated whether its end was cut off
 * @param notes in a few words, what was changed or not read; rows are counted by them
 */
record PreparedRow(
    TrainingExample example, byte[] content, boolean truncated, SortedSet<String> notes)
    implements RowPreparer.RowOutcome {}
