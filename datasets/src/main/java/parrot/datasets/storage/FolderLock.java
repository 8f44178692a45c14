package parrot.datasets.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import parrot.datasets.DataException;

/**
 * A file whose creation is the lock: of two runs that write one folder the second fails. The holder
 * touches the file every half minute, so a lock of a dead run is recognised: on the same host by
 * its process id, elsewhere by ten minutes of silence.
 */
public final class FolderLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FolderLock.class);
  private static final Duration TOUCH = Duration.ofSeconds(30);
  static final Duration SILENCE = Duration.ofMinutes(10);
  private static final Duration NAMELESS = Duration.ofSeconds(3);

  private final FileSystem files;
  private final Path file;
  private final String holder;
  private final ScheduledExecutorService heart;

  private FolderLock(FileSystem files, Path file, String holder) {
    this.files = files;
    this.file = file;
    this.holder = holder;
    this.heart =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "lock " + file.getName());
              thread.setDaemon(true);
              return thread;
            });
    var unused =
        heart.scheduleAtFixedRate(
            this::touch, TOUCH.toSeconds(), TOUCH.toSeconds(), TimeUnit.SECONDS);
  }

  /**
   * Takes the lock of {@code target}.
   *
   * @throws DataException if another run holds it
   */
  public static FolderLock take(FileSystem files, Path target) throws IOException {
    Path file = new Path(target.getParent(), "." + target.getName() + ".lock");
    String holder = describeThisProcess();
    for (int attempt = 0; attempt < 3; attempt++) {
      if (createIfAbsent(files, file, holder)) {
        files.deleteOnExit(file);
        return new FolderLock(files, file, holder);
      }
      Optional<String> other = readHolder(files, file);
      if (other.isPresent()) {
        if (!isDead(files, file, other.get())) {
          throw held(target, file, other.get());
        }
        breakLock(files, target, file, other.get());
      }
    }
    throw new DataException(
        "Cannot write to " + target + ": other runs keep taking its lock " + file);
  }

  private static DataException held(Path target, Path file, String other) {
    return new DataException(
        "Cannot write to "
            + target
            + ": another run is writing to it ("
            + other.strip().replace("\n", ", ")
            + "). Wait for it to end; if it is dead, delete "
            + file);
  }

  private static boolean createIfAbsent(FileSystem files, Path file, String holder)
      throws IOException {
    OutputStream created;
    try {
      created = files.create(file, false);
    } catch (FileAlreadyExistsException | java.nio.file.FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      // Local file systems and HDFS under a lease each have their own type for "it exists".
      if (files.exists(file)) {
        return false;
      }
      throw e;
    }
    try (OutputStream out = created) {
      out.write(holder.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      files.delete(file, false); // there is no room for it
      throw e;
    }
    return true;
  }

  private static Optional<String> read(FileSystem files, Path file) throws IOException {
    try {
      return Optional.of(FileSystems.readText(files, file, 1 << 16));
    } catch (FileNotFoundException | DataException e) {
      return Optional.empty();
    }
  }

  /** Waits for a holder that has created the file but not yet written its name. */
  private static Optional<String> readHolder(FileSystem files, Path file) throws IOException {
    long deadline = System.nanoTime() + NAMELESS.toNanos();
    Optional<String> holder = read(files, file);
    while (holder.isPresent() && holder.get().isBlank() && System.nanoTime() < deadline) {
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return holder;
      }
      holder = read(files, file);
    }
    return holder;
  }

  private static boolean isDead(FileSystem files, Path file, String holder) throws IOException {
    if (holder.isBlank()) {
      return true; // killed between creating and writing the file
    }
    String host = field(holder, "host");
    String pid = field(holder, "pid");
    if (host.equals(hostName()) && pid.matches("\\d{1,18}")) {
      Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(pid));
      String started = field(holder, "started");
      return process.isEmpty() || (!started.isEmpty() && !started.equals(startOf(process.get())));
    }
    long silence;
    try {
      silence = System.currentTimeMillis() - files.getFileStatus(file).getModificationTime();
    } catch (FileNotFoundException e) {
      return false;
    }
    return silence > SILENCE.toMillis();
  }

  /** Renames the dead lock away first: of several runs that find it, one alone succeeds. */
  private static void breakLock(FileSystem files, Path target, Path file, String seen)
      throws IOException {
    Path aside = new Path(file.getParent(), file.getName() + "." + UUID.randomUUID());
    if (!files.rename(file, aside)) {
      return;
    }
    Optional<String> taken = read(files, aside);
    if (taken.isPresent() && !taken.get().equals(seen)) {
      // A live run took the lock in between: give it back.
      files.rename(aside, file);
      throw held(target, file, taken.get());
    }
    files.delete(aside, false);
    LOG.warn("Removed the lock of a dead run on {} ({})", target, seen.strip().replace("\n", ", "));
  }

  private static String field(String holder, String key) {
    return holder
        .lines()
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1))
        .findFirst()
        .orElse("");
  }

  private static String describeThisProcess() {
    ProcessHandle self = ProcessHandle.current();
    return String.format(
        Locale.ROOT,
        "owner=%s%nhost=%s%npid=%d%nstarted=%s%nlocked=%s%n",
        System.getProperty("user.name"),
        hostName(),
        self.pid(),
        startOf(self),
        Instant.now());
  }

  private static String startOf(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("");
  }

  static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private void touch() {
    try {
      files.setTimes(file, System.currentTimeMillis(), -1);
    } catch (IOException | RuntimeException e) {
      LOG.warn("Cannot touch the lock {}: {}", file, e.toString());
    }
  }

  @Override
  public void close() throws IOException {
    heart.shutdownNow();
    // Only the own lock: a run that was taken for dead must not release its successor's.
    if (read(files, file).filter(holder::equals).isPresent()) {
      files.delete(file, false);
    }
    files.cancelDeleteOnExit(file);
  }
}
