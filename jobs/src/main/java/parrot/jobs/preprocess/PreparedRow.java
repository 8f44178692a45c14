package parrot.jobs.preprocess;

import parrot.datasets.shard.TrainingExample;

/**
 * A row that is ready to be written.
 *
 * @param content SHA-256 of image and text: equal for duplicates
 * @param truncated whether its end was cut off
 */
record PreparedRow(TrainingExample example, byte[] content, boolean truncated)
    implements RowPreparer.Outcome {}
