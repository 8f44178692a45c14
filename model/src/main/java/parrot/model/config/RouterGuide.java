package parrot.model.config;

import java.util.Locale;

/** What the router of the experts reads. */
public enum RouterGuide {
  /** The prompt, as published. */
  PROMPT,
  /** A token that stands for the row's language: an upper bound of what a prompt can tell. */
  LANGUAGE,
  /** A token of a language drawn by chance, which tells nothing: a control. */
  CHANCE;

  /** Name in {@code config.json}, in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
