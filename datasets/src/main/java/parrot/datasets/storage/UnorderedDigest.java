package parrot.datasets.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A checksum of lines that is the same in whatever order they come: a sum of their hashes. */
public final class UnorderedDigest {
  private long high;
  private long low;
  private long count;

  public void add(String line) {
    ByteBuffer hash =
        ByteBuffer.wrap(Digests.sha256().digest(line.getBytes(StandardCharsets.UTF_8)));
    high += hash.getLong();
    low += hash.getLong();
    count++;
  }

  /** Adds the lines of another, which {@link #toString} gave. */
  public void addAll(String other) {
    int dash = other.indexOf('-');
    count += Long.parseLong(other.substring(0, dash));
    high += Long.parseUnsignedLong(other.substring(dash + 1, dash + 17), 16);
    low += Long.parseUnsignedLong(other.substring(dash + 17), 16);
  }

  /** Number of lines and 32 hexadecimal digits. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%d-%016x%016x", count, high, low);
  }
}
