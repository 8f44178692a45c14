package parrot.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;

/**
 * The response to one request: either JSON or another text at once, or a stream of events. For one
 * thread at a time.
 */
final class Response {
  private final Channel channel;
  private final Connection connection;
  private final ServerMetrics metrics;

  Response(Channel channel, Connection connection, ServerMetrics metrics) {
    this.channel = channel;
    this.connection = connection;
    this.metrics = metrics;
  }

  void json(int status, JsonNode content) {
    text(status, "application/json; charset=utf-8", content.toString());
  }

  /** Tells what is wrong. */
  void fail(ApiException problem) {
    metrics.responded(problem.status());
    DefaultFullHttpResponse response =
        full(problem.status(), "application/json; charset=utf-8", problem.json().toString());
    if (problem.isPassing()) {
      response.headers().set(HttpHeaderNames.RETRY_AFTER, 1);
    }
    if (problem.status() == 401) {
      response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    end(response);
  }

  void text(int status, String type, String content) {
    metrics.responded(status);
    end(full(status, type, content));
  }

  private DefaultFullHttpResponse full(int status, String type, String content) {
    ByteBuf bytes = Unpooled.copiedBuffer(content, StandardCharsets.UTF_8);
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), bytes);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, bytes.readableBytes());
    setHeaders(response, type);
    return response;
  }

  private void setHeaders(HttpMessage response, String type) {
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .set("x-content-type-options", "nosniff");
    if (type.startsWith("text/html")) {
      response.headers().set("content-security-policy", ChatPage.POLICY);
    }
    if (connection.closes()) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }

  /** Begins a stream of events. */
  void startEvents() {
    metrics.responded(200);
    DefaultHttpResponse response =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    if (connection.takesChunks()) {
      HttpUtil.setTransferEncodingChunked(response, true);
    } else {
      connection.close();
    }
    response
        .headers()
        .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
        .set("x-accel-buffering", "no"); // proxies must not collect events
    setHeaders(response, "text/event-stream; charset=utf-8");
    write(response);
  }

  void event(JsonNode content) {
    send(content.toString());
  }

  private void send(String data) {
    ByteBuf bytes = Unpooled.copiedBuffer("data: " + data + "\n\n", StandardCharsets.UTF_8);
    write(new DefaultHttpContent(bytes));
  }

  void endEvents() {
    send("[DONE]");
    end(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  /** Ends a stream with a problem, and the connection, so that it is not taken for complete. */
  void failEvents(ApiException problem) {
    connection.close();
    event(problem.json());
    end(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  /** In the order of the calls, whichever thread makes them. */
  private void write(HttpObject part) {
    channel.eventLoop().execute(() -> channel.writeAndFlush(part));
  }

  /** The connection hears of the end before the client can send its next request. */
  private void end(HttpObject last) {
    channel
        .eventLoop()
        .execute(() -> channel.writeAndFlush(last).addListener(written -> connection.responded()));
  }
}
