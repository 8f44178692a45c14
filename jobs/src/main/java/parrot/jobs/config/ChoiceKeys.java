package parrot.jobs.config;

import java.util.List;
import parrot.datasets.shard.RowLimit;
import parrot.model.config.StrictMap;

/** The keys that choose rows of the data, part of {@link TrainKeys}. */
final class ChoiceKeys {
  static final Key<List<String>> WHERE =
      Key.texts("where", "a list of conditions, as answer_tokens >= 4")
          .means(
              "RowFilter",
              "rows used of data and held_out, by columns of the shards: [near_rank = 0]");
  private static final String LIMITS = "limits";
  static final Key<List<StrictMap>> LIMIT_LIST =
      Key.of(
              LIMITS,
              "a list of {per, rows} or {per, share}",
              List.<StrictMap>of(),
              (map, name, absent) -> map.maps(name, "per"))
          .means("RowLimit", "how many rows of each kind are trained on, in each folder");
  static final Key<String> LIMIT_PER =
      Key.text(LIMITS + "[].per", "a column, as language, file or answer_tokens")
          .means("RowLimit", "column whose values are the kinds; of lengths: powers of two");
  static final Key<Long> LIMIT_ROWS =
      Key.wholeLong(LIMITS + "[].rows", 0, 1)
          .absent("by share")
          .means("RowLimit", "rows of each kind, at most");
  static final Key<Double> LIMIT_SHARE =
      Key.share(LIMITS + "[].share", Double.NaN)
          .absent("by rows")
          .means("RowLimit", "the same as a share of the rows that are there");
  static final Key<RowLimit.Take> LIMIT_TAKE =
      Key.choice(LIMITS + "[].take", RowLimit.Take.RANDOM)
          .means("RowLimit", "which rows of a kind: the first of the shards, or any, by seed");
  static final Key<Double> HOLD_OUT =
      Key.belowOne("hold_out", 0)
          .means(
              "RowSelection",
              "share of the rows that is measured on instead; rows about one image stay together");

  private ChoiceKeys() {}
}
