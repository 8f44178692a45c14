package parrot.datasets.storage;

import java.time.Duration;

/**
 * Watches another's lock, by the clock of this process alone. Only time between looks that followed
 * each other closely counts: while storage did not answer, the holder could not renew either.
 */
final class LeaseWatch {
  private final FolderLock.Timing timing;
  private LockFile.Content last;
  private boolean isNew;
  private long looked;
  private Duration quiet = Duration.ZERO;

  LeaseWatch(FolderLock.Timing timing) {
    this.timing = timing;
  }

  /** Takes a look; whether the holder has renewed its lock since the one before. */
  boolean seesLife(LockFile.Content now) {
    long time = System.nanoTime();
    isNew = last == null || !last.holder().equals(now.holder());
    boolean renewed = !isNew && last.renewed() != now.renewed();
    if (isNew || renewed) {
      quiet = Duration.ZERO;
    } else {
      Duration passed = Duration.ofNanos(time - looked);
      Duration most = timing.poll().multipliedBy(2);
      quiet = quiet.plus(passed.compareTo(most) < 0 ? passed : most);
    }
    last = now;
    looked = time;
    return renewed && !now.holder().isBlank();
  }

  /** Whether this holder was seen for the first time. */
  boolean isNew() {
    return isNew;
  }

  /** Whether the lock was left alone for the whole lease. */
  boolean isOver() {
    return quiet.compareTo(timing.lease()) >= 0;
  }
}
