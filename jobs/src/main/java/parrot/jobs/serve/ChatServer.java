package parrot.jobs.serve;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.jobs.evaluate.AnsweringModel;

/**
 * The server: {@link Gate} looks at a request's first lines, {@link RequestHandler} answers it,
 * {@link ChatService} has the model.
 */
final class ChatServer implements AutoCloseable {
  private static final int LONGEST_LINE = 4096;
  private static final int LONGEST_HEADERS = 16 * 1024;
  private static final int LARGEST_CHUNK = 64 * 1024;
  private static final int WRITE_SECONDS = 60;
  private static final int THREADS = 2;

  private final ChatService service;
  private final boolean local;
  private final EventLoopGroup loops =
      new NioEventLoopGroup(THREADS, new DefaultThreadFactory("http", true));
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Channel listening;

  /**
   * Serves a model until it is closed; the model is the caller's.
   *
   * @param log hears of failures that no client caused
   * @throws UsageException if the host is unknown, or is not this machine's own and no key is asked
   * @throws EnvironmentException if the port is taken
   */
  static ChatServer start(AnsweringModel model, ServeOptions options, Consumer<String> log) {
    return new ChatServer(model, options, address(options), log);
  }

  private ChatServer(
      AnsweringModel model, ServeOptions options, InetAddress host, Consumer<String> log) {
    local = host.isLoopbackAddress();
    service = new ChatService(model, options, log);
    boolean listens = false;
    try {
      listening = listen(new InetSocketAddress(host, options.port()));
      listens = true;
    } finally {
      if (!listens) {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      }
    }
  }

  /** Says before a model is read what would keep it from being served; throws as {@link #start}. */
  static void check(ServeOptions options) {
    InetSocketAddress address = new InetSocketAddress(address(options), options.port());
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(address);
    } catch (IOException e) {
      throw taken(address, e);
    }
  }

  private static InetAddress address(ServeOptions options) {
    InetAddress host;
    try {
      host = InetAddress.getByName(options.host());
    } catch (UnknownHostException e) {
      throw new UsageException(
          "Invalid --host: " + options.host() + " (must be a name or an address of this machine)");
    }
    if (!host.isLoopbackAddress() && options.apiKey().isEmpty()) {
      throw new UsageException(
          "Invalid --host: "
              + options.host()
              + " lets other machines ask, so a key is needed (give --api-key-file, or set PARROT_API_KEY)");
    }
    return host;
  }

  private static EnvironmentException taken(InetSocketAddress address, Exception reason) {
    return new EnvironmentException(
        "Cannot listen at %s port %d: %s (stop the process that holds it, or choose another --host or --port)"
            .formatted(address.getHostString(), address.getPort(), reason.getMessage()),
        reason);
  }

  private Channel listen(InetSocketAddress address) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 512)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    connect(channel);
                  }
                });
    try {
      return bootstrap.bind(address).syncUninterruptibly().channel();
    } catch (Exception e) { // Netty throws checked ones that it does not declare
      if (e instanceof BindException) {
        throw taken(address, e);
      }
      throw e;
    }
  }

  private void connect(SocketChannel channel) {
    if (connections.size() >= service.options().connections()) {
      channel.close();
      return;
    }
    connections.add(channel);
    Connection connection = new Connection(channel, service.places());
    ServeOptions options = service.options();
    channel
        .pipeline()
        .addLast(new HttpServerCodec(LONGEST_LINE, LONGEST_HEADERS, LARGEST_CHUNK))
        .addLast(new WriteTimeoutHandler(WRITE_SECONDS))
        .addLast(new Gate(options, local, service::isStopping, connection, service.metrics()))
        .addLast(
            new HttpObjectAggregator(options.requestBytes()) {
              @Override
              protected void handleOversizedMessage(
                  ChannelHandlerContext context, HttpMessage oversized) {
                connection.close();
                new Response(context.channel(), connection, service.metrics())
                    .fail(Gate.tooLarge(options));
              }
            })
        .addLast(new RequestHandler(service, connection));
  }

  /** The port that it listens at. */
  int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** Questions that wait or are being answered. */
  int open() {
    return service.open();
  }

  /** Takes no new connections and questions, and waits for the answers to those that are open. */
  void finish() throws InterruptedException {
    service.stop();
    listening.close();
    // Each ends by itself: with its answer, at its time's limit, or as its client leaves.
    service.places().acquire(service.options().queue());
    service.places().release(service.options().queue());
    // What was written last is on its way when its place is free.
  }

  @Override
  public void close() throws InterruptedException {
    service.stop();
    listening.close();
    connections.close().await(1, TimeUnit.SECONDS);
    service.close();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).await(2, TimeUnit.SECONDS);
  }
}
