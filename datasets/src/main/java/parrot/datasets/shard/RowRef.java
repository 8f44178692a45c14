package parrot.datasets.shard;

import java.io.Serializable;

/** One row of a data set: file by its number in the manifest, row group in it, row in that. */
public record RowRef(int shard, int rowGroup, int row) implements Serializable {}
