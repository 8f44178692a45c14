package parrot.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Pages in a real browser, without a window. Tests are skipped on machines that have none. */
public final class Chromium {
  private static final long SECONDS = 90;
  private static final Pattern RESULT =
      Pattern.compile("<pre id=\"result\">(.*?)</pre>", Pattern.DOTALL);

  private Chromium() {}

  /**
   * Opens a page in frames of several widths and runs a function in each.
   *
   * @param folder for files of this test
   * @param script body of a function of {@code page} (its window); what it returns is the result
   * @return results by width, in order
   */
  public static List<JsonNode> run(Path folder, String html, List<Integer> widths, String script)
      throws IOException, InterruptedException {
    ObjectMapper json = new ObjectMapper();
    Path harness = folder.resolve("harness.html");
    Files.writeString(
        harness,
        """
        <!DOCTYPE html><meta charset="utf-8"><body><script>
        const html = %s, widths = %s;
        const check = page => { %s };
        const done = widths.map(width => new Promise(resolve => {
          const frame = document.createElement('iframe');
          frame.width = width; frame.height = 900;
          frame.onload = () => {
            try { resolve(check(frame.contentWindow)); } catch (e) { resolve({error: String(e)}); }
          };
          frame.srcdoc = html;
          document.body.append(frame);
        }));
        Promise.all(done).then(all => {
          const result = document.createElement('pre');
          result.id = 'result';
          result.textContent = JSON.stringify(all);
          document.body.replaceChildren(result);
        });
        </script></body>
        """
            .formatted(
                json.writeValueAsString(html).replace("<", "\\u003c"),
                json.writeValueAsString(widths),
                script));
    String output = open(folder, harness);
    Matcher result = RESULT.matcher(output);
    assertThat(result.find()).as(output.substring(Math.max(0, output.length() - 2000))).isTrue();
    JsonNode all =
        json.readTree(
            result.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    return Stream.iterate(0, i -> i < all.size(), i -> i + 1).map(all::get).toList();
  }

  /** The document after its scripts ran. Nothing may have been written to the console. */
  private static String open(Path folder, Path page) throws IOException, InterruptedException {
    Optional<Path> browser =
        Stream.of("chromium", "chromium-browser", "google-chrome")
            .map(name -> Path.of("/usr/bin", name))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(browser.isPresent(), "no Chromium on this machine");
    Path out = folder.resolve("document.html");
    Path log = folder.resolve("browser.log");
    Process process =
        new ProcessBuilder(
                browser.get().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--enable-logging=stderr",
                "--user-data-dir=" + folder.resolve("profile"),
                "--virtual-time-budget=20000",
                "--window-size=2200,1000",
                "--dump-dom",
                page.toUri().toString())
            .redirectOutput(out.toFile())
            .redirectError(log.toFile())
            .start();
    boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as("the browser did not end").isTrue();
    assertThat(Files.readString(log, StandardCharsets.ISO_8859_1)).doesNotContain(":CONSOLE");
    return Files.readString(out);
  }
}
