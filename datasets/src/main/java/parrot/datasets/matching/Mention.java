package parrot.datasets.matching;

import java.util.Set;

/** A place in an answer that names an option, and what is said of it there. */
final class Mention {
  /** How surely a mention says which option is meant, from least to most. */
  enum Strength {
    TEXT,
    LETTER,
    FIRST,
    STATED
  }

  /** First token. */
  final int begin;

  /** Token behind the last. */
  int end;

  /** Several if it is not clear which one is meant. */
  final Set<Character> options;

  final Reason reason;

  Strength strength;

  /** Whether it is said not to be the answer. */
  boolean denied;

  /** Whether it ends a question. */
  boolean asked;

  /** Whether it stands in a reason for something else. */
  boolean aside;

  /** Whether what follows takes it back. */
  boolean withdrawn;

  /** Whether it is introduced as a conclusion. */
  boolean concludes;

  /** The token that introduces it as the answer; -1 if none does. */
  int introducedAt = -1;

  Mention(int begin, int end, Set<Character> options, Reason reason) {
    this.begin = begin;
    this.end = end;
    this.options = options;
    this.reason = reason;
    strength = reason == Reason.TEXT ? Strength.TEXT : Strength.LETTER;
  }

  boolean isText() {
    return reason == Reason.TEXT;
  }
}
