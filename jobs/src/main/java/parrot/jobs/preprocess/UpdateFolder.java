package parrot.jobs.preprocess;

import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.shard.DatasetVersions;
import parrot.datasets.shard.Manifest;
import parrot.datasets.shard.ShardFile;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.FolderLock;

/**
 * The folder of a data set that is updated in place. Files are only added to it until a manifest is
 * put in the place of the published one; what no version needs is removed then. A draft keeps what
 * an unfinished update has done.
 */
final class UpdateFolder {
  private static final String DRAFT = "_draft";
  private static final String LEDGERS = "_ledger";
  private static final String STATE = "state.json";
  private static final long LARGEST_STATE = 1L << 30;

  private final FileSystem files;
  private final Path folder;
  private final FolderLock lock;

  private UpdateFolder(FileSystem files, Path folder, FolderLock lock) {
    this.files = files;
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Opens the folder and finishes or removes what a killed run left in it.
   *
   * @throws UsageException if the folder was not made by an update
   * @throws DataException if it does not say what is published; nothing is removed then
   */
  static UpdateFolder open(FileSystem files, Path folder, FolderLock lock) throws IOException {
    UpdateFolder opened = new UpdateFolder(files, folder, lock);
    if (!files.exists(folder) || files.listStatus(folder).length == 0) {
      return opened;
    }
    if (!DatasetVersions.isUpdated(files, folder) && !files.exists(opened.draft())) {
      throw new UsageException(
          "Cannot update "
              + folder
              + ": it was not made with --update (choose another folder, or delete it and make it"
              + " anew)");
    }
    Optional<UpdateState> published = opened.published();
    if (published.isPresent() && opened.draftState().equals(published)) {
      opened.finish(opened.publishedVersion()); // it was killed right after it had published
    }
    opened.removeUnused();
    return opened;
  }

  Path path() {
    return folder;
  }

  FileSystem files() {
    return files;
  }

  /** What is written and not yet published. */
  Path draft() {
    return new Path(folder, DRAFT);
  }

  /** The ledgers of shards and the rejects of stages. */
  Path ledgers() {
    return new Path(folder, LEDGERS);
  }

  Path rejects(int stage) {
    return new Path(ledgers(), String.format(Locale.ROOT, "rejects-%05d.parquet", stage));
  }

  Path ledger(ShardFile shard) {
    return new Path(ledgers(), shard.name());
  }

  private Path counts(ShardFile shard) {
    return new Path(ledgers(), shard.name().replace(".parquet", ".json"));
  }

  /** Keeps what a task counted in a shard. */
  void keepCounts(PartResult part) throws IOException {
    FileSystems.writeText(files, counts(part.file()), part.toJson());
  }

  PartResult counted(ShardFile shard) throws IOException {
    return PartResult.fromJson(FileSystems.readText(files, counts(shard), LARGEST_STATE));
  }

  /** What an unfinished update has done. */
  Optional<UpdateState> draftState() throws IOException {
    return state(draft());
  }

  /** What is published; empty if nothing is. */
  Optional<UpdateState> published() throws IOException {
    if (!files.exists(manifest())) {
      return Optional.empty();
    }
    Path version = publishedVersion();
    Optional<UpdateState> state = state(version);
    if (state.isEmpty()) {
      throw new DataException(
          "Cannot update "
              + folder
              + ": "
              + new Path(version, STATE)
              + ", which belongs to its manifest, is missing; delete the data set and make it"
              + " anew");
    }
    return state;
  }

  private Path manifest() {
    return new Path(folder, Manifest.FILE_NAME);
  }

  private Path publishedVersion() throws IOException {
    return DatasetVersions.of(folder, Digests.sha256(files, manifest()));
  }

  private Optional<UpdateState> state(Path in) throws IOException {
    Path file = new Path(in, STATE);
    return files.exists(file)
        ? Optional.of(
            UpdateState.fromJson(FileSystems.readText(files, file, LARGEST_STATE), file.toString()))
        : Optional.empty();
  }

  /** Makes the folders that are written to. */
  void create() throws IOException {
    files.mkdirs(draft());
    files.mkdirs(ledgers());
  }

  /** Where the files of the next stage go. */
  PartFiles stage(UpdateState former) {
    return new PartFiles(
        files,
        draft(),
        folder,
        former.nextShard(),
        ledgers(),
        rejects(former.stage()),
        lock::requireHeld);
  }

  /** Where the table of all rejects goes. */
  PartFiles joinedRejects() {
    Path table = new Path(draft(), PreprocessJob.REJECTED_FILE);
    return new PartFiles(files, draft(), folder, 0, null, table, lock::requireHeld);
  }

  /**
   * Keeps what is done, so that a killed run goes on from it.
   *
   * @throws parrot.datasets.storage.LockLostException if another run has taken over
   */
  void keep(UpdateState state) throws IOException {
    lock.requireHeld();
    writeAtOnce(state.toJson(), new Path(draft(), STATE));
  }

  private void writeAtOnce(String text, Path target) throws IOException {
    Path partial = new Path(draft(), "partial");
    FileSystems.writeText(files, partial, text);
    FileSystems.replace(files, partial, target);
  }

  /**
   * Publishes a draft, with the table of rejects in it if there is one.
   *
   * @throws parrot.datasets.storage.LockLostException if another run has taken over
   */
  void publish(UpdateState state, Manifest manifest, PreprocessReport report) throws IOException {
    keep(state);
    Path version = DatasetVersions.of(folder, manifest.fingerprint());
    files.delete(version, true);
    files.mkdirs(version);
    writeAtOnce(state.toJson(), new Path(version, STATE));
    report.write(files, version);
    Path rejected = new Path(draft(), PreprocessJob.REJECTED_FILE);
    if (files.exists(rejected)) {
      FileUtil.copy(
          files,
          rejected,
          files,
          new Path(version, PreprocessJob.REJECTED_FILE),
          false,
          files.getConf());
    }
    manifest.write(files, version);
    files.create(new Path(version, AtomicFolder.SUCCESS), true).close();
    lock.requireHeld();
    writeAtOnce(manifest.toJson(), manifest());
    finish(version);
    removeUnused();
  }

  /** Forgets what an unfinished update has done. */
  void discardDraft() throws IOException {
    lock.requireHeld();
    files.delete(draft(), true);
    removeUnused();
  }

  /** Puts what goes with a published manifest beside it. May be done again. */
  private void finish(Path version) throws IOException {
    Path success = new Path(folder, AtomicFolder.SUCCESS);
    if (!files.exists(success)) {
      files.create(success, true).close();
    }
    for (String name : Set.of(PreprocessReport.FILE_NAME, PreprocessJob.REJECTED_FILE)) {
      Path of = new Path(version, name);
      Path target = new Path(folder, name);
      if (files.exists(of)) {
        Path partial = new Path(draft(), "partial");
        FileUtil.copy(files, of, files, partial, false, true, files.getConf());
        FileSystems.replace(files, partial, target);
      } else {
        files.delete(target, false);
      }
    }
    if (!DatasetVersions.isHeld(files, folder)) {
      for (FileStatus other : files.listStatus(version.getParent())) {
        if (!other.getPath().getName().equals(version.getName())) {
          files.delete(other.getPath(), true);
        }
      }
    }
    files.delete(draft(), true); // last: as long as it is there, a killed run's successor finishes
  }

  /** Removes files that neither a version nor the draft names. */
  private void removeUnused() throws IOException {
    Set<String> used = new HashSet<>();
    draftState().ifPresent(state -> used.addAll(names(state)));
    Path versions = new Path(folder, DatasetVersions.FOLDER);
    if (files.exists(versions)) {
      for (FileStatus version : files.listStatus(versions)) {
        state(version.getPath()).ifPresent(state -> used.addAll(names(state)));
      }
    }
    for (FileStatus file : files.listStatus(folder)) {
      String name = file.getPath().getName();
      if (name.startsWith("part-") && !used.contains(name)) {
        files.delete(file.getPath(), false);
      }
    }
    for (Path inside : new Path[] {ledgers(), draft()}) {
      for (FileStatus file : files.exists(inside) ? files.listStatus(inside) : new FileStatus[0]) {
        String name = file.getPath().getName();
        if (!used.contains(name.replace(".json", ".parquet")) && !name.equals(STATE)) {
          files.delete(file.getPath(), false);
        }
      }
    }
  }

  private Set<String> names(UpdateState state) {
    Set<String> names = new HashSet<>();
    state.shards().forEach(shard -> names.add(shard.name()));
    state.sources().forEach(source -> names.add(rejects(source.rejects()).getName()));
    return names;
  }
}
