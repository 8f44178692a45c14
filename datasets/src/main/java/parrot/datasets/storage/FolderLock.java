package parrot.datasets.storage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;

/**
 * A lease on a folder: of two runs that write one folder, one works. The holder renews its file
 * every few seconds. Whoever finds the file watches it for {@link Timing#lease}, by its own clock:
 * if it is renewed, the holder lives; if not, the holder is dead and the lock is taken over.
 * Clocks, host names and process ids are not compared, since containers and machines share or shift
 * them.
 *
 * <p>A holder that was only slow finds another's name in the file when it asks {@link #requireHeld}
 * before it publishes.
 */
public final class FolderLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FolderLock.class);

  /**
   * How patient a lock is.
   *
   * @param lease without a renewal after which a holder counts as dead
   * @param renewal between two renewals
   * @param poll between two looks at another's lock
   */
  record Timing(Duration lease, Duration renewal, Duration poll) {
    /**
     * 30 s; tests that kill runs set the system property {@code parrot.lock.lease}, in seconds, for
     * all runs that may meet at a folder.
     */
    static final Timing USUAL = of(Duration.ofSeconds(Long.getLong("parrot.lock.lease", 30)));

    static Timing of(Duration lease) {
      return new Timing(lease, lease.dividedBy(6), lease.dividedBy(30));
    }
  }

  /** Locks of this process, by file: they need not be watched to be known as alive. */
  private static final Map<Path, FolderLock> OWN = new ConcurrentHashMap<>();

  private final LockFile file;
  private final Path target;
  private final String holder;
  private final Thread atExit = new Thread(this::release);
  private final ScheduledExecutorService heart;
  private volatile boolean lost;
  private boolean released;
  private volatile Runnable onLost = () -> {};

  private FolderLock(LockFile file, Path target, String holder, Timing timing) {
    this.file = file;
    this.target = target;
    this.holder = holder;
    this.heart =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "lock of " + target.getName());
              thread.setDaemon(true);
              return thread;
            });
    long millis = timing.renewal().toMillis();
    var unused = heart.scheduleAtFixedRate(this::renew, millis, millis, TimeUnit.MILLISECONDS);
    ShutdownHookManager.get().addShutdownHook(atExit, FileSystem.SHUTDOWN_HOOK_PRIORITY + 1);
  }

  /**
   * Takes the lock of {@code target}, which need not exist. Waits out the lease of a holder that
   * may be dead.
   *
   * @throws LockHeldException if another run holds it
   * @throws UsageException if no lock of {@code target} is possible: it is the root, its name has a
   *     colon, or it lies in an object store
   */
  public static FolderLock take(FileSystem files, Path target) throws IOException {
    return take(files, target, Timing.USUAL);
  }

  static FolderLock take(FileSystem files, Path target, Timing timing) throws IOException {
    Path full = files.makeQualified(target);
    FileSystems.requireWritableName(full);
    if (!files.mkdirs(full.getParent())) {
      throw new DataException("Cannot create folder " + full.getParent());
    }
    LockFile file = new LockFile(files, full);
    String holder = describeThisProcess();
    LeaseWatch watch = new LeaseWatch(timing);
    boolean contested = false;
    while (!file.createIfAbsent(holder) || contested && !settles(file, holder, full, timing)) {
      contested = true;
      LockFile.Content other = file.read();
      if (isAlive(file, other, watch)) {
        throw held(full, other.holder());
      }
      if (watch.isOver()) {
        if (file.remove(other)) {
          LOG.warn("Took over {} from a run that ended without notice ({})", full, line(other));
        }
      }
      warnOfWait(watch, other, full, timing);
      pause(timing.poll(), full);
    }
    FolderLock lock = new FolderLock(file, full, holder, timing);
    OWN.put(file.path(), lock);
    return lock;
  }

  /** As {@link #take(FileSystem, Path)}, once no other run holds it. */
  public static FolderLock await(FileSystem files, Path target) throws IOException {
    while (true) {
      try {
        return take(files, target);
      } catch (LockHeldException e) {
        LOG.info("Waiting for the run that writes to {}", target);
        pause(Timing.USUAL.renewal(), target);
      }
    }
  }

  private static void warnOfWait(
      LeaseWatch watch, LockFile.Content holder, Path target, Timing timing) {
    if (watch.isNew() && !holder.equals(LockFile.Content.NONE)) {
      LOG.warn(
          "Waiting for the lock of {}, held by {}: if it is not renewed in {} s, its run is dead"
              + " and this one goes on",
          target,
          line(holder),
          timing.lease().toSeconds());
    }
  }

  private static boolean isAlive(LockFile file, LockFile.Content holder, LeaseWatch watch) {
    FolderLock own = OWN.get(file.path());
    return own != null && own.holder.equals(holder.holder()) || watch.seesLife(holder);
  }

  /**
   * Makes sure that the lock of {@code target} could be taken. Waits out the lease of a holder that
   * may be dead, and changes nothing.
   *
   * @throws LockHeldException if another run holds it
   * @throws UsageException if no lock of {@code target} is possible
   */
  public static void requireFree(FileSystem files, Path target) throws IOException {
    requireFree(files, target, Timing.USUAL);
  }

  static void requireFree(FileSystem files, Path target, Timing timing) throws IOException {
    Path full = files.makeQualified(target);
    FileSystems.requireWritableName(full);
    LockFile file = new LockFile(files, full);
    LeaseWatch watch = new LeaseWatch(timing);
    LockFile.Content holder = file.read();
    while (files.exists(file.path()) && !watch.isOver()) {
      if (isAlive(file, holder, watch)) {
        throw held(full, holder.holder());
      }
      warnOfWait(watch, holder, full, timing);
      pause(timing.poll(), full);
      holder = file.read();
    }
  }

  /**
   * Whether a lock that others wanted, too, is this one's after a while: one of them may have moved
   * it away for a moment, or moved another back over it.
   */
  private static boolean settles(LockFile file, String holder, Path target, Timing timing)
      throws IOException {
    pause(timing.poll(), target);
    return file.holds(holder);
  }

  private static String line(LockFile.Content content) {
    return content.holder().isBlank() ? "an unknown run" : inLine(content.holder());
  }

  private static String inLine(String holder) {
    return holder.strip().replace("\n", ", ");
  }

  private static LockHeldException held(Path target, String other) {
    return new LockHeldException(
        "Cannot write to "
            + target
            + ": another run is writing to it ("
            + inLine(other)
            + "). Wait for it to end or stop it; the lock of a run that is killed is free after "
            + Timing.USUAL.lease().toSeconds()
            + " s");
  }

  private static void pause(Duration time, Path target) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Stopped while waiting for the lock of " + target, e);
    }
  }

  private static String describeThisProcess() {
    return String.format(
        Locale.ROOT,
        "owner=%s%nhost=%s%npid=%d%nlocked=%s%nid=%s%n",
        System.getProperty("user.name"),
        hostName(),
        ProcessHandle.current().pid(),
        Instant.now(),
        UUID.randomUUID());
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private synchronized void renew() {
    try {
      if (released) {
        return;
      }
      if (isHeld()) {
        file.touch();
      } else {
        heart.shutdown();
        onLost.run();
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("Cannot renew the lock of {}: {}", target, e.toString());
    }
  }

  /**
   * Sets what is done, in another thread, as soon as the lock is found to be lost: it ends work
   * that may no longer be published.
   */
  public void onLost(Runnable action) {
    onLost = action;
  }

  /** Whether another run was found to have taken over. */
  public boolean isLost() {
    return lost;
  }

  private boolean isHeld() throws IOException {
    if (!lost && !file.holds(holder)) {
      lost = true;
    }
    return !lost;
  }

  /**
   * To be asked right before anything is published.
   *
   * @throws LockLostException if another run has taken over
   */
  public void requireHeld() throws IOException {
    if (!isHeld()) {
      throw lost(null);
    }
  }

  /** The exception that ends this run. */
  public LockLostException lost(Throwable cause) {
    return new LockLostException(
        "Lost the lock of "
            + target
            + ": this run was silent for too long, and another has taken over. This one has"
            + " published nothing since; let the other go on",
        cause);
  }

  /** Never another's lock: a run that was taken for dead must not release its successor's. */
  private synchronized void release() {
    if (released) {
      return;
    }
    released = true;
    heart.shutdown();
    try {
      if (isHeld()) {
        file.delete();
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("Cannot release the lock of {}: {}", target, e.toString());
    }
    OWN.remove(file.path(), this);
  }

  @Override
  public void close() {
    release();
    try {
      ShutdownHookManager.get().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      LOG.debug("The process is ending, and releases its locks anyway", e);
    }
  }
}
