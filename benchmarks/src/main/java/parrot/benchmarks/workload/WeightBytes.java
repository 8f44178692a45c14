package parrot.benchmarks.workload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files of a model's weights, read and forgotten by the system's own programs. */
public final class WeightBytes {
  private static final int DEPTH = 2; // the vision encoder has a folder of its own

  private final List<Path> files;

  private WeightBytes(List<Path> files) {
    this.files = files;
  }

  /**
   * @param folder of a model
   * @throws IOException if there are no such files
   */
  public static WeightBytes in(String folder) throws IOException {
    try (Stream<Path> all = Files.walk(Path.of(folder).toRealPath(), DEPTH)) {
      List<Path> files =
          all.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
      if (files.isEmpty()) {
        throw new IOException("Cannot measure " + folder + ": it has no safetensors");
      }
      return new WeightBytes(files);
    }
  }

  /** How many there are. */
  public long count() {
    return files.stream().mapToLong(WeightBytes::size).sum();
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Seconds that {@code cat FILES > /dev/null} takes. */
  public double read() throws IOException {
    List<String> command = new ArrayList<>(List.of("cat"));
    files.forEach(file -> command.add(file.toString()));
    long start = System.nanoTime();
    if (!run(command)) {
      throw new IOException("Cannot read " + files);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Takes them out of the machine's memory; false if this system has no way. */
  public boolean forget() throws IOException {
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file)) {
        channel.force(true); // a page that is not on disk yet stays
      }
      if (!run(List.of("dd", "if=" + file, "iflag=nocache", "count=0", "status=none"))) {
        return false;
      }
    }
    return true;
  }

  private static boolean run(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start();
    try {
      return process.waitFor() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
