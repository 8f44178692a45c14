package parrot.jobs.preprocess;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import parrot.datasets.shard.ShardFile;

/**
 * What an update changed of a data set.
 *
 * @param newFiles sources that were not there before
 * @param changedFiles sources with other content, or images
 * @param removedFiles sources that are gone
 * @param files sources now
 * @param addedRows written rows that were not there before
 * @param removedRows that were written and are gone
 * @param writtenShards new shards
 * @param writtenBytes in them
 * @param removedShards replaced or gone
 * @param keptShards with the same name and bytes as before
 */
public record UpdateChanges(
    int newFiles,
    int changedFiles,
    int removedFiles,
    int files,
    long addedRows,
    long removedRows,
    int writtenShards,
    long writtenBytes,
    int removedShards,
    int keptShards) {

  static UpdateChanges of(UpdateState before, UpdateState after) {
    Map<String, UpdateState.Source> former = new HashMap<>();
    before.sources().forEach(source -> former.put(source.name(), source));
    int added = 0;
    int changed = 0;
    for (UpdateState.Source source : after.sources()) {
      UpdateState.Source was = former.remove(source.name());
      added += was == null ? 1 : 0;
      changed += was != null && !was.sameContent(source) ? 1 : 0;
    }
    Set<String> old = names(before.shards());
    List<ShardFile> written =
        after.shards().stream().filter(shard -> !old.contains(shard.name())).toList();
    int kept = after.shards().size() - written.size();
    return new UpdateChanges(
        added,
        changed,
        former.size(),
        after.sources().size(),
        after.added(),
        before.written() + after.added() - after.written(),
        written.size(),
        written.stream().mapToLong(ShardFile::bytes).sum(),
        before.shards().size() - kept,
        kept);
  }

  private static Set<String> names(List<ShardFile> shards) {
    return shards.stream().map(ShardFile::name).collect(Collectors.toCollection(HashSet::new));
  }

  /** Lines for a console. */
  String toText() {
    return String.format(
        Locale.ROOT,
        "Updated: of %,d files %,d are new, %,d changed, and %,d are gone; %,d rows added, %,d"
            + " removed.%n%,d shards written (%,.1f MiB), %,d removed, %,d as before.%n",
        files,
        newFiles,
        changedFiles,
        removedFiles,
        addedRows,
        removedRows,
        writtenShards,
        writtenBytes / 1048576.0,
        removedShards,
        keptShards);
  }
}
