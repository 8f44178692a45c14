package parrot.jobs.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.conversation.HuggingFaceTextTokenizer;
import parrot.datasets.conversation.TokenizerFile;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.shard.DatasetVersions;
import parrot.datasets.shard.LanguageStatistics;
import parrot.datasets.shard.Manifest;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.round.MinibatchLoader;
import parrot.model.config.ParrotConfig;

/**
 * The shards of a run, opened and found to fit the model.
 *
 * @param train in the order of the configuration
 * @param heldOut in the order of the configuration
 * @param fingerprints of the manifests of {@code train}
 * @param heldOutFingerprints of the manifests of {@code heldOut}
 * @param lines for the user: how many rows are used, if not all
 */
record TrainingData(
    List<ShardedDataset> train,
    List<ShardedDataset> heldOut,
    List<String> fingerprints,
    List<String> heldOutFingerprints,
    List<String> lines) {

  /**
   * Keeps the files of the data sets as they are now, whatever updates do, until it is closed. To
   * be called before the data is opened.
   */
  static DatasetVersions.Hold hold(TrainConfig config, Configuration hadoop) throws IOException {
    List<DatasetVersions.Hold> holds = new ArrayList<>();
    for (String folder : folders(config)) {
      Path path = FileSystems.path(folder);
      holds.add(DatasetVersions.hold(FileSystems.of(path, hadoop), path));
    }
    return () -> holds.forEach(DatasetVersions.Hold::close);
  }

  private static List<String> folders(TrainConfig config) {
    List<String> folders = new ArrayList<>();
    config.data().sources().forEach(source -> folders.add(source.folder()));
    folders.addAll(config.data().heldOut().folders());
    return folders;
  }

  /**
   * @param known fingerprints that the run has begun with: a data set that was updated since is
   *     opened as it was, if that version is still there
   */
  static TrainingData open(
      TrainConfig config,
      Configuration hadoop,
      ParrotConfig parrot,
      Optional<Path> tokenizer,
      Set<String> known)
      throws IOException {
    Optional<String> digest = Optional.empty();
    if (tokenizer.isPresent()) {
      FileSystem files = FileSystems.of(tokenizer.get(), hadoop);
      byte[] json = TokenizerFile.read(files, tokenizer.get());
      requireRoom(json, tokenizer.get(), parrot);
      digest = Optional.of(Digests.sha256(json));
    }
    List<ShardedDataset> train = new ArrayList<>();
    List<String> fingerprints = new ArrayList<>();
    List<ShardedDataset> heldOut = new ArrayList<>();
    List<String> heldOutFingerprints = new ArrayList<>();
    ChosenRows chosen = new ChosenRows(config.data().choice(), config.seed());
    for (TrainConfig.DataSource source : config.data().sources()) {
      FileSystem files = FileSystems.of(source.folder(), hadoop);
      Path path = DatasetVersions.known(files, FileSystems.path(source.folder()), known);
      ShardedDataset opened = fitting(ShardedDataset.open(files, path), parrot, digest);
      ChosenRows.Parts parts = chosen.divide(opened);
      train.add(parts.train());
      fingerprints.add(opened.fingerprint());
      if (parts.heldOut().isPresent()) {
        heldOut.add(parts.heldOut().get());
        heldOutFingerprints.add(opened.fingerprint());
      }
    }
    for (String folder : config.data().heldOut().folders()) {
      FileSystem files = FileSystems.of(folder, hadoop);
      Path path = DatasetVersions.known(files, FileSystems.path(folder), known);
      ShardedDataset opened = fitting(ShardedDataset.open(files, path), parrot, digest);
      heldOut.add(chosen.filtered(opened));
      heldOutFingerprints.add(opened.fingerprint());
    }
    return new TrainingData(train, heldOut, fingerprints, heldOutFingerprints, chosen.lines());
  }

  /**
   * Lengths of rows in positions, visual tokens included.
   *
   * @param usual nine of ten rows are no longer, in any language
   */
  record Lengths(int usual, int longest) {}

  /** Of the rows to train on; empty if a folder has no shards yet, or none says. */
  static Optional<Lengths> lengths(TrainConfig config, Configuration hadoop) throws IOException {
    int usual = 0;
    int longest = 0;
    for (TrainConfig.DataSource source : config.data().sources()) {
      Path path = FileSystems.path(source.folder());
      FileSystem files = FileSystems.of(path, hadoop);
      if (!files.exists(new Path(path, Manifest.FILE_NAME))) {
        return Optional.empty();
      }
      for (LanguageStatistics language :
          ShardedDataset.open(files, path).manifest().languages().values()) {
        usual = Math.max(usual, language.percentile90());
        longest = Math.max(longest, language.longest());
      }
    }
    return longest == 0 ? Optional.empty() : Optional.of(new Lengths(usual, longest));
  }

  private static void requireRoom(byte[] tokenizer, Path file, ParrotConfig parrot) {
    int tokens = HuggingFaceTextTokenizer.vocabularySize(tokenizer, file.toString());
    if (tokens > parrot.decoder().vocabSize()) {
      throw new DataException(
          "Cannot train with tokenizer %s: it has %d tokens (at most %d expected, the model's vocab_size); it belongs to another model"
              .formatted(file, tokens, parrot.decoder().vocabSize()));
    }
  }

  /** Reads rows as a model takes them. */
  static MinibatchLoader loader(Configuration hadoop, ParrotConfig parrot) {
    return new MinibatchLoader(
        hadoop,
        encoder(parrot),
        parrot.vision().imageSize(),
        parrot.decoder().vocabSize(),
        parrot.experts().guide());
  }

  private static VisionEncoder encoder(ParrotConfig parrot) {
    return VisionEncoder.of(parrot.vision().family().name());
  }

  private static ShardedDataset fitting(
      ShardedDataset dataset, ParrotConfig parrot, Optional<String> tokenizer) {
    dataset.requireEncoder(encoder(parrot));
    dataset.requireImageSize(parrot.vision().imageSize());
    dataset.requireConfiguration(
        "max-length",
        length -> length <= parrot.tokenizerModelMaxLength(),
        "at most " + parrot.tokenizerModelMaxLength() + ", tokenizer_model_max_length");
    dataset.requireConfiguration(
        "patch-size",
        size -> size == parrot.vision().patchSize(),
        "" + parrot.vision().patchSize());
    tokenizer.ifPresent(dataset::requireTokenizer);
    return dataset;
  }
}
