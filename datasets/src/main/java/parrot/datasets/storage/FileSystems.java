package parrot.datasets.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;

/**
 * Opens Hadoop file systems. One that does not answer becomes a {@link StorageUnavailableException}
 * within seconds; Hadoop's own defaults retry for minutes.
 */
public final class FileSystems {
  /** File systems that have answered once in this process, by scheme and authority. */
  private static final Set<String> REACHED = ConcurrentHashMap.newKeySet();

  /** Connectors that Hadoop has for other stores, by scheme. */
  private static final Map<String, String> CONNECTORS =
      Map.of(
          "s3a", "hadoop-aws",
          "s3", "hadoop-aws (its scheme is s3a://)",
          "s3n", "hadoop-aws (its scheme is s3a://)",
          "gs", "gcs-connector",
          "abfs", "hadoop-azure",
          "abfss", "hadoop-azure",
          "wasb", "hadoop-azure",
          "wasbs", "hadoop-azure",
          "oss", "hadoop-aliyun",
          "cosn", "hadoop-cos");

  /** How Hadoop and Java say that there is no ticket. */
  private static final Pattern KERBEROS =
      Pattern.compile(
          "SIMPLE authentication is not enabled|Client cannot authenticate via:.*KERBEROS"
              + "|Failed to find any Kerberos");

  /** What Hadoop only reads. */
  private static final Set<String> READ_ONLY = Set.of("http", "https", "har");

  private FileSystems() {}

  /**
   * As {@link #of(Path, Configuration)}.
   *
   * @throws UsageException if {@code path} is not a path
   */
  public static FileSystem of(String path, Configuration configuration) {
    return of(path(path), configuration);
  }

  /**
   * The file system that {@code path} names, or the default one if it names none. A local one
   * writes no {@code .crc} files from then on.
   *
   * @throws StorageUnavailableException if the file system does not answer
   */
  public static FileSystem of(Path path, Configuration configuration) {
    URI uri = path.toUri();
    if (uri.getScheme() == null) {
      uri = FileSystem.getDefaultUri(configuration);
    }
    try {
      requireReachable(uri, configuration);
      FileSystem files = FileSystem.get(uri, configuration);
      if (files instanceof ChecksumFileSystem) {
        ((ChecksumFileSystem) files).setWriteChecksum(false);
      }
      return files;
    } catch (IOException | RuntimeException e) {
      throw unavailable(uri, e);
    }
  }

  /**
   * Refuses places where no folder can be locked and published at once.
   *
   * @param full with its scheme
   * @throws UsageException if it is the root, has a colon, or lies in an object store or on a page
   */
  public static void requireWritableName(Path full) {
    if (full.getParent() == null) {
      throw new UsageException("Cannot write to " + full + ": it is the root (choose a folder)");
    }
    String scheme = full.toUri().getScheme();
    String name = "file".equals(scheme) ? full.getName() : full.toUri().getPath();
    if (name.contains(":")) {
      throw new UsageException(
          "Cannot write to "
              + full
              + ": its name has a colon, which Hadoop takes for the end of a scheme (write -"
              + " instead)");
    }
    if (READ_ONLY.contains(scheme)) {
      throw new UsageException(
          "Cannot write to "
              + full
              + ": "
              + scheme
              + ":// can only be read (write to hdfs:// or to a disk)");
    }
    if (CONNECTORS.containsKey(scheme)) {
      throw new UsageException(
          "Cannot write to "
              + full
              + ": an object store renames file by file, so that half a result could be seen (write"
              + " to HDFS or a disk, then copy)");
    }
  }

  /**
   * A wrong address is told in seconds. What has answered once is waited for as the configuration
   * says: a name node that is started again comes back.
   */
  private static void requireReachable(URI uri, Configuration configuration) throws IOException {
    String name = uri.getScheme() + "://" + uri.getAuthority();
    if (REACHED.contains(name)) {
      return;
    }
    try (FileSystem files = FileSystem.newInstance(uri, withShortRetries(configuration))) {
      files.getFileStatus(new Path(files.getUri().resolve("/")));
    }
    REACHED.add(name);
  }

  /**
   * The path that {@code text} names.
   *
   * @throws UsageException if it is empty or not a path
   */
  public static Path path(String text) {
    try {
      return new Path(text);
    } catch (IllegalArgumentException e) {
      String reason =
          e.getCause() instanceof URISyntaxException && text.contains(":")
              ? "what stands before a colon is read as a scheme, as in hdfs://; write - instead"
              : e.getMessage();
      throw new UsageException("Invalid path: '" + text + "' (" + reason + ")", e);
    }
  }

  /** {@code path} with scheme and authority, so that it means the same in every process. */
  public static Path qualified(String path, Configuration configuration) {
    return of(path, configuration).makeQualified(path(path));
  }

