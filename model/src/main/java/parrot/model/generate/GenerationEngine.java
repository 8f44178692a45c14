package parrot.model.generate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import parrot.model.layer.KeyValueCache;
import parrot.model.network.ParrotNetwork;
import parrot.model.tensor.Tensor;

/**
 * Answers many requests at a time, token by token. A request joins as soon as there is room, at any
 * step, and leaves when its answer is complete; a step reads the weights once for all.
 *
 * <p>An answer is the same to the last bit whatever else is answered at the same time: a prompt is
 * read by itself, and a step computes each sequence as if it were alone. In bfloat16 that holds if
 * the limits ask for it; else the last bits of its logits may depend on how many are answered
 * together.
 *
 * <p>For one thread at a time.
 */
public final class GenerationEngine {
  private final ParrotNetwork network;
  private final EngineLimits limits;
  private final CacheSlots caches;
  private final Deque<GenerationRequest> waiting = new ArrayDeque<>();
  private final List<Running> running = new ArrayList<>();

  public GenerationEngine(ParrotNetwork network, EngineLimits limits) {
    this.network = network;
    this.limits = limits;
    this.caches = new CacheSlots(limits.cacheTokens(), network::newCache);
  }

  /** With the default limits. */
  public GenerationEngine(ParrotNetwork network) {
    this(network, EngineLimits.of(network.config(), network.factorType()));
  }

  /** What is made of an image once for all its questions; see {@link ParrotNetwork#encode}. */
  public Tensor encode(float[] pixels) {
    return network.encode(pixels);
  }

  /** Requests that wait or are being answered. */
  public int open() {
    return waiting.size() + running.size();
  }

  /** Whether another request could be answered beside those that are open. */
  public boolean hasRoom() {
    return open() < limits.requests();
  }

  /**
   * Adds a request behind those that wait. Its listener hears of it during {@link #step}.
   *
   * @throws IllegalArgumentException if its prompt and answer are longer than all that is cached
   */
  public void submit(GenerationRequest request) {
    int tokens = cacheTokens(request);
    if (!caches.canEverHold(tokens)) {
      throw new IllegalArgumentException(
          "Cannot generate: prompt and answer have %d tokens (at most %d, the size of the cache)"
              .formatted(tokens, limits.cacheTokens()));
    }
    waiting.add(request);
  }

  /**
   * Lets requests join as far as there is room, which gives their first token, then gives all one
   * token more.
   *
   * @return whether requests are left
   */
  public boolean step() {
    join();
    if (!running.isEmpty()) {
      advance();
    }
    return open() > 0;
  }

  /** Forgets all requests; their listeners hear nothing. */
  public void clear() {
    waiting.clear();
    running.forEach(request -> caches.giveBack(request.cache));
    running.clear();
  }

  /**
   * Answers one request, and all that are open.
   *
   * @param image as {@link #encode} gives it, or null
   * @throws parrot.model.ModelException if a logit is not finite
   */
  public GeneratedAnswer answer(int[] prompt, Tensor image, GenerationSettings settings) {
    Single single = new Single();
    submit(new GenerationRequest(prompt, image, settings, single));
    while (single.isOpen() && step()) {}
    return single.get();
  }

  private void join() {
    while (!waiting.isEmpty() && running.size() < limits.requests()) {
      Optional<KeyValueCache> cache = caches.take(cacheTokens(waiting.peek()));
      if (cache.isEmpty()) {
        return;
      }
      Running next = new Running(waiting.poll(), cache.get());
      running.add(next);
      if (!next.begin()) {
        leave(next);
      }
    }
  }

  private void advance() {
    List<Running> all = List.copyOf(running);
    int[] tokens = all.stream().mapToInt(Running::last).toArray();
    float[][] logits = null;
    RuntimeException failure = null;
    try {
      logits =
          network.next(tokens, all.stream().map(request -> request.cache).toList(), limits.exact());
    } catch (RuntimeException e) {
      failure = e;
    }
    for (int i = 0; i < all.size(); i++) {
      Running request = all.get(i);
      if (failure != null) {
        request.request.listener().failed(failure);
      }
      if (failure != null || !request.take(logits[i])) {
        leave(request);
      }
    }
  }

  private void leave(Running request) {
    running.remove(request);
    caches.giveBack(request.cache);
  }

  private int cacheTokens(GenerationRequest request) {
    int images = request.image() == null ? 0 : 1;
    int length = request.prompt().length + images * (network.config().visualTokens() - 1);
    int longest = network.config().tokenizerModelMaxLength(); // the network cuts prompts there
    return Math.min(length, longest) + request.settings().maxNewTokens();
  }

  /** A request that has joined. */
  private final class Running {
    final GenerationRequest request;
    final KeyValueCache cache;
    private final TokenChoice choice;
    private final int[] answer;
    private final float[] logProbabilities;
    private int count;

    Running(GenerationRequest request, KeyValueCache cache) {
      this.request = request;
      this.cache = cache;
      GenerationSettings settings = request.settings();
      choice = new TokenChoice(settings.sampling(), request.prompt(), limits.vocabulary());
      answer = new int[settings.maxNewTokens()];
      logProbabilities = new float[settings.logProbabilities() ? answer.length : 0];
    }

    int last() {
      return answer[count - 1];
    }

    /** Reads the prompt; returns whether the answer goes on. */
    boolean begin() {
      float[] logits;
      try {
        logits = network.read(request.prompt(), request.image(), cache);
      } catch (RuntimeException e) {
        request.listener().failed(e);
        return false;
      }
      return take(logits);
    }

    /** Chooses the next token; returns whether the answer goes on. */
    boolean take(float[] logits) {
      int next;
      try {
        next = choice.next(logits);
      } catch (RuntimeException e) {
        request.listener().failed(e);
        return false;
      }
      boolean goOn = request.listener().chosen(next, logits);
      if (request.settings().stops().contains(next)) {
        return end(GeneratedAnswer.End.STOP_TOKEN);
      }
      if (logProbabilities.length > 0) {
        logProbabilities[count] = choice.logProbability(logits, next);
      }
      answer[count++] = next;
      if (!goOn) {
        return end(GeneratedAnswer.End.LISTENER);
      }
      return count < answer.length || end(GeneratedAnswer.End.LENGTH);
    }

    private boolean end(GeneratedAnswer.End end) {
      request
          .listener()
          .answered(
              new GeneratedAnswer(
                  Arrays.copyOf(answer, count),
                  Arrays.copyOf(logProbabilities, Math.min(count, logProbabilities.length)),
                  end));
      return false;
    }
  }

  /** Keeps one answer. */
  private static final class Single implements GenerationListener {
    private GeneratedAnswer answer;
    private RuntimeException failure;

    @Override
    public void answered(GeneratedAnswer answer) {
      this.answer = answer;
    }

    @Override
    public void failed(RuntimeException reason) {
      failure = reason;
    }

    boolean isOpen() {
      return answer == null && failure == null;
    }

    GeneratedAnswer get() {
      if (failure != null) {
        throw failure;
      }
      return answer;
    }
  }
}
