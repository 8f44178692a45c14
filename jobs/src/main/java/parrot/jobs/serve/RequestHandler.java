package parrot.jobs.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Answers the requests of one connection that have passed the {@link Gate}. */
final class RequestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private final ChatService service;
  private final Connection connection;

  RequestHandler(ChatService service, Connection connection) {
    this.service = service;
    this.connection = connection;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    connection.received();
    Response response = new Response(context.channel(), connection, service.metrics());
    String path = new QueryStringDecoder(request.uri()).rawPath();
    switch (Route.at(path).orElseThrow()) {
      case PAGE -> response.text(200, "text/html; charset=utf-8", ChatPage.HTML);
      case HEALTH -> health(response);
      case METRICS ->
          response.text(200, "text/plain; version=0.0.4; charset=utf-8", service.numbers());
      case MODELS -> {
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
        list.putArray("data").add(service.model());
        response.json(200, list);
      }
      case MODEL -> {
        String asked = URLDecoder.decode(Route.model(path), StandardCharsets.UTF_8);
        if (asked.equals(service.name())) {
          response.json(200, service.model());
        } else {
          response.fail(
              ApiException.invalid(
                  404,
                  "model",
                  "model_not_found",
                  "There is no model %s here (this server has %s)"
                      .formatted(asked, service.name())));
        }
      }
      case CHAT ->
          service.chat(
              ByteBufUtil.getBytes(request.content()), context.channel(), connection, response);
    }
  }

  private void health(Response response) {
    boolean stopping = service.isStopping();
    response.json(
        stopping ? 503 : 200,
        JsonNodeFactory.instance.objectNode().put("status", stopping ? "stopping" : "ok"));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    connection.gone();
  }

  /** A connection that broke; or a defect, of which the client hears by the close. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
