package parrot.datasets.conversation;

import parrot.datasets.DataException;

/** A conversation that cannot be trained on, with the reason it is counted by. */
public class UnusableConversationException extends DataException {
  private static final long serialVersionUID = 1L;

  private final ConversationProblem problem;

  public UnusableConversationException(ConversationProblem problem, String message) {
    super(message);
    this.problem = problem;
  }

  public ConversationProblem problem() {
    return problem;
  }
}
