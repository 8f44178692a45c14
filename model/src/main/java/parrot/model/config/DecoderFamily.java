package parrot.model.config;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Which language model a decoder is. */
public enum DecoderFamily {
  /** Also Qwen1.5 and Qwen2.5: query, key and value have biases. */
  QWEN2("qwen2", "ParrotQwen2ForCausalLM"),
  /**
   * Query and key are normed by head, there are no biases, and the size of a head does not depend
   * on the width (arXiv 2505.09388).
   */
  QWEN3("qwen3", "ParrotQwen3ForCausalLM");

  private final String published;
  private final String architecture;

  DecoderFamily(String published, String architecture) {
    this.published = published;
    this.architecture = architecture;
  }

  /** The {@code model_type} of the language model alone. */
  public String published() {
    return published;
  }

  /** The {@code model_type} of a Parrot with this decoder. */
  public String parrot() {
    return "parrot_" + published;
  }

  /** The class of a Parrot with this decoder. */
  String architecture() {
    return architecture;
  }

  /** Whether query, key and value have biases. */
  public boolean biases() {
    return this == QWEN2;
  }

  /** Whether queries and keys are normed by head. */
  public boolean norms() {
    return this == QWEN3;
  }

  /** Of a {@code model_type}, which must be one of {@link #all}. */
  static DecoderFamily of(String type) {
    return Arrays.stream(values())
        .filter(family -> type.equals(family.published) || type.equals(family.parrot()))
        .findFirst()
        .orElseThrow();
  }

  /** Each {@code model_type} of a language model, or of a Parrot with one. */
  static List<String> all() {
    return Stream.concat(Arrays.stream(values()).map(DecoderFamily::published), parrots().stream())
        .toList();
  }

  /** Each {@code model_type} of a Parrot. */
  static List<String> parrots() {
    return Arrays.stream(values()).map(DecoderFamily::parrot).toList();
  }

  @Override
  public String toString() {
    return "Qwen" + published.charAt(published.length() - 1);
  }
}
