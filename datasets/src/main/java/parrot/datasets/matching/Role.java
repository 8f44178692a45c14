package parrot.datasets.matching;

/** What words do in a sentence about options. The keys of a language's word lists are these. */
enum Role {
  /** An article. */
  ARTICLE,
  /** What may stand between an option and what is said of it: "is", "must be", "this". */
  LINK,
  /** What an option is called: "option", "letter". */
  NOUN,
  /** What a letter is called that is no option's: "letter"; a noun as well. */
  CHARACTER,
  /** What introduces an answer: "answer", "I choose". */
  ANSWER,
  /** What introduces a conclusion: "so". */
  CONCLUSION,
  /** What says that the option before it is right. */
  AFFIRM,
  /** What says that the option before it is wrong. */
  REJECT,
  /** What denies the options after it, in the same clause. */
  NEGATION,
  /** What denies the option before it. */
  NEGATION_AFTER,
  /** What denies the option that follows at once: "over", "rather than". */
  AGAINST,
  /** What ends a clause without a mark: "but". */
  CONTRAST,
  /** What introduces a reason: "because". */
  REASON,
  /** What joins options to a list: "and", "or". */
  JOIN,
  /** What takes back what was said: "wait". */
  CORRECTION,
  /** What takes back what was said if it stands alone: "no". */
  DENIAL,
  /** What refuses to answer. */
  REFUSAL,
  /** What looks like one of the above and is not: "no doubt". */
  NEUTRAL,
  /** What says yes. */
  YES,
  /** What says no. */
  NO,
  /** What an option is called by its place. */
  PLACE;

  int bit() {
    return 1 << ordinal();
  }
}
