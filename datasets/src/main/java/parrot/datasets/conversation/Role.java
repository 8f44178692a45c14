package parrot.datasets.conversation;

import java.util.Locale;

/** Who speaks, by the names of LLaVA's {@code from} field. */
public enum Role {
  SYSTEM,
  HUMAN,
  GPT;

  /** The name in LLaVA JSON: {@code system}, {@code human} or {@code gpt}. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a {@code from} field.
   *
   * @throws UnusableConversationException if no role is called so
   */
  public static Role of(String tag) {
    for (Role role : values()) {
      if (role.tag().equals(tag)) {
        return role;
      }
    }
    throw new UnusableConversationException(
        ConversationProblem.UNKNOWN_ROLE,
        "Invalid role: " + tag + " (must be one of system, human, gpt)");
  }
}
