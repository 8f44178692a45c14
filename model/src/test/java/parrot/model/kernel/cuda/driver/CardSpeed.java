package parrot.model.kernel.cuda.driver;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.cuda.CudaKernels;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * How fast a card is, and what only a card answers: a program for a machine with one, which writes
 * device.md and device.json into a folder. With a second argument all sizes are tiny.
 */
final class CardSpeed {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final boolean tiny;
  private final StringBuilder page = new StringBuilder();
  private final ObjectNode facts = JSON.createObjectNode();
  private DriverDevice device;
  private double fastest; // product, in TFLOP/s

  private CardSpeed(boolean tiny) {
    this.tiny = tiny;
  }

  public static void main(String[] arguments) throws IOException {
    Path out = Files.createDirectories(Path.of(arguments[0]));
    run(out, arguments.length > 1);
  }

  static void run(Path out, boolean tiny) throws IOException {
    CardSpeed speed = new CardSpeed(tiny);
    Installation installation = TestedCard.installation();
    Path kept = Files.createTempDirectory("kernels");
    long began = System.nanoTime();
    TestedCard.device(kept).close();
    double first = seconds(began);
    began = System.nanoTime();
    DriverDevice device = TestedCard.device(kept);
    double second = seconds(began);
    speed.device = device;
    try (CudaKernels kernels = new CudaKernels(device, ElementType.BF16)) {
      speed.line("# " + installation.cards().get(0).kind());
      speed.paragraph(installation.versions());
      speed.facts.put("card", installation.cards().get(0).kind());
      speed.facts.put("versions", installation.versions());
      speed.paragraph("Start with compilation %.2f s, with what was kept %.2f s.", first, second);
      speed.facts.put("compile_seconds", first);
      speed.products(kernels);
      speed.copies(kernels);
    }
    try (CardNetwork network = new CardNetwork(TestedCard.device(kept), tiny)) {
      speed.steps(network);
      speed.generation(network);
    }
    Files.writeString(out.resolve("device.md"), speed.page.toString());
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(out.resolve("device.json").toFile(), speed.facts);
    System.out.print(speed.page);
  }

  private void line(String text, Object... values) {
    page.append(String.format(Locale.ROOT, text, values)).append('\n');
  }

