package parrot.datasets.matching;

import java.util.Optional;

/**
 * What an answer counts as.
 *
 * @param option the option's letter; {@link #REFUSAL} for a refusal; empty if no option or several
 *     match
 * @param reason why
 */
public record Match(Optional<Character> option, Reason reason) {
  /** Stands for a refusal to answer. */
  public static final char REFUSAL = 'Z';

  static final Match REFUSED = of(REFUSAL, Reason.REFUSED);

  static Match of(char option, Reason reason) {
    return new Match(Optional.of(option), reason);
  }

  static Match none(Reason reason) {
    return new Match(Optional.empty(), reason);
  }
}
