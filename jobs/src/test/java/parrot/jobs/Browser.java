package parrot.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** One page in Chromium without a window, driven by the browser's own protocol. */
public final class Browser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SAYS_WHERE = "DevTools listening on ";

  private final Process process;
  private final WebSocket socket;
  private final String session;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> replies = new ConcurrentHashMap<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();

  /** Where Chromium is; empty if this machine has none. */
  public static Optional<Path> executable() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * @param profile an empty folder
   */
  public Browser(Path chromium, Path profile) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                chromium.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--lang=en",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank"));
    process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address()), new Listener())
            .get(20, TimeUnit.SECONDS);
    String page =
        send("Target.createTarget", null, JSON.createObjectNode().put("url", "about:blank"))
            .path("targetId")
            .asText();
    session =
        send(
                "Target.attachToTarget",
                null,
                JSON.createObjectNode().put("targetId", page).put("flatten", true))
            .path("sessionId")
            .asText();
    send("Runtime.enable");
    send("Log.enable");
    send("Page.enable");
  }

  private String address() throws IOException {
    BufferedReader says = process.errorReader(StandardCharsets.UTF_8);
    String line = says.readLine();
    while (line != null && !line.startsWith(SAYS_WHERE)) {
      line = says.readLine();
    }
    if (line == null) {
      throw new IOException("Chromium ended before it listened");
    }
    Thread drain = new Thread(() -> says.lines().forEach(rest -> {}), "chromium");
    drain.setDaemon(true);
    drain.start();
    return line.substring(SAYS_WHERE.length());
  }

  private JsonNode send(String method) throws Exception {
    return send(method, session, JSON.createObjectNode());
  }

  private JsonNode send(String method, String to, ObjectNode params) throws Exception {
    int id = ids.incrementAndGet();
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", params);
    if (to != null) {
      message.put("sessionId", to);
    }
    CompletableFuture<JsonNode> reply = new CompletableFuture<>();
    replies.put(id, reply);
    socket.sendText(message.toString(), true).get(20, TimeUnit.SECONDS);
    JsonNode answer = reply.get(20, TimeUnit.SECONDS);
    if (answer.has("error")) {
      throw new IOException(method + ": " + answer.path("error"));
    }
    return answer.path("result");
  }

  /** Opens a page, in a window of so many pixels. */
  public void open(String url, int width, int height) throws Exception {
    resize(width, height);
    send("Page.navigate", session, JSON.createObjectNode().put("url", url));
    await("document.readyState === 'complete' && location.href === '" + url + "'");
  }

  /** Gives the window another size. */
  public void resize(int width, int height) throws Exception {
    send(
        "Emulation.setDeviceMetricsOverride",
        session,
        JSON.createObjectNode()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
  }

  /** The value of an expression, or of what it promises. */
  public JsonNode evaluate(String expression) throws Exception {
    JsonNode result =
        send(
            "Runtime.evaluate",
            session,
            JSON.createObjectNode()
                .put("expression", expression)
                .put("returnByValue", true)
                .put("awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new IOException(expression + ": " + result.path("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /** Waits until an expression is true, or an object. */
  public void await(String expression) throws Exception {
    for (int i = 0; i < 400; i++) {
      if (evaluate("!!(" + expression + ")").asBoolean()) {
        return;
      }
      Thread.sleep(25);
    }
    throw new AssertionError(
        "never true: " + expression + "\n" + evaluate("document.body.innerText").asText() + errors);
  }

  /** Pixels by which the page is wider than its window. */
  public int overflow() throws Exception {
    return evaluate("document.documentElement.scrollWidth - window.innerWidth").asInt();
  }

  /** What the page's console has complained of. */
  public List<String> errors() {
    return errors;
  }

  @Override
  public void close() throws Exception {
    socket.abort();
    process.destroy();
    process.waitFor(10, TimeUnit.SECONDS);
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        hear(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    private void hear(String message) {
      try {
        JsonNode heard = JSON.readTree(message);
        if (heard.has("id")) {
          replies.remove(heard.path("id").asInt()).complete(heard);
          return;
        }
        JsonNode params = heard.path("params");
        boolean wrong =
            switch (heard.path("method").asText()) {
              case "Runtime.exceptionThrown" -> true;
              case "Runtime.consoleAPICalled" -> params.path("type").asText().equals("error");
              case "Log.entryAdded" -> params.at("/entry/level").asText().equals("error");
              default -> false;
            };
        if (wrong) {
          errors.add(params.toString());
        }
      } catch (IOException e) {
        errors.add(e.toString());
      }
    }
  }
}
