package parrot.jobs.balance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import parrot.model.config.ParrotConfig;
import parrot.model.network.ExpertLoad;
import parrot.model.network.Tally;

/**
 * How much each expert was used in a round, by all replicas together. If experts are selected, the
 * load of one is how often it was; if all compute, it is the sum of its probabilities.
 *
 * @param choices experts that compute for an image
 * @param entropy of the router's probabilities in nats, mean over images
 * @param languages load by language tag and expert, [E] each; no language without an image
 * @param recent images that stand for all of the round
 */
public record ExpertLoads(
    int choices, double entropy, Map<String, List<Double>> languages, List<RoutedImage> recent) {

  public ExpertLoads {
    languages = Collections.unmodifiableMap(new LinkedHashMap<>(languages));
    recent = List.copyOf(recent);
  }

  /**
   * Takes the loads out of a round's tally.
   *
   * @param tag of a language by its index
   */
  public static ExpertLoads of(Tally tally, ParrotConfig model, IntFunction<String> tag) {
    Map<String, List<Double>> languages = new LinkedHashMap<>();
    List<RoutedImage> recent = new ArrayList<>();
    tally
        .languages()
        .forEach(
            (index, language) -> {
              ExpertLoad load = language.load();
              if (load.images() > 0) {
                languages.put(tag.apply(index), loads(load));
                // The images kept of a language stand for all of them.
                double weight = (double) load.images() / load.recent().size();
                load.recent().forEach(row -> recent.add(new RoutedImage(row, weight)));
              }
            });
    ExpertLoad all = tally.load();
    return new ExpertLoads(
        model.experts().topK(),
        all.images() == 0 ? 0 : all.entropy() / all.images(),
        languages,
        recent);
  }

  /** How often each expert was selected; if all compute, the sum of its probabilities, [E]. */
  static List<Double> loads(ExpertLoad load) {
    double[] sums = load.probabilities();
    long[] counts = load.selections();
    boolean all = Arrays.stream(counts).allMatch(count -> count == load.images());
    return IntStream.range(0, sums.length)
        .mapToObj(i -> all ? sums[i] : (double) counts[i])
        .toList();
  }

  /** How unequal the loads are: 0 if all are equal, near 1 if one expert gets all. */
  public double gini() {
    List<Double> sums = sums();
    double differences = 0;
    for (double one : sums) {
      for (double other : sums) {
        differences += Math.abs(one - other);
      }
    }
    return isEmpty() ? 0 : differences / (2 * sums.size() * total(sums));
  }

  /** The smallest load as a part of the largest. */
  public double leastOverMost() {
    return isEmpty() ? 1 : Collections.min(sums()) / Collections.max(sums());
  }

  /** Whether no image was routed. */
  public boolean isEmpty() {
    return languages.isEmpty();
  }

  /** Load of each expert over all languages, [E]. */
  public List<Double> sums() {
    return languages.values().stream().reduce(ExpertLoads::add).orElse(List.of());
  }

  /** Share of a language's load that each expert got, [E], by language. */
  public Map<String, List<Double>> matrix() {
    Map<String, List<Double>> shares = new LinkedHashMap<>();
    languages.forEach((tag, loads) -> shares.put(tag, shares(loads)));
    return shares;
  }

  /** How far the most loaded expert is above its fair share. */
  public double maxViolation() {
    return maxViolation(sums());
  }

  static double maxViolation(List<Double> loads) {
    return loads.isEmpty() ? 0 : loads.size() * Collections.max(shares(loads)) - 1;
  }

  static List<Double> add(List<Double> a, List<Double> b) {
    List<Double> sums = new ArrayList<>();
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      sums.add((i < a.size() ? a.get(i) : 0) + (i < b.size() ? b.get(i) : 0));
    }
    return List.copyOf(sums);
  }

  /** The loads divided by their sum. */
  static List<Double> shares(List<Double> loads) {
    double sum = total(loads);
    return loads.stream().map(load -> load / sum).toList();
  }

  private static double total(List<Double> loads) {
    return loads.stream().mapToDouble(load -> load).sum();
  }

  /**
   * How much the language says about the expert: mutual information, divided by the most that it
   * could be. 0 if all languages spread alike, or if there is one; 1 if each has its own experts.
   */
  public double information() {
    if (isEmpty()) {
      return 0;
    }
    List<Double> overall = shares(sums());
    double all = total(sums());
    double information = 0;
    double languageEntropy = 0;
    for (List<Double> loads : languages.values()) {
      double weight = total(loads) / all;
      languageEntropy -= weight * Math.log(weight);
      List<Double> shares = shares(loads);
      for (int i = 0; i < shares.size(); i++) {
        double share = shares.get(i);
        information += share > 0 ? weight * share * Math.log(share / overall.get(i)) : 0;
      }
    }
    double expertEntropy = Math.log((double) overall.size() / (isSelection() ? choices : 1));
    double most = Math.min(languageEntropy, expertEntropy);
    return most > 0 ? Math.max(0, information / most) : 0;
  }

  /** The router's entropy, divided by the most that it could be: 1 if it prefers no expert. */
  public double evenness() {
    int experts = sums().size();
    return experts < 2 ? 0 : entropy / Math.log(experts);
  }

  private boolean isSelection() {
    return choices < sums().size();
  }

  /** Experts, counted from 0, that get less than this part of their fair share. */
  public List<Integer> below(double part) {
    List<Double> shares = shares(sums());
    return IntStream.range(0, shares.size())
        .filter(i -> shares.get(i) * shares.size() < part)
        .boxed()
        .toList();
  }
}
