package parrot.jobs.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A request that cannot be answered, as OpenAI's API says it. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;
  private final String param;
  private final String code;

  private ApiException(int status, String type, String param, String code, String message) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
  }

  /**
   * The request is at fault.
   *
   * @param param the parameter at fault; null if it is none
   * @param code what programs tell it by; may be null
   */
  static ApiException invalid(int status, String param, String code, String message) {
    return new ApiException(status, "invalid_request_error", param, code, message);
  }

  /** A parameter is at fault. */
  static ApiException invalid(String param, String code, String message) {
    return invalid(400, param, code, message);
  }

  /** Too much is asked for at the moment. */
  static ApiException busy(String message) {
    return new ApiException(429, "rate_limit_error", null, "rate_limit_exceeded", message);
  }

  /** The server is at fault. */
  static ApiException failed(int status, String code, String message) {
    return new ApiException(status, "server_error", null, code, message);
  }

  /** Of HTTP. */
  int status() {
    return status;
  }

  /** Whether the same request may succeed a little later. */
  boolean isPassing() {
    return status == 429 || status == 503;
  }

  ObjectNode json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject("error")
        .put("message", getMessage())
        .put("type", type)
        .put("param", param)
        .put("code", code);
    return root;
  }
}
