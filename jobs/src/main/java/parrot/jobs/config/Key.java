package parrot.jobs.config;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoublePredicate;
import parrot.model.config.StrictMap;

/**
 * A key of the training configuration. Help, reference page and reader all come from here.
 *
 * @param <T> of the value
 * @param path with dots, as {@code --set} takes it; {@code []} stands for an element of a list
 * @param form what the value may be
 * @param absent the value if the key is absent
 * @param absentInWords the same as help and reference page say it
 * @param meaning one line
 * @param actor simple name of the class in which the value takes effect
 */
record Key<T>(
    String path, Form<T> form, T absent, String absentInWords, String meaning, String actor) {
  private static final String ELEMENT = "[].";

  /**
   * What a value may be.
   *
   * @param allowed in words
   * @param isChoice whether it is one of few words
   */
  record Form<T>(String allowed, boolean isChoice, Reading<T> reading) {}

  /** Reads a value from the mapping that holds its key. */
  interface Reading<T> {
    T read(StrictMap map, String name, T absent);
  }

  static <T> Key<T> of(String path, String allowed, T absent, Reading<T> reading) {
    return of(path, new Form<>(allowed, false, reading), absent);
  }

  private static <T> Key<T> of(String path, Form<T> form, T absent) {
    return new Key<>(path, form, absent, String.valueOf(absent), "", "");
  }

  static Key<String> text(String path, String allowed) {
    return of(path, allowed, "", (map, name, absent) -> map.text(name)).absent("required");
  }

  static Key<Optional<String>> optionalText(String path, String allowed) {
    return of(path, allowed, Optional.empty(), (map, name, absent) -> map.optionalText(name));
  }

  /** A list of texts, empty if absent. */
  static Key<List<String>> texts(String path, String allowed) {
    return of(path, allowed, List.of(), (map, name, absent) -> map.texts(name));
  }

  static Key<Boolean> flag(String path, boolean absent) {
    return of(path, "true or false", absent, StrictMap::flag);
  }

  static Key<Integer> whole(String path, int absent, int least) {
    return of(
        path,
        "whole number, at least " + least,
        absent,
        (map, name, otherwise) -> map.wholeInt(name, otherwise, least));
  }

  static Key<Long> wholeLong(String path, long absent, long least) {
    String allowed = "whole number" + (least == Long.MIN_VALUE ? "" : ", at least " + least);
    return of(path, allowed, absent, (map, name, otherwise) -> map.whole(name, otherwise, least));
  }

  /**
   * A number.
   *
   * @param rule what {@code fits} asks for, in words
   */
  static Key<Double> number(String path, double absent, DoublePredicate fits, String rule) {
    return of(path, rule, absent, (map, name, otherwise) -> map.number(name, otherwise, fits, rule))
        .absent(inWords(absent));
  }

  static Key<Double> positive(String path, double absent) {
    return of(path, "positive number", absent, StrictMap::positiveNumber).absent(inWords(absent));
  }

  static Key<Double> notNegative(String path, double absent) {
    return number(
        path, absent, x -> x >= 0 && x < Double.POSITIVE_INFINITY, "0 or a positive number");
  }

  static Key<Double> belowOne(String path, double absent) {
    return number(path, absent, x -> x >= 0 && x < 1, "at least 0 and below 1");
  }

  static Key<Double> share(String path, double absent) {
    return number(path, absent, x -> x >= 0 && x <= 1, "between 0 and 1");
  }

  static Key<String> oneOf(String path, List<String> words, String absent) {
    return of(
        path, choice(words, (map, name, otherwise) -> map.oneOf(name, otherwise, words)), absent);
  }

  /** One of an enum's constants, in lower case; the usual one is named first. */
  static <E extends Enum<E>> Key<E> choice(String path, E absent) {
    Class<E> type = absent.getDeclaringClass();
    List<String> words =
        Arrays.stream(type.getEnumConstants())
            .sorted(Comparator.comparing(value -> value != absent))
            .map(Key::word)
            .toList();
    Reading<E> reading =
        (map, name, otherwise) ->
            Enum.valueOf(type, map.oneOf(name, word(otherwise), words).toUpperCase(Locale.ROOT));
    return of(path, choice(words, reading), absent).absent(word(absent));
  }

  static <E extends Enum<E>> Key<Optional<E>> optionalChoice(String path, Class<E> type) {
    List<String> words = Arrays.stream(type.getEnumConstants()).map(Key::word).toList();
    Reading<Optional<E>> reading =
        (map, name, absent) ->
            map.optionalText(name)
                .map(given -> map.oneOf(name, words).toUpperCase(Locale.ROOT))
                .map(word -> Enum.valueOf(type, word));
    return of(path, choice(words, reading), Optional.empty());
  }

  private static <T> Form<T> choice(List<String> words, Reading<T> reading) {
    return new Form<>(String.join(", ", words), true, reading);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** As one writes it: no decimals for whole numbers. */
  static String inWords(double number) {
    boolean whole = number == Math.rint(number) && Math.abs(number) < 1e6;
    return whole ? Long.toString((long) number) : Double.toString(number).replace("E", "e");
  }

  /** The same key, saying in other words what it is if absent. */
  Key<T> absent(String words) {
    return new Key<>(path, form, absent, words, meaning, actor);
  }

  /**
   * The same key with its meaning.
   *
   * @param actor simple name of the class that acts on the value
   * @param text one line
   */
  Key<T> means(String actor, String text) {
    return new Key<>(path, form, absent, absentInWords, text, actor);
  }

  /** Reads the value from the whole configuration, or from the element of a list it belongs to. */
  T read(StrictMap map) {
    return read(map, absent);
  }

  /** The same with another value for an absent key. */
  T read(StrictMap map, T otherwise) {
    return form.reading.read(holder(map), name(), otherwise);
  }

  /** The value; empty, and not part of the resolved configuration, if the key is absent. */
  Optional<T> ifGiven(StrictMap map) {
    return holder(map).given(name()) ? Optional.of(read(map)) : Optional.empty();
  }

  boolean isIn(StrictMap map) {
    return holder(map).has(name());
  }

  RuntimeException invalid(StrictMap map, Object value, String rule) {
    return holder(map).invalid(name(), value, rule);
  }

  private StrictMap holder(StrictMap map) {
    int element = path.indexOf(ELEMENT);
    String[] names = path.substring(element < 0 ? 0 : element + ELEMENT.length()).split("\\.");
    StrictMap holder = map;
    for (int i = 0; i < names.length - 1; i++) {
      holder = holder.map(names[i]);
    }
    return holder;
  }

  String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }
}
