package parrot.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What it was measured on; nothing that tells one machine from another of its kind. */
final class Machine {
  private static final List<String> EXTENSIONS =
      List.of("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_tile");

  private Machine() {}

  static Map<String, String> facts() throws IOException {
    List<String> processor = Files.readAllLines(Path.of("/proc/cpuinfo"));
    Set<String> flags = new TreeSet<>(List.of(value(processor, "flags").split(" ")));
    Map<String, String> facts = new TreeMap<>();
    facts.put("processor", value(processor, "model name"));
    facts.put("extensions", String.join(" ", EXTENSIONS.stream().filter(flags::contains).toList()));
    facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("memory", gibibytes(value(Files.readAllLines(Path.of("/proc/meminfo")), "MemTotal")));
    facts.put("kernel", Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
    return facts;
  }

  private static String gibibytes(String kibibytes) {
    return (Long.parseLong(kibibytes.replaceAll("[^0-9]", "")) >> 20) + " GiB";
  }

  /** Behind the colon of the first line with this key. */
  private static String value(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("0");
  }
}
