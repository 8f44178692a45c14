package parrot.jobs.evaluate;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import parrot.datasets.storage.Digests;

/**
 * By what each answer of a file is known again: everything that decides it, which is the model, the
 * program's version, how answers are generated, the prompt and the image, but not the right answer.
 */
final class AnswerKeys {
  private final Map<Long, String> byIndex = new HashMap<>();

  AnswerKeys(PredictionKey key, List<Question> questions) {
    for (Question question : questions) {
      MessageDigest image = Digests.sha256();
      if (question.image() != null) {
        image.update(question.image());
      }
      String shown = Digests.hex(image.digest());
      for (int i = 0; i < question.indexes().length; i++) {
        MessageDigest digest = Digests.sha256();
        for (String part :
            List.of(key.model(), key.program(), key.generation(), shown, question.prompts()[i])) {
          ModelFingerprint.add(digest, part);
        }
        if (question.options()[i] != null) {
          for (String answer : question.options()[i].answers()) {
            ModelFingerprint.add(digest, answer);
          }
        }
        byIndex.put(question.indexes()[i], Digests.hex(digest.digest()));
      }
    }
  }

  String of(long index) {
    return byIndex.get(index);
  }

  Set<String> all() {
    return Set.copyOf(byIndex.values());
  }

  /** What is still to ask: the questions, and of each the rotations, that have no known answer. */
  List<Question> open(List<Question> questions, Map<String, String> known) {
    List<Question> open = new ArrayList<>();
    for (Question question : questions) {
      List<Integer> places = new ArrayList<>();
      for (int i = 0; i < question.indexes().length; i++) {
        if (!known.containsKey(of(question.indexes()[i]))) {
          places.add(i);
        }
      }
      if (!places.isEmpty()) {
        open.add(
            new Question(
                question.file(),
                places.stream().mapToLong(i -> question.indexes()[i]).toArray(),
                places.stream().map(i -> question.prompts()[i]).toArray(String[]::new),
                question.image(),
                places.stream().map(i -> question.options()[i]).toArray(Question.Options[]::new)));
      }
    }
    return open;
  }
}
