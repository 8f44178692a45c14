package parrot.jobs.serve;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Refuses by its first lines what would be refused anyway, so that nothing is kept of its body: a
 * client without the key cannot fill the memory.
 */
final class Gate extends ChannelInboundHandlerAdapter {
  private final ServeOptions options;
  private final boolean local;
  private final BooleanSupplier stopping;
  private final Connection connection;
  private final ServerMetrics metrics;
  private boolean discards;

  /**
   * @param local whether the server listens on this machine alone
   * @param stopping whether no new questions are taken
   */
  Gate(
      ServeOptions options,
      boolean local,
      BooleanSupplier stopping,
      Connection connection,
      ServerMetrics metrics) {
    this.options = options;
    this.local = local;
    this.stopping = stopping;
    this.connection = connection;
    this.metrics = metrics;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request) {
      begin(context, request);
    }
    if (!discards) {
      context.fireChannelRead(message);
      return;
    }
    if (message instanceof LastHttpContent) {
      discards = false;
    }
    ReferenceCountUtil.release(message);
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    if (connection.isBusy()) {
      // Answers must come in the order of the requests; a client asks again after the close.
      connection.close();
      discards = true;
      return;
    }
    connection.begin(
        HttpUtil.isKeepAlive(request), request.protocolVersion().equals(HttpVersion.HTTP_1_1));
    try {
      check(request);
      discards = false;
    } catch (ApiException refusal) {
      discards = true;
      if (hasBody(request) || !request.decoderResult().isSuccess()) {
        connection.close();
      }
      new Response(context.channel(), connection, metrics).fail(refusal);
    }
  }

  private void check(HttpRequest request) {
    if (!request.decoderResult().isSuccess()) {
      throw ApiException.invalid(
          null, "invalid_http", "Cannot read the request: " + request.decoderResult().cause());
    }
    checkHost(request);
    String path = new QueryStringDecoder(request.uri()).rawPath();
    Optional<Route> route = Route.at(path);
    if (route.isEmpty()) {
      throw ApiException.invalid(
          404,
          null,
          "unknown_url",
          "There is nothing at %s %s (there are /v1/chat/completions, /v1/models, /health, /metrics)"
              .formatted(request.method(), path));
    }
    if (!route.get().method().equals(request.method())) {
      throw ApiException.invalid(
          405,
          null,
          "method_not_allowed",
          "Cannot %s %s (must be %s)".formatted(request.method(), path, route.get().method()));
    }
    if (!route.get().isOpen()) {
      checkKey(request);
    }
    checkBody(request);
    if (route.get() == Route.CHAT) {
      checkRoom();
    }
  }

  /** A page of another name that leads to this machine must not ask in a visitor's name. */
  private void checkHost(HttpRequest request) {
    String host = request.headers().get(HttpHeaderNames.HOST, "").toLowerCase(Locale.ROOT);
    if (local
        && options.apiKey().isEmpty()
        && !host.matches("(localhost|127\\.[0-9.]+|\\[[0-9a-f:]+])?(:[0-9]+)?")) {
      throw ApiException.invalid(
          403,
          null,
          "unexpected_host",
          "Refused: the request is for host %s, and without a key this server answers for localhost alone"
              .formatted(host));
    }
  }

  private void checkKey(HttpRequest request) {
    if (options.apiKey().isEmpty()) {
      return;
    }
    String given = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
    String expected = "Bearer " + options.apiKey().get();
    boolean same =
        MessageDigest.isEqual(
            given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    if (!same) {
      throw ApiException.invalid(
          401,
          null,
          "invalid_api_key",
          given.isEmpty()
              ? "No API key is given (must be in the header Authorization: Bearer KEY)"
              : "The API key is not this server's");
    }
  }

  private void checkBody(HttpRequest request) {
    if (!request.method().equals(HttpMethod.POST)) {
      if (hasBody(request)) {
        throw ApiException.invalid(
            null, "unexpected_body", "Cannot take a body with " + request.method());
      }
      return;
    }
    String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "none");
    // Pages of other sites can send text and forms unasked, but no JSON.
    if (!type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw ApiException.invalid(
          415,
          null,
          "unsupported_media_type",
          "Cannot read the request: its Content-Type is %s (must be application/json)"
              .formatted(type));
    }
    if (HttpUtil.getContentLength(request, 0L) > options.requestBytes()) {
      throw tooLarge(options);
    }
  }

  static ApiException tooLarge(ServeOptions options) {
    return ApiException.invalid(
        413,
        null,
        "request_too_large",
        "The request has more than %,d bytes: send a smaller image"
            .formatted(options.requestBytes()));
  }

  private void checkRoom() {
    if (stopping.getAsBoolean()) {
      connection.close();
      throw ApiException.failed(503, "stopping", "The server is stopping: ask again later");
    }
    if (!connection.takePlace()) {
      throw ApiException.busy(
          "%d questions wait or are being answered, and no more are taken: ask again in a second"
              .formatted(options.queue()));
    }
  }

  private static boolean hasBody(HttpRequest request) {
    return HttpUtil.isTransferEncodingChunked(request)
        || HttpUtil.getContentLength(request, 0L) > 0;
  }
}
