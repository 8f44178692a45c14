package parrot.datasets.matching;

import java.util.Locale;

/** Why an answer counts as an option, as a refusal, or as neither. */
public enum Reason {
  /** The answer is an option's letter and nothing else. */
  LETTER_ALONE,
  /** The answer says which option is the answer: "The answer is B". */
  STATED,
  /** The answer begins with an option's letter and goes on with something else. */
  LETTER_FIRST,
  /** Only one option's letter is named. */
  LETTER,
  /** The answer is an option's text and nothing else. */
  TEXT_ALONE,
  /** Only one option's text or number occurs. */
  TEXT,
  /** An option is named by its place: "the first option". */
  PLACE,
  /** Every other option is ruled out by name. */
  ELIMINATION,
  /** No other option is as likely. */
  LIKELIEST,
  /** The answer refuses to answer. */
  REFUSED,
  /** No option is named. */
  NONE_NAMED,
  /** Several options are named. */
  SEVERAL_NAMED,
  /** The letter of one option stands with the text of another. */
  CONTRADICTION,
  /** The answer ends before its final part begins. */
  CUT_OFF,
  /** The request failed, so there is no answer. */
  FAILED_REQUEST;

  /** As it is written in files: {@code letter-alone}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
