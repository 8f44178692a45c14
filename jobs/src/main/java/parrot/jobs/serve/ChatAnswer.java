package parrot.jobs.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import parrot.jobs.evaluate.TokenLikelihood;

/**
 * An answer in the shapes of OpenAI's API: {@code chat.completion} and {@code
 * chat.completion.chunk}.
 *
 * @param id of the request
 * @param created seconds since 1970
 * @param model its name
 */
record ChatAnswer(String id, long created, String model) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Tokens of question and answer. */
  record Usage(int prompt, int answer) {
    ObjectNode json() {
      return NODES
          .objectNode()
          .put("prompt_tokens", prompt)
          .put("completion_tokens", answer)
          .put("total_tokens", prompt + answer);
    }
  }

  /**
   * The whole answer at once.
   *
   * @param reason {@code stop} or {@code length}
   * @param likelihoods of its tokens; null if they were not asked for
   */
  ObjectNode whole(String text, String reason, Usage usage, ArrayNode likelihoods) {
    ObjectNode root = head("chat.completion");
    ObjectNode choice = root.putArray("choices").addObject().put("index", 0);
    choice.putObject("message").put("role", "assistant").put("content", text).putNull("refusal");
    putLikelihoods(choice, likelihoods);
    choice.put("finish_reason", reason);
    root.set("usage", usage.json());
    return root;
  }

  /**
   * The first chunk, which has no text.
   *
   * @param usage whether a chunk with the usage comes last
   */
  ObjectNode start(boolean usage) {
    ObjectNode delta = NODES.objectNode().put("role", "assistant").put("content", "");
    return chunk(delta, null, null, usage);
  }

  /** A chunk with more of the text. */
  ObjectNode more(String text, ArrayNode likelihoods, boolean usage) {
    return chunk(NODES.objectNode().put("content", text), likelihoods, null, usage);
  }

  /** The last chunk of the answer. */
  ObjectNode end(String reason, boolean usage) {
    return chunk(NODES.objectNode(), null, reason, usage);
  }

  /** The chunk after the last one. */
  ObjectNode usage(Usage usage) {
    ObjectNode root = head("chat.completion.chunk");
    root.putArray("choices");
    root.set("usage", usage.json());
    return root;
  }

  private ObjectNode chunk(
      ObjectNode delta, ArrayNode likelihoods, String reason, boolean usageComes) {
    ObjectNode root = head("chat.completion.chunk");
    ObjectNode choice = root.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    putLikelihoods(choice, likelihoods);
    choice.put("finish_reason", reason);
    if (usageComes) {
      root.putNull("usage");
    }
    return root;
  }

  private ObjectNode head(String object) {
    return NODES
        .objectNode()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", model);
  }

  private static void putLikelihoods(ObjectNode choice, ArrayNode likelihoods) {
    if (likelihoods == null) {
      choice.putNull("logprobs");
    } else {
      choice.putObject("logprobs").putNull("refusal").set("content", likelihoods);
    }
  }

  /** A token with its logarithm of the probability, and the likeliest ones. */
  static ObjectNode likelihood(TokenLikelihood token, int top) {
    ObjectNode node = candidate(token.chosen());
    ArrayNode others = node.putArray("top_logprobs");
    token.likeliest(top).forEach(other -> others.add(candidate(other)));
    return node;
  }

  private static ObjectNode candidate(TokenLikelihood.Candidate candidate) {
    ObjectNode node =
        NODES
            .objectNode()
            .put("token", candidate.text())
            .put("logprob", candidate.logProbability());
    if (candidate.text().contains("\uFFFD")) {
      return node.putNull("bytes"); // a part of a character
    }
    ArrayNode bytes = node.putArray("bytes");
    for (byte value : candidate.text().getBytes(StandardCharsets.UTF_8)) {
      bytes.add(value & 255);
    }
    return node;
  }
}
