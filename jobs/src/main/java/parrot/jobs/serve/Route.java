package parrot.jobs.serve;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Optional;

/** What is at which address. */
enum Route {
  PAGE("/", HttpMethod.GET, true),
  HEALTH("/health", HttpMethod.GET, true),
  METRICS("/metrics", HttpMethod.GET, false),
  MODELS("/v1/models", HttpMethod.GET, false),
  MODEL("/v1/models/", HttpMethod.GET, false),
  CHAT("/v1/chat/completions", HttpMethod.POST, false);

  private final String path;
  private final HttpMethod method;
  private final boolean open;

  Route(String path, HttpMethod method, boolean open) {
    this.path = path;
    this.method = method;
    this.open = open;
  }

  static Optional<Route> at(String path) {
    for (Route route : values()) {
      if (route.path.equals(path)) {
        return Optional.of(route);
      }
    }
    return path.startsWith(MODEL.path) ? Optional.of(MODEL) : Optional.empty();
  }

  /** The name in the address of a model. */
  static String model(String path) {
    return path.substring(MODEL.path.length());
  }

  HttpMethod method() {
    return method;
  }

  /** Whether it is told without a key. */
  boolean isOpen() {
    return open;
  }
}
