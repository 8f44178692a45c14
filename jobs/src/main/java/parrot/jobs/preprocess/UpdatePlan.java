package parrot.jobs.preprocess;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an update has to prepare, and in which stages.
 *
 * <p>A stored row stands for every row of its content, in whatever source. So sources hold labels:
 * if a source changes or goes away, its labels break, and all that hold one of them are prepared
 * again, to see which stored rows are still in the input. Sources that are only added break none.
 *
 * @param broken labels of stored rows that are no longer known to be in the input
 * @param stages numbers of the sources to prepare, one list for each stage; broken labels are
 *     looked at in the first
 */
record UpdatePlan(Set<Integer> broken, List<List<Integer>> stages) {

  /**
   * @param former sources of the data set as it is
   * @param sources as they are now, without labels
   * @param all whether every source is prepared
   * @param stageRows rows after which a stage ends
   */
  static UpdatePlan of(
      List<UpdateState.Source> former,
      List<UpdateState.Source> sources,
      boolean all,
      long stageRows) {
    Map<String, UpdateState.Source> now = new HashMap<>();
    sources.forEach(source -> now.put(source.name(), source));
    Set<Integer> broken = new TreeSet<>();
    Map<String, UpdateState.Source> unchanged = new HashMap<>();
    Set<String> known = new TreeSet<>();
    for (UpdateState.Source was : former) {
      UpdateState.Source is = now.get(was.name());
      known.add(was.name());
      if (!all && is != null && is.sameContent(was)) {
        unchanged.put(was.name(), was);
      } else {
        broken.addAll(was.labels());
      }
    }
    List<Integer> again = new ArrayList<>();
    List<Integer> added = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      UpdateState.Source was = unchanged.get(sources.get(i).name());
      if (!known.contains(sources.get(i).name())) {
        added.add(i);
      } else if (was == null || was.labels().stream().anyMatch(broken::contains)) {
        again.add(i);
      }
    }
    return new UpdatePlan(broken, stages(sources, broken, again, added, stageRows));
  }

  /** The former sources that are not prepared again. */
  List<UpdateState.Source> untouched(
      List<UpdateState.Source> former, List<UpdateState.Source> sources) {
    Set<Integer> prepared = new TreeSet<>();
    stages.forEach(prepared::addAll);
    Set<String> left = new HashSet<>();
    for (int i = 0; i < sources.size(); i++) {
      if (!prepared.contains(i)) {
        left.add(sources.get(i).name());
      }
    }
    return former.stream().filter(source -> left.contains(source.name())).toList();
  }

  /** What is prepared again comes first and at once: only together do rows say what is gone. */
  private static List<List<Integer>> stages(
      List<UpdateState.Source> sources,
      Set<Integer> broken,
      List<Integer> again,
      List<Integer> added,
      long stageRows) {
    List<List<Integer>> stages = new ArrayList<>();
    List<Integer> stage = new ArrayList<>(again);
    long rows = again.stream().mapToLong(i -> sources.get(i).rows()).sum();
    for (int i : added) {
      if (rows >= stageRows) {
        stages.add(stage);
        stage = new ArrayList<>();
        rows = 0;
      }
      stage.add(i);
      rows += sources.get(i).rows();
    }
    if (!stage.isEmpty() || stages.isEmpty() && !broken.isEmpty()) {
      stages.add(stage);
    }
    return stages;
  }
}