  /**
   * All bytes of a file.
   *
   * @throws DataException if it does not exist, is a folder, or has more than {@code maxBytes}
   *     bytes
   */
  public static byte[] readFully(FileSystem files, Path file, long maxBytes) throws IOException {
    FileStatus status;
    try {
      status = StoredStream.access(file, () -> files.getFileStatus(file));
    } catch (FileNotFoundException | NoSuchFileException e) {
      // A path without a scheme is one of the default file system, which need not be this
      // machine's.
      boolean local = "file".equals(files.getUri().getScheme());
      Path where = local ? file : files.makeQualified(file);
      throw new DataException("Cannot read " + where + ": it does not exist", e);
    }
    if (status.isDirectory()) {
      throw new DataException("Cannot read " + file + ": it is a folder, not a file");
    }
    long length = status.getLen();
    if (length > Math.min(maxBytes, Integer.MAX_VALUE - 8)) {
      throw new DataException(
          "Cannot read " + file + ": too large (" + length + " bytes, at most " + maxBytes + ")");
    }
    byte[] bytes = new byte[(int) length];
    try (FSDataInputStream in = StoredStream.open(files, file)) {
      in.readFully(0, bytes);
    }
    return bytes;
  }

  /**
   * A file as UTF-8 text.
   *
   * @throws DataException if it does not exist or has more than {@code maxBytes} bytes
   */
  public static String readText(FileSystem files, Path file, long maxBytes) throws IOException {
    return new String(readFully(files, file, maxBytes), StandardCharsets.UTF_8);
  }

  /** Writes a file of UTF-8 text, replacing one that is there. */
  public static void writeText(FileSystem files, Path file, String text) throws IOException {
    try (OutputStream out = files.create(file, true)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * Puts a file in the place of another, which need not exist, at once: a reader sees the one or
   * the other.
   */
  public static void replace(FileSystem files, Path from, Path to) throws IOException {
    if ("file".equals(files.getUri().getScheme())) {
      // Hadoop's local file system deletes first and renames then.
      Files.move(
          Paths.get(from.toUri().getPath()),
          Paths.get(to.toUri().getPath()),
          StandardCopyOption.ATOMIC_MOVE);
    } else {
      FileContext.getFileContext(files.getUri(), files.getConf())
          .rename(from, to, Options.Rename.OVERWRITE);
    }
  }

  /** Explains why {@code uri} does not answer, with the remedy if it is known. */
  public static StorageUnavailableException unavailable(URI uri, Exception cause) {
    String reason = null;
    for (Throwable t = cause; t != null && reason == null; t = t.getCause()) {
      reason = reason(t, uri);
    }
    String message = "Cannot reach " + uri + ": " + (reason == null ? firstLine(cause) : reason);
    return new StorageUnavailableException(message, cause);
  }

  private static String reason(Throwable t, URI uri) {
    if (t instanceof ConnectException) {
      return "connection refused (is the name node running? check fs.defaultFS and the port)";
    }
    if (t instanceof UnknownHostException) {
      return "unknown host (check the name in the path or in fs.defaultFS)";
    }
    if (t instanceof SocketTimeoutException || t instanceof NoRouteToHostException) {
      return "no answer (is the name node running, and does a firewall let this machine through?)";
    }
    String said = String.valueOf(t.getMessage());
    if (KERBEROS.matcher(said).find()) {
      return "it asks for Kerberos, and this process has no valid ticket (give --principal and"
          + " --keytab, or run kinit; HADOOP_CONF_DIR must name the cluster's configuration)";
    }
    if (t instanceof UnsupportedFileSystemException || t instanceof ClassNotFoundException) {
      String connector = CONNECTORS.get(uri.getScheme());
      return connector == null
          ? "no file system of this kind is on the class path (use hdfs:// or file://)"
          : connector
              + " is not on the class path (add its jar with spark.jars or"
              + " spark.driver.extraClassPath and spark.executor.extraClassPath, or use hdfs://)";
    }
    if (said.contains("Empty Mount table")) {
      return "its mount table is not configured (set HADOOP_CONF_DIR to a folder whose core-site.xml"
          + " has fs.viewfs.mounttable.NAME.link./FOLDER)";
    }
    if (uri.getAuthority() == null && "hdfs".equals(uri.getScheme())) {
      return "it names no host, and fs.defaultFS is not an HDFS (write hdfs://HOST:PORT/path, or set"
          + " HADOOP_CONF_DIR to the cluster's configuration)";
    }
    return null;
  }

  private static String firstLine(Throwable t) {
    String message = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
    return message.lines().findFirst().orElse(message);
  }

  /**
   * A copy of the configuration that gives up on a silent name node after seconds. Retries set by
   * the caller to anything but Hadoop's defaults stay.
   */
  static Configuration withShortRetries(Configuration configuration) {
    Configuration hasty = new Configuration(configuration);
    replaceDefault(hasty, "ipc.client.connect.max.retries", "10", "2");
    replaceDefault(hasty, "ipc.client.connect.max.retries.on.timeouts", "45", "1");
    replaceDefault(hasty, "ipc.client.connect.timeout", "20000", "5000");
    return hasty;
  }

  private static void replaceDefault(Configuration c, String key, String standard, String value) {
    if (c.get(key, standard).equals(standard)) {
      c.set(key, value);
    }
  }
}
