package parrot.jobs.round;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.dataset.MultiDataSet;
import parrot.datasets.DataException;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.order.BatchPath;
import parrot.datasets.order.Minibatch;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.storage.FileSystems;
import parrot.model.config.RouterGuide;
import parrot.model.dl4j.BatchBridge;
import parrot.model.network.Batch;
import parrot.model.network.GuideTokens;

/**
 * Reads the rows of a minibatch from the shards, by row group. Each JVM keeps the data sets that it
 * has opened.
 */
public final class MinibatchLoader implements RowLoader {
  private static final long serialVersionUID = 1L;
  private static final Map<String, ShardedDataset> OPENED = new HashMap<>();

  private final TreeMap<String, String> hadoop = new TreeMap<>();
  private final VisionEncoder encoder;
  private final int imageSize;
  private final int vocabulary;
  private final RouterGuide guide;

  /**
   * @param hadoop settings with which executors open file systems
   * @param encoder of the model
   * @param imageSize width and height of the model's images, in pixels
   * @param vocabulary size; token ids are below it
   */
  public MinibatchLoader(
      Configuration hadoop, VisionEncoder encoder, int imageSize, int vocabulary) {
    this(hadoop, encoder, imageSize, vocabulary, RouterGuide.PROMPT);
  }

  /**
   * @param guide what the model's router reads; see the other constructor
   */
  public MinibatchLoader(
      Configuration hadoop,
      VisionEncoder encoder,
      int imageSize,
      int vocabulary,
      RouterGuide guide) {
    hadoop.forEach(entry -> this.hadoop.put(entry.getKey(), entry.getValue()));
    this.encoder = encoder;
    this.imageSize = imageSize;
    this.vocabulary = vocabulary;
    this.guide = guide;
  }

  @Override
  public MultiDataSet load(Minibatch minibatch) throws IOException {
    List<TrainingExample> examples = new ArrayList<>();
    for (BatchPath path : minibatch.paths()) {
      examples.addAll(open(path.folder()).read(path.rows()));
    }
    int[] languages = examples.stream().mapToInt(row -> row.language().index()).toArray();
    return BatchBridge.dataSet(batch(examples), languages);
  }

  private Batch batch(List<TrainingExample> examples) {
    int[][] rows = examples.stream().map(this::guided).toArray(int[][]::new);
    int[] lengths = Arrays.stream(rows).mapToInt(row -> row.length).toArray();
    int total = 0;
    for (int length : lengths) {
      total += length;
    }
    int[] tokens = new int[total];
    int[] labels = new int[total];
    int images = (int) examples.stream().filter(TrainingExample::hasImage).count();
    int area = 3 * imageSize * imageSize;
    float[] pixels = new float[images * area];
    int[] imageSamples = new int[images];
    int at = 0;
    int image = 0;
    for (int i = 0; i < lengths.length; i++) {
      TrainingExample row = examples.get(i);
      check(row);
      int before = lengths[i] - row.tokenIds().length; // guides of the router
      Arrays.fill(labels, at, at + before, Batch.IGNORE);
      System.arraycopy(rows[i], 0, tokens, at, lengths[i]);
      System.arraycopy(row.labels(), 0, labels, at + before, row.labels().length);
      at += lengths[i];
      if (row.hasImage()) {
        encoder.normalize(row.pixels(), imageSize, pixels, image * area);
        imageSamples[image++] = i;
      }
    }
    return new Batch(tokens, labels, lengths, pixels, imageSamples);
  }

  private int[] guided(TrainingExample row) {
    return row.hasImage()
        ? GuideTokens.before(row.tokenIds(), guide, row.language().index(), vocabulary)
        : row.tokenIds();
  }

  private void check(TrainingExample row) {
    for (int id : row.tokenIds()) {
      if (id >= vocabulary || (id < 0 && id != Batch.IMAGE)) {
        throw new DataException(
            "Cannot train on "
                + row.source()
                + ": token id "
                + id
                + " is not in the model's vocabulary of "
                + vocabulary
                + " (preprocess again with the model's tokenizer.json)");
      }
    }
  }

  private ShardedDataset open(String folder) throws IOException {
    synchronized (OPENED) {
      ShardedDataset dataset = OPENED.get(folder);
      if (dataset == null) {
        Configuration configuration = new Configuration(false);
        hadoop.forEach(configuration::set);
        Path path = new Path(folder);
        dataset = ShardedDataset.open(FileSystems.of(path, configuration), path);
        OPENED.put(folder, dataset);
      }
      return dataset;
    }
  }

  /** Forgets opened data sets: between two runs of a JVM they may be replaced. */
  public static void forget() {
    synchronized (OPENED) {
      OPENED.clear();
    }
  }
}
