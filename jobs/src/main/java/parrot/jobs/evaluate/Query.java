package parrot.jobs.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import parrot.datasets.conversation.ChatFormat;
import parrot.datasets.conversation.Role;
import parrot.datasets.conversation.Turn;
import parrot.datasets.language.Language;
import parrot.model.generate.Sampling;

/**
 * What a model is asked.
 *
 * @param turns a system turn if there is one, what was said before, and the question
 * @param image an image file, or null for a question without one
 * @param sampling how the words of the answer are chosen
 * @param stops texts that end the answer; not part of it
 * @param language of the question, if it is known; for models whose router is told it
 * @param candidates whole answers whose likelihood is asked for; empty to be answered
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier
public record Query(
    List<Turn> turns,
    byte[] image,
    Sampling sampling,
    List<String> stops,
    Optional<Language> language,
    List<String> candidates) {
  public Query {
    turns = List.copyOf(turns);
    stops = List.copyOf(stops);
    candidates = List.copyOf(candidates);
  }

  /** To be answered, in a language that is not known. */
  public Query(List<Turn> turns, byte[] image, Sampling sampling, List<String> stops) {
    this(turns, image, sampling, stops, Optional.empty(), List.of());
  }

  /** The same question, its language known. */
  Query in(Language known) {
    return new Query(turns, image, sampling, stops, Optional.of(known), candidates);
  }

  /** One question, greedily. */
  static Query of(String question, byte[] image) {
    return new Query(List.of(Turn.human(question)), image, Sampling.GREEDY, List.of());
  }

  /** How likely whole answers to one question are. */
  static Query likelihoods(String question, byte[] image, List<String> candidates) {
    return new Query(
        List.of(Turn.human(question)),
        image,
        Sampling.GREEDY,
        List.of(),
        Optional.empty(),
        candidates);
  }

  /**
   * The turns as they are tokenized. The image's place is put before the first thing that a human
   * says; {@code <image>} elsewhere is left out: benchmarks spell the place out, and it has one.
   */
  List<Turn> shown() {
    List<Turn> shown = new ArrayList<>();
    boolean placed = image == null;
    for (Turn turn : turns) {
      String text = turn.value();
      if (turn.role() == Role.HUMAN) {
        text = text.contains(ChatFormat.IMAGE) ? text.replace(ChatFormat.IMAGE, "").strip() : text;
        text = placed ? text : ChatFormat.queryWithImage(text);
        placed = true;
      }
      shown.add(new Turn(turn.role(), text));
    }
    return shown;
  }
}
