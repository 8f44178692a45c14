package parrot.jobs.preprocess;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkFolder;
import parrot.datasets.conversation.TokenizerFile;
import parrot.datasets.source.ImageRoot;
import parrot.datasets.source.PassedOver;
import parrot.datasets.source.SourceFiles;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;

/**
 * The files that a run reads, found and opened by the driver before any work starts.
 *
 * @param sources files that may have rows, with what origins call each: its file name if unique
 * @param passedOver the files that were found and have none
 * @param tokenizer content of the {@code tokenizer.json}
 */
record PreprocessInput(
    List<PreprocessTasks.NamedSource> sources,
    PassedOver passedOver,
    Path images,
    List<Path> allowedRoots,
    byte[] tokenizer,
    List<Path> benchmarks) {

  /**
   * @param out the folder that is made, which is not input even if it lies in one
   */
  static PreprocessInput find(PreprocessOptions options, Path out, Configuration configuration)
      throws IOException {
    PassedOver passedOver = new PassedOver();
    List<SourceFiles.Candidate> files = files(options, out, configuration, passedOver);
    Path images =
        options.images() == null
            ? folder(options.inputs().get(0), files, configuration)
            : FileSystems.qualified(options.images(), configuration);
    FileSystem imageFiles = FileSystems.of(images, configuration);
    List<Path> allowed = new ArrayList<>();
    for (String root : options.allowedRoots()) {
      allowed.add(FileSystems.qualified(root, configuration));
    }
    try (ImageRoot root = new ImageRoot(imageFiles, images, allowed)) {
      images = root.root();
    }
    Path tokenizer = FileSystems.qualified(options.tokenizer(), configuration);
    byte[] content = TokenizerFile.read(FileSystems.of(tokenizer, configuration), tokenizer);
    return new PreprocessInput(
        named(files),
        passedOver,
        images,
        List.copyOf(allowed),
        content,
        benchmarks(options, configuration));
  }

  private static List<SourceFiles.Candidate> files(
      PreprocessOptions options, Path out, Configuration configuration, PassedOver passedOver)
      throws IOException {
    List<SourceFiles.Candidate> found = new ArrayList<>();
    Set<Path> seen = new HashSet<>();
    Set<Path> made = Set.of(out, Judgement.folder(out));
    for (String input : options.inputs()) {
      FileSystem files = FileSystems.of(input, configuration);
      Path path = FileSystems.qualified(input, configuration);
      for (SourceFiles.Candidate source :
          SourceFiles.find(files, path, inside -> !made.contains(inside), passedOver)) {
        if (!seen.add(source.path())) {
          throw new DataException("Cannot read input " + source.path() + ": it is named twice");
        }
        found.add(source);
      }
    }
    if (found.isEmpty()) {
      throw new DataException(
          "Cannot read input "
              + String.join(", ", options.inputs())
              + ": no JSON, WebDataset or Parquet in it. Passed over:\n"
              + PassedOver.text(passedOver.groups()).stripTrailing());
    }
    return found;
  }

  /** The folder of the first input: itself, or what the first file that was found lies in. */
  private static Path folder(
      String input, List<SourceFiles.Candidate> files, Configuration configuration)
      throws IOException {
    Path path = FileSystems.qualified(input, configuration);
    FileSystem system = FileSystems.of(path, configuration);
    boolean folder = system.exists(path) && system.getFileStatus(path).isDirectory();
    return folder ? path : files.get(0).path().getParent();
  }

  private static List<PreprocessTasks.NamedSource> named(List<SourceFiles.Candidate> files) {
    List<String> names = names(files.stream().map(SourceFiles.Candidate::path).toList());
    List<PreprocessTasks.NamedSource> named = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      named.add(new PreprocessTasks.NamedSource(files.get(i), names.get(i)));
    }
    return List.copyOf(named);
  }

  long sourceBytes() {
    return sources.stream().mapToLong(source -> source.file().bytes()).sum();
  }

  private static List<Path> benchmarks(PreprocessOptions options, Configuration configuration)
      throws IOException {
    List<Path> found = new ArrayList<>();
    for (String benchmark : options.benchmarks()) {
      Path path = FileSystems.qualified(benchmark, configuration);
      FileSystem files = FileSystems.of(path, configuration);
      var matches = files.globStatus(path);
      if (matches == null || matches.length == 0) {
        throw new DataException("Cannot read benchmark " + path + ": it does not exist");
      }
      for (var match : matches) {
        if (!match.isDirectory()) {
          found.add(match.getPath());
          continue;
        }
        found.addAll(BenchmarkFolder.tables(files, match.getPath()));
      }
    }
    found.sort(null);
    return List.copyOf(found);
  }

  /** Everything that is read; the tokenizer's path is not kept here. */
  List<Path> paths(Configuration configuration, String tokenizer) {
    List<Path> paths = new ArrayList<>();
    sources.forEach(source -> paths.add(source.file().path()));
    paths.add(images);
    paths.add(FileSystems.qualified(tokenizer, configuration));
    paths.addAll(benchmarks);
    return paths;
  }

  private static List<String> names(List<Path> sources) {
    Set<String> seen = new HashSet<>();
    Set<String> twice = new HashSet<>();
    for (Path source : sources) {
      if (!seen.add(source.getName())) {
        twice.add(source.getName());
      }
    }
    return sources.stream()
        .map(source -> twice.contains(source.getName()) ? source.toString() : source.getName())
        .toList();
  }

  /**
   * Changes whenever something that went in may have changed. Sources and benchmarks count by
   * content; images, of which there may be millions, by path, size and time.
   *
   * @param checksums of the sources with rows, in order, after the name of each
   * @param imagesFingerprint as {@link #imagesFingerprint} gives it
   * @param benchmarkChecksums of the benchmarks in order, each with that of its image files
   */
  String fingerprint(
      List<String> checksums, String imagesFingerprint, List<String> benchmarkChecksums) {
    MessageDigest digest = Digests.sha256();
    checksums.forEach(text -> add(digest, text));
    add(digest, imagesFingerprint);
    digest.update(tokenizer);
    benchmarkChecksums.forEach(text -> add(digest, text));
    return Digests.hex(digest.digest());
  }

  /**
   * Changes whenever an image may have changed.
   *
   * @param out the folder that is made, which is not input even if it lies among the images
   */
  String imagesFingerprint(Path out, Configuration configuration) throws IOException {
    FileSystem files = FileSystems.of(images, configuration);
    try (ImageRoot root = new ImageRoot(files, images, allowedRoots)) {
      return root.fingerprint(out, Judgement.folder(out));
    }
  }

  private static void add(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }
}
