/**
 * Examples ready to train on, in Parquet: schema, writer, reader by row group, manifest, and the
 * order in which a training run sees the rows. Knows nothing of where examples come from, of Spark
 * or of the model.
 *
 * <p>A data set is a folder: {@code part-00000.parquet, ...}, {@code manifest.json} and, last of
 * all, {@code _SUCCESS}.
 */
package parrot.datasets.shard;
