package parrot.model.weights;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * Tensors of files in HDFS and the like, copied once to this machine's disk and mapped from there,
 * so that the processes of a machine share them. A copy belongs to the content of its file: models
 * that share a file share its copies. What cannot be copied is read into memory as before.
 *
 * <p>Copies that were not opened for a week are deleted by the next process that copies.
 */
final class LocalCopies {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCopies.class);
  private static final Duration KEPT = Duration.ofDays(7);
  private static final String LOCK = "lock";

  /** File systems that are not on a disk: copies there would also take memory. */
  private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs");

  /** Smaller tensors are not worth a file. */
  private static final long SMALLEST = 1 << 20;

  /** Stays free on the disk. */
  private static final long RESERVE = 1L << 30;

  private final Supplier<Optional<Path>> root;
  private final Configuration configuration;
  private final Map<StoredTensors, Optional<Path>> folders = new HashMap<>();

  LocalCopies(Configuration configuration) {
    this(() -> ownFolder(parent(System.getenv())), configuration);
  }

  /** Copies nothing. */
  static LocalCopies none() {
    return new LocalCopies(Optional::empty, new Configuration(false));
  }

  /**
   * @param root gives the folder of the copies, this user's own; empty to copy nothing
   */
  LocalCopies(Supplier<Optional<Path>> root, Configuration configuration) {
    this.root = root;
    this.configuration = configuration;
  }

  /** Our own setting, then those of YARN, of Spark's workers and of Spark. */
  static Path parent(Map<String, String> environment) {
    return Stream.of("PARROT_LOCAL_DIR", "LOCAL_DIRS", "SPARK_EXECUTOR_DIRS", "SPARK_LOCAL_DIRS")
        .map(environment::get)
        .filter(value -> value != null && !value.isBlank())
        .findFirst()
        .map(value -> Path.of(value.split("[,:]")[0].strip()))
        .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** A folder that no other user can write to; empty if there cannot be one. */
  static Optional<Path> ownFolder(Path parent) {
    Path folder = parent.resolve("parrot-weights-" + System.getProperty("user.name"));
    try {
      Files.createDirectories(parent);
      if (!Files.exists(folder)) {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Path probe = Files.createTempFile(folder, "probe", "");
      boolean own = Files.getOwner(probe).equals(Files.getOwner(folder));
      Files.delete(probe);
      return own ? Optional.of(folder) : Optional.empty();
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  /**
   * Copies a tensor unless it is there, and maps the copy.
   *
   * @return empty if the tensor must be read: it is small, stored in another type or too large to
   *     be mapped, or there is no disk with room for it
   */
  synchronized Optional<Tensor> map(
      StoredTensors file, String name, ElementType type, int rows, int columns) {
    long bytes = (long) type.bytes() * rows * columns;
    if (bytes < SMALLEST || bytes > MappedTensor.LARGEST || !file.liesAs(name, type)) {
      return Optional.empty();
    }
    try {
      Optional<Path> folder = folders.get(file);
      if (folder == null) {
        folder = folder(file);
        folders.put(file, folder);
      }
      if (folder.isEmpty()) {
        return Optional.empty();
      }
      Path copy = folder.get().resolve("%d-%d".formatted(file.begin(name), bytes));
      if (!Files.exists(copy)) {
        copy(file, name, bytes, copy);
      }
      return MappedTensor.of(new org.apache.hadoop.fs.Path(copy.toUri()), 0, type, rows, columns);
    } catch (IOException e) {
      LOG.warn(
          "Weights of {} are read into memory, not copied to disk: {}; PARROT_LOCAL_DIR names another folder for copies",
          file.file,
          e.toString());
      folders.put(file, Optional.empty());
      return Optional.empty();
    }
  }

  private Optional<Path> folder(StoredTensors file) throws IOException {
    Optional<Path> own = root.get();
    if (own.isEmpty() || MEMORY.contains(Files.getFileStore(own.get()).type())) {
      return Optional.empty();
    }
    Path folder = own.get().resolve(Fingerprint.of(file.file, configuration));
    Files.createDirectories(folder);
    Files.setLastModifiedTime(folder, FileTime.from(Instant.now()));
    deleteOld(own.get());
    return Optional.of(folder);
  }

  /** Other processes, and other threads of this one, wait until it is there. */
  private static void copy(StoredTensors file, String name, long bytes, Path copy)
      throws IOException {
    Path folder = copy.getParent();
    synchronized (LocalCopies.class) { // a file lock is the whole process's
      try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), CREATE, WRITE);
          FileLock lock = channel.lock()) {
        if (!Files.exists(copy)) {
          requireRoom(folder, bytes);
          Path partial = folder.resolve(copy.getFileName() + ".partial");
          write(file, name, partial);
          Files.move(partial, copy, StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
  }

  private static void requireRoom(Path folder, long bytes) throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < bytes + RESERVE) {
      throw new IOException(
          "%s has %d bytes free (at least %d needed)".formatted(folder, free, bytes + RESERVE));
    }
  }

  private static void write(StoredTensors file, String name, Path to) throws IOException {
    try (FileChannel channel = FileChannel.open(to, CREATE, WRITE, TRUNCATE_EXISTING)) {
      file.copy(name, Channels.newOutputStream(channel));
      channel.force(false); // else a crash could leave a complete name without its bytes
    }
  }

  private static void deleteOld(Path root) throws IOException {
    try (Stream<Path> all = Files.list(root)) {
      for (Path folder : (Iterable<Path>) all.filter(Files::isDirectory)::iterator) {
        if (Files.getLastModifiedTime(folder).toInstant().isBefore(Instant.now().minus(KEPT))) {
          delete(folder);
        }
      }
    }
  }

  /** What is mapped stays readable. */
  private static void delete(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(folder);
  }
}
