package parrot.jobs.parity;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The kinds of reference cases, told apart by the files of their folder. */
enum CaseKind {
  /** A model with inputs and what it computes of them. */
  NETWORK,
  /** Image files and how they are prepared. */
  IMAGES,
  /** Conversations, questions and answers, and how they are written and read. */
  TEXT;

  static final String EXPECTED = "expected.safetensors";
  static final String INPUTS = "inputs.safetensors";
  static final String CONFIG = "config.json";

  /** What to tell a user whose folder holds none of them. */
  static final String LAYOUT =
      "a network case has config.json, model.safetensors, inputs.safetensors and expected.safetensors,"
          + " an images case image files and expected.safetensors,"
          + " a text case chat-format.json and the files beside it";

  /** The kind of a folder with these files; recognised even if one of them is missing. */
  static Optional<CaseKind> of(Set<String> files) {
    if (files.contains(INPUTS) || (files.contains(CONFIG) && files.contains(EXPECTED))) {
      return Optional.of(NETWORK);
    }
    if (TextCheck.FILES.stream().anyMatch(files::contains)) {
      return Optional.of(TEXT);
    }
    boolean images = !files.isEmpty() && files.stream().allMatch(CaseKind::isImageName);
    return files.contains(EXPECTED) || images ? Optional.of(IMAGES) : Optional.empty();
  }

  private static boolean isImageName(String file) {
    return file.toLowerCase(Locale.ROOT).matches(".*\\.(png|jpe?g|gif|bmp|webp)");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
