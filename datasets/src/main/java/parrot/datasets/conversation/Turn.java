package parrot.datasets.conversation;

import java.util.Objects;

/** One thing said by one speaker. */
public record Turn(Role role, String value) {
  public Turn {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(value, "value");
  }

  public static Turn human(String value) {
    return new Turn(Role.HUMAN, value);
  }

  public static Turn gpt(String value) {
    return new Turn(Role.GPT, value);
  }
}
