package parrot.jobs.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import parrot.jobs.report.chart.Markup;

/** What every page begins and ends with; a page refers to nothing outside itself. */
public final class PageFrame {
  private PageFrame() {}

  /** Begins a page, up to its headline. */
  public static void begin(Markup html, String title, String subtitle) {
    html.raw("<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.element("title", title).raw("\n<style>\n");
    html.raw(resource(PageFrame.class, "report.css")).raw("</style>\n");
    html.raw("</head>\n<body>\n<main>\n");
    html.element("h1", title).element("p", "class=\"sub\"", subtitle);
  }

  /** Ends a page. */
  public static void end(Markup html) {
    html.raw("<footer>This file is complete: it loads nothing from a network.</footer>\n");
    html.raw("</main>\n</body>\n</html>\n");
  }

  /** The text of a file that lies beside a class. */
  public static String resource(Class<?> beside, String name) {
    try (InputStream stream = beside.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