  private void paragraph(String text, Object... values) {
    line("");
    line(text, values);
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  /** m rows, n columns, k between; what each is a case of. */
  private record Case(String what, int m, int n, int k, int gap, ElementType result, float beta) {}

  private void products(CudaKernels kernels) {
    int most = tiny ? 24 : Integer.MAX_VALUE;
    ElementType f32 = ElementType.F32;
    ElementType bf16 = ElementType.BF16;
    List<Case> cases =
        List.of(
            new Case("0.5B, MLP", 8192, 4864, 896, 0, bf16, 0),
            new Case("0.5B, MLP back", 8192, 896, 4864, 0, bf16, 0),
            new Case("7B, MLP", 4096, 11008, 4096, 0, bf16, 0),
            new Case("0.5B, head", 2048, 151936, 896, 0, bf16, 0),
            new Case("gradient, float32 added to", 896, 4864, 8192, 0, f32, 1),
            new Case("odd rows", 8191, 4864, 896, 0, bf16, 0),
            new Case("odd rows, float32", 8191, 4864, 896, 0, f32, 0),
            new Case("strides of 899", 8192, 4864, 896, 3, bf16, 0));
    paragraph("| product, bf16 | m, n, k | TFLOP/s | differs from our own | twice the same bits |");
    line("|---|---|---|---|---|");
    ArrayNode array = facts.putArray("products");
    for (Case one : cases) {
      int m = Math.min(one.m, most - one.m % 2);
      int n = Math.min(one.n, most);
      int k = Math.min(one.k, most);
      String said = product(kernels, one, m, n, k, array.addObject());
      line("| %s | %d, %d, %d | %s |", one.what, m, n, k, said);
    }
    facts.put("fastest_product_tflops", fastest);
  }

  private String product(CudaKernels kernels, Case one, int m, int n, int k, ObjectNode json) {
    json.put("case", one.what).put("m", m).put("n", n).put("k", k);
    try {
      Tensor a = random(kernels, m, k, one.gap, 1);
      Tensor b = random(kernels, n, k, one.gap, 2);
      Tensor c = Tensor.allocate(kernels.memory(), one.result, m, n);
      kernels.matmul(c, a, false, b, true, 0);
      float[] once = firstRows(c);
      kernels.matmul(c, a, false, b, true, 0);
      boolean same = Arrays.equals(once, firstRows(c));
      int rows = Math.min(m, 64); // our own product is slow
      Tensor own = Tensor.allocate(kernels.memory(), ElementType.F32, rows, n);
      Kernels byRow = kernels.byRow();
      byRow.matmul(own, a.rows(0, rows), false, b, true, 0);
      double size = kernels.sumOfSquares(own);
      kernels.add(own, c.rows(0, rows), -1);
      double difference = Math.sqrt(kernels.sumOfSquares(own) / size);
      double seconds = median(() -> kernels.matmul(c, a, false, b, true, one.beta));
      double rate = 2.0 * m * n * k / seconds / 1e12;
      fastest = Math.max(fastest, rate);
      json.put("tflops", rate).put("difference", difference).put("same", same);
      return String.format(Locale.ROOT, "%.1f | %.1e | %s", rate, difference, same ? "yes" : "no");
    } catch (RuntimeException e) {
      json.put("failure", e.getMessage());
      return "failed: " + e.getMessage() + " | |";
    }
  }

  private static float[] firstRows(Tensor c) {
    return c.rows(0, Math.min(c.rows(), 256)).toArray();
  }

  private static Tensor random(CudaKernels kernels, int rows, int columns, int gap, int seed) {
    Tensor host = Tensor.allocate(ElementType.BF16, rows, columns + gap);
    long state = seed;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns + gap; column++) {
        state = state * 6364136223846793005L + 1442695040888963407L;
        host.set(row, column, (state >> 40) / (float) (1 << 23));
      }
    }
    return host.in(kernels.memory()).columns(gap, columns + gap);
  }

  private double median(Runnable work) {
    double[] seconds = new double[tiny ? 1 : 15];
    for (int i = -2; i < seconds.length; i++) {
      device.synchronise();
      long began = System.nanoTime();
      for (int repeat = 0; repeat < 4; repeat++) {
        work.run();
      }
      device.synchronise();
      seconds[Math.max(0, i)] = seconds(began) / 4;
    }
    Arrays.sort(seconds);
    return seconds[seconds.length / 2];
  }

  private void copies(CudaKernels kernels) {
    int rows = tiny ? 4 : 8192;
    Tensor host = Tensor.allocate(ElementType.F32, rows, 8192);
    Tensor there = Tensor.allocate(kernels.memory(), ElementType.F32, rows, 8192);
    Tensor other = Tensor.allocate(kernels.memory(), ElementType.F32, rows, 8192);
    double gigabytes = 4.0 * rows * 8192 / 1e9;
    double up = gigabytes / median(() -> there.set(host));
    double down = gigabytes / median(() -> host.set(there));
    double within = 2 * gigabytes / median(() -> kernels.copy(other, there));
    paragraph("Copies: %.1f GB/s to the card, %.1f back, %.0f within it.", up, down, within);
    facts.put("to_card_gbs", up).put("from_card_gbs", down).put("within_card_gbs", within);
  }

  private void steps(CardNetwork network) {
    double loss = network.step(1);
    network.reset();
    boolean same = loss == network.step(1);
    network.step(2);
    double[] seconds = new double[tiny ? 1 : 10];
    for (int i = 0; i < seconds.length; i++) {
      long began = System.nanoTime();
      loss = network.step(i + 3);
      seconds[i] = seconds(began);
    }
    Arrays.sort(seconds);
    double median = seconds[seconds.length / 2];
    double rate = network.operations() / median / 1e12;
    paragraph(
        "A step of %,d tokens (%,d parameters, stage 2, AdamW): %.4f s, %,.0f tokens/s, %.1f TFLOP/s,"
            + " %.0f %% of the fastest product; loss %.4f; two starts give equal losses: %s.",
        network.tokens(),
        network.parameters(),
        median,
        network.tokens() / median,
        rate,
        100 * rate / fastest,
        loss,
        same ? "yes" : "no");
    facts
        .put("step_seconds", median)
        .put("step_tokens", network.tokens())
        .put("step_tflops", rate)
        .put("step_same", same);
  }

  private void generation(CardNetwork network) {
    int count = tiny ? 3 : 64;
    long began = System.nanoTime();
    network.generate(count);
    double rate = count / seconds(began);
    paragraph("Generation: %.1f tokens/s, one sequence.", rate);
    facts.put("generated_tokens_per_second", rate);
  }
}
