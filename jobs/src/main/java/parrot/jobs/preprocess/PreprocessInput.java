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
import parrot.datasets.source.ImageRoot;
import parrot.datasets.source.LlavaSource;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;

/**
 * The files that a run reads, found and opened by the driver before any work starts.
 *
 * @param names what origins call each source: its file name if that is unique
 * @param tokenizer content of the {@code tokenizer.json}
 */
record PreprocessInput(
    List<Path> sources,
    List<String> names,
    Path images,
    byte[] tokenizer,
    List<Path> benchmarks,
    long sourceBytes) {
  private static final long LARGEST_TOKENIZER = 256L << 20;

  static PreprocessInput find(PreprocessOptions options, Configuration configuration)
      throws IOException {
    List<Path> sources = new ArrayList<>();
    long bytes = 0;
    for (String input : options.inputs()) {
      FileSystem files = FileSystems.of(input, configuration);
      for (Path source : LlavaSource.expand(files, FileSystems.qualified(input, configuration))) {
        if (sources.contains(source)) {
          throw new DataException("Cannot read input " + source + ": it is named twice");
        }
        sources.add(source);
        bytes += files.getFileStatus(source).getLen();
      }
    }
    Path images =
        options.images() == null
            ? sources.get(0).getParent()
            : FileSystems.qualified(options.images(), configuration);
    FileSystem imageFiles = FileSystems.of(images, configuration);
    images = new ImageRoot(imageFiles, images).root();
    Path tokenizer = FileSystems.qualified(options.tokenizer(), configuration);
    byte[] content =
        FileSystems.readFully(
            FileSystems.of(tokenizer, configuration), tokenizer, LARGEST_TOKENIZER);
    return new PreprocessInput(
        List.copyOf(sources),
        names(sources),
        images,
        content,
        benchmarks(options, configuration),
        bytes);
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
        for (var inside : files.listStatus(match.getPath())) {
          if (inside.getPath().getName().endsWith(".tsv")) {
            found.add(inside.getPath());
          }
        }
      }
    }
    found.sort(null);
    return List.copyOf(found);
  }

  /** Everything that is read; the tokenizer's path is not kept here. */
  List<Path> paths(Configuration configuration, String tokenizer) {
    List<Path> paths = new ArrayList<>(sources);
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
   * @param sourceChecksums of the sources, in order
   * @param out the folder that is made, which is not input even if it lies among the images
   */
  String fingerprint(List<String> sourceChecksums, Path out, Configuration configuration)
      throws IOException {
    MessageDigest digest = Digests.sha256();
    for (int i = 0; i < names.size(); i++) {
      add(digest, names.get(i));
      add(digest, sourceChecksums.get(i));
    }
    ImageRoot root = new ImageRoot(FileSystems.of(images, configuration), images);
    add(digest, root.fingerprint(out));
    digest.update(tokenizer);
    for (Path benchmark : benchmarks) {
      add(digest, Digests.sha256(FileSystems.of(benchmark, configuration), benchmark));
    }
    return Digests.hex(digest.digest());
  }

  private static void add(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }
}
