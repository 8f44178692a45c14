package parrot.jobs.preprocess;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import parrot.datasets.image.ImageSignature;
import parrot.datasets.image.RgbImage;
import parrot.datasets.near.KnownTexts;
import parrot.datasets.source.RejectReason;
import parrot.datasets.storage.Digests;

/** The images of benchmarks, and their questions if asked for, which must not be trained on. */
final class BenchmarkImages implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Map<String, String> questions = new HashMap<>();
  private final List<Asked> different = new ArrayList<>();
  private final KnownTexts texts;

  /**
   * An image of a benchmark.
   *
   * @param sha256 of the prepared image
   * @param question that shows it, in words
   */
  record Asked(String sha256, ImageSignature signature, String question) implements Serializable {
    static Asked of(byte[] pixels, RgbImage decoded, String question) {
      return new Asked(Digests.sha256(pixels), ImageSignature.of(decoded), question);
    }
  }

  /** An image to train on that is, or looks like, one of a benchmark; and how to say so. */
  record Leak(RejectReason reason, String message) {}

  /**
   * @param images of the same images, the first question is named
   * @param texts of the questions that must not be asked either
   */
  BenchmarkImages(List<Asked> images, KnownTexts texts) {
    this.texts = texts;
    for (Asked image : images) {
      if (questions.putIfAbsent(image.sha256(), image.question()) == null) {
        different.add(image);
      }
    }
  }

  /** A question that a text asks, and how to say so. */
  Optional<Leak> findQuestion(String text) {
    return texts
        .findIn(text)
        .map(
            question ->
                new Leak(
                    RejectReason.LEAK_QUESTION,
                    "it asks %s, which --benchmark-questions keeps out".formatted(question)));
  }

  /**
   * Looks an image up.
   *
   * @param pixels prepared as those of the benchmarks were
   * @param decoded the whole image
   */
  Optional<Leak> find(byte[] pixels, RgbImage decoded) {
    if (different.isEmpty()) {
      return Optional.empty();
    }
    String question = questions.get(Digests.sha256(pixels));
    if (question != null) {
      return Optional.of(
          new Leak(
              RejectReason.LEAK,
              "it is the image of %s, which --benchmark keeps out".formatted(question)));
    }
    ImageSignature signature = ImageSignature.of(decoded);
    return different.stream()
        .filter(image -> image.signature().looksLike(signature))
        .findFirst()
        .map(
            image ->
                new Leak(
                    RejectReason.LEAK_LOOKALIKE,
                    "it looks like the image of %s, which --benchmark keeps out"
                        .formatted(image.question())));
  }
}
