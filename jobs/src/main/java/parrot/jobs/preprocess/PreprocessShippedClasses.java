package parrot.jobs.preprocess;

import java.util.List;
import parrot.datasets.near.KnownTexts;
import parrot.jobs.spark.ShippedClasses;

/** What preprocessing sends. */
public final class PreprocessShippedClasses implements ShippedClasses {
  @Override
  public List<Class<?>> classes() {
    return List.of(
        BenchmarkImages.class,
        BenchmarkImages.Asked.class,
        KnownTexts.class,
        Likeness.class,
        NearGroups.class,
        NearRows.class,
        PreprocessTasks.NamedSource.class,
        PreprocessTasks.NumberedRange.class,
        PreprocessTasks.Scanned.class,
        UpdateTasks.NumberedShard.class);
  }

  @Override
  public List<Class<?>> small() {
    return List.of(NearKey.class, RowKey.class);
  }
}
