package parrot.datasets.source;

import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;

/** Rows of a range as they are read; throws a {@code DataException} if reading fails. */
public interface SourceRows extends Iterator<SourceRow>, Closeable {
  @Override
  void close() throws IOException;
}
