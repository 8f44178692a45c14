package parrot.model.generate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import parrot.model.network.ParrotNetwork;
import parrot.model.tensor.Tensor;

/**
 * Answers many requests at a time, token by token. A request joins as soon as there is room, at any
 * step, and leaves when its answer is complete; a step reads the weights once for all answers. A
 * long prompt is read piece by piece over several steps, and the pieces that an earlier prompt
 * began with too are not read again.
 *
 * <p>Instead of being answered, a request may give answers: it hears how likely each is.
 *
 * <p>An answer is the same to the last bit whatever else is answered at the same time: a prompt is
 * read by itself, in the same pieces, and a step computes each sequence as if it were alone. In
 * bfloat16 that holds if the limits ask for it; else the last bits of its logits may depend on how
 * many are answered together.
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
   * Lets requests join as far as there is room, reads on in their prompts, which gives a first
   * token to those that are read to the end, then gives all answers one token more.
   *
   * @return whether requests are left
   */
  public boolean step() {
    join();
    readPrompts();
    advance();
    return open() > 0;
  }

  /** Forgets a request that was submitted; its listener hears nothing more. */
  public void cancel(GenerationRequest request) {
    waiting.removeIf(one -> one == request);
    List.copyOf(running).stream().filter(one -> one.request == request).forEach(this::leave);
  }

  /** Forgets all requests; their listeners hear nothing more. */
  public void clear() {
    waiting.clear();
    List.copyOf(running).forEach(this::leave);
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
    while (!waiting.isEmpty()
        && running.size() < limits.requests()
        && caches.hasRoomFor(cacheTokens(waiting.peek()))) {
      GenerationRequest request = waiting.poll();
      PromptRows prompt;
      try {
        prompt =
            new PromptRows(network.embed(request.prompt(), request.image()), limits.promptTokens());
      } catch (RuntimeException e) {
        request.listener().failed(e);
        continue;
      }
      CacheSlots.Slot slot = caches.take(cacheTokens(request), prompt).orElseThrow();
      running.add(new Running(request, prompt, slot));
    }
  }

  /** The oldest prompts first, until so many tokens are read as may be in a step. */
  private void readPrompts() {
    int left = limits.promptTokens();
    for (Running request : List.copyOf(running)) {
      while (left > 0 && running.contains(request) && !request.isRead()) {
        left -= request.unread();
        if (!request.readOn()) {
          leave(request);
        }
      }
    }
  }

  private void advance() {
    List<Running> all = running.stream().filter(Running::isRead).toList();
    if (all.isEmpty()) {
      return;
    }
    int[] tokens = all.stream().mapToInt(Running::last).toArray();
    float[][] logits = null;
    RuntimeException failure = null;
    try {
      logits =
          network.next(
              tokens, all.stream().map(request -> request.slot.cache).toList(), limits.exact());
    } catch (RuntimeException e) {
      failure = e;
    }
    for (int i = 0; i < all.size(); i++) {
      Running request = all.get(i);
      if (!running.contains(request)) {
        continue; // cancelled by the listener of another
      }
      if (failure != null) {
        request.request.listener().failed(failure);
      }
      if (failure != null || !request.take(logits[i])) {
        leave(request);
      }
    }
  }

  private void leave(Running request) {
    if (running.remove(request)) {
      caches.giveBack(request.slot);
    }
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
    final CacheSlots.Slot slot;
    private final PromptRows prompt;
    private final Continuation continuation;

    Running(GenerationRequest request, PromptRows prompt, CacheSlots.Slot slot) {
      this.request = request;
      this.prompt = prompt;
      this.slot = slot;
      this.continuation = request.continuation(limits.vocabulary());
    }

    int last() {
      return continuation.last();
    }

    boolean isRead() {
      return slot.cache.length() >= prompt.rows();
    }

    /** Tokens of the piece that is read next. */
    int unread() {
      return prompt.from(slot.cache.length()).rows();
    }

    /** Reads a piece of the prompt; returns whether the answer goes on. */
    boolean readOn() {
      float[] logits;
      try {
        Tensor piece = prompt.from(slot.cache.length());
        boolean last = slot.cache.length() + piece.rows() == prompt.rows();
        logits = network.read(piece, slot.cache, last);
      } catch (RuntimeException e) {
        request.listener().failed(e);
        return false;
      }
      return !isRead() || take(logits);
    }

    /** Takes the logits that follow what was read last; returns whether the answer goes on. */
    boolean take(float[] logits) {
      return continuation.take(logits, slot.cache);
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
