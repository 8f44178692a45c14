package parrot.jobs.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.Locale;
import parrot.datasets.benchmark.QuestionFile;

/**
 * A question and its answer as a line of JSON: {@code id}, {@code question}, {@code image}; then
 * {@code answer}, {@code tokens}, {@code end} and {@code log_probability}, or {@code error}.
 */
final class AnswerJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AnswerJson() {}

  static String of(QuestionFile.Row asked, Reply reply) {
    ObjectNode line = JSON.createObjectNode();
    line.put("id", asked.id());
    line.put("question", asked.question());
    asked.image().ifPresent(image -> line.put("image", image));
    if (reply.problem() != null) {
      line.put("error", reply.problem().getMessage());
    } else {
      line.put("answer", reply.text());
      line.put("tokens", reply.generated().tokens().length);
      line.put("end", reply.generated().end().name().toLowerCase(Locale.ROOT).replace('_', '-'));
      double sum = 0;
      for (float one : reply.generated().logProbabilities()) {
        sum += one;
      }
      line.put("log_probability", sum);
    }
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
