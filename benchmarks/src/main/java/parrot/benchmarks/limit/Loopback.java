package parrot.benchmarks.limit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

/** How long bytes take from one socket of this machine to another. */
public final class Loopback {
  private static final int CHUNK = 1 << 20;

  private Loopback() {}

  /** Seconds of the fastest of {@code tries} copies. */
  public static double seconds(long bytes, int tries) throws IOException {
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < tries; i++) {
      best = Math.min(best, copy(bytes));
    }
    return best;
  }

  private static double copy(long bytes) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket out = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket in = server.accept()) {
      CompletableFuture<Boolean> sent = CompletableFuture.supplyAsync(() -> send(out, bytes));
      byte[] buffer = new byte[CHUNK];
      long begin = System.nanoTime();
      InputStream stream = in.getInputStream();
      for (long left = bytes; left > 0; ) {
        int got = stream.read(buffer, 0, (int) Math.min(left, CHUNK));
        if (got < 0) {
          throw new IOException("Cannot copy: the other side ended " + left + " bytes early");
        }
        left -= got;
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      if (!sent.join()) {
        throw new IOException("Cannot copy: sending failed");
      }
      return seconds;
    }
  }

  private static boolean send(Socket socket, long bytes) {
    try {
      OutputStream stream = socket.getOutputStream();
      byte[] buffer = new byte[CHUNK];
      for (long left = bytes; left > 0; left -= CHUNK) {
        stream.write(buffer, 0, (int) Math.min(left, CHUNK));
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
