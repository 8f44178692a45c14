package parrot.jobs.spark;

import java.util.Locale;

/** Numbers as people read them. */
final class Count {
  private static final double GIB = 1L << 30;
  private static final double MIB = 1L << 20;

  private Count() {}

  /** Such as {@code 1 executor} or {@code 2 executors}. */
  static String of(long number, String what) {
    return String.format(Locale.ROOT, "%,d %s%s", number, what, number == 1 ? "" : "s");
  }

  /** In GiB or MiB. */
  static String bytes(long bytes) {
    return bytes >= GIB
        ? String.format(Locale.ROOT, "%.1f GiB", bytes / GIB)
        : String.format(Locale.ROOT, "%.0f MiB", bytes / MIB);
  }
}
