package parrot.model.generate;

import java.util.ArrayList;
import java.util.List;

/** Keeps all that a listener hears. */
class Heard implements GenerationListener {
  final List<Integer> chosen = new ArrayList<>();
  final List<float[]> logits = new ArrayList<>();
  GeneratedAnswer answer;
  RuntimeException failure;

  @Override
  public boolean chosen(int token, float[] logits) {
    chosen.add(token);
    this.logits.add(logits.clone());
    return true;
  }

  @Override
  public void answered(GeneratedAnswer answer) {
    this.answer = answer;
  }

  @Override
  public void failed(RuntimeException reason) {
    failure = reason;
  }

  boolean isOver() {
    return answer != null || failure != null;
  }
}
