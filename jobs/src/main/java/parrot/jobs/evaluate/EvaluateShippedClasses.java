package parrot.jobs.evaluate;

import java.util.List;
import parrot.jobs.spark.ShippedClasses;

/** What evaluation sends. */
public final class EvaluateShippedClasses implements ShippedClasses {
  @Override
  public List<Class<?>> classes() {
    return List.of(
        Question.class, Question.Answer.class, Question.Options.class, Question.Options[].class);
  }
}
