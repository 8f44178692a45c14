package parrot.datasets.benchmark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;

/** A folder with tables of questions or predictions, some of them in folders of their own. */
public final class BenchmarkFolder {
  private static final Pattern TABLE =
      Pattern.compile("[^._~].*\\.(tsv|xlsx)", Pattern.CASE_INSENSITIVE);

  private static final Pattern UNREAD =
      Pattern.compile(
          "[^._~].*\\.(xls|(tsv|xlsx)\\.(gz|zip|zst|bz2|xz))", Pattern.CASE_INSENSITIVE);

  private BenchmarkFolder() {}

  /**
   * The tables in a folder, then those in the folders in it, as an evaluation keeps them. A name
   * that the folder itself has is not taken again from a folder in it.
   *
   * @throws DataException if there is no such folder, none of them has a table, or one has a table
   *     in a form that is not read
   */
  public static List<Path> tables(FileSystem files, Path folder) throws IOException {
    FileStatus[] inside;
    try {
      inside = files.listStatus(folder);
    } catch (FileNotFoundException e) {
      throw new DataException(
          "Cannot read %s: there is no such file or folder".formatted(folder), e);
    }
    List<Path> found = new ArrayList<>(tables(inside));
    Set<String> top = found.stream().map(Path::getName).collect(Collectors.toSet());
    for (FileStatus one : inside) {
      if (one.isDirectory() && !one.getPath().getName().startsWith(".")) {
        tables(files.listStatus(one.getPath())).stream()
            .filter(file -> !top.contains(file.getName()))
            .forEach(found::add);
      }
    }
    if (found.isEmpty()) {
      throw new DataException(
          "Cannot read %s: the folder holds no .tsv or .xlsx file (expected files such as MMMB_en.tsv)"
              .formatted(folder));
    }
    return found;
  }

  private static List<Path> tables(FileStatus[] files) {
    List<Path> paths =
        Arrays.stream(files).filter(FileStatus::isFile).map(FileStatus::getPath).toList();
    for (Path path : paths) {
      if (UNREAD.matcher(path.getName()).matches()) {
        throw new DataException(
            "Cannot read %s: only .tsv and .xlsx are read (unpack or convert it, or name files instead of the folder)"
                .formatted(path));
      }
    }
    return paths.stream().filter(path -> TABLE.matcher(path.getName()).matches()).toList();
  }
}
